#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "domains/expert_placement/layer.h"

namespace syswright::expert_placement {

/// A whole placement: how many replicas of each expert each GPU holds.
struct Plan {
  std::vector<std::uint32_t> replicas;           ///< [experts]
  std::vector<std::vector<std::uint32_t>> held;  ///< [gpus]: experts, one entry a replica
};

/// Replica counts: from one each, the expert with the largest load for each replica gets the next, `slots` in all, at
/// most `most` each while that can be kept.
std::vector<std::uint32_t> replicate_largest(const Loads& loads, std::uint32_t slots, std::uint32_t most);

/// Expert e and its replicas in turn: GPU by GPU, in the order of their numbers; spare replicas to the first experts.
Plan place_in_turn(const Cluster& cluster);

/// The largest share first, each to the GPU with least load that has a free slot, over all GPUs.
Plan place_globally(const Cluster& cluster, const Loads& loads);

/// Groups to nodes, the heaviest first, to the node with least load that has room for a group; then replicas within
/// each node, and from there to its GPUs as place_globally does. Needs as many groups a node and as many slots for them
/// on each; where the numbers do not divide it places globally. Source: the expert-parallel load balancer published
/// with DeepSeek-V3, as described there.
Plan place_by_group(const Cluster& cluster, const Loads& loads);

struct SearchOptions {
  std::uint64_t rounds = 2'000;  ///< exchanges that may be made
  std::stop_token stop;
};

/// From place_globally: exchanges two replicas, one of them on the most loaded GPU, as long as that lowers its load and
/// leaves the other GPU below it: the exchange that leaves the lower larger load of both.
Plan place_by_exchange(const Cluster& cluster, const Loads& loads, const SearchOptions& options);

/// Mean of the remembered steps, later ones counting more: weights 8, 4, 2, 1.
Loads smoothed(const Instance& layer);

/// Load that the most loaded GPU has at least, however experts are replicated and placed: the mean, and the least T for
/// which every expert can be split into replicas of at most T with the slots that there are.
double least_largest_load(const Cluster& cluster, const Loads& loads);

}  // namespace syswright::expert_placement
