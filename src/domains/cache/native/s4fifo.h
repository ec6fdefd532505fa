#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "base/random.h"
#include "domains/cache/native/filtered_fifo.h"

namespace syswright::cache {

/// The settings that S4-FIFO chooses among, S3-FIFO's first: from the published ranges, smaller and larger filters with
/// and without skipped hits, and long memories that ask for a second return.
inline constexpr std::array<FilterKnobs, 8> s4fifo_settings{{
    {},
    {.small_share = 0.05, .hits_to_move = 1},
    {.skipped_share = 0.25, .hits_to_move = 1},
    {.small_share = 0.2, .skipped_share = 0.25},
    {.small_share = 0.4, .skipped_share = 0.25},
    {.small_share = 0.9, .hits_to_move = 1},
    {.names_share = 6, .returns_to_move = 2},
    {.small_share = 0.05, .names_share = 3, .skipped_share = 0.25, .returns_to_move = 2},
}};

struct S4FifoPace {
  std::uint64_t least_requests = 8192;  ///< between two choices, and
  std::uint64_t turnovers = 4;          ///< at least so many for each resident
  std::uint64_t rarest = 16;            ///< one object in so many at most is played in miniature
};

/// S4-FIFO: S3-FIFO whose constants are knobs (filtered_fifo.h), turned once in a while to the setting that suits the
/// workload. Published, a model trained beforehand on thousands of traces chooses from what the queues have seen; here
/// each setting is played in miniature, by one object in 16 (more in caches below 1,024 objects) in as much smaller a
/// cache, and the one that missed least lately is taken where it missed 1 % less than the present one. O(settings) a
/// request at worst, O(1) + settings / 16 usually.
/// Source: Xia et al., "Learning-Augmented Heuristics: Simple, yet Smart, Robust and Interpretable Cache Eviction",
/// OSDI 2026, section 4 (queues and knobs); miniatures: Waldspurger et al., "Cache Modeling and Optimization using
/// Miniature Simulations", USENIX ATC 2017.
template <typename Sizes>
class S4Fifo {
 public:
  explicit S4Fifo(const Setup& setup, const S4FifoPace& pace = {})
      : cache_(setup), pace_(pace), mask_(rarity(setup.capacity) - 1), numbers_(setup.objects, nowhere) {
    Setup miniature{.capacity = std::max<std::uint64_t>(1, setup.capacity / rarity(setup.capacity))};
    for (Object object = 0; object < setup.objects; ++object) {
      if (sampled(object)) numbers_[object] = static_cast<Object>(miniature.objects++);
    }
    for (const FilterKnobs& knobs : s4fifo_settings) {
      miniatures_.emplace_back(miniature);
      miniatures_.back().turn(knobs);
    }
  }

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (sampled(object)) play(request, numbers_[object], size);
    if (++requests_ >= std::max(pace_.least_requests, pace_.turnovers * cache_.residents())) choose();
    return cache_.request(request, object, size, listener);
  }
  void prefetch_far(Object object) const { cache_.prefetch_far(object); }
  std::size_t setting() const { return setting_; }

 private:
  std::uint64_t rarity(std::uint64_t capacity) const {
    return std::clamp<std::uint64_t>(std::bit_floor(capacity / 64), 1, pace_.rarest);
  }
  bool sampled(Object object) const { return (mix64(object) & mask_) == 0; }

  void play(std::uint64_t request, Object number, std::uint32_t size) {
    NoListener nobody;
    for (std::size_t i = 0; i < miniatures_.size(); ++i) {
      misses_[i] += miniatures_[i].request(request, number, size, nobody) != Reply::hit;
    }
  }
  /// What was seen before counts half as much as what came since.
  void choose() {
    requests_ = 0;
    for (std::size_t i = 0; i < misses_.size(); ++i) {
      recent_[i] = recent_[i] / 2 + misses_[i];
      misses_[i] = 0;
    }
    const auto best = static_cast<std::size_t>(std::min_element(recent_.begin(), recent_.end()) - recent_.begin());
    if (100 * recent_[best] >= 99 * recent_[setting_]) return;
    setting_ = best;
    cache_.turn(s4fifo_settings[best]);
  }

  FilteredFifo<Sizes, true> cache_;
  S4FifoPace pace_;
  std::uint64_t mask_;
  std::vector<Object> numbers_;  ///< [objects] of those in the miniatures
  std::vector<FilteredFifo<Sizes, true>> miniatures_;
  std::array<std::uint64_t, s4fifo_settings.size()> misses_{};
  std::array<std::uint64_t, s4fifo_settings.size()> recent_{};
  std::uint64_t requests_ = 0;
  std::size_t setting_ = 0;
};

}  // namespace syswright::cache
