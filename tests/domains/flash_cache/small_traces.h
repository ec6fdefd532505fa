#pragma once

#include <cstdint>
#include <memory>

#include "base/random.h"
#include "domains/flash_cache/setup.h"
#include "tests/support/trace_file.h"
#include "trace/cache_trace.h"

/// Small made-up traces, and hierarchies for them.
namespace syswright::flash_cache {

struct SmallTrace {
  std::uint64_t requests = 400;
  std::uint64_t objects = 120;
  std::uint32_t largest = 6000;
  bool times = true;
  bool sizes_change = false;
};

/// Popularity falls off quickly; every third request is for an object of a few that follow each other.
inline trace::CacheTrace small_trace(const SmallTrace& shape, Random random) {
  trace::CacheTrace trace;
  trace.name = "small";
  trace.format = "generated";
  double time = 50;
  for (std::uint64_t i = 0; i < shape.requests; ++i) {
    const double u = random.uniform();
    const std::uint64_t object =
        i % 3 == 0 ? i / 7 % shape.objects : static_cast<std::uint64_t>(u * u * u * static_cast<double>(shape.objects));
    trace.keys.push_back(mix64(object));
    const std::uint64_t changed = shape.sizes_change && random.chance(0.2) ? random.below(50) : 0;
    trace.sizes.push_back(static_cast<std::uint32_t>(1 + mix64(object + 9) % shape.largest + changed));
    time += static_cast<double>(random.below(40));
    if (shape.times) trace.times.push_back(time);
  }
  return trace;
}

/// index: decides which parts of the hierarchy there are, so that each combination comes up.
inline Setup random_setup(std::uint64_t index) {
  Random random(41, "flash cache test", index);
  Setup setup;
  setup.requests = prepare(small_trace({.requests = 200 + random.below(500),
                                        .objects = 40 + random.below(120),
                                        .times = index % 3 != 0,
                                        .sizes_change = index % 5 == 0},
                                       random));
  const std::uint64_t n = setup.requests->size();
  setup.begin = random.below(20);
  setup.counted = setup.begin + random.below(n / 3);
  setup.end = n - random.below(20);
  setup.dram = 6100 + random.below(25'000);
  setup.region = 4000 + random.below(12'000);
  setup.regions = 3 + random.below(6);
  setup.sets = index % 2 == 0 ? 1 + random.below(6) : 0;
  setup.spare = 0.05 + random.uniform();
  setup.writes_a_day = index % 4 == 1 ? 5 + 100 * random.uniform() : 0;
  setup.seed = index;
  setup.label = "small";
  setup.setting = "small";
  return setup;
}

using support::TraceFile;

}  // namespace syswright::flash_cache
