#include "domains/expert_placement/plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace syswright::expert_placement {
namespace {

/// Experts, one entry a replica, by share, largest first, of equals by number.
std::vector<std::uint32_t> by_share(const std::vector<std::uint32_t>& experts, const Loads& loads,
                                    const std::vector<std::uint32_t>& replicas) {
  std::vector<std::uint32_t> order;
  for (const std::uint32_t expert : experts) order.insert(order.end(), replicas[expert], expert);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return loads[a] / replicas[a] > loads[b] / replicas[b]; });
  return order;
}

/// Packs replicas on GPUs [first, first + count).
void pack(const std::vector<std::uint32_t>& order, const Cluster& cluster, const Loads& loads, std::uint32_t first,
          std::uint32_t count, Plan& plan) {
  std::vector<double> load(count);
  for (const std::uint32_t expert : order) {
    std::uint32_t best = count;
    for (std::uint32_t gpu = 0; gpu < count; ++gpu) {
      if (plan.held[first + gpu].size() < cluster.slots && (best == count || load[gpu] < load[best])) best = gpu;
    }
    plan.held[first + best].push_back(expert);
    load[best] += loads[expert] / plan.replicas[expert];
  }
}

std::vector<std::uint32_t> all_experts(const Cluster& cluster) {
  std::vector<std::uint32_t> experts(cluster.experts);
  std::iota(experts.begin(), experts.end(), 0u);
  return experts;
}

}  // namespace

std::vector<std::uint32_t> replicate_largest(const Loads& loads, std::uint32_t slots, std::uint32_t most) {
  std::vector<std::uint32_t> replicas(loads.size(), 1);
  for (auto given = static_cast<std::uint32_t>(loads.size()); given < slots; ++given) {
    std::size_t best = loads.size();
    for (std::size_t i = 0; i < loads.size(); ++i) {
      if (replicas[i] >= most && given < most * loads.size()) continue;
      if (best == loads.size() || loads[i] / replicas[i] > loads[best] / replicas[best]) best = i;
    }
    ++replicas[best];
  }
  return replicas;
}

Plan place_in_turn(const Cluster& cluster) {
  Plan plan{std::vector<std::uint32_t>(cluster.experts, 1), std::vector<std::vector<std::uint32_t>>(cluster.gpus)};
  for (std::uint32_t slot = 0; slot < cluster.all_slots(); ++slot) {
    const std::uint32_t expert = slot % cluster.experts;
    if (slot >= cluster.experts) ++plan.replicas[expert];
    plan.held[slot % cluster.gpus].push_back(expert);
  }
  return plan;
}

Plan place_globally(const Cluster& cluster, const Loads& loads) {
  Plan plan{replicate_largest(loads, cluster.all_slots(), cluster.gpus),
            std::vector<std::vector<std::uint32_t>>(cluster.gpus)};
  pack(by_share(all_experts(cluster), loads, plan.replicas), cluster, loads, 0, cluster.gpus, plan);
  return plan;
}

