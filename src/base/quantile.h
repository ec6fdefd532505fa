#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace syswright {

/// Counts of numbers in buckets of constant relative width, from which any quantile is read within a known relative
/// error. Adding is O(1) and independent of order; merging two sketches gives exactly the sketch of all their numbers,
/// so parts may be summarised on any threads and put together in any order.
///
/// Each power of two is cut into `buckets_per_octave` equal parts and a quantile is the middle of its bucket: it is
/// within 1 / (2 · buckets_per_octave) of the true order statistic, relative (0.4 % for the default of 128), for
/// numbers of either sign; numbers closer to zero than 1e-300 count as zero. The smallest and the largest number are
/// exact.
///
/// Memory: 8 bytes a bucket between the smallest and the largest magnitude seen; at most 2 × 1 MiB with the default,
/// for numbers over the whole range of double, and 10 KiB for numbers between 1 and 1000. Source: the guarantee of
/// DDSketch (Masson et al., PVLDB 12(12), 2019) with the bit-cut buckets of HdrHistogram (Tene, 2012), which need no
/// logarithm and so are the same on every machine.
class QuantileSketch {
 public:
  static constexpr int default_precision = 7;  ///< 2^7 buckets an octave

  /// precision  bits: 2^precision buckets an octave; 1 to 16
  explicit QuantileSketch(int precision = default_precision);

  /// value must not be NaN; infinities count as the largest double of their sign. times  how often
  void add(double value, std::uint64_t times = 1);
  /// Both sketches must have the same precision.
  void merge(const QuantileSketch& other);

  std::uint64_t count() const { return count_; }
  /// Of all numbers added; NaN if there are none.
  double min() const;
  double max() const;
  /// The number below or at which a fraction p of all numbers lies: the order statistic of rank ceil(p · count), at
  /// least 1. p in [0, 1]; NaN if there are no numbers. O(buckets).
  double quantile(double p) const;
  /// The fraction of numbers at or below x, each bucket counted as its middle; NaN if there are no numbers. O(buckets).
  double fraction_up_to(double x) const;
  /// A bound on the relative error of quantile().
  double relative_error() const;

  friend bool operator==(const QuantileSketch&, const QuantileSketch&) = default;

 private:
  /// Counts of one sign, by bucket number; covers only the numbers seen.
  struct Buckets {
    std::int64_t first = 0;
    std::vector<std::uint64_t> counts;
    void add(std::int64_t bucket, std::uint64_t times);
    friend bool operator==(const Buckets&, const Buckets&) = default;
  };

  std::int64_t bucket_of(double magnitude) const;
  double middle_of(std::int64_t bucket) const;
  /// Calls visit(value, count) for every bucket that is not empty, values rising, until it returns false.
  template <typename Visit>
  void for_each_rising(Visit visit) const;

  int precision_;
  std::uint64_t count_ = 0;
  std::uint64_t zeros_ = 0;
  Buckets positive_;
  Buckets negative_;  // by magnitude
  double min_ = 0;
  double max_ = 0;
};

}  // namespace syswright
