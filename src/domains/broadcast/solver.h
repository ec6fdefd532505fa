#pragma once

#include <cstddef>

#include "domains/broadcast/plan.h"

namespace syswright::broadcast {

/// A plan near the best there is, and how near.
struct Solution {
  Plan plan;
  PlanCost cost;
  double lower_bound = 0;   ///< dollars: no plan costs less
  double least_egress = 0;  ///< dollars: of the cheapest tree for all partitions
  std::size_t trees = 0;    ///< that were considered
};

struct SolverOptions {
  std::size_t rounds = 400;  ///< of the fractional problem
  std::size_t pool = 96;     ///< trees that the search combines
  std::size_t shakes = 16;   ///< times that the search starts anew from its best plan, changed by chance
};

/// Bound and plan by one decomposition into trees.
///
/// In the fractional problem partitions may be split at will and limits shared at will, so that a plan is a mixture of
/// trees, and its time is the longest that a link, a region's intake or a region's output is busy. For any weights over
/// these that sum to 1, the weighted mean of busy times is at most that time; so egress + rent at the weighted mean,
/// minimised over all trees exactly by SteinerTable, is a lower bound on the cost of every plan. Multiplicative weights
/// find good weights, and on the way the trees of which a good mixture consists.
/// The plan is searched among whole partitions of these trees and of neighbouring ones at its true cost: partitions
/// move from one tree to another while that helps. Deterministic. O(rounds) Steiner tables and some 10^5 plan costs:
/// about 0.5 s for 6 of 71 regions. Source: Plotkin, Shmoys and Tardos, Mathematics of Operations Research 20(2), 1995
/// (the weights).
Solution solve(const Order& order, const SolverOptions& options = {});

Plan balanced_plan(const Order& order);

}  // namespace syswright::broadcast
