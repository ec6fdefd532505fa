#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "domain/scenario.h"

namespace syswright {

/// A scenario that stands for another and does what it does, but for what a derived class does otherwise.
class WrappedScenario : public Scenario {
 public:
  explicit WrappedScenario(ScenarioPtr scenario) : scenario_(std::move(scenario)) {}

  const std::string& label() const override { return scenario_->label(); }
  const std::string& setting() const override { return scenario_->setting(); }
  Digest digest() const override { return scenario_->digest(); }
  std::string_view code_version() const override { return scenario_->code_version(); }
  std::uint64_t events() const override { return scenario_->events(); }
  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options = {}) const override {
    return scenario_->evaluate(policy, options);
  }
  Evaluation failed(std::string why) const override { return scenario_->failed(std::move(why)); }
  std::vector<Bound> bounds() const override { return scenario_->bounds(); }
  Audit audit(const DecisionLog& log) const override { return scenario_->audit(log); }
  std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const override {
    return scenario_->start(program);
  }
  ScenarioPtr miniature(double fraction) const override { return scenario_->miniature(fraction); }

 protected:
  const Scenario& wrapped() const { return *scenario_; }

 private:
  ScenarioPtr scenario_;
};

}  // namespace syswright
