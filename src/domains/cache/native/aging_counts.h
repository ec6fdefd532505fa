#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "domains/cache/requests.h"

namespace syswright::cache {

/// How often objects were requested lately, as TinyLFU counts it: counters that stop at 15, all halved from time to
/// time. Kept for each object exactly, where a deployed cache keeps a count-min sketch: what is measured is the
/// policy, not the sketch's collisions. Halving is put off until a counter is looked at, so every call is O(1).
/// Source: Einziger, Friedman and Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", ACM ToS 13(4), 2017.
class AgingCounts {
 public:
  explicit AgingCounts(std::size_t objects) : counts_(objects) {}

  void add(Object object) { counts_[object] = {std::min(of(object) + 1, most), era_}; }
  void halve() { ++era_; }
  std::uint32_t of(Object object) const {
    const Count& count = counts_[object];
    return count.value >> std::min<std::uint32_t>(era_ - count.era, 31);
  }
  void prefetch(Object object) const { __builtin_prefetch(&counts_[object], 1); }

 private:
  static constexpr std::uint32_t most = 15;
  struct Count {
    std::uint32_t value = 0;
    std::uint32_t era = 0;  ///< in which the value was right
  };
  std::vector<Count> counts_;
  std::uint32_t era_ = 0;
};

}  // namespace syswright::cache
