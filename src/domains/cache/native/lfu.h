#pragma once

#include <vector>

#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// Least frequently used: the object with the fewest requests since it was taken in leaves, of equals the one that
/// reached that number first. Counts end with an eviction. O(1) a request: objects of one count stand in one queue,
/// and the queues in order of their counts.
/// Source: Shah, Mitra and Matani, "An O(1) Algorithm for Implementing the LFU Cache Eviction Scheme", 2010.
template <typename Sizes>
class Lfu {
 public:
  explicit Lfu(const Setup& setup)
      : nodes_(setup.objects), queues_(1), sizes_(setup.objects), capacity_(setup.capacity) {
    queues_[0].lower = queues_[0].higher = 0;
  }

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (nodes_[object].queue != none) {
      promote(object);
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) {
      const Object victim = queues_[queues_[0].higher].oldest;
      used_ -= sizes_.of(victim);
      leave(victim);
      nodes_[victim].queue = none;
      listener.evicted(request, victim);
    }
    used_ += size;
    sizes_.set(object, size);
    join(object, 0, 1);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { __builtin_prefetch(&nodes_[object], 1); }
  void prefetch_near(Object object) const {
    const Node& node = nodes_[object];
    if (node.queue == none) return;
    if (node.previous != nowhere) __builtin_prefetch(&nodes_[node.previous], 1);
    if (node.next != nowhere) __builtin_prefetch(&nodes_[node.next], 1);
  }

 private:
  static constexpr std::uint32_t none = 0;

  struct Node : Links {  // previous is older, next younger, within a queue
    std::uint32_t queue = none;
  };
  /// Queue 0 is the end of the ring of queues: below the lowest count and above the highest.
  struct Queue {
    std::uint64_t count = 0;
    std::uint32_t lower = 0;
    std::uint32_t higher = 0;
    Object oldest = nowhere;
    Object youngest = nowhere;
  };

  void promote(Object object) {
    const std::uint32_t queue = nodes_[object].queue;
    const std::uint64_t count = queues_[queue].count + 1;
    const bool alone = queues_[queue].oldest == queues_[queue].youngest;
    if (alone && queues_[queues_[queue].higher].count != count) {
      queues_[queue].count = count;  // the queue rises with its only object
      return;
    }
    const std::uint32_t lower = alone ? queues_[queue].lower : queue;
    leave(object);
    join(object, lower, count);
  }

  /// Appends to the queue of `count`, which is, or comes to stand, just above `lower`.
  void join(Object object, std::uint32_t lower, std::uint64_t count) {
    std::uint32_t queue = queues_[lower].higher;
    if (queue == 0 || queues_[queue].count != count) queue = make_queue(lower, count);
    Queue& joined = queues_[queue];
    Node& node = nodes_[object];
    node.previous = joined.youngest;
    node.next = nowhere;
    node.queue = queue;
    (joined.youngest == nowhere ? joined.oldest : nodes_[joined.youngest].next) = object;
    joined.youngest = object;
  }

  void leave(Object object) {
    const Node& node = nodes_[object];
    Queue& left = queues_[node.queue];
    (node.previous == nowhere ? left.oldest : nodes_[node.previous].next) = node.next;
    (node.next == nowhere ? left.youngest : nodes_[node.next].previous) = node.previous;
    if (left.oldest == nowhere) drop_queue(node.queue);
  }

  std::uint32_t make_queue(std::uint32_t lower, std::uint64_t count) {
    std::uint32_t queue;
    if (spare_.empty()) {
      queue = static_cast<std::uint32_t>(queues_.size());
      queues_.emplace_back();
    } else {
      queue = spare_.back();
      spare_.pop_back();
    }
    const std::uint32_t higher = queues_[lower].higher;
    queues_[queue] = {count, lower, higher, nowhere, nowhere};
    queues_[lower].higher = queues_[higher].lower = queue;
    return queue;
  }
  void drop_queue(std::uint32_t queue) {
    queues_[queues_[queue].lower].higher = queues_[queue].higher;
    queues_[queues_[queue].higher].lower = queues_[queue].lower;
    spare_.push_back(queue);
  }

  std::vector<Node> nodes_;
  std::vector<Queue> queues_;
  std::vector<std::uint32_t> spare_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
};

}  // namespace syswright::cache
