#pragma once

#include <limits>
#include <vector>

#include "base/random.h"
#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// Hyperbolic caching: of a random sample of 64 residents, the one with the fewest requests for each request's worth of
/// time since it came leaves, of equals the one that came first. Sizes do not matter. Where there are at most 64
/// residents all are looked at. O(1) a request, 64 candidates an eviction. Source: Blankstein, Sen and Freedman,
/// "Hyperbolic Caching: Flexible Caching for Web Applications", USENIX ATC 2017.
template <typename Sizes>
class Hyperbolic {
 public:
  explicit Hyperbolic(const Setup& setup)
      : places_(setup.objects, nowhere),
        sizes_(setup.objects),
        capacity_(setup.capacity),
        draws_(Random(setup.seed, "hyperbolic").next()) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (places_[object] != nowhere) {
      residents_[places_[object]].count += 1;
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) {
      const Object victim = evict(choose(request));
      listener.evicted(request, victim);
    }
    used_ += size;
    sizes_.set(object, size);
    places_[object] = static_cast<Object>(residents_.size());
    residents_.push_back({object, 1, request});
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { __builtin_prefetch(&places_[object], 1); }
  void prefetch_near(Object object) const {
    if (places_[object] != nowhere) __builtin_prefetch(&residents_[places_[object]], 1);
  }

 private:
  static constexpr std::uint64_t samples = 64;
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  struct Resident {
    Object object = nowhere;
    double count = 0;
    std::uint64_t since = 0;
  };

  std::size_t choose(std::uint64_t now) {
    const bool all = residents_.size() <= samples;
    std::size_t victim = 0;
    double least = infinity;
    for (std::uint64_t i = 0; i < (all ? residents_.size() : samples); ++i) {
      const std::size_t place = all ? i : ((mix64(draws_++) >> 32) * residents_.size()) >> 32;
      const double rate = residents_[place].count / static_cast<double>(now - residents_[place].since);
      if (rate > least || (rate == least && residents_[place].since >= residents_[victim].since)) continue;
      least = rate;
      victim = place;
    }
    return victim;
  }
  Object evict(std::size_t place) {
    const Object object = residents_[place].object;
    used_ -= sizes_.of(object);
    places_[object] = nowhere;
    if (place + 1 != residents_.size()) {
      residents_[place] = residents_.back();
      places_[residents_[place].object] = static_cast<Object>(place);
    }
    residents_.pop_back();
    return object;
  }

  std::vector<Resident> residents_;
  std::vector<Object> places_;  ///< [objects] index into residents_
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
  std::uint64_t draws_;
};

}  // namespace syswright::cache
