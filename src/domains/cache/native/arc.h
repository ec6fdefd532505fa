#pragma once

#include <algorithm>

#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// ARC: two LRU queues, of objects asked for once and more often, each with a queue of the names that left it. A
/// request for a remembered name moves the target share of the first queue towards the side that would have kept it.
/// With sizes, shares and targets are bytes. O(1) amortised.
/// Source: Megiddo and Modha, "ARC: A Self-Tuning, Low Overhead Replacement Cache", FAST 2003, figure 4; where it says
/// that the first queue and its names hold c pages, the sum here may fall short of c by less than one object.
template <typename Sizes>
class Arc {
 public:
  explicit Arc(const Setup& setup) : queues_(setup.objects), sizes_(setup.objects), capacity_(setup.capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    const Origin origin = look_up(object);
    if (origin == Origin::resident) return Reply::hit;
    if (size > capacity_) return Reply::bypassed;
    while (used_[once] + used_[often] + size > capacity_) {
      if (origin == Origin::unknown) {
        make_room_for_new(request, size, listener);
      } else {
        replace(request, origin, listener);
      }
    }
    sizes_.set(object, size);
    put(object, origin == Origin::unknown ? once : often);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { queues_.prefetch(object); }
  void prefetch_near(Object object) const { queues_.prefetch_neighbours(object); }

 private:
  enum Queue : std::uint8_t { once, often, once_gone, often_gone };  // T1, T2, B1, B2 of the paper
  enum class Origin { unknown, resident, once_gone, often_gone };
  struct Node : Links {
    Queue queue = once;
  };

  /// Moves a resident to where a hit puts it; adapts the target on a remembered name and forgets the name.
  Origin look_up(Object object) {
    if (!queues_.contains(object)) return Origin::unknown;
    const Queue queue = queues_[object].queue;
    if (queue == once || queue == often) {
      take_out(object);
      put(object, often);
      return Origin::resident;
    }
    const auto once_names = static_cast<double>(used_[once_gone]);
    const auto often_names = static_cast<double>(used_[often_gone]);
    if (queue == once_gone) {
      target_ = std::min(target_ + std::max(often_names / once_names, 1.0), static_cast<double>(capacity_));
    } else {
      target_ = std::max(target_ - std::max(once_names / often_names, 1.0), 0.0);
    }
    take_out(object);
    return queue == once_gone ? Origin::once_gone : Origin::often_gone;
  }

  template <typename Listener>
  void make_room_for_new(std::uint64_t request, std::uint32_t size, Listener& listener) {
    if (used_[once] + used_[once_gone] + size > capacity_) {
      if (queues_.empty(once_gone)) {
        evict(request, once, listener);
        return;
      }
      take_out(queues_.back(once_gone));
    } else if (used_[once] + used_[once_gone] + used_[often] + used_[often_gone] >= 2 * capacity_ &&
               !queues_.empty(often_gone)) {
      take_out(queues_.back(often_gone));
    }
    replace(request, Origin::unknown, listener);
  }

  /// One object leaves the queue that exceeds its target, and its name is remembered.
  template <typename Listener>
  void replace(std::uint64_t request, Origin origin, Listener& listener) {
    const auto held = static_cast<double>(used_[once]);
    const bool from_once =
        !queues_.empty(once) && (held > target_ || (held == target_ && origin == Origin::often_gone));
    const Queue queue = from_once || queues_.empty(often) ? once : often;
    const Object victim = evict(request, queue, listener);
    put(victim, queue == once ? once_gone : often_gone);
  }
  template <typename Listener>
  Object evict(std::uint64_t request, Queue queue, Listener& listener) {
    const Object victim = queues_.back(queue);
    take_out(victim);
    listener.evicted(request, victim);
    return victim;
  }
  void put(Object object, Queue queue) {
    queues_[object].queue = queue;
    used_[queue] += sizes_.of(object);
    queues_.push_front(object, queue);
  }
  void take_out(Object object) {
    used_[queues_[object].queue] -= sizes_.of(object);
    queues_.remove(object);
  }

  Lists<4, Node> queues_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_[4] = {};
  double target_ = 0;  ///< p of the paper: what the first queue should hold
};

}  // namespace syswright::cache
