#pragma once

#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// First in, first out: a hit changes nothing. O(1) a request.
template <typename Sizes>
class Fifo {
 public:
  explicit Fifo(const Setup& setup) : queue_(setup.objects), sizes_(setup.objects), capacity_(setup.capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (queue_.contains(object)) return Reply::hit;
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) {
      const Object victim = queue_.back();
      used_ -= sizes_.of(victim);
      queue_.remove(victim);
      listener.evicted(request, victim);
    }
    used_ += size;
    sizes_.set(object, size);
    queue_.push_front(object);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { queue_.prefetch(object); }

 private:
  Lists<1> queue_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
};

}  // namespace syswright::cache
