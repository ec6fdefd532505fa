#pragma once

#include <vector>

#include "domains/cache/native/lru.h"

namespace syswright::cache {

/// Cache on second hit: LRU that takes in only what was asked for before, lately: half of the objects of a content
/// delivery network are asked for once. Names are kept in two generations, each of objects whose sizes add up to four
/// times the capacity; when the younger one is full it becomes the older, and that one is forgotten. Kept exactly,
/// where a deployed cache has Bloom filters: what is measured is the policy, not their false positives. O(1) a request.
/// Source: Maggs and Sitaraman, "Algorithmic Nuggets in Content Delivery", ACM SIGCOMM CCR 45(3), 2015, section 3. The
/// length of a generation is ours.
template <typename Sizes>
class SecondHit {
 public:
  explicit SecondHit(const Setup& setup) : lru_(setup), met_(setup.objects), full_(generations_hold * setup.capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    const bool known = met_[object] != 0 && met_[object] + 1 >= generation_;
    if (met_[object] != generation_) remember(object, size);
    if (lru_.contains(object)) return lru_.request(request, object, size, listener);
    if (!known) return Reply::bypassed;
    return lru_.request(request, object, size, listener);
  }
  void prefetch_far(Object object) const {
    lru_.prefetch_far(object);
    __builtin_prefetch(&met_[object], 1);
  }
  void prefetch_near(Object object) const { lru_.prefetch_near(object); }

 private:
  static constexpr std::uint64_t generations_hold = 4;  ///< times the capacity

  void remember(Object object, std::uint32_t size) {
    if (held_ + size > full_ && held_ > 0) {
      ++generation_;
      held_ = 0;
    }
    met_[object] = generation_;
    held_ += size;
  }

  Lru<Sizes> lru_;
  std::vector<std::uint32_t> met_;  ///< [objects] generation of the last request; 0: none
  std::uint32_t generation_ = 1;
  std::uint64_t held_ = 0;  ///< by the younger generation
  std::uint64_t full_;
};

}  // namespace syswright::cache
