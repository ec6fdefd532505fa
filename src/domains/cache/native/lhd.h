#pragma once

#include <array>
#include <limits>
#include <vector>

#include "base/random.h"
#include "domains/cache/native/lhd_model.h"
#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// LHD: of a random sample of residents and the last few arrivals, the one with the least hit density for its size
/// leaves. The densities are learned anew every 2^20 requests: on shorter traces it keeps its first guess, which
/// prefers what is young and was hit soon. One arrival in 32 is an explorer and stays longer than it deserves, within
/// 1 % of the capacity, so that hits at great ages are seen. O(1) a request, 40 candidates an eviction.
/// Source: Beckmann, Chen and Cidon, "LHD: Improving Cache Hit Rate by Maximizing Hit Density", NSDI 2018.
template <typename Sizes>
class Lhd {
 public:
  explicit Lhd(const Setup& setup)
      : places_(setup.objects, nowhere),
        sizes_(setup.objects),
        capacity_(setup.capacity),
        explorer_room_(static_cast<std::int64_t>(static_cast<double>(setup.capacity) * 0.01)),
        draws_(Random(setup.seed, "lhd").next()) {
    recent_.fill(nowhere);
  }

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    ++now_;
    if (now_ % requests_to_reconfigure == 0) {
      model_.reconfigure(residents_.size());
      ++reconfigurations_;
    }
    if (places_[object] != nowhere) {
      hit(residents_[places_[object]]);
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) {
      const Object victim = evict(choose());
      listener.evicted(request, victim);
    }
    insert(object, size);
    if (used_ >= capacity_) prefetch_sample();
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { __builtin_prefetch(&places_[object], 1); }
  void prefetch_near(Object object) const {
    if (places_[object] != nowhere) __builtin_prefetch(&residents_[places_[object]], 1);
  }

 private:
  static constexpr std::uint64_t requests_to_reconfigure = std::uint64_t{1} << 20;
  static constexpr std::uint32_t samples = 32;
  static constexpr std::uint32_t early_samples = 8;  // a rough model is not to be followed too closely
  static constexpr std::uint64_t early_reconfigurations = 50;
  static constexpr std::uint64_t explorers_one_in = 32;

  struct Resident {
    Object object = nowhere;
    std::uint32_t last_age = 0;                     ///< coarse age at the last hit
    std::uint32_t age_before = LhdModel::most_age;  ///< and at the one before it
    bool explorer = false;
    std::uint8_t object_class = 0;  ///< by the two ages
    std::uint64_t touched = 0;      ///< now_ at the last request
  };

  std::uint64_t draw(std::uint64_t below) {
    // The high half of a 64-bit mix times the bound: a bias below 2^-32 for a fraction of Philox's cost.
    return ((mix64(draws_++) >> 32) * below) >> 32;
  }
  std::uint32_t sample_count() const { return reconfigurations_ > early_reconfigurations ? samples : early_samples; }
  /// Fetches whom the next eviction will look at if there are as many residents then.
  void prefetch_sample() const {
    for (std::uint32_t i = 0; i < sample_count(); ++i) {
      __builtin_prefetch(&residents_[((mix64(draws_ + i) >> 32) * residents_.size()) >> 32]);
    }
  }
  double density(const Resident& resident) const {
    const std::uint64_t age = model_.coarsen(now_ - resident.touched);
    if (age + 1 == LhdModel::most_age) return -std::numeric_limits<double>::infinity();
    return model_.density(resident.object_class, age) / sizes_.of(resident.object) + (resident.explorer ? 1 : 0);
  }
  std::size_t choose() {
    std::size_t victim = draw(residents_.size());
    double least = density(residents_[victim]);
    const auto consider = [&](std::size_t place) {
      const double candidate = density(residents_[place]);
      if (candidate >= least) return;
      least = candidate;
      victim = place;
    };
    for (std::uint32_t i = 1; i < sample_count(); ++i) consider(draw(residents_.size()));
    for (const Object object : recent_) {
      if (object != nowhere && places_[object] != nowhere) consider(places_[object]);
    }
    return victim;
  }
  void hit(Resident& resident) {
    const std::uint64_t age = model_.coarsen(now_ - resident.touched);
    model_.hit(resident.object_class, age);
    stop_exploring(resident);
    resident.age_before = resident.last_age;
    resident.last_age = static_cast<std::uint32_t>(age);
    resident.object_class = static_cast<std::uint8_t>(LhdModel::class_of(resident.last_age + resident.age_before));
    resident.touched = now_;
  }
  Object evict(std::size_t place) {
    Resident& resident = residents_[place];
    const Object object = resident.object;
    model_.evicted(resident.object_class, model_.coarsen(now_ - resident.touched));
    stop_exploring(resident);
    used_ -= sizes_.of(object);
    places_[object] = nowhere;
    if (place + 1 != residents_.size()) {
      resident = residents_.back();
      places_[resident.object] = static_cast<Object>(place);
    }
    residents_.pop_back();
    return object;
  }
  void insert(Object object, std::uint32_t size) {
    used_ += size;
    sizes_.set(object, size);
    Resident resident{.object = object, .touched = now_};
    if (draw(explorers_one_in) == 0 && explorer_room_ > 0 && reconfigurations_ < early_reconfigurations) {
      resident.explorer = true;
      explorer_room_ -= size;
    }
    places_[object] = static_cast<Object>(residents_.size());
    residents_.push_back(resident);
    recent_[arrivals_++ % recent_.size()] = object;
  }
  void stop_exploring(Resident& resident) {
    if (!resident.explorer) return;
    resident.explorer = false;
    explorer_room_ += sizes_.of(resident.object);
  }

  LhdModel model_;
  std::vector<Resident> residents_;
  std::vector<Object> places_;  ///< [objects] index into residents_
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
  std::uint64_t now_ = 0;
  std::uint64_t reconfigurations_ = 0;
  std::int64_t explorer_room_;
  std::uint64_t draws_;
  std::array<Object, 8> recent_;
  std::uint64_t arrivals_ = 0;
};

}  // namespace syswright::cache
