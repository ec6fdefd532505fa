#pragma once

#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// SIEVE: a queue in order of arrival with one bit an object, set by a hit, and a hand that walks from the old end to
/// the young one and round again. At an eviction the hand clears set bits as it passes and takes the first object
/// without one; objects keep their places. O(1) amortised. Until the hand has gone round once it evicts what LFU
/// evicts.
/// Source: Zhang, Yang, Yue, Vigfusson and Rashmi, "SIEVE is Simpler than LRU", NSDI 2024, algorithm 1.
template <typename Sizes>
class Sieve {
 public:
  explicit Sieve(const Setup& setup)
      : queue_(setup.objects), sizes_(setup.objects), capacity_(setup.capacity), hand_(queue_.end()) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (queue_.contains(object)) {
      queue_[object].visited = true;
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) evict(request, listener);
    used_ += size;
    sizes_.set(object, size);
    queue_[object].visited = false;
    queue_.push_front(object);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { queue_.prefetch(object); }

 private:
  struct Node : Links {
    bool visited = false;
  };

  template <typename Listener>
  void evict(std::uint64_t request, Listener& listener) {
    Object victim = hand_ == queue_.end() ? queue_.back() : hand_;
    while (queue_[victim].visited) {
      queue_[victim].visited = false;
      victim = queue_[victim].previous;
      if (victim == queue_.end()) victim = queue_.back();
    }
    hand_ = queue_[victim].previous;
    used_ -= sizes_.of(victim);
    queue_.remove(victim);
    listener.evicted(request, victim);
  }

  Lists<1, Node> queue_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
  Object hand_;  ///< where the next walk begins; the end of the queue: at its old end
};

}  // namespace syswright::cache
