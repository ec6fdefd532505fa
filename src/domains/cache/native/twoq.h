#pragma once

#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// 2Q, full version: new objects pass through a FIFO queue (a quarter of the capacity); those that leave it are
/// remembered in a second FIFO of names (half the capacity); an object asked for while remembered enters the main LRU
/// queue. A hit in the first queue changes nothing. O(1) amortised.
/// Source: Johnson and Shasha, "2Q: A Low Overhead High Performance Buffer Management Replacement Algorithm", VLDB
/// 1994.
template <typename Sizes>
class TwoQ {
 public:
  explicit TwoQ(const Setup& setup)
      : queues_(setup.objects),
        sizes_(setup.objects),
        capacity_(setup.capacity),
        in_capacity_(share_of(setup.capacity, 0.25)),
        out_capacity_(share_of(setup.capacity, 0.5)) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (queues_.contains(object)) {
      if (queues_[object].queue == main) {
        queues_.move_to_front(object, main);
        return Reply::hit;
      }
      if (queues_[object].queue == in) return Reply::hit;
    }
    const bool remembered = queues_.contains(object);
    if (remembered) take_out(object);
    if (size > capacity_) return Reply::bypassed;
    while (used_[in] + used_[main] + size > capacity_) evict(request, listener);
    sizes_.set(object, size);
    put(object, remembered ? main : in);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { queues_.prefetch(object); }
  void prefetch_near(Object object) const { queues_.prefetch_neighbours(object); }

 private:
  enum Queue : std::uint8_t { in, main, out };
  struct Node : Links {
    Queue queue = in;
  };

  void put(Object object, Queue queue) {
    queues_[object].queue = queue;
    used_[queue] += sizes_.of(object);
    queues_.push_front(object, queue);
  }
  void take_out(Object object) {
    used_[queues_[object].queue] -= sizes_.of(object);
    queues_.remove(object);
  }
  template <typename Listener>
  void evict(std::uint64_t request, Listener& listener) {
    const Queue queue = used_[in] > in_capacity_ || queues_.empty(main) ? in : main;
    const Object victim = queues_.back(queue);
    take_out(victim);
    listener.evicted(request, victim);
    if (queue == in) remember(victim);
  }
  void remember(Object object) {
    if (sizes_.of(object) > out_capacity_) return;
    while (used_[out] + sizes_.of(object) > out_capacity_) take_out(queues_.back(out));
    put(object, out);
  }

  Lists<3, Node> queues_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t in_capacity_;
  std::uint64_t out_capacity_;
  std::uint64_t used_[3] = {};
};

}  // namespace syswright::cache
