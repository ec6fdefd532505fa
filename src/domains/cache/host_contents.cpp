#include "domains/cache/host_contents.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/error.h"
#include "domain/population.h"

namespace syswright::cache {

namespace {

/// Residents that a percentile is estimated from, and the requests between two estimates (fewer at the start).
constexpr std::size_t percentile_sample = 128;
constexpr std::uint64_t percentile_interval = 512;

}  // namespace

std::uint64_t expected_objects(const Requests& requests, const Capacity& capacity) {
  if (!capacity.in_bytes) return capacity.amount;
  const double mean = static_cast<double>(requests.footprint_bytes) / static_cast<double>(requests.object_count());
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(capacity.amount) / mean));
}

Contents::Contents(const HostSetup& setup, const HostPlan& plan)
    : plan_(&plan),
      times_(setup.requests.trace.times.empty() ? nullptr : setup.requests.trace.times.data()),
      positions_(setup.positions),
      begin_(setup.window.begin),
      capacity_(setup.capacity.amount),
      scale_(1 / setup.share),
      percentile_draws_(setup.seed, "cache percentile sample") {
  const std::uint64_t expected = expected_objects(setup.requests, setup.capacity);
  const std::uint64_t length = setup.window.end - setup.window.begin;
  half_life_ = static_cast<double>(expected) * scale_;
  fact(Fact::capacity) = static_cast<double>(capacity_) * scale_;
  if (times_ != nullptr) start_ = times_[begin_];
  where_.assign(setup.requests.object_count(), nowhere);
  const std::uint64_t most_residents = setup.capacity.in_bytes ? expected : capacity_;
  residents_.reserve(std::min<std::uint64_t>({most_residents, setup.requests.object_count(), length}));
  // More places than departures change nothing.
  if (plan.history) ghosts_.resize(std::min(ghost_multiple * expected, length));
  if (plan.frequency) sketch_ = FrequencySketch(expected);
  check_state(0);
  ghost_state_.resize(ghosts_.size() * plan.object_state);
  incoming_state_.resize(plan.object_state);
  global_state_.resize(plan.global_state);
  for (std::size_t signal = static_cast<std::size_t>(CacheSignal::hit); signal < signal_count; ++signal) {
    for (const HostPlan::Observer& observer : plan.observers[signal]) {
      plan.statistics[observer.statistic].reset(global_state_.data() + observer.offset);
    }
  }
  percentiles_.resize(plan.percentiles.size());
}

void Contents::check_state(std::size_t slots) const {
  const std::size_t bytes = (slots + ghosts_.size()) * plan_->object_state * sizeof(double);
  if (bytes <= max_object_state) return;
  throw Error(
      fmt::format("the program's statistics of each object need over {} MiB for {} objects; use shorter windows",
                  max_object_state >> 20, slots + ghosts_.size()));
}

void Contents::refresh_percentiles() {
  next_refresh_ = position_ + std::clamp<std::uint64_t>(position_, 1, percentile_interval);
  std::array<std::uint32_t, percentile_sample> slots;
  const std::size_t drawn = draw_stratified(percentile_draws_.at(refreshes_++).next(), count(), slots);
  std::array<double, percentile_sample> values;
  for (std::size_t i = 0; i < percentiles_.size(); ++i) {
    column(plan_->percentiles[i].source, std::span(slots).first(drawn), values.data());
    percentiles_[i] = percentile_of(std::span(values).first(drawn), plan_->percentiles[i].parameter);
  }
}

void Contents::observe(CacheSignal signal, double value, double* object_state) {
  for (const HostPlan::Observer& observer : plan_->observers[static_cast<std::size_t>(signal)]) {
    double* state = object_state != nullptr ? object_state : global_state_.data();
    plan_->statistics[observer.statistic].observe(state + observer.offset, value);
  }
}

void Contents::observe_access(Position previous, double previous_time, double* state) {
  if (plan_->object_state == 0) return;
  observe(CacheSignal::gap, std::min(position_ - previous, unknown_gap), state);
  observe(CacheSignal::inter_arrival, clock_ - previous_time, state);
}

void Contents::observe_victim(const Resident& victim) {
  observe(CacheSignal::victim_age, clock_ - victim.last_time);
  observe(CacheSignal::victim_recency, position_ - victim.last_access);
  observe(CacheSignal::victim_residence, position_ - victim.inserted);
  observe(CacheSignal::victim_hits, victim.hits);
  observe(CacheSignal::victim_size, victim.size);
}

/// The decayed count with the present access in it.
float Contents::cooled(float heat, Position last_access) const {
  return static_cast<float>(1 + heat * std::exp2(-static_cast<double>(position_ - last_access) / half_life_));
}

void Contents::pass(std::uint32_t size) {
  if (!plan_->observes_requests) return;
  observe(CacheSignal::hit, 0);
  observe(CacheSignal::request_size, size);
  observe(CacheSignal::ghost_hit, 0);
}

void Contents::reset_incoming_state() {
  for (std::size_t signal = 0; signal < static_cast<std::size_t>(CacheSignal::hit); ++signal) {
    for (const HostPlan::Observer& observer : plan_->observers[signal]) {
      plan_->statistics[observer.statistic].reset(incoming_state_.data() + observer.offset);
    }
  }
}

void Contents::recall(Ghost& ghost) {
  incoming_.ghost_age = position_ - ghost.left;
  incoming_.ghost_hits = saturated(ghost.hits);
  incoming_.earlier = ghost.accesses;
  incoming_.gaps = ghost.gaps;
  push_gap(incoming_.gaps, position_ - ghost.last_access);
  if (plan_->heat) incoming_.heat = cooled(ghost.heat, ghost.last_access);
  if (plan_->object_state != 0) {
    const double* state = ghost_state(static_cast<std::size_t>(&ghost - ghosts_.data()));
    std::copy_n(state, plan_->object_state, incoming_state_.data());
    observe_access(ghost.last_access, ghost.last_time, incoming_state_.data());
  }
  ghost.object = Ghost::nobody;
}

void Contents::bury(const Resident& gone, const double* state) {
  if (ghosts_.empty()) return;
  Ghost& ghost = ghosts_[next_ghost_];
  if (ghost.object != Ghost::nobody) where_[ghost.object] = nowhere;
  ghost = {gone.object,
           position_,
           gone.last_access,
           gone.hits,
           gone.gaps,
           gone.heat,
           saturated(std::uint64_t{gone.earlier} + gone.hits + 1),
           gone.last_time};
  where_[gone.object] = in_ghosts | static_cast<std::uint32_t>(next_ghost_);
  if (plan_->object_state != 0) std::copy_n(state, plan_->object_state, ghost_state(next_ghost_));
  if (++next_ghost_ == ghosts_.size()) next_ghost_ = 0;
}

void Contents::refuse() { bury(incoming_, incoming_state_.data()); }

}  // namespace syswright::cache
