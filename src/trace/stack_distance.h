#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "trace/key_index.h"

namespace syswright::trace {

/// LRU stack distances, exactly: how many distinct objects were asked for since the last request of an object, that
/// object included. A cache of C objects under LRU hits what has a distance of at most C.
///
/// A Fenwick tree over the requests' places, in which an object counts at its last request only; places are dealt out
/// anew when they run out. O(log objects) a request, amortised; memory: 8 to 16 bytes an object.
/// Sources: Mattson et al., IBM Systems Journal 9(2), 1970; Bennett and Kruskal, "LRU Stack Processing", IBM Journal of
/// Research and Development 19(4), 1975; Olken, "Efficient Methods for Calculating the Success Function of Fixed Space
/// Replacement Policies", 1981.
class StackDistance {
 public:
  static constexpr std::uint64_t first_request = std::numeric_limits<std::uint64_t>::max();

  /// objects: how many there will be about; more are no error.
  explicit StackDistance(std::size_t objects = 0);

  /// The distance of a request, at least 1, or first_request. Objects are numbered densely.
  std::uint64_t request(std::uint32_t object);
  /// The object asked for longest ago, and all that is known of it, is forgotten: its next request is a first one.
  void forget(std::uint32_t object);
  std::size_t objects() const { return live_; }

 private:
  static constexpr std::uint32_t nowhere = 0;
  void add(std::uint32_t place, std::int32_t change);
  std::uint32_t sum(std::uint32_t place) const;  ///< of places 1 to `place`
  void deal_anew();

  std::vector<std::uint32_t> tree_;    ///< [places + 1]
  std::vector<std::uint32_t> place_;   ///< [objects] of the last request; nowhere: none
  std::vector<std::uint32_t> holder_;  ///< [places + 1] object
  std::uint32_t next_ = 1;
  std::size_t live_ = 0;
};

/// Miss ratios of LRU at some capacities, from one pass over a trace.
struct MissRatioCurve {
  std::vector<std::uint64_t> capacities;  ///< objects, as asked
  std::vector<double> misses;             ///< [capacities] share of the requests
  std::uint64_t sampled_requests = 0;     ///< of which it was made
  std::uint64_t sampled_objects = 0;
};

/// Exact. Capacities in objects, at least 1. O(n log objects).
MissRatioCurve lru_curve(std::span<const std::uint64_t> keys, std::span<const std::uint64_t> capacities);

/// SHARDS with a fixed rate: only the requests of a hashed share `rate` of the keys are looked at, in a cache smaller
/// by that share; the difference between the requests that were and should have been looked at counts as hits of the
/// smallest distance (SHARDS-adj). 0 < rate <= 1; equal seeds sample equal keys.
/// Source: Waldspurger, Park, Garthwaite and Ahmad, "Efficient MRC Construction with SHARDS", FAST 2015.
MissRatioCurve shards_curve(std::span<const std::uint64_t> keys, std::span<const std::uint64_t> capacities, double rate,
                            std::uint64_t seed = 1);

/// SHARDS with a fixed size: at most `objects` keys are looked at at a time, those with the smallest hashes; the rate
/// falls as more appear, and what was counted at a higher one is weighted down. Memory does not grow with the trace.
/// rate: to begin with.
MissRatioCurve shards_curve_of_size(std::span<const std::uint64_t> keys, std::span<const std::uint64_t> capacities,
                                    std::size_t objects, double rate = 0.1, std::uint64_t seed = 1);

/// Mean over the capacities of the absolute difference of two curves: what SHARDS' authors call the error.
double mean_absolute_error(const MissRatioCurve& a, const MissRatioCurve& b);

}  // namespace syswright::trace
