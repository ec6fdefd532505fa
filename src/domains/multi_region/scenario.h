#pragma once

#include <memory>
#include <string>

#include "domain/scenario.h"
#include "domains/multi_region/rules.h"

namespace syswright::multi_region {

/// Many jobs of one setting in one fleet, one after another; the objective is their mean cost. One block a job: jobs
/// that overlap in time are not independent, so that intervals over them are somewhat too narrow.
class MultiRegionScenario : public Scenario {
 public:
  /// Fewer jobs predict nothing.
  static constexpr std::size_t min_miniature_jobs = 3;

  /// Throws InputError where check() does.
  explicit MultiRegionScenario(Setup setup);

  const std::string& label() const override { return setup_->label; }
  const std::string& setting() const override { return setup_->name; }
  Digest digest() const override { return digest_; }
  std::string_view code_version() const override;
  std::uint64_t events() const override;
  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options = {}) const override;
  Evaluation failed(std::string why) const override;
  /// The omniscient optimum (optimum.h), provable; and, as a reference, the utility rule where it reads how long spot
  /// will last: no policy can know that, and one that plans ahead may beat it.
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

/// The utility rule where it reads how long spot will last in every region. A reference.
Evaluation with_known_lifetimes(std::shared_ptr<const Setup> setup);

}  // namespace syswright::multi_region
