#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trace/cache_trace.h"

namespace syswright::trace {

/// How a trace's requests are spread: over distances, ranks, sizes and time. For plots; TraceStatistics has the
/// numbers.
struct TraceProfile {
  /// Distinct objects since the last request of the same one, itself included: LRU's stack distance.
  struct Reuse {
    std::vector<std::uint64_t> upper;     ///< of a bucket, inclusive: 1, 2, 4, 8, …
    std::vector<std::uint64_t> requests;  ///< [upper]
    std::uint64_t first_requests = 0;     ///< without a distance
    std::uint64_t median = 0;             ///< exact, over requests that have one; 0: none has
    std::uint64_t p90 = 0;
    std::uint64_t p99 = 0;
  };
  Reuse reuse;

  /// Requests by rank of popularity, at ranks evenly spread on the logarithmic scale.
  std::vector<std::uint64_t> ranks;
  std::vector<std::uint64_t> rank_requests;  ///< [ranks]

  /// Objects, and bytes asked for, by the objects' first sizes; empty without sizes.
  struct Sizes {
    std::vector<std::uint64_t> upper;    ///< bytes of a bucket, inclusive: 1, 2, 4, …
    std::vector<std::uint64_t> objects;  ///< [upper]
    std::vector<std::uint64_t> bytes;    ///< [upper] requested
    std::uint32_t median = 0;            ///< bytes of an object
    std::uint32_t p90 = 0;
    std::uint32_t p99 = 0;
  };
  Sizes sizes;

  /// Consecutive, equally long parts of the trace.
  struct Part {
    std::uint64_t requests = 0;
    std::uint64_t objects = 0;       ///< distinct in this part
    std::uint64_t new_objects = 0;   ///< never asked for before
    double still_popular = 0;        ///< share of the first part's most popular 1 % that are so here, too
    double popular_from_before = 0;  ///< the same for the part before
    double seconds = 0;              ///< 0 without times
    std::uint64_t bytes = 0;         ///< requested; 0 without sizes
  };
  std::vector<Part> parts;
};

/// O(n log objects). parts: at least 1, at most the requests. Throws InputError for a trace without requests.
TraceProfile profile(const CacheTrace& trace, std::size_t parts = 20);

}  // namespace syswright::trace
