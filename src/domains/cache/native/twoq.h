#pragma once

#include "domains/cache/native/setup.h"
#include "domains/cache/native/sized_queues.h"
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
    if (remembered) queues_.take_out(object);
    if (size > capacity_) return Reply::bypassed;
    while (queues_.used(in) + queues_.used(main) + size > capacity_) evict(request, listener);
    queues_.set_size(object, size);
    queues_.put(object, remembered ? main : in);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { queues_.prefetch(object); }
  void prefetch_near(Object object) const { queues_.prefetch_neighbours(object); }

 private:
  enum Queue : std::uint8_t { in, main, out };
  struct Node : Links {
    Queue queue = in;
  };

  template <typename Listener>
  void evict(std::uint64_t request, Listener& listener) {
    const Queue queue = queues_.used(in) > in_capacity_ || queues_.empty(main) ? in : main;
    const Object victim = queues_.back(queue);
    queues_.take_out(victim);
    listener.evicted(request, victim);
    if (queue == in) remember(victim);
  }
  void remember(Object object) {
    if (queues_.size_of(object) > out_capacity_) return;
    while (queues_.used(out) + queues_.size_of(object) > out_capacity_) queues_.take_out(queues_.back(out));
    queues_.put(object, out);
  }

  SizedQueues<3, Sizes, Node> queues_;
  std::uint64_t capacity_;
  std::uint64_t in_capacity_;
  std::uint64_t out_capacity_;
};

}  // namespace syswright::cache
