#pragma once

#include <vector>

#include "domains/cache/native/lists.h"

namespace syswright::cache {

/// Objects by how often they were requested: those of one count stand in one queue, in the order in which they reached
/// it, and the queues in the order of their counts. O(1) an operation; insert() besides passes the queues of lower
/// counts. A copy is independent.
/// Source: Shah, Mitra and Matani, "An O(1) Algorithm for Implementing the LFU Cache Eviction Scheme", 2010.
class CountQueues {
 public:
  explicit CountQueues(std::size_t objects) : nodes_(objects), queues_(1) { queues_[0].lower = queues_[0].higher = 0; }

  bool contains(Object object) const { return nodes_[object].queue != none; }
  bool empty() const { return queues_[0].higher == 0; }
  std::uint64_t count(Object object) const { return queues_[nodes_[object].queue].count; }
  /// Of the lowest count, the one that reached it first, or last. There must be one.
  Object oldest_of_lowest() const { return queues_[queues_[0].higher].oldest; }
  Object youngest_of_lowest() const { return queues_[queues_[0].higher].youngest; }

  void insert(Object object, std::uint64_t count) {
    std::uint32_t lower = 0;
    while (queues_[lower].higher != 0 && queues_[queues_[lower].higher].count < count) lower = queues_[lower].higher;
    join(object, lower, count);
  }
  /// One request more.
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
  void remove(Object object) {
    leave(object);
    nodes_[object].queue = none;
  }

  void prefetch(Object object) const { __builtin_prefetch(&nodes_[object], 1); }
  /// Fetches what promote() and remove() will write beside the object, which should have been fetched already.
  void prefetch_neighbours(Object object) const {
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
};

}  // namespace syswright::cache
