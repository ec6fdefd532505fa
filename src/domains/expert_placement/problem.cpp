#include "domains/expert_placement/problem.h"

#include <fmt/format.h>

#include <filesystem>
#include <numeric>

#include "base/file.h"
#include "base/text.h"
#include "domain/options.h"
#include "domains/expert_placement/auditor.h"
#include "domains/expert_placement/expert_placement.h"
#include "domains/expert_placement/plan.h"

namespace syswright::expert_placement {

std::unique_ptr<const Domain> make_expert_placement_domain() { return std::make_unique<InstanceDomain<Problem>>(); }

std::span<const Metric> Problem::metrics() {
  static const std::vector<Metric> metrics{
      {"idle_share", number_dimension, true,
       "share of their time that GPUs wait for the busiest one in the next step, mean over the layers: 1 - "
       "balancedness"},
      {"idle_share_now", number_dimension, true, "the same with the loads on which the placement was decided"},
      {"group_spread", number_dimension, true, "nodes on which a group of experts has replicas, mean"}};
  return metrics;
}

std::span<const Option> Problem::options() {
  static const std::vector<Option> options{
      {"layers", "20", "layers that are generated where no workload is given, 3 to 1,000"},
      {"steps", "4", "steps of each layer, the last of which is only judged by, 2 to 1,000"},
      {"experts", "256", "experts of a generated layer, 1 to 4,096"},
      {"gpus", "32", "GPUs, 1 to 1,024"},
      {"slots", "9", "replicas that a GPU holds, 1 to 200"},
      {"nodes", "4", "nodes, which divide the GPUs evenly"},
      {"groups", "8", "groups, which divide the experts evenly"},
      {"effort", "2000", "exchanges that the baseline 'exchange' makes in each layer, up to 10^9"},
  };
  return options;
}

void Problem::digest(const Instance& layer, DigestBuilder& digest) {
  const Cluster& cluster = layer.cluster;
  digest.add(cluster.experts).add(cluster.gpus).add(cluster.slots).add(cluster.nodes).add(cluster.groups);
  for (const Loads& past : layer.past) digest.add_column(std::span<const double>(past));
  digest.add_column(std::span<const double>(layer.next));
}

std::vector<double> Problem::worst(const Instance& layer) { return {1, 1, static_cast<double>(layer.cluster.nodes)}; }

std::vector<Bound> Problem::bounds(const Instance& layer) {
  const double mean = std::accumulate(layer.next.begin(), layer.next.end(), 0.0) / layer.cluster.gpus;
  const double least = least_largest_load(layer.cluster, layer.next);
  // Rounding of the sums behind an idle share of nearly nothing must not pass the bound.
  return {{"largest share", 0, least == 0 ? 0 : std::max(0.0, 1 - mean / least - 1e-12), true,
           "every GPU holds a mean load, and no replica less than its expert's load over the replicas that the slots "
           "allow, with the next step's loads known"}};
}

std::vector<double> Problem::audit(const Instance& layer, std::span<const DecisionLog::Record> records,
                                   Violations& violations) {
  return audit_layer(layer, records, violations);
}

std::unique_ptr<Workload> Problem::open(const ScenarioRequest& request) {
  const OptionValues values(name, options(), request);
  if (!request.format.empty() && request.format != "csv") {
    throw InputError(fmt::format("the domain 'expert_placement' reads the format 'csv', not '{}'", request.format));
  }
  const auto count = [&](std::string_view option, std::uint64_t low, std::uint64_t high) {
    return static_cast<std::uint32_t>(values.count(option, low, high));
  };
  const Cluster cluster{count("experts", 1, 4096), count("gpus", 1, 1024), count("slots", 1, 200),
                        count("nodes", 1, 1024), count("groups", 1, 4096)};
  const std::uint64_t layers = values.count("layers", 3, 1'000);
  const std::uint64_t steps = values.count("steps", 2, 1'000);
  WorkloadSummary summary;
  std::vector<InstanceGroup<Problem>> groups;
  if (request.workload.empty()) {
    check(cluster);
    summary.name = fmt::format("generated loads, seed {}", request.seed);
    for (const Drift drift : {Drift::slow, Drift::bursty}) {
      InstanceGroup<Problem>& group = groups.emplace_back(InstanceGroup<Problem>{std::string(to_string(drift)), {}});
      for (std::uint64_t layer = 0; layer < layers; ++layer) {
        for (Instance& one : generate({drift, request.seed, layer, steps, cluster})) {
          one.number = group.instances.size();
          group.instances.push_back(std::move(one));
        }
      }
    }
  } else {
    summary.name = std::filesystem::path(request.workload).filename().string();
    groups.push_back({"all layers", read_loads(read_file(request.workload), request.workload, cluster)});
  }
  std::uint64_t instances = 0;
  for (const InstanceGroup<Problem>& group : groups) instances += group.instances.size();
  const Cluster& used = groups[0].instances[0].cluster;
  summary.facts = {{"layers and steps", with_thousands(instances)},
                   {"experts", std::to_string(used.experts)},
                   {"slots", fmt::format("{} on {} GPUs", used.all_slots(), used.gpus)}};
  return std::make_unique<InstanceWorkload<Problem>>(std::move(summary), std::move(groups), request.seed,
                                                     values.count("effort", 1, 1'000'000'000));
}

}  // namespace syswright::expert_placement
