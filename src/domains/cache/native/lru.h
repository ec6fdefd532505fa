#pragma once

#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// Least recently used: the object whose last request is oldest leaves. O(1) a request.
/// Source: Mattson, Gecsei, Slutz and Traiger, "Evaluation Techniques for Storage Hierarchies", IBM Systems Journal
/// 9(2), 1970.
template <typename Sizes>
class Lru {
 public:
  explicit Lru(const Setup& setup) : queue_(setup.objects), sizes_(setup.objects), capacity_(setup.capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (queue_.contains(object)) {
      queue_.move_to_front(object);
      return Reply::hit;
    }
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
  bool contains(Object object) const { return queue_.contains(object); }
  void prefetch_far(Object object) const { queue_.prefetch(object); }
  void prefetch_near(Object object) const { queue_.prefetch_neighbours(object); }

 private:
  Lists<1> queue_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
};

}  // namespace syswright::cache
