#pragma once

#include <cstdint>
#include <vector>

namespace syswright::trace {

/// Inverse of the cumulative distribution of Zipf's law: the weight of rank r is 1 / r^alpha.
///
/// Exact: answers the smallest rank whose cumulative weight, summed in doubles from rank 1 up, exceeds the given one. A
/// guide table brings the search near its answer, so that a draw costs O(1) expected instead of O(log ranks).
/// Source of the guide table: Chen and Asau, "On Generating Random Variates from an Empirical Distribution", AIIE
/// Transactions 6(2), 1974.
class Zipf {
 public:
  /// ranks at least 1, alpha at least 0 (0: uniform). O(ranks) time; 12 bytes a rank.
  Zipf(std::uint32_t ranks, double alpha);

  double total_weight() const { return cumulative_.back(); }
  std::uint32_t ranks() const { return static_cast<std::uint32_t>(cumulative_.size()); }
  /// Rank, from 1, at `weight` in [0, total_weight()).
  std::uint32_t rank_at(double weight) const;

 private:
  std::vector<double> cumulative_;
  std::vector<std::uint32_t> guide_;  ///< [cell] first rank (from 0) whose cumulative weight exceeds the cell's low end
  double cells_per_weight_ = 0;
};

}  // namespace syswright::trace
