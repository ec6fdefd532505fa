#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/domain.h"
#include "domains/tiering/options.h"
#include "domains/tiering/setup.h"

namespace syswright::tiering {

/// The tiering domain: decisions, metrics and baselines, and the source of its workloads.
class TieringDomain : public Domain {
 public:
  TieringDomain();
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  const std::shared_ptr<const policy::Signature>& signature() const override;
  std::span<const Metric> metrics() const override { return metrics_; }
  std::span<const Baseline> baselines() const override { return baselines_; }
  std::span<const Option> options() const override { return tiering_options(); }
  std::span<const std::string> exemplars() const override;
  std::span<const Cheat> cheats() const override;
  bool draws_timelines() const override { return true; }
  std::unique_ptr<Workload> open(const ScenarioRequest& request) const override;

 private:
  std::string name_ = "tiering";
  std::string summary_ = "pages of a program in fast and slow memory, seen through samples: which ones change places";
  std::vector<Metric> metrics_;
  std::vector<Baseline> baselines_;
};

/// Runs once recorded. One scenario for each run and size of fast memory. The first half of the ticks trains, the next
/// quarter validates, the last is the test; each part begins as first touch has left the pages by then.
class TieringWorkload : public Workload {
 public:
  /// Throws InputError for a run that is too short.
  TieringWorkload(std::vector<PageRun> runs, TieringOptions options);
  const WorkloadSummary& summary() const override { return summary_; }
  std::vector<ScenarioPtr> scenarios() const override;
  Suite suite() const override;

 private:
  struct Recorded {
    std::shared_ptr<const PageRun> run;
    std::shared_ptr<const Samples> samples;
  };
  /// from, to: shares of each run.
  std::vector<ScenarioPtr> part(double from, double to, const std::string& name) const;

  std::vector<Recorded> runs_;
  TieringOptions options_;
  WorkloadSummary summary_;
};

}  // namespace syswright::tiering
