#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "domains/model_placement/fleet.h"

namespace syswright::model_placement {

/// Where each model lies: [models] of GPU numbers.
using Placement = std::vector<std::uint32_t>;

/// The largest pressure of any GPU, or infinity where one is overfull.
double largest_pressure(const Instance& fleet, const Placement& placement);

struct ExactOptions {
  std::uint64_t nodes = 1'000'000;  ///< completions of a GPU that may be tried in all
  std::stop_token stop;
};

struct ExactResult {
  Placement placement;  ///< the best found; empty if none was
  double pressure = 0;  ///< its largest; infinite if none was found
  double bound = 0;     ///< no placement has a lower one
  bool proved = false;  ///< pressure and bound differ by one part in 10^9 at most
};

/// The placement whose most pressed GPU is least pressed.
///
/// A threshold K on the pressure can be kept if and only if items of size demand + K * memory can be packed into as
/// many bins of capacity K * capacity as there are GPUs. K is bisected between a bound and the best placement; each
/// packing is decided by filling one bin after another: the largest item that is left and a set that completes it, such
/// that the room lost so far never passes what all items together leave. Sets of items that are known not to fit are
/// remembered. Exponential at worst; some milliseconds for 18 models on 9 GPUs. Source of bin completion: Korf, "A New
/// Algorithm for Optimal Bin Packing", AAAI 2002.
ExactResult place_exactly(const Instance& fleet, const ExactOptions& options);

/// Models by `order`, each to the GPU with the least pressure: before it comes, or with it. A model that fits nowhere
/// leaves the placement empty.
enum class Greedy { before, after };
Placement place_greedily(const Instance& fleet, const std::vector<std::uint32_t>& order, Greedy greedy);

/// Models by demand, largest first, of equals the first.
std::vector<std::uint32_t> by_demand(const Instance& fleet);

}  // namespace syswright::model_placement
