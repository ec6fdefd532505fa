#pragma once

#include <array>

#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// Segmented LRU, four segments of a quarter of the capacity each (rounded down). A hit lifts an object to the young
/// end of the next segment; a segment that overflows hands its oldest objects down to the one below. A new object goes
/// to the lowest segment with room, or to the lowest; victims are the oldest of the lowest segment that has objects.
/// With sizes, a hit can also evict: objects that come down may overflow the lowest segment. An object larger than a
/// segment is bypassed. O(1) amortised with equal sizes.
/// Source: Karedla, Love and Wherry, "Caching Strategies to Improve Disk System Performance", IEEE Computer 27(3),
/// 1994; four equal segments as in Huang et al., "An Analysis of Facebook Photo Caching" (S4LRU), SOSP 2013.
template <typename Sizes>
class Slru {
 public:
  explicit Slru(const Setup& setup)
      : segments_(setup.objects),
        sizes_(setup.objects),
        capacity_(setup.capacity),
        segment_capacity_(setup.capacity < segment_count ? 1 : setup.capacity / segment_count) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (segments_.contains(object)) {
      lift(request, object, listener);
      return Reply::hit;
    }
    if (size > segment_capacity_) return Reply::bypassed;
    while (total() + size > capacity_) evict(request, listener);
    sizes_.set(object, size);
    enter(object, lowest_with_room(size));
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { segments_.prefetch(object); }
  void prefetch_near(Object object) const { segments_.prefetch_neighbours(object); }

 private:
  static constexpr std::size_t segment_count = 4;
  struct Node : Links {
    std::uint8_t segment = 0;
  };

  std::uint64_t total() const { return used_[0] + used_[1] + used_[2] + used_[3]; }

  std::size_t lowest_with_room(std::uint32_t size) const {
    for (std::size_t segment = 0; segment < segment_count; ++segment) {
      if (used_[segment] + size <= segment_capacity_) return segment;
    }
    return 0;
  }
  void enter(Object object, std::size_t segment) {
    segments_[object].segment = static_cast<std::uint8_t>(segment);
    used_[segment] += sizes_.of(object);
    segments_.push_front(object, segment);
  }
  void move(Object object, std::size_t segment) {
    used_[segments_[object].segment] -= sizes_.of(object);
    segments_.remove(object);
    enter(object, segment);
  }
  template <typename Listener>
  void lift(std::uint64_t request, Object object, Listener& listener) {
    const std::size_t segment = segments_[object].segment;
    if (segment + 1 == segment_count) {
      segments_.move_to_front(object, segment);
      return;
    }
    move(object, segment + 1);
    bool lowest_grew = false;
    for (std::size_t upper = segment + 1; upper > 0; --upper) {
      while (used_[upper] > segment_capacity_) {
        move(segments_.back(upper), upper - 1);
        lowest_grew = upper == 1;
      }
    }
    // Only objects of unequal sizes can come to this: what comes down is larger than what went up.
    while (lowest_grew && used_[0] > segment_capacity_) evict(request, listener);
  }
  template <typename Listener>
  void evict(std::uint64_t request, Listener& listener) {
    std::size_t segment = 0;
    while (segments_.empty(segment)) ++segment;
    const Object victim = segments_.back(segment);
    used_[segment] -= sizes_.of(victim);
    segments_.remove(victim);
    listener.evicted(request, victim);
  }

  Lists<segment_count, Node> segments_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t segment_capacity_;
  std::array<std::uint64_t, segment_count> used_{};
};

}  // namespace syswright::cache
