#pragma once

// What Contents does at every request, here so that it is compiled into the hosts' loops. Included by host_contents.h.

#include <algorithm>
#include <cstring>

namespace syswright::cache {

namespace detail {

template <typename Field>
Field field(const Resident& resident, std::uint32_t offset) {
  Field value;
  std::memcpy(&value, reinterpret_cast<const char*>(&resident) + offset, sizeof value);
  return value;
}

}  // namespace detail

inline void Contents::begin(std::uint64_t request) {
  position_ = positions_.empty() ? static_cast<Position>(request - begin_) : positions_[request - begin_];
  clock_ = times_ != nullptr ? times_[request] - start_ : position_;
  fact(Fact::now) = position_;
  fact(Fact::clock) = clock_;
  if (!percentiles_.empty() && position_ >= next_refresh_) refresh_percentiles();
}

inline void Contents::touch(Slot slot) {
  Resident& one = residents_[slot];
  if (plan_->observes_requests) {
    observe(CacheSignal::hit, 1);
    observe(CacheSignal::request_size, one.size);
    observe_access(one.last_access, one.last_time, state_of(slot));
  }
  if (plan_->frequency) sketch_.count(one.object);
  if (plan_->heat) one.heat = cooled(one.heat, one.last_access);
  push_gap(one.gaps, position_ - one.last_access);
  ++one.hits;
  one.last_access = position_;
  one.last_time = clock_;
}

inline void Contents::miss(Object object, std::uint32_t size) {
  incoming_ = Resident{};
  incoming_.object = object;
  incoming_.size = size;
  incoming_.last_access = incoming_.inserted = position_;
  incoming_.last_time = incoming_.inserted_time = clock_;
  if (plan_->frequency) sketch_.count(object);
  const std::uint32_t where = where_[object];
  if (plan_->observes_requests) {
    observe(CacheSignal::hit, 0);
    observe(CacheSignal::request_size, size);
    observe(CacheSignal::ghost_hit, where != nowhere);
    reset_incoming_state();
  }
  if (where == nowhere) return;
  recall(ghosts_[where - in_ghosts]);
  where_[object] = nowhere;
}

inline void Contents::evict(Slot victim) {
  Resident& gone = residents_[victim];
  if (plan_->observes_evictions) observe_victim(gone);
  ++evictions_;
  used_ -= gone.size;
  where_[gone.object] = nowhere;
  bury(gone, state_of(victim));
  const Slot last = count() - 1;
  if (victim != last) {
    gone = residents_[last];
    where_[gone.object] = victim;
    if (plan_->object_state != 0) std::copy_n(state_of(last), plan_->object_state, state_of(victim));
  }
  residents_.pop_back();
  recount();
}

inline Slot Contents::insert() {
  const Slot slot = count();
  residents_.push_back(incoming_);
  where_[incoming_.object] = slot;
  used_ += incoming_.size;
  if (plan_->object_state != 0) {
    const std::size_t needed = (slot + std::size_t{1}) * plan_->object_state;
    if (needed > object_state_.size()) {
      check_state(slot + 1);
      object_state_.resize(needed);
    }
    std::copy_n(incoming_state_.data(), plan_->object_state, state_of(slot));
  }
  recount();
  return slot;
}

inline double Contents::value(const CandidateSource& source, const Resident& one, const double* state) const {
  switch (source.kind) {
    case CandidateSource::Kind::count:
      return detail::field<std::uint32_t>(one, source.offset);
    case CandidateSource::Kind::count_short:
      return detail::field<std::uint16_t>(one, source.offset);
    case CandidateSource::Kind::real:
      return detail::field<float>(one, source.offset);
    case CandidateSource::Kind::since:
      return position_ - detail::field<std::uint32_t>(one, source.offset);
    case CandidateSource::Kind::since_time:
      return clock_ - detail::field<double>(one, source.offset);
    case CandidateSource::Kind::ghost:
      return one.ghost_age != 0;
    case CandidateSource::Kind::accesses:
      return one.accesses();
    case CandidateSource::Kind::frequency:
      return sketch_.estimate(one.object);
    case CandidateSource::Kind::statistic:
      return plan_->statistics[source.index].value(state + source.offset);
  }
  return 0;
}

/// After a change of what the cache holds.
inline void Contents::recount() {
  fact(Fact::entries) = count() * scale_;
  fact(Fact::fill) = static_cast<double>(used_) / static_cast<double>(capacity_);
}

inline void Contents::globals(const InputPlan& plan, double* out) const {
  for (const GlobalSource& source : plan.globals) {
    switch (source.kind) {
      case GlobalSource::Kind::fact:
        *out++ = facts_[source.index];
        break;
      case GlobalSource::Kind::statistic:
        *out++ = plan_->statistics[source.index].value(global_state_.data() + source.offset);
        break;
      case GlobalSource::Kind::percentile:
        *out++ = percentiles_[source.index];
        break;
    }
  }
}

inline void Contents::resident_inputs(const InputPlan& plan, Slot slot, double* out) const {
  for (const CandidateSource& source : plan.columns) *out++ = value(source, residents_[slot], state_of(slot));
}

inline void Contents::incoming_inputs(const InputPlan& plan, double* out) const {
  for (const CandidateSource& source : plan.columns) *out++ = value(source, incoming_, incoming_state_.data());
}

}  // namespace syswright::cache
