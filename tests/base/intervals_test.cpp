#include "base/intervals.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/distributions.h"
#include "base/random.h"

namespace syswright {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<double> normals(std::size_t n, std::uint64_t index, double mean = 0) {
  Random random(5, "sample", index);
  std::vector<double> values(n);
  for (double& value : values) value = mean + random.normal();
  return values;
}

struct Block {
  double cost;
  double weight;
};

TEST(Intervals, EstimateIsTheRatioOfSums) {
  const std::vector<Block> blocks{{1, 10}, {4, 10}, {4, 40}};
  const BlockColumns columns(blocks);
  for (IntervalMethod method : {IntervalMethod::jackknife, IntervalMethod::percentile, IntervalMethod::bca}) {
    const Interval interval = ratio_interval(columns.series(), {.method = method});
    EXPECT_DOUBLE_EQ(interval.estimate, 9.0 / 60);
    EXPECT_LT(interval.low, interval.estimate);
    EXPECT_GT(interval.high, interval.estimate);
  }
}

// The jackknife of a mean is the textbook interval: mean ± t * s / sqrt(n). Values 1..5: s² = 2.5, t(0.975, 4) = 2.776.
TEST(Intervals, JackknifeOfAMeanIsStudentsInterval) {
  const std::vector<double> values{1, 2, 3, 4, 5};
  const Interval interval = mean_interval(values, {.method = IntervalMethod::jackknife});
  const double reach = student_quantile(0.975, 4) * std::sqrt(2.5 / 5);
  EXPECT_NEAR(interval.low, 3 - reach, 1e-12);
  EXPECT_NEAR(interval.high, 3 + reach, 1e-12);
}

/// How often 95 % intervals of the mean of `n` draws hold the true mean.
template <typename Draw>
double coverage(IntervalMethod method, std::size_t n, double truth, Draw draw) {
  constexpr int experiments = 1000;
  int held = 0;
  for (int i = 0; i < experiments; ++i) {
    Random random(6, "coverage", static_cast<std::uint64_t>(i));
    std::vector<double> values(n);
    for (double& value : values) value = draw(random);
    const IntervalOptions options{.method = method, .replicates = 400, .seed = static_cast<std::uint64_t>(i)};
    held += mean_interval(values, options).contains(truth) ? 1 : 0;
  }
  return static_cast<double>(held) / experiments;
}

// 1000 experiments: the share that hold has standard error 0.007 around 0.95. Bootstraps of 60 values are known to be
// a little short.
TEST(Intervals, HoldTheTruthAsOftenAsTheySay) {
  const auto normal = [](Random& random) { return random.normal(); };
  EXPECT_NEAR(coverage(IntervalMethod::jackknife, 60, 0, normal), 0.95, 0.02);
  EXPECT_NEAR(coverage(IntervalMethod::percentile, 60, 0, normal), 0.945, 0.025);
  EXPECT_NEAR(coverage(IntervalMethod::bca, 60, 0, normal), 0.945, 0.025);
}

TEST(Intervals, BcaLeansToTheLongTailOfASkewedSample) {
  Random random(6, "skewed");
  std::vector<double> values(40);
  for (double& value : values) value = random.exponential();
  const Interval percentile = mean_interval(values, {.method = IntervalMethod::percentile, .replicates = 20'000});
  const Interval bca = mean_interval(values, {.method = IntervalMethod::bca, .replicates = 20'000});
  EXPECT_GT(bca.high, percentile.high);
  EXPECT_GT(bca.low, percentile.low);
}

TEST(Intervals, AreDeterministicForTheSeed) {
  const std::vector<double> values = normals(50, 1);
  EXPECT_EQ(mean_interval(values, {.seed = 4}), mean_interval(values, {.seed = 4}));
  EXPECT_NE(mean_interval(values, {.seed = 4}), mean_interval(values, {.seed = 5}));
}

TEST(Intervals, WidenWithConfidence) {
  const std::vector<double> values = normals(50, 2);
  for (IntervalMethod method : {IntervalMethod::jackknife, IntervalMethod::percentile, IntervalMethod::bca}) {
    const Interval narrow = mean_interval(values, {.confidence = 0.5, .method = method});
    const Interval wide = mean_interval(values, {.confidence = 0.99, .method = method});
    EXPECT_LT(wide.low, narrow.low);
    EXPECT_GT(wide.high, narrow.high);
  }
}

// Blocks differ much, the two policies little: pairing sees the difference, the two intervals alone do not.
TEST(Intervals, PairingTakesOutWhatBlocksHaveInCommon) {
  Random random(6, "pairs");
  std::vector<Block> a;
  std::vector<Block> b;
  for (int i = 0; i < 60; ++i) {
    const double hardness = random.uniform(100, 900);
    a.push_back({hardness + 5 * random.normal(), 1000});
    b.push_back({hardness - 10 + 5 * random.normal(), 1000});
  }
  const BlockColumns columns_a(a);
  const BlockColumns columns_b(b);
  for (IntervalMethod method : {IntervalMethod::jackknife, IntervalMethod::percentile, IntervalMethod::bca}) {
    const Interval difference = difference_interval(columns_a.series(), columns_b.series(), {.method = method});
    EXPECT_NEAR(difference.estimate, 0.01, 0.004);
    EXPECT_GT(difference.low, 0);
    EXPECT_LT(difference.high, 0.02);
    const double alone = ratio_interval(columns_a.series(), {.method = method}).high -
                         ratio_interval(columns_a.series(), {.method = method}).low;
    EXPECT_GT(alone, 10 * (difference.high - difference.low));
  }
}

TEST(Intervals, EqualSeriesDifferByExactlyNothing) {
  const std::vector<Block> blocks{{1, 10}, {4, 10}, {4, 40}};
  const BlockColumns columns(blocks);
  for (IntervalMethod method : {IntervalMethod::jackknife, IntervalMethod::percentile, IntervalMethod::bca}) {
    EXPECT_EQ(difference_interval(columns.series(), columns.series(), {.method = method}), (Interval{0, 0, 0}));
  }
}

TEST(Intervals, TooFewBlocksSayNothingOfTheSpread) {
  const Interval one = mean_interval(std::vector<double>{3});
  EXPECT_EQ(one, (Interval{3, -infinity, infinity}));
  const Interval none = mean_interval({});
  EXPECT_TRUE(std::isnan(none.estimate));
  EXPECT_EQ(none.high, infinity);
}

TEST(Intervals, BlocksWithoutWeightDoNoHarm) {
  const std::vector<Block> blocks{{0, 0}, {1, 10}, {0, 0}, {3, 10}, {2, 10}};
  const BlockColumns columns(blocks);
  for (IntervalMethod method : {IntervalMethod::jackknife, IntervalMethod::percentile, IntervalMethod::bca}) {
    const Interval interval = ratio_interval(columns.series(), {.method = method});
    EXPECT_DOUBLE_EQ(interval.estimate, 0.2);
    EXPECT_TRUE(std::isfinite(interval.low) && std::isfinite(interval.high));
  }
}

// 8 of 10 nonzero differences negative: 2 * (1 + 10 + 45) / 1024.
TEST(SignTest, CountsSigns) {
  const std::vector<double> differences{-1, -1, -2, -3, -1, -0.5, -9, -1, 2, 4, 0, 0};
  const SignTest test = sign_test(differences);
  EXPECT_EQ(test.negative, 8u);
  EXPECT_EQ(test.positive, 2u);
  EXPECT_EQ(test.zero, 2u);
  EXPECT_NEAR(test.p_value, 112.0 / 1024, 1e-14);
}

TEST(SignTest, BalanceAndEmptinessProveNothing) {
  EXPECT_EQ(sign_test(std::vector<double>{-1, 1}).p_value, 1.0);
  EXPECT_EQ(sign_test({}).p_value, 1.0);
}

}  // namespace
}  // namespace syswright
