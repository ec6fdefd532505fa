#pragma once

#include <compare>
#include <vector>

#include "domains/cache/native/indexed_heap.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// GDSF: the object with the lowest priority leaves, of equals the one requested longest ago. Priority, set at each
/// request: age of the cache + requests since insertion / size; the age is the priority of the last victim. O(log
/// residents) a request.
/// Source: Cherkasova, "Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy", HP Labs
/// HPL-98-69, 1998, with cost 1.
template <typename Sizes>
class Gdsf {
 public:
  explicit Gdsf(const Setup& setup)
      : heap_(setup.objects), hits_(setup.objects), sizes_(setup.objects), capacity_(setup.capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (heap_.contains(object)) {
      ++hits_[object];
      heap_.raise_key(object, key(request, object));
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
    hits_[object] = 0;
    heap_.push(object, key(request, object));
    return Reply::inserted;
  }
  void prefetch_far(Object object) const {
    heap_.prefetch(object);
    __builtin_prefetch(&hits_[object], 1);
  }

 private:
  struct Key {
    double priority = 0;
    std::uint64_t request = 0;
    auto operator<=>(const Key&) const = default;
  };

  /// The factor keeps quotients by a size well above the rounding of the age.
  Key key(std::uint64_t request, Object object) const {
    constexpr double scale = 1e6;
    return {age_ + scale * (1.0 + hits_[object]) / sizes_.of(object), request};
  }

  IndexedHeap<Key> heap_;
  std::vector<std::uint32_t> hits_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
  double age_ = 0;
};

}  // namespace syswright::cache
