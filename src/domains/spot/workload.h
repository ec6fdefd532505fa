#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/domain.h"
#include "domains/spot/market_trace.h"
#include "domains/spot/options.h"

namespace syswright::spot {

/// The market domain: decision, metrics and baselines, and the reader of its workloads.
class SpotDomain : public Domain {
 public:
  SpotDomain();
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  const std::shared_ptr<const policy::Signature>& signature() const override;
  std::span<const Metric> metrics() const override { return metrics_; }
  std::span<const Baseline> baselines() const override { return baselines_; }
  std::span<const Option> options() const override { return spot_options(); }
  std::span<const std::string> exemplars() const override;
  std::span<const Cheat> cheats() const override;
  std::span<const HostExport> host_exports() const override;
  bool draws_timelines() const override { return true; }
  std::unique_ptr<Workload> open(const ScenarioRequest& request) const override;

 private:
  std::string name_ = "spot";
  std::string summary_ = "a job with a deadline on spot, on demand or idle: cheap instances that come and go";
  std::vector<Metric> metrics_;
  std::vector<Baseline> baselines_;
};

/// Availability once read. One scenario for each deadline and overhead, of jobs that start all over the trace.
///
/// split   Jobs of the training part start in the first half of the time, in most zones; those of validation in the
///         second half, in the same zones; those of the test in the second half, in the zones left: the last third of
///         them, by name. With one zone, time is cut in three. No tick is in two parts of one series.
/// public  All three parts are the 1,080 scenarios of the public score: 30 windows each of six series.
/// unseen  The test is these; training and validation are the two halves of the other series.
class SpotWorkload : public Workload {
 public:
  /// Throws InputError for options that do not fit the trace.
  SpotWorkload(MarketTrace trace, SpotOptions options);
  const WorkloadSummary& summary() const override { return summary_; }
  /// Jobs from all over all series; of the public set, these.
  std::vector<ScenarioPtr> scenarios() const override;
  Suite suite() const override;

 private:
  struct Stretch {
    const Place* place;
    double from;  ///< share of the series
    double to;
  };
  std::vector<Stretch> everywhere() const;
  std::vector<Instance> jobs_in(const std::vector<Stretch>& stretches, const std::string& part) const;
  std::vector<Instance> published() const;
  std::vector<ScenarioPtr> made(const std::vector<Instance>& jobs, const std::string& part) const;

  MarketTrace trace_;
  SpotOptions options_;
  std::int64_t needed_ = 0;  ///< ticks that a job may have to see
  WorkloadSummary summary_;
};

}  // namespace syswright::spot
