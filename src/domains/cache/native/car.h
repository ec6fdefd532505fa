#pragma once

#include <algorithm>

#include "domains/cache/native/setup.h"
#include "domains/cache/native/sized_queues.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// CAR: ARC with two clocks in place of its LRU queues, so that a hit only sets a bit. At an eviction the hand of the
/// clock that holds more than its target takes the first object without the bit; objects with it lose it and go to
/// the second clock. Names of what left each clock adapt the target as in ARC. With sizes, shares and targets are
/// bytes. O(1) amortised.
/// Source: Bansal and Modha, "CAR: Clock with Adaptive Replacement", FAST 2004, figure 2.
template <typename Sizes>
class Car {
 public:
  explicit Car(const Setup& setup) : queues_(setup.objects), capacity_(setup.capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    const bool known = queues_.contains(object);
    Node& node = queues_[object];
    if (known && (node.queue == once || node.queue == often)) {
      node.referenced = true;
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (queues_.used(once) + queues_.used(often) + size > capacity_) evict(request, listener);
    if (known) {
      adapt(node.queue);
      queues_.take_out(object);
    } else {
      forget(size);
    }
    queues_.set_size(object, size);
    node.referenced = false;
    queues_.put(object, known ? often : once);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { queues_.prefetch(object); }

 private:
  enum Queue : std::uint8_t { once, often, once_gone, often_gone };  // T1, T2, B1, B2 of the paper
  struct Node : Links {
    Queue queue = once;
    bool referenced = false;
  };

  template <typename Listener>
  void evict(std::uint64_t request, Listener& listener) {
    while (true) {
      const bool first = queues_.empty(often) ||
                         (!queues_.empty(once) && static_cast<double>(queues_.used(once)) >= std::max(1.0, target_));
      const Object oldest = queues_.back(first ? once : often);
      bool& referenced = queues_[oldest].referenced;
      queues_.take_out(oldest);
      if (!referenced) {
        queues_.put(oldest, first ? once_gone : often_gone);
        listener.evicted(request, oldest);
        return;
      }
      referenced = false;
      queues_.put(oldest, often);
    }
  }
  /// A name in `queue` was asked for: its clock should have held more.
  void adapt(Queue queue) {
    const auto once_names = static_cast<double>(queues_.used(once_gone));
    const auto often_names = static_cast<double>(queues_.used(often_gone));
    target_ = queue == once_gone
                  ? std::min(target_ + std::max(1.0, often_names / once_names), static_cast<double>(capacity_))
                  : std::max(target_ - std::max(1.0, once_names / often_names), 0.0);
  }
  /// Names that are too many beside a new object.
  void forget(std::uint32_t size) {
    while (queues_.used(once) + queues_.used(once_gone) + size > capacity_ && !queues_.empty(once_gone)) {
      queues_.take_out(queues_.back(once_gone));
    }
    while (queues_.used(once) + queues_.used(often) + queues_.used(once_gone) + queues_.used(often_gone) + size >
               2 * capacity_ &&
           !queues_.empty(often_gone)) {
      queues_.take_out(queues_.back(often_gone));
    }
  }

  SizedQueues<4, Sizes, Node> queues_;
  std::uint64_t capacity_;
  double target_ = 0;  ///< p of the paper: what the first clock should hold
};

}  // namespace syswright::cache
