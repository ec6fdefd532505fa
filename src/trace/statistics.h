#pragma once

#include <cstdint>
#include <vector>

#include "trace/cache_trace.h"

namespace syswright::trace {

/// What one would want to know of a trace before caching it.
struct TraceStatistics {
  std::uint64_t requests = 0;
  std::uint64_t objects = 0;          ///< distinct keys
  std::uint64_t bytes_requested = 0;  ///< 0 if the trace has no sizes
  std::uint64_t footprint_bytes = 0;  ///< sum over objects of the size at their first request; 0 without sizes
  std::uint64_t resized_objects = 0;  ///< objects whose requests differ in size
  std::uint64_t one_hit_objects = 0;  ///< asked for exactly once

  bool has_times = false;
  double first_time = 0;  ///< seconds
  double last_time = 0;

  bool has_sizes = false;
  std::uint32_t smallest = 0;  ///< bytes, over requests
  std::uint32_t largest = 0;
  double mean_size = 0;         ///< over requests
  double mean_object_size = 0;  ///< over objects, at their first request

  double top_key_share = 0;      ///< of all requests, for the most popular object
  double top_percent_share = 0;  ///< for the most popular 1 % of the objects (at least one object)

  /// Exponent alpha of Zipf's law that fits best: minus the slope of log(requests) over log(rank), by least squares
  /// over ranks evenly spread on the logarithmic scale, among objects asked for at least twice. NaN with fewer than 10
  /// such objects. An estimate for people: few real traces follow the law over their whole range.
  double zipf_alpha = 0;

  /// Distinct objects among the first 10 %, 20 %, …, 100 % of the requests.
  std::vector<std::uint64_t> growth;

  double one_hit_ratio() const { return static_cast<double>(one_hit_objects) / static_cast<double>(objects); }
  /// Misses of an unlimited cache: no cache has fewer.
  double cold_miss_ratio() const { return static_cast<double>(objects) / static_cast<double>(requests); }
};

/// O(n + objects log objects). Throws InputError for a trace without requests.
TraceStatistics measure(const CacheTrace& trace);

}  // namespace syswright::trace
