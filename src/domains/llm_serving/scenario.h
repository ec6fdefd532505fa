#pragma once

#include <string>

#include "domain/scenario.h"
#include "domains/llm_serving/setup.h"

namespace syswright::llm_serving {

/// A workload on a cluster; the objective is a mean over requests. About 40 blocks of consecutive requests: what one
/// block leaves behind (a full cache, a queue) the next one meets, so that intervals over them are somewhat too narrow
/// where the cluster is overloaded throughout.
class ServingScenario : public Scenario {
 public:
  /// Fewer requests predict nothing.
  static constexpr std::size_t min_miniature_requests = 30;

  /// Throws InputError where check_setup() does.
  explicit ServingScenario(Setup setup);

  const std::string& label() const override { return setup_->label; }
  const std::string& setting() const override { return setup_->setting; }
  Digest digest() const override { return digest_; }
  std::string_view code_version() const override;
  /// Requests.
  std::uint64_t events() const override;
  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options = {}) const override;
  Evaluation failed(std::string why) const override;
  /// bounds.h
  std::vector<Bound> bounds() const override;
  Audit audit(const DecisionLog& log) const override;
  std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const override;
  /// The first requests, at the rate at which they come. nullptr if fewer than min_miniature_requests remain.
  ScenarioPtr miniature(double fraction) const override;

  const Setup& setup() const { return *setup_; }

 private:
  SetupPtr setup_;
  Digest digest_;
};

}  // namespace syswright::llm_serving
