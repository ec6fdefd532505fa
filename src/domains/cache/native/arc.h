#pragma once

#include <algorithm>

#include "domains/cache/native/setup.h"
#include "domains/cache/native/sized_queues.h"
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
  explicit Arc(const Setup& setup) : queues_(setup.objects), capacity_(setup.capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    const Origin origin = look_up(object);
    if (origin == Origin::resident) return Reply::hit;
    if (size > capacity_) return Reply::bypassed;
    while (queues_.used(once) + queues_.used(often) + size > capacity_) {
      if (origin == Origin::unknown) {
        make_room_for_new(request, size, listener);
      } else {
        replace(request, origin, listener);
      }
    }
    queues_.set_size(object, size);
    queues_.put(object, origin == Origin::unknown ? once : often);
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
      queues_.take_out(object);
      queues_.put(object, often);
      return Origin::resident;
    }
    const auto once_names = static_cast<double>(queues_.used(once_gone));
    const auto often_names = static_cast<double>(queues_.used(often_gone));
    if (queue == once_gone) {
      target_ = std::min(target_ + std::max(often_names / once_names, 1.0), static_cast<double>(capacity_));
    } else {
      target_ = std::max(target_ - std::max(once_names / often_names, 1.0), 0.0);
    }
    queues_.take_out(object);
    return queue == once_gone ? Origin::once_gone : Origin::often_gone;
  }

  template <typename Listener>
  void make_room_for_new(std::uint64_t request, std::uint32_t size, Listener& listener) {
    if (queues_.used(once) + queues_.used(once_gone) + size > capacity_) {
      if (queues_.empty(once_gone)) {
        evict(request, once, listener);
        return;
      }
      queues_.take_out(queues_.back(once_gone));
    } else if (queues_.used(once) + queues_.used(once_gone) + queues_.used(often) + queues_.used(often_gone) >=
                   2 * capacity_ &&
               !queues_.empty(often_gone)) {
      queues_.take_out(queues_.back(often_gone));
    }
    replace(request, Origin::unknown, listener);
  }

  /// One object leaves the queue that exceeds its target, and its name is remembered.
  template <typename Listener>
  void replace(std::uint64_t request, Origin origin, Listener& listener) {
    const auto held = static_cast<double>(queues_.used(once));
    const bool from_once =
        !queues_.empty(once) && (held > target_ || (held == target_ && origin == Origin::often_gone));
    const Queue queue = from_once || queues_.empty(often) ? once : often;
    const Object victim = evict(request, queue, listener);
    queues_.put(victim, queue == once ? once_gone : often_gone);
  }
  template <typename Listener>
  Object evict(std::uint64_t request, Queue queue, Listener& listener) {
    const Object victim = queues_.back(queue);
    queues_.take_out(victim);
    listener.evicted(request, victim);
    return victim;
  }

  SizedQueues<4, Sizes, Node> queues_;
  std::uint64_t capacity_;
  double target_ = 0;  ///< p of the paper: what the first queue should hold
};

}  // namespace syswright::cache
