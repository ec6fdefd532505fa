#pragma once

#include <memory>
#include <string>

#include "domain/scenario.h"
#include "domains/spot/job.h"

namespace syswright::spot {

/// Many jobs of one setting, one after another; the objective is their mean cost. One block a job: jobs whose windows
/// overlap are not independent, so that intervals over them are somewhat too narrow.
class SpotScenario : public Scenario {
 public:
  /// Fewer jobs predict nothing.
  static constexpr std::size_t min_miniature_jobs = 4;

  /// Throws InputError where check() does.
  explicit SpotScenario(Setup setup);

  const std::string& label() const override { return setup_->label; }
  const std::string& setting() const override { return setup_->name; }
  Digest digest() const override { return digest_; }
  std::string_view code_version() const override;
  std::uint64_t events() const override;
  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options = {}) const override;
  Evaluation failed(std::string why) const override;
  /// The omniscient optimum (optimum.h), provable, and what the work costs if all of it is done on spot without a
  /// start: the floor at which public scores are anchored, which nobody can reach where spot is scarce.
  std::vector<Bound> bounds() const override;
  Audit audit(const DecisionLog& log) const override;
  std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const override;
  /// Evenly spread jobs of it. nullptr if fewer than min_miniature_jobs remain.
  ScenarioPtr miniature(double fraction) const override;

  const Setup& setup() const { return *setup_; }

 private:
  std::shared_ptr<const Setup> setup_;
  Digest digest_;
};

}  // namespace syswright::spot
