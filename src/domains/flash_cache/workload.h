#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/domain.h"
#include "domains/flash_cache/setup.h"

namespace syswright::flash_cache {

/// The flash cache domain: decisions, metrics and baselines, and the reader of its workloads.
class FlashCacheDomain : public Domain {
 public:
  FlashCacheDomain();
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  const std::shared_ptr<const policy::Signature>& signature() const override;
  std::span<const Metric> metrics() const override { return metrics_; }
  std::span<const Baseline> baselines() const override { return baselines_; }
  std::span<const Option> options() const override;
  std::span<const std::string> exemplars() const override;
  std::span<const Cheat> cheats() const override;
  std::unique_ptr<Workload> open(const ScenarioRequest& request) const override;

 private:
  std::string name_ = "flash_cache";
  std::string summary_ =
      "a cache of DRAM in front of flash: what leaves DRAM, what is written to flash, what is kept there";
  std::vector<Metric> metrics_;
  std::vector<Baseline> baselines_;
};

/// A trace once read. One scenario for each size of DRAM and of flash.
class FlashCacheWorkload : public Workload {
 public:
  /// Throws InputError for options that do not fit the trace.
  FlashCacheWorkload(std::shared_ptr<const Requests> requests, const ScenarioRequest& request);
  const WorkloadSummary& summary() const override { return summary_; }
  std::vector<ScenarioPtr> scenarios() const override;
  /// Thirds; validation and test begin with what the same policy kept of the part before.
  Suite suite() const override;

 private:
  std::vector<ScenarioPtr> cut(std::uint64_t begin, std::uint64_t counted, std::uint64_t end) const;

  std::vector<Setup> setups_;  ///< without windows
  WorkloadSummary summary_;
};

}  // namespace syswright::flash_cache
