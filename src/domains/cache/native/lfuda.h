#pragma once

#include <compare>
#include <vector>

#include "domains/cache/native/indexed_heap.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// LFU with dynamic aging: the object with the lowest priority leaves, of equals the one requested longest ago.
/// Priority, set at each request: requests since insertion + age of the cache; the age is the priority of the last
/// victim, so that objects popular long ago do not stay for ever. O(log residents) a request.
/// Source: Arlitt, Cherkasova, Dilley, Friedrich and Jin, "Evaluating Content Management Techniques for Web Proxy
/// Caches", ACM SIGMETRICS PER 27(4), 2000.
template <typename Sizes>
class LfuDa {
 public:
  explicit LfuDa(const Setup& setup)
      : heap_(setup.objects), count_(setup.objects), sizes_(setup.objects), capacity_(setup.capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (heap_.contains(object)) {
      heap_.raise_key(object, {++count_[object] + age_, request});
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) {
      const Object victim = heap_.top();
      age_ = heap_.top_key().priority;
      used_ -= sizes_.of(victim);
      heap_.pop();
      listener.evicted(request, victim);
    }
    used_ += size;
    sizes_.set(object, size);
    count_[object] = 1;
    heap_.push(object, {1 + age_, request});
    return Reply::inserted;
  }
  void prefetch_far(Object object) const {
    heap_.prefetch(object);
    __builtin_prefetch(&count_[object], 1);
  }

 private:
  struct Key {
    std::uint64_t priority = 0;
    std::uint64_t request = 0;
    auto operator<=>(const Key&) const = default;
  };

  IndexedHeap<Key> heap_;
  std::vector<std::uint64_t> count_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
  std::uint64_t age_ = 0;
};

}  // namespace syswright::cache
