#include "base/intervals.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

#include "base/distributions.h"
#include "base/random.h"

namespace syswright {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Sums over blocks of everything that the statistic needs; also one block, as a row.
struct Sums {
  double cost_a = 0;
  double weight_a = 0;
  double cost_b = 0;
  double weight_b = 0;

  Sums& operator+=(const Sums& other) {
    cost_a += other.cost_a;
    weight_a += other.weight_a;
    cost_b += other.cost_b;
    weight_b += other.weight_b;
    return *this;
  }
  Sums without(const Sums& block) const {
    return {cost_a - block.cost_a, weight_a - block.weight_a, cost_b - block.cost_b, weight_b - block.weight_b};
  }
};

struct Sample {
  std::vector<Sums> rows;
  bool paired = false;

  /// NaN where no weight is left.
  double statistic(const Sums& sums) const {
    if (!(sums.weight_a > 0) || (paired && !(sums.weight_b > 0))) return not_a_number;
    const double a = sums.cost_a / sums.weight_a;
    return paired ? a - sums.cost_b / sums.weight_b : a;
  }
  Sums total() const {
    Sums sums;
    for (const Sums& row : rows) sums += row;
    return sums;
  }
};

Sample single(const BlockSeries& series) {
  assert(series.costs.size() == series.weights.size());
  Sample sample;
  sample.rows.reserve(series.costs.size());
  for (std::size_t i = 0; i < series.costs.size(); ++i)
    sample.rows.push_back({series.costs[i], series.weights[i], 0, 0});
  return sample;
}

Sample paired(const BlockSeries& a, const BlockSeries& b) {
  assert(a.costs.size() == b.costs.size() && b.costs.size() == b.weights.size());
  Sample sample = single(a);
  sample.paired = true;
  for (std::size_t i = 0; i < sample.rows.size(); ++i) {
    sample.rows[i].cost_b = b.costs[i];
    sample.rows[i].weight_b = b.weights[i];
  }
  return sample;
}

/// The statistic without each block in turn; blocks that leave no weight are left out. [at most rows]
std::vector<double> leave_one_out(const Sample& sample) {
  const Sums total = sample.total();
  std::vector<double> values;
  values.reserve(sample.rows.size());
  for (const Sums& row : sample.rows) {
    const double value = sample.statistic(total.without(row));
    if (std::isfinite(value)) values.push_back(value);
  }
  return values;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// Sum of (mean - value)^exponent.
double central_sum(const std::vector<double>& values, int exponent) {
  const double mean = mean_of(values);
  double sum = 0;
  for (double value : values) sum += std::pow(mean - value, exponent);
  return sum;
}

Interval jackknife(const Sample& sample, double estimate, double confidence) {
  const std::vector<double> values = leave_one_out(sample);
  if (values.size() < 2) return {estimate, -infinity, infinity};
  const auto n = static_cast<double>(values.size());
  const double error = std::sqrt((n - 1) / n * central_sum(values, 2));
  const double reach = student_quantile(0.5 + confidence / 2, n - 1) * error;
  return {estimate, estimate - reach, estimate + reach};
}

/// The statistic of each resample, sorted. Replicate r has draws of its own, so their order does not matter.
std::vector<double> resample(const Sample& sample, const IntervalOptions& options) {
  const Random root(options.seed, "bootstrap");
  const std::size_t n = sample.rows.size();
  std::vector<double> values;
  values.reserve(options.replicates);
  for (std::size_t replicate = 0; replicate < options.replicates; ++replicate) {
    Random random = root.at(replicate);
    Sums sums;
    for (std::size_t i = 0; i < n; ++i) sums += sample.rows[random.below(n)];
    const double value = sample.statistic(sums);
    if (std::isfinite(value)) values.push_back(value);
  }
  std::sort(values.begin(), values.end());
  return values;
}

/// Quantile of a sorted sample: position (n + 1) p, linear between neighbours.
double sample_quantile(const std::vector<double>& sorted, double p) {
  const auto n = static_cast<double>(sorted.size());
  const double position = std::clamp((n + 1) * p - 1, 0.0, n - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// How far the resamples lean to one side of the estimate, in standard normal units; ties count half.
double bias_correction(const std::vector<double>& sorted, double estimate) {
  const auto range = std::equal_range(sorted.begin(), sorted.end(), estimate);
  const auto n = static_cast<double>(sorted.size());
  const double below =
      static_cast<double>(range.first - sorted.begin()) + static_cast<double>(range.second - range.first) / 2;
  return normal_quantile(std::clamp(below / n, 0.5 / n, 1 - 0.5 / n));
}

/// A sixth of the skewness of the leave-one-out values; 0 where they do not vary.
double acceleration(const Sample& sample) {
  const std::vector<double> values = leave_one_out(sample);
  if (values.size() < 2) return 0;
  const double squares = central_sum(values, 2);
  return squares > 0 ? central_sum(values, 3) / (6 * std::pow(squares, 1.5)) : 0;
}

Interval bootstrap(const Sample& sample, double estimate, const IntervalOptions& options) {
  const std::vector<double> sorted = resample(sample, options);
  if (sorted.empty()) return {estimate, -infinity, infinity};
  const double tail = (1 - options.confidence) / 2;
  std::array<double, 2> levels{tail, 1 - tail};
  if (options.method == IntervalMethod::bca) {
    const double bias = bias_correction(sorted, estimate);
    const double skew = acceleration(sample);
    for (double& level : levels) {
      const double z = bias + normal_quantile(level);
      level = normal_probability(bias + z / (1 - skew * z));
    }
  }
  return {estimate, sample_quantile(sorted, levels[0]), sample_quantile(sorted, levels[1])};
}

Interval interval(const Sample& sample, const IntervalOptions& options) {
  assert(options.confidence > 0 && options.confidence < 1);
  if (sample.rows.empty()) return {not_a_number, -infinity, infinity};
  const double estimate = sample.statistic(sample.total());
  if (sample.rows.size() < 2 || !std::isfinite(estimate)) return {estimate, -infinity, infinity};
  if (options.method == IntervalMethod::jackknife) return jackknife(sample, estimate, options.confidence);
  return bootstrap(sample, estimate, options);
}

}  // namespace

Interval mean_interval(std::span<const double> values, const IntervalOptions& options) {
  const std::vector<double> ones(values.size(), 1.0);
  return interval(single({values, ones}), options);
}

Interval ratio_interval(const BlockSeries& series, const IntervalOptions& options) {
  return interval(single(series), options);
}

Interval difference_interval(const BlockSeries& a, const BlockSeries& b, const IntervalOptions& options) {
  return interval(paired(a, b), options);
}

SignTest sign_test(std::span<const double> differences) {
  SignTest test;
  for (double difference : differences) {
    if (difference < 0) ++test.negative;
    if (difference > 0) ++test.positive;
  }
  test.zero = differences.size() - test.negative - test.positive;
  test.p_value =
      std::min(1.0, 2 * fair_coin_tail(test.negative + test.positive, std::min(test.negative, test.positive)));
  return test;
}

}  // namespace syswright
