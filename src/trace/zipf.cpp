#include "trace/zipf.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace syswright::trace {

Zipf::Zipf(std::uint32_t ranks, double alpha) : cumulative_(ranks), guide_(ranks) {
  assert(ranks > 0 && alpha >= 0);
  double sum = 0;
  for (std::uint32_t i = 0; i < ranks; ++i) {
    const double rank = i + 1.0;
    sum += alpha == 1 ? 1.0 / rank : std::pow(rank, -alpha);
    cumulative_[i] = sum;
  }
  cells_per_weight_ = ranks / sum;
  std::uint32_t rank = 0;
  for (std::uint32_t cell = 0; cell < ranks; ++cell) {
    while (rank + 1 < ranks && cumulative_[rank] <= cell / cells_per_weight_) ++rank;
    guide_[cell] = rank;
  }
}

std::uint32_t Zipf::rank_at(double weight) const {
  const auto cell = static_cast<std::size_t>(weight * cells_per_weight_);
  std::uint32_t rank = guide_[std::min(cell, guide_.size() - 1)];
  // The cell is found with rounding, so the answer may also lie just before its first rank.
  while (rank > 0 && cumulative_[rank - 1] > weight) --rank;
  while (rank + 1 < cumulative_.size() && cumulative_[rank] <= weight) ++rank;
  return rank + 1;
}

}  // namespace syswright::trace
