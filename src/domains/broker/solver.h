#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <stop_token>

#include "domains/broker/reduced.h"

namespace syswright::broker {

/// A plan, and what is proved of it.
struct Solution {
  Plan plan;                                               ///< empty: none was found
  double total = std::numeric_limits<double>::infinity();  ///< of the plan, as the objective counts
  double bound = 0;                                        ///< no plan comes to less
  bool proved = false;                                     ///< the plan is the best
  std::uint64_t nodes = 0;                                 ///< that were looked at
};

struct SolverOptions {
  std::uint64_t nodes = 5'000;  ///< that branch and bound, and after it branch and cut, may look at
  std::stop_token stop;         ///< what is returned after a stop is not to be used
};

/// The best plan of a chain, by dynamic programming over the tasks. O(tasks * K²) for K choices a task. Nothing if the
/// job is no chain. Source: Yang et al., SkyPilot, NSDI 2023, section 4.2.
std::optional<Solution> solve_chain(const Reduced& problem);

/// The best plan of any DAG, depth first in the order of the tasks, best choice first.
///
/// Bound on the money to come: each task counts the edge from one parent, the one that sends it most, and the trees
/// that are left have exact least costs; the edges from parents that are placed already count in full. Bound on the
/// time: of every placed task, the longest way to the end with each task's own best choice. Both are exact where every
/// task has one parent and only one of money and time counts. Exponential at worst.
Solution branch_and_bound(const Reduced& problem, const SolverOptions& options);

/// The best plan of any DAG as a mixed integer programme, by branch and cut (CBC). Binary: the choice of each task. For
/// each edge a flow from region to region, whose sums are the choices' at both ends: on trees the relaxation is exact.
/// Where time counts, the end of each task follows those of its parents. Exact to 10^-6 of the result.
/// below: only better plans are wanted; `plan` is empty where there is none, and `bound` at most that.
/// Source: the same, section 4.2 (the programme; its flows were between placements).
Solution solve_by_cbc(const Reduced& problem, const SolverOptions& options,
                      double below = std::numeric_limits<double>::infinity());

/// The bound of that programme's linear relaxation.
double relaxed_bound(const Reduced& problem);

/// A chain by dynamic programming; another DAG by branch and bound, and where that does not end by branch and cut.
Solution solve(const Situation& situation, const SolverOptions& options);

}  // namespace syswright::broker
