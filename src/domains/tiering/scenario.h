#pragma once

#include <memory>
#include <string>

#include "domain/scenario.h"
#include "domains/tiering/setup.h"

namespace syswright::tiering {

/// Some ticks of a run under one setting. The objective is the mean time of an access; a block is four ticks, which are
/// the same accesses whatever a policy does. Neighbouring blocks are not independent, so that intervals over them are
/// somewhat too narrow.
class TieringScenario : public Scenario {
 public:
  /// Shorter ones predict nothing.
  static constexpr std::uint32_t min_miniature_ticks = 16;

  /// Throws InputError where check() does.
  explicit TieringScenario(Setup setup);

  const std::string& label() const override { return setup_->label; }
  const std::string& setting() const override { return setup_->name; }
  Digest digest() const override { return digest_; }
  std::string_view code_version() const override;
  std::uint64_t events() const override { return setup_->ticks(); }
  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options = {}) const override;
  Evaluation failed(std::string why) const override;
  /// `offline` (bounds.h), provable; `all fast`: no page in slow memory, which two devices together can pass where
  /// bandwidth is short.
  std::vector<Bound> bounds() const override;
  Audit audit(const DecisionLog& log) const override;
  std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const override;
  /// The first ticks of it. nullptr if fewer than min_miniature_ticks remain.
  ScenarioPtr miniature(double fraction) const override;

  const Setup& setup() const { return *setup_; }

 private:
  std::shared_ptr<const Setup> setup_;
  Digest digest_;
};

}  // namespace syswright::tiering
