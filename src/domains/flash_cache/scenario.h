#pragma once

#include <memory>
#include <string>

#include "domain/scenario.h"
#include "domains/flash_cache/setup.h"

namespace syswright::flash_cache {

/// A window of a trace and a hierarchy, or a miniature of one.
class FlashCacheScenario : public Scenario {
 public:
  /// Of DRAM and of requests, below which a miniature predicts nothing.
  static constexpr std::uint64_t min_miniature_objects = 64;
  static constexpr std::uint64_t min_miniature_requests = 256;

  /// Throws InputError where check() does.
  explicit FlashCacheScenario(Setup setup);

  const std::string& label() const override { return setup_->label; }
  const std::string& setting() const override { return setup_->setting; }
  Digest digest() const override { return digest_; }
  std::string_view code_version() const override;
  std::uint64_t events() const override { return setup_->events(); }
  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options = {}) const override;
  Evaluation failed(std::string why) const override;
  /// PFOO-L over both tiers (bounds.h), provable.
  std::vector<Bound> bounds() const override;
  Audit audit(const DecisionLog& log) const override;
  std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const override;
  /// The objects whose hashed key falls below `fraction`, and as much of DRAM, of every region and of the sets. nullptr
  /// if DRAM would hold too few objects, an object would not fit half a region that it fitted before, or too few
  /// requests were left.
  ScenarioPtr miniature(double fraction) const override;

  const Setup& setup() const { return *setup_; }

 private:
  std::shared_ptr<const Setup> setup_;
  Digest digest_;
};

}  // namespace syswright::flash_cache
