#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/breakdown.h"
#include "domain/domain.h"
#include "domain/sweep.h"
#include "domains/cache/options.h"
#include "domains/cache/requests.h"

namespace syswright::cache {

/// The cache domain: decisions, metrics and baselines of a cache, and the reader of its workloads.
class CacheDomain : public Domain, public Sweepable, public Divisible {
 public:
  CacheDomain();
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  const std::shared_ptr<const policy::Signature>& signature() const override;
  std::span<const Metric> metrics() const override { return metrics_; }
  std::span<const Baseline> baselines() const override { return baselines_; }
  std::span<const Option> options() const override { return cache_options(); }
  std::span<const std::string> exemplars() const override;
  std::span<const Cheat> cheats() const override;
  std::unique_ptr<Workload> open(const ScenarioRequest& request) const override;
  const std::string& sweep_name() const override { return sweep_name_; }
  const std::string& sweep_doc() const override { return sweep_doc_; }
  Sweep sweep(const Workload& workload, const SweepOptions& options) const override;
  std::span<const Metric> measures() const override;
  std::span<const std::size_t> shown_measures() const override;
  Breakdown breakdown(const Scenario& scenario, const Policy& policy, const BreakdownOptions& options) const override;

 private:
  std::string name_ = "cache";
  std::string summary_ = "which objects a cache keeps: eviction and admission, from recorded requests";
  std::string sweep_name_ = "mrc";
  std::string sweep_doc_ = "Miss-ratio curves: every policy at many sizes, of 0.1 to 100 % of the footprint";
  std::vector<Metric> metrics_;
  std::vector<Baseline> baselines_;
};

/// A trace once read. One scenario a size.
class CacheWorkload : public Workload {
 public:
  /// Throws InputError for options that do not fit the trace.
  CacheWorkload(std::shared_ptr<const Requests> requests, CacheOptions options, std::uint64_t seed);
  const WorkloadSummary& summary() const override { return summary_; }
  const std::shared_ptr<const Requests>& requests() const { return requests_; }
  /// The whole trace, cold.
  std::vector<ScenarioPtr> scenarios() const override;
  /// Training starts cold; validation and test start with the cache that the same policy filled in the part before.
  Suite suite() const override;

 private:
  std::vector<ScenarioPtr> cut(const Window& window) const;

  std::shared_ptr<const Requests> requests_;
  CacheOptions options_;
  std::vector<Capacity> capacities_;  ///< of options_.sizes
  std::uint64_t seed_;
  WorkloadSummary summary_;
};

/// Path of the bundled workload: own_build.* in the folder cache/ of $SYSWRIGHT_WORKLOADS, or of the workloads/ that
/// the project was built from. Throws InputError that says where it looked.
std::string bundled_workload();

}  // namespace syswright::cache
