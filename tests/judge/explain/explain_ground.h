#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "judge/explain/explain_experiments.h"
#include "policy/compile.h"
#include "tests/support/toy_domain.h"

namespace syswright::judge {

inline policy::ProgramPtr compiled(const Domain& domain, const std::string& text) {
  return policy::compile(text, "test.pol", std::span(&domain.signature(), 1));
}

/// Counts jobs, and spoils the results of policies that a test picks.
class WatchedEvaluator : public Evaluator {
 public:
  std::size_t jobs = 0;
  std::function<bool(const Policy&)> fails = [](const Policy&) { return false; };

  std::vector<Evaluation> evaluate(std::span<const Job> batch, std::stop_token stop) override {
    jobs += batch.size();
    std::vector<Evaluation> results = serial_.evaluate(batch, stop);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (!fails(batch[i].policy)) continue;
      results[i] = {.status = Evaluation::Status::failed, .failure = "spoilt by the test", .metrics = {1e9, 0}};
    }
    return results;
  }

 private:
  SerialEvaluator serial_;
};

/// The toy domain with programs whose worth is known: Smith's order, cost / work, is optimal.
struct ToyGround {
  toy::ToyDomain domain;
  WatchedEvaluator evaluator;
  std::vector<ScenarioPtr> scenarios{domain.scenario({.batches = 48})};

  Ground ground() { return {.domain = domain, .scenarios = scenarios, .evaluator = evaluator}; }
  policy::ProgramPtr program(const std::string& rules) {
    return compiled(domain, "policy p for toy { " + rules + " }");
  }
  policy::ProgramPtr smith() { return program("rank dispatch(work, cost) by all { return cost / work; }"); }
  policy::ProgramPtr shortest() { return program("rank dispatch(work) by all { return -work; }"); }
  /// Smith's order, and an old rating that moves hardly anything.
  policy::ProgramPtr cluttered() {
    return program(
        "rank dispatch(work, cost, history) by all {"
        "  return (cost * 1s / $1) / (work / 1s) + 0.0000001 * history[0]; }");
  }
  double objective(const policy::ProgramPtr& program) const {
    double sum = 0;
    for (const ScenarioPtr& scenario : scenarios) sum += scenario->evaluate(Policy::of(program)).objective();
    return sum / static_cast<double>(scenarios.size());
  }
};

}  // namespace syswright::judge
