#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "domains/cache/frequency_sketch.h"
#include "domains/cache/host_plan.h"
#include "domains/cache/host_resident.h"
#include "domains/cache/requests.h"

namespace syswright::cache {

/// A scenario as a program host sees it. Borrows everything.
struct HostSetup {
  const Requests& requests;
  Window window;
  Capacity capacity;
  std::uint64_t seed = 0;
  /// Of a miniature: the position of each of its requests in the scenario it was made from. Empty: request - begin.
  std::span<const Position> positions;
  /// Of a miniature: its share of the objects. What it tells a program of sizes and numbers is scaled up by it, so that
  /// a program sees a cache like the one it will serve.
  double share = 1;
};

/// What a cache that hosts a program knows: its residents, its ghost list, and the program's statistics, as far as the
/// plan asks for them. Who leaves and who is taken in is decided outside. Copying forks it.
///
/// Each request is: begin(); then, for a resident, touch(); else miss(), and, if the object fits and may come in,
/// evict() until it does and insert(), or refuse(); or pass(). O(1) each.
///
/// A trace's objects are numbered densely, so where each one is stands in an array; a deployed cache would hash.
/// Throws Error if the program's statistics of each object would need more than max_object_state in all.
class Contents {
 public:
  static constexpr std::size_t max_object_state = std::size_t{1} << 30;  // bytes

  /// Where an object is: a slot, or one of these.
  static constexpr std::uint32_t nowhere = ~std::uint32_t{0};
  static constexpr std::uint32_t in_ghosts = std::uint32_t{1} << 31;  // and the place in the ghost list below it

  Contents(const HostSetup& setup, const HostPlan& plan);

  void begin(std::uint64_t request);
  std::uint32_t find(Object object) const { return where_[object]; }
  static bool resident(std::uint32_t where) { return where < in_ghosts; }
  void touch(Slot slot);
  /// A miss of an object that is larger than the cache.
  void pass(std::uint32_t size);
  /// Prepares the requested object as it would be taken in.
  void miss(Object object, std::uint32_t size);
  bool fits() const { return used_ + incoming_.size <= capacity_; }
  bool too_large(std::uint32_t size) const { return size > capacity_; }
  void refuse();
  /// The last slot's resident moves into the victim's slot.
  void evict(Slot victim);
  /// Returns the new resident's slot, the last one.
  Slot insert();

  std::uint32_t count() const { return static_cast<std::uint32_t>(residents_.size()); }
  const Resident& operator[](Slot slot) const { return residents_[slot]; }
  const Resident& incoming() const { return incoming_; }
  Position position() const { return position_; }
  std::uint64_t evictions() const { return evictions_; }

  /// Values of a question's inputs, in the order of the plan. Columns: out[column * stride + candidate].
  void globals(const InputPlan& plan, double* out) const;
  void columns(const InputPlan& plan, std::span<const Slot> slots, double* out, std::size_t stride) const;
  void resident_inputs(const InputPlan& plan, Slot slot, double* out) const;
  void incoming_inputs(const InputPlan& plan, double* out) const;

  // g++ takes a function that only fetches for one without effect, and drops its calls unless it is inlined first.
  [[gnu::always_inline]] void prefetch_where(Object object) const { __builtin_prefetch(&where_[object], 1); }
  [[gnu::always_inline]] void prefetch_slot(Slot slot) const { __builtin_prefetch(&residents_[slot], 1); }
  [[gnu::always_inline]] void prefetch_state(Object object) const {
    const std::uint32_t where = where_[object];
    if (resident(where)) {
      prefetch_slot(where);
    } else if (where != nowhere) {
      __builtin_prefetch(&ghosts_[where - in_ghosts], 1);
    }
  }

 private:
  double value(const CandidateSource& source, const Resident& resident, const double* state) const;
  double& fact(Fact fact) { return facts_[place_of(fact)]; }
  void recount();
  void column(const CandidateSource& source, std::span<const Slot> slots, double* out) const;

  void observe(CacheSignal signal, double value, double* object_state = nullptr);
  void observe_access(Position previous, double previous_time, double* state);
  void observe_victim(const Resident& victim);
  float cooled(float heat, Position last_access) const;
  void recall(Ghost& ghost);
  void bury(const Resident& gone, const double* state);
  void refresh_percentiles();
  double* state_of(Slot slot) { return object_state_.data() + slot * plan_->object_state; }
  const double* state_of(Slot slot) const { return object_state_.data() + slot * plan_->object_state; }
  double* ghost_state(std::size_t place) { return ghost_state_.data() + place * plan_->object_state; }
  void reset_incoming_state();
  void check_state(std::size_t slots) const;

  const HostPlan* plan_;
  const double* times_;  // nullptr: one request a second
  std::span<const Position> positions_;
  std::uint64_t begin_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
  double start_ = 0;
  double scale_;      // of what a program is told of sizes and numbers: 1 / share
  double half_life_;  // of heat, in requests

  Position position_ = 0;
  double clock_ = 0;
  std::array<double, global_facts> facts_{};
  std::uint64_t evictions_ = 0;

  std::vector<std::uint32_t> where_;
  std::vector<Resident> residents_;
  Resident incoming_;
  std::vector<Ghost> ghosts_;  // a ring: the place of the next departure is that of the oldest
  std::size_t next_ghost_ = 0;
  FrequencySketch sketch_;

  std::vector<double> global_state_;
  std::vector<double> object_state_;
  std::vector<double> ghost_state_;
  std::vector<double> incoming_state_;

  Random percentile_draws_;
  std::uint64_t next_refresh_ = 1;
  std::uint64_t refreshes_ = 0;
  std::vector<double> percentiles_;
};

/// Objects that a cache of this capacity is expected to hold: the capacity over the mean size of the trace's objects.
/// A deployed cache would be configured with it; it sizes the ghost list and the sketch.
std::uint64_t expected_objects(const Requests& requests, const Capacity& capacity);

}  // namespace syswright::cache

#include "domains/cache/host_contents_hot.h"
