#pragma once

#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// Second chance: a queue in order of arrival with one bit an object, set by a hit. At an eviction, objects at the old
/// end whose bit is set lose it and go to the young end; the first without it leaves. O(1) amortised.
/// Source: Corbató, "A Paging Experiment with the Multics System", MIT Project MAC, 1968.
template <typename Sizes>
class Clock {
 public:
  explicit Clock(const Setup& setup) : queue_(setup.objects), sizes_(setup.objects), capacity_(setup.capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (queue_.contains(object)) {
      queue_[object].referenced = true;
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) evict(request, listener);
    used_ += size;
    sizes_.set(object, size);
    queue_[object].referenced = false;
    queue_.push_front(object);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { queue_.prefetch(object); }

 private:
  struct Node : Links {
    bool referenced = false;
  };

  template <typename Listener>
  void evict(std::uint64_t request, Listener& listener) {
    Object victim = queue_.back();
    while (queue_[victim].referenced) {
      queue_[victim].referenced = false;
      queue_.move_to_front(victim);
      victim = queue_.back();
    }
    used_ -= sizes_.of(victim);
    queue_.remove(victim);
    listener.evicted(request, victim);
  }

  Lists<1, Node> queue_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
};

}  // namespace syswright::cache
