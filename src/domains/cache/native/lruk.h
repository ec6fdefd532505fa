#pragma once

#include <compare>
#include <vector>

#include "domains/cache/native/indexed_heap.h"
#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// LRU-2: the object whose last request but one is longest ago leaves; those with only one known request go first, the
/// least recently used of them before the others. When an object leaves, its last request is remembered, for as many
/// objects as fill the cache once more. No period in which requests count as one. O(log residents) a request.
/// Source: O'Neil, O'Neil and Weikum, "The LRU-K Page Replacement Algorithm for Database Disk Buffering", SIGMOD 1993.
template <typename Sizes>
class LruK {
 public:
  explicit LruK(const Setup& setup)
      : heap_(setup.objects),
        last_(setup.objects),
        names_(setup.objects),
        sizes_(setup.objects),
        capacity_(setup.capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (heap_.contains(object)) {
      heap_.raise_key(object, {last_[object], request + 1});
      last_[object] = request + 1;
      return Reply::hit;
    }
    const std::uint64_t before = forget(object);
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) {
      const Object victim = heap_.top();
      used_ -= sizes_.of(victim);
      heap_.pop();
      remember(victim);
      listener.evicted(request, victim);
    }
    used_ += size;
    sizes_.set(object, size);
    heap_.push(object, {before, request + 1});
    last_[object] = request + 1;
    return Reply::inserted;
  }
  void prefetch_far(Object object) const {
    heap_.prefetch(object);
    names_.prefetch(object);
    __builtin_prefetch(&last_[object], 1);
  }

 private:
  /// Requests count from 1; 0 is none.
  struct Key {
    std::uint64_t last_but_one = 0;
    std::uint64_t last = 0;
    auto operator<=>(const Key&) const = default;
  };

  void remember(Object object) {
    named_ += sizes_.of(object);
    names_.push_front(object);
    while (named_ > capacity_) forget(names_.back());
  }
  /// The last request that was remembered; 0 for none.
  std::uint64_t forget(Object object) {
    if (!names_.contains(object)) return 0;
    named_ -= sizes_.of(object);
    names_.remove(object);
    return last_[object];
  }

  IndexedHeap<Key> heap_;
  std::vector<std::uint64_t> last_;  ///< request of residents and of names
  Lists<1> names_;                   ///< of the evicted, youngest first
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
  std::uint64_t named_ = 0;
};

}  // namespace syswright::cache