Plan place_by_group(const Cluster& cluster, const Loads& loads) {
  if (cluster.groups % cluster.nodes != 0) return place_globally(cluster, loads);
  const std::uint32_t of_a_node = cluster.groups / cluster.nodes;
  const std::uint32_t of_a_group = cluster.experts / cluster.groups;
  const std::uint32_t gpus = cluster.gpus / cluster.nodes;
  std::vector<double> weight(cluster.groups);
  for (std::uint32_t expert = 0; expert < cluster.experts; ++expert) weight[cluster.group_of(expert)] += loads[expert];
  std::vector<std::uint32_t> groups(cluster.groups);
  std::iota(groups.begin(), groups.end(), 0u);
  std::stable_sort(groups.begin(), groups.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return weight[a] > weight[b]; });
  std::vector<std::vector<std::uint32_t>> experts(cluster.nodes);
  std::vector<double> load(cluster.nodes);
  for (const std::uint32_t group : groups) {
    std::uint32_t best = cluster.nodes;
    for (std::uint32_t node = 0; node < cluster.nodes; ++node) {
      const bool room = experts[node].size() < of_a_node * of_a_group;
      if (room && (best == cluster.nodes || load[node] < load[best])) best = node;
    }
    load[best] += weight[group];
    for (std::uint32_t i = 0; i < of_a_group; ++i) experts[best].push_back(group * of_a_group + i);
  }
  Plan plan{std::vector<std::uint32_t>(cluster.experts), std::vector<std::vector<std::uint32_t>>(cluster.gpus)};
  for (std::uint32_t node = 0; node < cluster.nodes; ++node) {
    Loads here;
    for (const std::uint32_t expert : experts[node]) here.push_back(loads[expert]);
    const std::vector<std::uint32_t> replicas = replicate_largest(here, gpus * cluster.slots, cluster.gpus);
    for (std::size_t i = 0; i < here.size(); ++i) plan.replicas[experts[node][i]] = replicas[i];
    pack(by_share(experts[node], loads, plan.replicas), cluster, loads, node * gpus, gpus, plan);
  }
  return plan;
}

Plan place_by_exchange(const Cluster& cluster, const Loads& loads, const SearchOptions& options) {
  Plan plan = place_globally(cluster, loads);
  const auto share = [&](std::uint32_t expert) { return loads[expert] / plan.replicas[expert]; };
  std::vector<double> load(cluster.gpus);
  for (std::uint32_t gpu = 0; gpu < cluster.gpus; ++gpu) {
    for (const std::uint32_t expert : plan.held[gpu]) load[gpu] += share(expert);
  }
  for (std::uint64_t round = 0; round < options.rounds && !options.stop.stop_requested(); ++round) {
    const auto top = static_cast<std::uint32_t>(std::max_element(load.begin(), load.end()) - load.begin());
    double least = load[top] * (1 - 1e-12);
    std::uint32_t with = cluster.gpus;
    std::size_t out = 0;
    std::size_t in = 0;
    for (std::uint32_t gpu = 0; gpu < cluster.gpus; ++gpu) {
      if (gpu == top) continue;
      for (std::size_t i = 0; i < plan.held[top].size(); ++i) {
        for (std::size_t j = 0; j < plan.held[gpu].size(); ++j) {
          const double moved = share(plan.held[top][i]) - share(plan.held[gpu][j]);
          const double larger = std::max(load[top] - moved, load[gpu] + moved);
          if (moved <= 0 || larger >= least) continue;
          least = larger;
          with = gpu;
          out = i;
          in = j;
        }
      }
    }
    if (with == cluster.gpus) break;
    const double moved = share(plan.held[top][out]) - share(plan.held[with][in]);
    std::swap(plan.held[top][out], plan.held[with][in]);
    load[top] -= moved;
    load[with] += moved;
  }
  return plan;
}

Loads smoothed(const Instance& layer) {
  Loads loads(layer.cluster.experts);
  double weight = 8;
  for (const Loads& past : layer.past) {
    for (std::size_t i = 0; i < loads.size(); ++i) loads[i] += weight / 15 * past[i];
    weight /= 2;
  }
  return loads;
}

double least_largest_load(const Cluster& cluster, const Loads& loads) {
  const double mean = std::accumulate(loads.begin(), loads.end(), 0.0) / cluster.gpus;
  double low = 0;
  double high = *std::max_element(loads.begin(), loads.end());
  // `low` never can be kept, `high` always.
  for (int halving = 0; halving < 60 && low < high; ++halving) {
    const double middle = (low + high) / 2;
    double replicas = 0;
    for (const double load : loads) replicas += middle > 0 ? std::max(1.0, std::ceil(load / middle)) : 1e18;
    (replicas > cluster.all_slots() ? low : high) = middle;
  }
  return std::max(mean, low);
}

}  // namespace syswright::expert_placement
