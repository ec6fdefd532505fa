#include "domain/sweep.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "domains/cache/cache_domain.h"
#include "domains/cache/native.h"
#include "trace/generator.h"

namespace syswright::cache {
namespace {

CacheWorkload workload(std::uint64_t requests, const std::string& sizes) {
  trace::GeneratorOptions options;
  options.requests = requests;
  options.objects = 20'000;
  trace::CacheTrace trace = trace::generate_cache_trace(options);
  trace.name = "made up";
  if (sizes == "none") trace.sizes.clear();
  return {prepare(std::move(trace)), read_options({.options = {{"size", "1%"}}}), 1};
}

TEST(CacheSweep, GoesFromAThousandthToTheFootprint) {
  const CacheDomain domain;
  const CacheWorkload made = workload(100'000, "none");
  const Sweep sweep = domain.sweep(made, {.points = 10});
  ASSERT_EQ(sweep.places.size(), 10u);
  EXPECT_EQ(sweep.unit, "objects");
  EXPECT_TRUE(std::is_sorted(sweep.places.begin(), sweep.places.end()));
  EXPECT_NEAR(sweep.places.front(), sweep.places.back() / 1000, 1);
  ASSERT_EQ(sweep.known.size(), 1u);
  // The short way gives what runs give.
  for (const std::size_t place : {std::size_t{0}, std::size_t{5}, std::size_t{9}}) {
    EXPECT_EQ(sweep.known[0].metrics[place], sweep.scenarios[place]->evaluate(Policy::native("lru")).metrics);
  }
}

TEST(CacheSweep, SamplesWhereAskedTo) {
  const CacheDomain domain;
  const CacheWorkload made = workload(400'000, "none");
  const Sweep whole = domain.sweep(made, {.points = 6});
  const Sweep sampled = domain.sweep(made, {.points = 6, .rate = 0.1});
  EXPECT_LT(sampled.scenarios.front()->events(), whole.scenarios.front()->events() / 5);
  for (const ScenarioPtr& scenario : sampled.scenarios) {
    EXPECT_EQ(scenario->events(), sampled.scenarios.front()->events());
  }
  // LRU comes out exactly, and what is alike much nearer than the sample alone says.
  double raw_error = 0;
  double error = 0;
  const auto metrics = [](const ScenarioPtr& scenario, const char* policy) {
    return scenario->evaluate(Policy::native(policy)).metrics;
  };
  for (std::size_t place = 0; place < sampled.places.size(); ++place) {
    const auto lru = sampled.corrected(place, metrics(sampled.scenarios[place], "lru"));
    EXPECT_NEAR(lru[0], sampled.known[0].metrics[place][0], 1e-12);
    const auto size = static_cast<std::uint64_t>(sampled.places[place]);
    const double truth =
        replay_native("sieve", *made.requests(), {0, 0, made.requests()->size()}, {size, false}).counts.misses /
        static_cast<double>(made.requests()->size());
    const auto raw = metrics(sampled.scenarios[place], "sieve");
    raw_error += std::abs(raw[0] - truth);
    error += std::abs(sampled.corrected(place, raw)[0] - truth);
  }
  EXPECT_LT(error, raw_error);
  EXPECT_LT(error / static_cast<double>(sampled.places.size()), 0.03);
}

TEST(CacheSweep, CountsBytesWhereObjectsHaveSizes) {
  const CacheDomain domain;
  const Sweep sweep = domain.sweep(workload(50'000, "as drawn"), {.points = 4});
  EXPECT_EQ(sweep.unit, "bytes");
  EXPECT_TRUE(sweep.known.empty());  // not a stack there
}

TEST(CacheSweep, RefusesWhatCannotBeDrawn) {
  const CacheDomain domain;
  const CacheWorkload made = workload(2'000, "none");
  EXPECT_THROW(domain.sweep(made, {.points = 0}), InputError);
  EXPECT_THROW(domain.sweep(made, {.points = 1000}), InputError);
  EXPECT_THROW(domain.sweep(made, {.points = 4, .rate = 0}), InputError);
  EXPECT_THROW(domain.sweep(made, {.points = 4, .rate = 1e-4}), InputError);
}

}  // namespace
}  // namespace syswright::cache
