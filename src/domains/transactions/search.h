#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "domains/transactions/workload.h"

namespace syswright::transactions {

struct SearchOptions {
  std::uint64_t seed = 1;
  std::uint64_t iterations = 200'000;  ///< moves that are tried
  std::stop_token stop;
};

/// An order of small makespan by simulated annealing: from the order of the greedy rule, transactions are moved to
/// another place or swapped, and the order is placed again from the first place that changed on, until it is surely too
/// long. Of equal makespans the one with the smaller mean end is better. The best order met is returned; with the same
/// options it is always the same. About 1 µs a move for 100 transactions.
/// Source of the method: Kirkpatrick, Gelatt and Vecchi, "Optimization by Simulated Annealing", Science 220, 1983.
std::vector<std::uint32_t> search_order(const Instance& batch, const SearchOptions& options);

/// Least growth of the makespan first, of equals the one that came first: every transaction that is left is tried.
std::vector<std::uint32_t> greedy_order(const Instance& batch);

/// Makespan of an order. O(n^2).
std::int32_t makespan_of(const Instance& batch, const std::vector<std::uint32_t>& order);

}  // namespace syswright::transactions
