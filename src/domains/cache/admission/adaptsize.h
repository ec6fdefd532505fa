#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "domains/cache/admission/setup.h"
#include "domains/cache/requests.h"

namespace syswright::cache {

/// AdaptSize: takes in with probability exp(-size / c), where c is the one that a Markov model of LRU behind such an
/// admission expects the most hits from. At the end of each interval the rate of every object becomes 0.3 of what it
/// was and 0.7 of its requests in the interval (objects whose rate falls below 0.1 are forgotten), and c is sought
/// anew: at every power of two from large to small, then by climbing from the best in steps of a quarter of an octave;
/// another c is better only if it promises a ten-thousandth more hits, as of two that do as well in the end the larger
/// fills the cache sooner.
///
/// The model: an object with rate r and size s is in the cache with probability P = a / (1 + a), a = (exp(r T) - 1)
/// exp(-s / c), where T, the time that an object stays without a request, is the one at which sum(P s) is the capacity.
/// The hit ratio is sum(r P) / sum(r).
///
/// Ours: until the first interval ends everything is taken in; rates and sizes are grouped to sixteenths of an octave
/// (2.2 % at most), which makes the model's cost independent of the number of objects; the first interval has 4,000
/// requests, and each the double of the one before up to the published 250,000, so that short traces are adapted to as
/// well. O(1) a request, and about 10 ms for each new c. 16 bytes for each object of the trace.
/// Source: Berger, Sitaraman and Harchol-Balter, "AdaptSize: Orchestrating the Hot Object Memory Cache in a Content
/// Delivery Network", NSDI 2017, sections 3 and 4; decay and first grid as in the authors' published program.
class AdaptSize {
 public:
  static constexpr double keep = 0.3;
  static constexpr double least_rate = 0.1;
  static constexpr double better = 1.0001;
  static constexpr std::uint64_t longest_interval = 250'000;
  static constexpr std::uint64_t first_interval = 4'000;

  explicit AdaptSize(const AdmissionSetup& setup);

  /// Every request, hit or miss.
  void meet(Object object, std::uint32_t bytes) {
    if (counts_[object]++ == 0 && rates_[object] == 0) known_.push_back(object);
    bytes_[object] = bytes;
    if (++met_ == interval_) reconfigure();
  }
  /// draw: uniform in [0, 1).
  bool takes(std::uint32_t bytes, double draw) const;
  /// Infinite before the first interval ended.
  double c() const { return c_; }

 private:
  void reconfigure();

  AdmissionSetup setup_;
  std::uint64_t interval_ = first_interval;
  double growth_ = 1;  ///< of this interval over the one before
  std::uint64_t met_ = 0;
  double c_ = std::numeric_limits<double>::infinity();
  std::vector<std::uint32_t> counts_;  ///< [objects] in this interval
  std::vector<float> rates_;           ///< [objects] a request an interval; 0: not known
  std::vector<std::uint32_t> bytes_;   ///< [objects] of the last request
  std::vector<Object> known_;          ///< with a rate or a count
};

/// Objects alike to the model.
struct SizeGroup {
  double rate = 0;
  double bytes = 0;
  double objects = 0;
};

/// Hit ratio that the model expects of a cache behind an admission with parameter c. O(groups) for each of 60 steps.
/// in_bytes: an object occupies its bytes, else 1.
double adaptsize_hit_ratio(const std::vector<SizeGroup>& groups, double capacity, bool in_bytes, double c);

}  // namespace syswright::cache
