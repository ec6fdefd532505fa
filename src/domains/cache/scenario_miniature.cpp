// Spatial sampling of a scenario's objects.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "domains/cache/scenario.h"

namespace syswright::cache {

namespace {

/// Whether an object belongs to the sample: for one seed, smaller fractions keep subsets.
class Sampler {
 public:
  Sampler(std::uint64_t seed, double fraction)
      : salt_(Random(seed, "cache miniature").next()), limit_(static_cast<std::uint64_t>(std::ldexp(fraction, 32))) {}
  bool keeps(std::uint64_t key) const { return mix64(key ^ salt_) >> 32 < limit_; }

 private:
  std::uint64_t salt_;
  std::uint64_t limit_;
};

/// The kept requests of a window, as a trace of their own.
struct Sample {
  trace::CacheTrace trace;
  std::vector<Position> positions;
  std::uint64_t counted = 0;  ///< index of the first request that counts
};

Sample sample_requests(const ScenarioSetup& setup, const Sampler& sampler) {
  const trace::CacheTrace& whole = setup.requests->trace;
  std::vector<bool> kept(setup.requests->object_count());
  for (std::size_t object = 0; object < kept.size(); ++object)
    kept[object] = sampler.keeps(setup.requests->keys[object]);
  Sample sample;
  sample.trace.name = whole.name;
  sample.trace.format = whole.format;
  for (std::uint64_t i = setup.window.begin; i < setup.window.end; ++i) {
    if (i == setup.window.counted) sample.counted = sample.positions.size();
    if (!kept[setup.requests->objects[i]]) continue;
    sample.trace.keys.push_back(whole.keys[i]);
    if (!whole.sizes.empty()) sample.trace.sizes.push_back(whole.sizes[i]);
    if (!whole.times.empty()) sample.trace.times.push_back(whole.times[i]);
    if (!whole.ttls.empty()) sample.trace.ttls.push_back(whole.ttls[i]);
    const std::uint64_t from_begin = i - setup.window.begin;
    sample.positions.push_back(setup.positions.empty() ? static_cast<Position>(from_begin)
                                                       : setup.positions[from_begin]);
  }
  return sample;
}

}  // namespace

ScenarioPtr CacheScenario::miniature(double fraction) const {
  if (!(fraction > 0 && fraction < 1)) {
    throw InputError(fmt::format("a miniature's fraction must lie between 0 and 1, not {}", fraction));
  }
  const double amount = std::round(static_cast<double>(setup_->capacity.amount) * fraction);
  if (static_cast<double>(expected_objects(*setup_->requests, setup_->capacity)) * fraction < min_miniature_objects) {
    return nullptr;
  }
  Sample sample = sample_requests(*setup_, Sampler(setup_->seed, fraction * setup_->share));
  const std::uint64_t end = sample.positions.size();
  if (end < sample.counted + min_miniature_requests) return nullptr;
  ScenarioSetup small;
  small.requests = prepare(std::move(sample.trace));
  small.window = {0, sample.counted, end};
  small.capacity = {static_cast<std::uint64_t>(amount), setup_->capacity.in_bytes};
  small.seed = setup_->seed;
  small.label = fmt::format("{}, miniature of {:.3g}", setup_->label, fraction);
  small.setting = setup_->setting;
  small.positions = std::move(sample.positions);
  small.share = setup_->share * fraction;
  small.front = setup_->front;
  return std::make_shared<CacheScenario>(std::move(small));
}

}  // namespace syswright::cache
