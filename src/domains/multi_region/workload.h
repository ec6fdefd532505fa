#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/domain.h"
#include "domains/multi_region/options.h"
#include "domains/multi_region/trace.h"

namespace syswright::multi_region {

class MultiRegionDomain : public Domain {
 public:
  MultiRegionDomain();
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  const std::shared_ptr<const policy::Signature>& signature() const override;
  std::span<const Metric> metrics() const override { return metrics_; }
  std::span<const Baseline> baselines() const override { return baselines_; }
  std::span<const Option> options() const override { return multi_region_options(); }
  std::span<const std::string> exemplars() const override;
  std::span<const Cheat> cheats() const override;
  bool draws_timelines() const override { return true; }
  std::unique_ptr<Workload> open(const ScenarioRequest& request) const override;

 private:
  std::string name_ = "multi_region";
  std::string summary_ = "a job with a deadline that may move: which region, spot or on demand, and where to probe";
  std::vector<Metric> metrics_;
  std::vector<Baseline> baselines_;
};

/// Regions once read. One scenario for each set of regions, deadline and checkpoint.
///
/// split  Time is cut in halves, where nobody measured if there is such a stretch, else in the middle. Training jobs
///        lie in the first quarter, validation jobs in the second, test jobs in the second half. No tick is in two
///        parts, and no job meets the stretch that was not measured. Numbered windows are parted by their numbers in
///        the same way.
/// zones  The same times; training and validation in every second region by name, the test in the others.
/// all    All three parts are the same jobs, from the whole trace.
///
/// A few weeks hold few markets that differ: where one region is cheap and there throughout the first half, waiting for
/// it is the best that can be learnt. So training and validation jobs of four regions or more also run in varied ones,
/// sorted by price: without the cheapest third; and with the availability of each that of the one a quarter, a half and
/// three quarters of the list behind it.
class MultiRegionWorkload : public Workload {
 public:
  /// Throws InputError for options that do not fit the trace.
  MultiRegionWorkload(RegionTrace trace, EgressTable egress, MultiRegionOptions options);
  const WorkloadSummary& summary() const override { return summary_; }
  std::vector<ScenarioPtr> scenarios() const override;
  Suite suite() const override;

 private:
  enum class Part { train, validation, test, all };
  struct Start {
    const Episode* episode;
    std::size_t tick;
  };
  struct Choice {
    std::vector<std::size_t> regions;
    std::vector<std::size_t> availability;  ///< of which region each has it: its own, unless they are exchanged
    std::string name;                       ///< of the variation, if it is one: ", without the cheapest third"
  };
  std::vector<std::size_t> regions_of(const std::string& choice, Part part) const;
  std::vector<Choice> practice_of(const std::vector<std::size_t>& regions) const;
  std::vector<Start> starts(Part part, std::size_t needed) const;
  std::vector<ScenarioPtr> made(Part part) const;
  void add(const Choice& choice, Part part, std::vector<ScenarioPtr>& scenarios) const;

  RegionTrace trace_;
  EgressTable egress_;
  MultiRegionOptions options_;
  WorkloadSummary summary_;
};

}  // namespace syswright::multi_region
