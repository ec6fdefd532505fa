#pragma once

#include <vector>

#include "base/random.h"
#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// The naive policy: a resident drawn uniformly at random leaves. O(1) a request.
template <typename Sizes>
class RandomEviction {
 public:
  explicit RandomEviction(const Setup& setup)
      : places_(setup.objects, nowhere),
        sizes_(setup.objects),
        capacity_(setup.capacity),
        random_(setup.seed, "random eviction") {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (places_[object] != nowhere) return Reply::hit;
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) {
      const auto place = static_cast<Object>(random_.below(residents_.size()));
      const Object victim = residents_[place];
      residents_[place] = residents_.back();
      places_[residents_[place]] = place;
      places_[victim] = nowhere;
      residents_.pop_back();
      used_ -= sizes_.of(victim);
      listener.evicted(request, victim);
    }
    used_ += size;
    sizes_.set(object, size);
    places_[object] = static_cast<Object>(residents_.size());
    residents_.push_back(object);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { __builtin_prefetch(&places_[object], 1); }

 private:
  std::vector<Object> residents_;
  std::vector<Object> places_;  ///< [objects] index into residents_
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
  Random random_;
};

}  // namespace syswright::cache
