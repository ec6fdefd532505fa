#include "domains/cache/native/lhd_model.h"

#include <algorithm>
#include <bit>

namespace syswright::cache {

namespace {

constexpr float decay = 0.9F;

/// The same events with ages counted in steps of another length: 2^finer times finer, or coarser where it is negative.
std::vector<float> rescale(const std::vector<float>& events, int finer) {
  std::vector<float> result(events.size());
  const std::size_t last = events.size() - 1;
  for (std::size_t age = 0; age < events.size(); ++age) {
    if (finer <= 0) {
      result[age >> -finer] += events[age];
      continue;
    }
    const std::size_t parts = std::size_t{1} << finer;
    for (std::size_t part = 0; part < parts; ++part) {
      result[std::min(age * parts + part, last)] += events[age] / static_cast<float>(parts);
    }
  }
  return result;
}

}  // namespace

LhdModel::LhdModel() {
  // Before anything is known: the younger, and the sooner hit before, the denser.
  for (std::size_t c = 0; c < class_count; ++c) {
    classes_[c].hits.resize(most_age);
    classes_[c].evictions.resize(most_age);
    classes_[c].density.resize(most_age);
    for (std::size_t age = 0; age < most_age; ++age) {
      classes_[c].density[age] = static_cast<float>(c + 1) / static_cast<float>(age + 1);
    }
  }
}

std::size_t LhdModel::class_of(std::uint64_t age_sum) {
  if (age_sum == 0) return class_count - 1;
  if (age_sum >= most_age) return 0;
  // The least number of doublings that reaches most_age.
  const auto doublings = static_cast<std::size_t>(std::bit_width(most_age) - std::bit_width(age_sum));
  const bool reached = age_sum << doublings >= most_age;
  return std::min(reached ? doublings : doublings + 1, class_count - 1);
}

void LhdModel::reconfigure(std::uint64_t residents) {
  for (Class& one : classes_) {
    for (float& hits : one.hits) hits *= decay;
    for (float& evictions : one.evictions) evictions *= decay;
  }
  // Changing the scale blurs what was learned, so it is done twice: early, and once the cache has settled.
  if (reconfigurations_ == 5 || reconfigurations_ == 25) adapt_coarsening(residents);
  ++reconfigurations_;

  for (Class& one : classes_) {
    // Walking down from the greatest age: hits and ends of life at this age or later, and the time still spent by all.
    double hits = one.hits[most_age - 1];
    double ends = one.hits[most_age - 1] + one.evictions[most_age - 1];
    double time = ends;
    for (std::size_t age = most_age - 1; age-- > 0;) {
      hits += one.hits[age];
      ends += one.hits[age] + one.evictions[age];
      time += ends;
      one.density[age] = ends > 1e-5 ? static_cast<float>(hits / time) : 0.0F;
    }
  }
}

void LhdModel::adapt_coarsening(std::uint64_t residents) {
  constexpr double tolerated_error = 0.01;
  const double step = static_cast<double>(residents) / (tolerated_error * static_cast<double>(most_age));
  unsigned shift = 1;
  while (static_cast<double>(std::uint64_t{1} << shift) < step) ++shift;
  const int finer = static_cast<int>(shift_) - static_cast<int>(shift);
  shift_ = shift;
  if (finer == 0) return;
  for (Class& one : classes_) {
    one.hits = rescale(one.hits, finer);
    one.evictions = rescale(one.evictions, finer);
  }
}

}  // namespace syswright::cache
