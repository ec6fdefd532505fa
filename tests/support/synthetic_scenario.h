#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/random.h"
#include "domain/evaluator.h"

namespace syswright::testing_support {

/// A scenario without a system: metrics are random draws addressed by policy and scenario, so that every pair has a
/// result of its own that any thread computes alike. For tests of what runs and records evaluations.
class SyntheticScenario : public Scenario {
 public:
  using Hook = std::function<void(const Policy&, const EvaluationOptions&)>;

  /// hook  called before each evaluation; may throw
  explicit SyntheticScenario(std::string name, std::uint64_t events = 10, Hook hook = {}, std::string version = "1")
      : name_(std::move(name)), events_(events), hook_(std::move(hook)), version_(std::move(version)) {}

  const std::string& label() const override { return name_; }
  const std::string& setting() const override { return name_; }
  Digest digest() const override { return DigestBuilder().add(name_).finish(); }
  std::string_view code_version() const override { return version_; }
  std::uint64_t events() const override { return events_; }

  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options) const override {
    if (hook_) hook_(policy, options);
    Random random(digest().low, policy.name());
    Evaluation evaluation;
    for (int i = 0; i < 3; ++i) evaluation.metrics.push_back(random.uniform());
    for (std::uint64_t i = 0; i < events_; ++i) evaluation.blocks.push_back({random.normal(), random.uniform()});
    evaluation.details = {{"evictions", std::floor(random.uniform(0, 1e6))}, {"load", random.uniform()}};
    evaluation.events = events_;
    return evaluation;
  }

  Evaluation failed(std::string why) const override {
    return {.status = Evaluation::Status::failed, .failure = std::move(why), .metrics = {1, 1, 1}};
  }
  std::vector<Bound> bounds() const override { return {}; }
  Audit audit(const DecisionLog&) const override { return {}; }
  std::unique_ptr<Simulation> start(const policy::ProgramPtr&) const override {
    throw std::logic_error("a synthetic scenario has no simulation");
  }
  ScenarioPtr miniature(double) const override { return nullptr; }

 private:
  std::string name_;
  std::uint64_t events_;
  Hook hook_;
  std::string version_;
};

/// Every policy p0, p1, … on every scenario, policies outermost.
inline std::vector<Job> all_pairs(std::size_t policies, const std::vector<ScenarioPtr>& scenarios) {
  std::vector<Job> jobs;
  for (std::size_t p = 0; p < policies; ++p) {
    for (const ScenarioPtr& scenario : scenarios) jobs.push_back({Policy::native("p" + std::to_string(p)), scenario});
  }
  return jobs;
}

}  // namespace syswright::testing_support
