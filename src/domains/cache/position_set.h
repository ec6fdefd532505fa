#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace syswright::cache {

/// A set of numbers below a limit that gives its largest member: a tree of bits of fan-out 64. O(log64 limit) an
/// operation; a bit of memory, and a sixty-third of one, for each number below the limit.
class PositionSet {
 public:
  explicit PositionSet(std::size_t limit) {
    do {
      limit = (limit + 63) / 64;
      levels_.emplace_back(limit);
    } while (limit > 1);
  }

  bool contains(std::size_t position) const { return (levels_[0][position / 64] >> (position % 64) & 1) != 0; }
  void insert(std::size_t position) {
    for (std::vector<std::uint64_t>& level : levels_) {
      std::uint64_t& word = level[position / 64];
      const bool was_empty = word == 0;
      word |= std::uint64_t{1} << (position % 64);
      if (!was_empty) return;
      position /= 64;
    }
  }
  void erase(std::size_t position) {
    for (std::vector<std::uint64_t>& level : levels_) {
      std::uint64_t& word = level[position / 64];
      word &= ~(std::uint64_t{1} << (position % 64));
      if (word != 0) return;
      position /= 64;
    }
  }
  bool empty() const { return levels_.back()[0] == 0; }
  /// Undefined for an empty set.
  std::size_t largest() const {
    std::size_t position = 0;
    for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
      position = position * 64 + 63 - static_cast<std::size_t>(std::countl_zero((*level)[position]));
    }
    return position;
  }

 private:
  std::vector<std::vector<std::uint64_t>> levels_;  ///< a bit of level l says that a word of level l - 1 is not 0
};

}  // namespace syswright::cache
