#pragma once

#include <memory>
#include <string>
#include <utility>

#include "domain/scenario.h"

namespace syswright::testing_support {

/// Another scenario in every respect: for tests to derive from, and to change one.
class WrappedScenario : public Scenario {
 public:
  explicit WrappedScenario(ScenarioPtr inner) : inner_(std::move(inner)) {}

  const std::string& label() const override { return inner_->label(); }
  const std::string& setting() const override { return inner_->setting(); }
  Digest digest() const override { return inner_->digest(); }
  std::string_view code_version() const override { return inner_->code_version(); }
  std::uint64_t events() const override { return inner_->events(); }
  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options) const override {
    return inner_->evaluate(policy, options);
  }
  Evaluation failed(std::string why) const override { return inner_->failed(std::move(why)); }
  std::vector<Bound> bounds() const override { return inner_->bounds(); }
  Audit audit(const DecisionLog& log) const override { return inner_->audit(log); }
  std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const override { return inner_->start(program); }
  ScenarioPtr miniature(double fraction) const override { return inner_->miniature(fraction); }

 protected:
  const ScenarioPtr& inner() const { return inner_; }

 private:
  ScenarioPtr inner_;
};

}  // namespace syswright::testing_support
