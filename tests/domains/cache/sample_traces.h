#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>

#include "base/random.h"
#include "domains/cache/requests.h"
#include "tests/support/trace_file.h"
#include "trace/cache_trace.h"

/// Small made-up traces for tests of the cache hosts.
namespace syswright::cache {

struct SampleTrace {
  std::uint64_t requests = 3000;
  std::uint64_t objects = 400;
  bool sizes = false;
  bool times = false;
  bool changing_sizes = false;
};

/// Popularity falls off quickly, and every fifth part of the trace begins with a scan of objects never seen again.
inline trace::CacheTrace sample_trace(std::uint64_t seed, const SampleTrace& options) {
  Random random(seed, "sample trace");
  trace::CacheTrace trace;
  trace.name = "sample";
  trace.format = "generated";
  double time = 1e6;
  for (std::uint64_t i = 0; i < options.requests; ++i) {
    const bool scan = i % (options.requests / 5) < options.requests / 40;
    const double rank = std::pow(random.uniform(), 3) * static_cast<double>(options.objects);
    const std::uint64_t key = scan ? 1'000'000 + i : mix64(static_cast<std::uint64_t>(rank));
    trace.keys.push_back(key);
    const std::uint64_t changed = options.changing_sizes ? random.below(3) : 0;
    if (options.sizes) trace.sizes.push_back(static_cast<std::uint32_t>(1 + mix64(key) % 900 + 50 * changed));
    time += random.exponential() / 8;
    if (options.times) trace.times.push_back(std::floor(time));
  }
  return trace;
}

inline std::shared_ptr<const Requests> sample_requests(std::uint64_t seed, const SampleTrace& options) {
  return prepare(sample_trace(seed, options));
}

using SampleFile = support::TraceFile;

}  // namespace syswright::cache
