#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "design/designer.h"
#include "design/draft.h"
#include "design/scales.h"
#include "policy/compile.h"
#include "tests/support/toy_domain.h"

namespace syswright::design {

inline policy::ProgramPtr toy_program(const toy::ToyDomain& domain, const std::string& text) {
  const std::vector<std::shared_ptr<const policy::Signature>> signatures{domain.signature()};
  return policy::compile(text, "test.pol", signatures);
}

/// 128 batches of jobs to train on, 128 others to select on. Optimum: domain.h of the toy.
inline Task toy_task(const toy::ToyDomain& domain, Evaluator& evaluator, double evaluations, std::uint64_t seed) {
  Task task{.domain = domain, .train = {}, .validation = {}, .evaluator = evaluator, .budget = {}};
  task.train = {domain.scenario({.batches = 128, .seed = 11})};
  task.validation = {domain.scenario({.batches = 128, .seed = 12})};
  task.budget.evaluations = evaluations;
  task.seed = seed;
  return task;
}

inline Vocabulary toy_vocabulary(const toy::ToyDomain& domain) {
  const auto scenario = domain.scenario({.batches = 8, .seed = 5});
  return Vocabulary(domain.signature(), observe_scales(*scenario, domain.signature(), 1));
}

/// Evaluates serially and remembers what it was asked for.
class WatchfulEvaluator : public Evaluator {
 public:
  std::vector<Evaluation> evaluate(std::span<const Job> jobs, std::stop_token stop = {}) override {
    for (const Job& job : jobs) {
      ++asked[{job.policy.digest(), job.scenario->digest()}];
      events += job.scenario->events();
    }
    return serial_.evaluate(jobs, stop);
  }

  std::map<std::pair<Digest, Digest>, int> asked;
  std::uint64_t events = 0;

 private:
  SerialEvaluator serial_;
};

}  // namespace syswright::design
