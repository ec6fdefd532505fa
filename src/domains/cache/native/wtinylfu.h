#pragma once

#include "domains/cache/native/aging_counts.h"
#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// W-TinyLFU: new objects enter a small LRU window (1 % of the capacity). What the window pushes out is a candidate
/// for the main segmented LRU (probation, and a protected segment of 80 %): where there is no room, it replaces the
/// oldest objects of the main part if it was requested more often lately than all of them together, and leaves
/// otherwise. Counts are halved after ten requests for each resident. O(1) amortised with equal sizes.
/// Source: Einziger, Friedman and Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", ACM ToS 13(4), 2017;
/// the rule for several victims: Einziger, Eytan, Friedman and Manes, "Lightweight Robust Size Aware Cache
/// Management", ACM ToS 18(3), 2022 (aggregated victims).
template <typename Sizes>
class WTinyLfu {
 public:
  explicit WTinyLfu(const Setup& setup)
      : parts_(setup.objects),
        sizes_(setup.objects),
        counts_(setup.objects),
        window_capacity_(share_of(setup.capacity, 0.01)),
        main_capacity_(setup.capacity - window_capacity_),
        protected_capacity_(static_cast<std::uint64_t>(0.8 * static_cast<double>(main_capacity_))) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    count(object);
    if (parts_.contains(object)) {
      touch(object);
      return Reply::hit;
    }
    if (size > std::max(window_capacity_, main_capacity_)) return Reply::bypassed;
    sizes_.set(object, size);
    put(object, window);
    ++residents_;
    while (used_[window] > window_capacity_) {
      const Object candidate = parts_.back(window);
      take_out(candidate);
      if (admit(request, candidate, listener)) {
        put(candidate, probation);
        continue;
      }
      --residents_;
      if (candidate != object) listener.evicted(request, candidate);
    }
    return parts_.contains(object) ? Reply::inserted : Reply::bypassed;
  }
  void prefetch_far(Object object) const {
    parts_.prefetch(object);
    counts_.prefetch(object);
  }
  void prefetch_near(Object object) const { parts_.prefetch_neighbours(object); }

 private:
  enum Part : std::uint8_t { window, probation, guarded };
  static constexpr std::uint64_t requests_per_resident = 10;
  struct Node : Links {
    Part part = window;
  };

  void count(Object object) {
    counts_.add(object);
    if (++counted_ < requests_per_resident * residents_ || residents_ == 0) return;
    counted_ = 0;
    counts_.halve();
  }
  void touch(Object object) {
    const Part part = parts_[object].part;
    if (part != probation) {
      parts_.move_to_front(object, part);
      return;
    }
    take_out(object);
    put(object, guarded);
    while (used_[guarded] > protected_capacity_) {
      const Object oldest = parts_.back(guarded);
      take_out(oldest);
      put(oldest, probation);
    }
  }
  /// Makes room for the candidate in the main part, or says that it is not worth it and changes nothing.
  template <typename Listener>
  bool admit(std::uint64_t request, Object candidate, Listener& listener) {
    const std::uint64_t size = sizes_.of(candidate);
    if (size > main_capacity_) return false;
    std::uint64_t room = main_capacity_ - used_[probation] - used_[guarded];
    std::uint64_t victims = 0;
    std::uint64_t frequency = 0;
    for (Object victim = oldest_in_main(); room < size; victim = next_in_main(victim)) {
      frequency += counts_.of(victim);
      if (counts_.of(candidate) <= frequency) return false;
      room += sizes_.of(victim);
      ++victims;
    }
    for (; victims > 0; --victims) {
      const Object victim = oldest_in_main();
      take_out(victim);
      --residents_;
      listener.evicted(request, victim);
    }
    return true;
  }
  Object oldest_in_main() const { return parts_.empty(probation) ? parts_.back(guarded) : parts_.back(probation); }
  Object next_in_main(Object object) const {
    const Object younger = parts_[object].previous;
    return younger == parts_.end(probation) ? parts_.back(guarded) : younger;
  }
  void put(Object object, Part part) {
    parts_[object].part = part;
    used_[part] += sizes_.of(object);
    parts_.push_front(object, part);
  }
  void take_out(Object object) {
    used_[parts_[object].part] -= sizes_.of(object);
    parts_.remove(object);
  }

  Lists<3, Node> parts_;
  Sizes sizes_;
  AgingCounts counts_;
  std::uint64_t window_capacity_;
  std::uint64_t main_capacity_;
  std::uint64_t protected_capacity_;
  std::uint64_t used_[3] = {};
  std::uint64_t residents_ = 0;
  std::uint64_t counted_ = 0;
};

}  // namespace syswright::cache
