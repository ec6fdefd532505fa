#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "domains/cache/requests.h"

namespace syswright::cache {

/// Estimates how often an object was asked for of late: a count-min sketch of four rows of 4-bit counters, all four
/// counters of an object in one line of the processor's cache, with conservative update. All counters are halved after
/// ten requests for each object that the cache is expected to hold, so that what is old counts less.
/// Estimates are 0 to 15, never below the count of the current period up to 15, and above it by collisions.
/// Memory: 8 to 16 bytes for each object that the cache is expected to hold.
/// Source: Einziger, Friedman and Manes, "TinyLFU", ACM Transactions on Storage 13(4), 2017.
class FrequencySketch {
 public:
  FrequencySketch() = default;
  explicit FrequencySketch(std::uint64_t expected_objects)
      : lines_(std::bit_ceil(std::max<std::uint64_t>(expected_objects / 8, 1))),
        period_(10 * std::max<std::uint64_t>(expected_objects, 1)) {}

  void count(std::uint64_t key) {
    const std::uint64_t hash = mix64(key);
    Line& line = lines_[line_of(hash)];
    const std::uint32_t least = least_of(line, hash);
    if (least < 15) {
      for (unsigned row = 0; row < 4; ++row) {
        const unsigned shift = shift_of(hash, row);
        std::uint64_t& word = line[word_of(hash, row)];
        if ((word >> shift & 15) == least) word += std::uint64_t{1} << shift;
      }
    }
    if (++counted_ == period_) halve();
  }

  std::uint32_t estimate(std::uint64_t key) const {
    const std::uint64_t hash = mix64(key);
    return least_of(lines_[line_of(hash)], hash);
  }

 private:
  /// Two words of sixteen counters a row.
  struct alignas(64) Line : std::array<std::uint64_t, 8> {};

  std::size_t line_of(std::uint64_t hash) const { return hash >> 20 & (lines_.size() - 1); }
  /// Five bits of the hash a row pick one of its 32 counters.
  static unsigned word_of(std::uint64_t hash, unsigned row) { return 2 * row + (hash >> (5 * row) & 1); }
  static unsigned shift_of(std::uint64_t hash, unsigned row) { return hash >> (5 * row + 1) << 2 & 60; }

  static std::uint32_t least_of(const Line& line, std::uint64_t hash) {
    std::uint64_t least = 15;
    for (unsigned row = 0; row < 4; ++row) {
      least = std::min(least, line[word_of(hash, row)] >> shift_of(hash, row) & 15);
    }
    return static_cast<std::uint32_t>(least);
  }

  void halve() {
    for (Line& line : lines_) {
      for (std::uint64_t& word : line) word = word >> 1 & 0x7777777777777777u;
    }
    counted_ = 0;
  }

  std::vector<Line> lines_;
  std::uint64_t period_ = 0;
  std::uint64_t counted_ = 0;
};

}  // namespace syswright::cache
