#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace syswright {

/// An estimate and the range that holds the true value in `confidence` of all experiments like this one.
struct Interval {
  double estimate = 0;
  double low = 0;
  double high = 0;
  bool contains(double value) const { return low <= value && value <= high; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

enum class IntervalMethod {
  /// Student's t on the leave-one-out (jackknife) error. O(n), no random draws: for races, which ask often.
  /// Too narrow where one block holds most of the weight.
  jackknife,
  /// The quantiles of the statistic over resampled blocks. Biased for a skewed statistic.
  percentile,
  /// Bias-corrected and accelerated bootstrap: second-order correct, also for skewed statistics. For reports.
  /// Source: Efron, JASA 82(397), 1987; Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 14.
  bca,
};

struct IntervalOptions {
  double confidence = 0.95;  ///< between 0 and 1, both excluded
  IntervalMethod method = IntervalMethod::bca;
  std::size_t replicates = 2000;  ///< resamples of a bootstrap; the ends then move by about 2 % of the width by chance
  std::uint64_t seed = 1;
};

/// Costs and weights of blocks, as two columns of one length. The statistic is sum(cost) / sum(weight): a miss ratio
/// over blocks of requests, a mean where every weight is 1. Weights are not negative and their sum is positive.
struct BlockSeries {
  std::span<const double> costs;
  std::span<const double> weights;
};

/// Columns of a series of blocks kept as structures with `cost` and `weight`.
class BlockColumns {
 public:
  template <typename Blocks>
  explicit BlockColumns(const Blocks& blocks) {
    costs_.reserve(std::size(blocks));
    weights_.reserve(std::size(blocks));
    for (const auto& block : blocks) {
      costs_.push_back(block.cost);
      weights_.push_back(block.weight);
    }
  }
  BlockSeries series() const { return {costs_, weights_}; }

 private:
  std::vector<double> costs_;
  std::vector<double> weights_;
};

/// Blocks are resampled as if independent: take them long against the memory of the system (a cache needs blocks of
/// several times its size), or the interval is too narrow. With fewer than 2 blocks nothing is known of the spread: low
/// and high are infinite, and with none the estimate is NaN. Time O(n · replicates) for a bootstrap, O(n) for the
/// jackknife; deterministic for the seed.

/// Mean of `values`.
Interval mean_interval(std::span<const double> values, const IntervalOptions& options = {});

/// sum(cost) / sum(weight) of one series.
Interval ratio_interval(const BlockSeries& series, const IntervalOptions& options = {});

/// Ratio of `a` minus ratio of `b`, where both met the same blocks: block i of `a` and of `b` are always drawn
/// together, which takes out what the blocks have in common. Series of different lengths assert. Negative: `a` is
/// lower.
Interval difference_interval(const BlockSeries& a, const BlockSeries& b, const IntervalOptions& options = {});

/// Two-sided test that positive and negative differences are equally likely; zeros are passed over. Exact.
struct SignTest {
  std::size_t negative = 0;
  std::size_t positive = 0;
  std::size_t zero = 0;
  double p_value = 1;
};
SignTest sign_test(std::span<const double> differences);

}  // namespace syswright
