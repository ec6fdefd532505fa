#include "trace/generator.h"

#include "base/random.h"
#include "trace/zipf.h"

namespace syswright::trace {

CacheTrace reference_zipf(std::uint64_t requests) {
  const Zipf zipf(1'000'000, 1.0);
  CacheTrace trace;
  trace.name = "zipf-reference";
  trace.format = "generated";
  trace.keys.resize(requests);
  trace.times.resize(requests);
  trace.sizes.assign(requests, 4096);
  for (std::uint64_t i = 0; i < requests; ++i) {
    const std::uint64_t draw = mix64(42 + i * 0x9E3779B97F4A7C15ull);
    trace.keys[i] = zipf.rank_at(static_cast<double>(draw >> 11) * 0x1.0p-53 * zipf.total_weight());
    trace.times[i] = static_cast<double>(i / 1000);
  }
  return trace;
}

}  // namespace syswright::trace
