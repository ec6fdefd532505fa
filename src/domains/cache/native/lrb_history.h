#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "domains/cache/native/boosted_trees.h"

namespace syswright::cache {

/// What LRB knows of one object, in one cache line: its last request, the gaps between the last eight, ten
/// exponentially decayed counts of requests (by half in 2^10 to 2^19 requests), the number of requests and the size.
/// Gaps and the age are in requests and enter the features as logarithms, two steps to a doubling; counts four.
/// Source: Song, Berger, Li and Lloyd, "Learning Relaxed Belady for Content Distribution Network Caching", NSDI 2020,
/// section 4.2, with 8 of its 32 gaps.
class alignas(64) LrbHistory {
 public:
  static constexpr std::size_t gap_count = 7;
  static constexpr std::size_t decay_count = 10;
  /// Age, gaps from the latest, counts from the quickest decay, size, requests.
  static constexpr std::size_t feature_count = 1 + gap_count + decay_count + 2;
  static constexpr std::uint8_t missing = BoostedTrees::bins - 1;
  using Features = std::array<std::uint8_t, feature_count>;

  std::uint32_t sample = 0;  ///< for LrbSamples: 1 + its open row, or 0

  bool known() const { return requests_ > 0; }
  std::uint64_t last() const { return last_; }
  void forget() { requests_ = 0; }

  /// now  number of the request, above last() if the object is known
  void request(std::uint64_t now, std::uint32_t size) {
    if (!known()) {
      gaps_.fill(missing);
      decayed_.fill(1);
    } else {
      for (std::size_t i = gap_count; i-- > 1;) gaps_[i] = gaps_[i - 1];
      gaps_[0] = step_of(static_cast<float>(now - last_), 2);
      decay(static_cast<float>(now - last_));
    }
    last_ = now;
    ++requests_;
    size_ = step_of(static_cast<float>(size), 2);
  }

  Features features(std::uint64_t now) const {
    Features result;
    std::size_t at = 0;
    result[at++] = step_of(static_cast<float>(now - last_), 2);
    for (const std::uint8_t gap : gaps_) result[at++] = gap;
    for (const float count : decayed_) result[at++] = step_of(count, 4);
    result[at++] = size_;
    result[at++] = step_of(static_cast<float>(requests_), 4);
    return result;
  }

  /// Logarithm of a number, `steps` (2 or 4) to a doubling, straight within a doubling; 0 below 1.
  static std::uint8_t step_of(float value, unsigned steps) {
    const unsigned shift = steps == 2 ? 22 : 21;
    const auto bits = std::bit_cast<std::uint32_t>(std::max(value, 1.0f)) >> shift;
    return static_cast<std::uint8_t>(std::min<std::uint32_t>(bits - (127u << (23 - shift)), missing));
  }

 private:
  void decay(float gap) {
    // A decay over half as many requests is the square of the next.
    float factor = std::exp2(-gap / 524288.0f);
    for (std::size_t i = decay_count; i-- > 0; factor *= factor) decayed_[i] = 1 + decayed_[i] * factor;
  }

  std::uint32_t requests_ = 0;
  std::uint64_t last_ = 0;
  std::array<float, decay_count> decayed_{};
  std::array<std::uint8_t, gap_count> gaps_{};
  std::uint8_t size_ = 0;
};
static_assert(sizeof(LrbHistory) == 64);

}  // namespace syswright::cache
