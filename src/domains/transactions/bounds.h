#pragma once

#include <cstdint>

#include "domains/transactions/workload.h"

namespace syswright::transactions {

/// Ticks that every order of a batch needs.
struct MakespanBounds {
  std::int32_t longest = 0;  ///< the longest transaction
  /// Of transactions that all conflict with each other, the one placed directly behind another starts at least their
  /// separation later. The cheapest way to give each one a successor bounds every order of them: an assignment problem.
  /// Sets tried: for each of the keys with most writers, those that write it, and these with all that conflict with all
  /// of them; transactions that make the bound worse are dropped while that helps.
  std::int32_t chain = 0;
  std::int32_t best() const { return longest > chain ? longest : chain; }
};

/// O(n^3) for each set of n transactions; sets are cut at 300.
MakespanBounds makespan_bounds(const Instance& batch);

}  // namespace syswright::transactions
