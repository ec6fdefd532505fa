#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/configurable.h"
#include "domain/domain.h"
#include "domains/llm_serving/configurations.h"
#include "domains/llm_serving/options.h"
#include "domains/llm_serving/request.h"

namespace syswright::llm_serving {

/// The serving domain: decisions, metrics and baselines, and the reader of its workloads.
class ServingDomain : public Domain, public Configurable {
 public:
  ServingDomain();
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  const std::shared_ptr<const policy::Signature>& signature() const override;
  std::span<const Metric> metrics() const override;
  std::span<const Baseline> baselines() const override { return baselines_; }
  std::span<const Option> options() const override { return serving_options(); }
  std::span<const std::string> exemplars() const override;
  std::span<const Cheat> cheats() const override;
  bool draws_timelines() const override { return true; }
  std::unique_ptr<Workload> open(const ScenarioRequest& request) const override;
  std::span<const Option> limits() const override { return configuration_limits(); }
  std::string usual_policy() const override { return "least_outstanding"; }
  tune::Space configurations(const ScenarioRequest& request, const Values& limits) const override {
    return serving_configurations(request, limits);
  }
  Values configuration(const ScenarioRequest& request, const tune::Space& space,
                       const tune::Point& point) const override {
    return serving_configuration(request, space, point);
  }

 private:
  std::string name_ = "llm_serving";
  std::string summary_ = "replicas of a language model: routing, admission, order, preemption, scaling";
  std::vector<Baseline> baselines_;
};

/// Requests `from` to `to` - 1, as a workload of their own that begins at `start` seconds of the old one. O(to - from),
/// and a copy of their prefix blocks.
RequestsPtr cut_requests(const Requests& requests, std::size_t from, std::size_t to, double start = 0);

/// Requests once read or made: one list, or one for each seed. One scenario for each list, rate and cluster.
///
/// The suite: of at least 4 seeds the first half trains, the next quarter validates, the last quarter tests. Otherwise
/// each list is cut in time, half, quarter and quarter of its span; every part begins with an idle cluster.
class ServingWorkload : public Workload {
 public:
  struct Part {
    RequestsPtr requests;
    std::string name;  ///< "seed 3"; empty: there is one
  };
  ServingWorkload(WorkloadSummary summary, std::vector<Part> parts, ServingOptions options, std::uint64_t seed);

  const WorkloadSummary& summary() const override { return summary_; }
  std::vector<ScenarioPtr> scenarios() const override;
  Suite suite() const override;

 private:
  std::vector<ScenarioPtr> made(const std::vector<Part>& parts) const;
  /// From share `from` to share `to` of the time.
  std::vector<Part> in_time(double from, double to, const std::string& name) const;

  WorkloadSummary summary_;
  std::vector<Part> parts_;
  ServingOptions options_;
  std::uint64_t seed_;
};

}  // namespace syswright::llm_serving
