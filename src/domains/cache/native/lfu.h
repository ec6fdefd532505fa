#pragma once

#include "domains/cache/native/count_queues.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// Least frequently used: the object with the fewest requests since it was taken in leaves, of equals the one that
/// reached that number first. Counts end with an eviction. O(1) a request.
/// Source: Shah, Mitra and Matani, "An O(1) Algorithm for Implementing the LFU Cache Eviction Scheme", 2010.
template <typename Sizes>
class Lfu {
 public:
  explicit Lfu(const Setup& setup) : queues_(setup.objects), sizes_(setup.objects), capacity_(setup.capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (queues_.contains(object)) {
      queues_.promote(object);
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) {
      const Object victim = queues_.oldest_of_lowest();
      used_ -= sizes_.of(victim);
      queues_.remove(victim);
      listener.evicted(request, victim);
    }
    used_ += size;
    sizes_.set(object, size);
    queues_.insert(object, 1);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { queues_.prefetch(object); }
  void prefetch_near(Object object) const { queues_.prefetch_neighbours(object); }

 private:
  CountQueues queues_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
};

}  // namespace syswright::cache
