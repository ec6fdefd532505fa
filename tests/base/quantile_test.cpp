#include "base/quantile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"

namespace syswright {
namespace {

double exact(const std::vector<double>& sorted, double p) {
  const double wanted = std::ceil(p * static_cast<double>(sorted.size()) - 1e-9);
  return sorted[static_cast<std::size_t>(std::max(wanted, 1.0)) - 1];
}

std::vector<double> sample(int kind, std::size_t n) {
  Random random(9, "quantiles", static_cast<std::uint64_t>(kind));
  std::vector<double> values(n);
  for (double& value : values) {
    switch (kind) {
      case 0:
        value = random.uniform();
        break;
      case 1:
        value = std::exp(8 * random.normal());
        break;
      case 2:
        value = random.normal() * 1e6;
        break;
      case 3:
        value = static_cast<double>(random.below(4)) - 1;
        break;
      default:
        value = -random.exponential();
    }
  }
  return values;
}

TEST(QuantileSketch, StaysWithinItsErrorOfTheOrderStatistic) {
  for (int precision : {1, 4, 7, 12}) {
    for (int kind = 0; kind < 5; ++kind) {
      for (std::size_t n : {1, 2, 10, 1000, 20'000}) {
        std::vector<double> values = sample(kind, n);
        QuantileSketch sketch(precision);
        for (double value : values) sketch.add(value);
        std::sort(values.begin(), values.end());
        for (double p : {0.0, 0.001, 0.07, 0.25, 0.5, 0.9, 0.999, 1.0}) {
          const double truth = exact(values, p);
          ASSERT_NEAR(sketch.quantile(p), truth, sketch.relative_error() * std::abs(truth) * (1 + 1e-12))
              << "kind " << kind << " n " << n << " p " << p << " precision " << precision;
        }
      }
    }
  }
}

TEST(QuantileSketch, EndsAreExact) {
  QuantileSketch sketch;
  for (double value : {0.3, -7.1, 12.7, 3.3}) sketch.add(value);
  EXPECT_EQ(sketch.quantile(0), -7.1);
  EXPECT_EQ(sketch.quantile(1), 12.7);
  EXPECT_EQ(sketch.min(), -7.1);
  EXPECT_EQ(sketch.max(), 12.7);
}

TEST(QuantileSketch, MergingInAnyOrderIsAddingEverything) {
  const std::vector<double> values = sample(2, 3000);
  QuantileSketch whole;
  std::vector<QuantileSketch> parts(7);
  for (std::size_t i = 0; i < values.size(); ++i) {
    whole.add(values[i]);
    parts[i % 7].add(values[i]);
  }
  QuantileSketch forward;
  QuantileSketch backward;
  for (std::size_t i = 0; i < 7; ++i) {
    forward.merge(parts[i]);
    backward.merge(parts[6 - i]);
  }
  EXPECT_EQ(forward.count(), 3000u);
  for (double p = 0; p <= 1; p += 0.01) {
    ASSERT_EQ(forward.quantile(p), whole.quantile(p));
    ASSERT_EQ(backward.quantile(p), whole.quantile(p));
  }
}

TEST(QuantileSketch, ManyTimesIsAddingOneByOne) {
  QuantileSketch once;
  QuantileSketch often;
  once.add(2.5, 1000);
  once.add(9, 0);
  for (int i = 0; i < 1000; ++i) often.add(2.5);
  EXPECT_EQ(once, often);
}

TEST(QuantileSketch, WithoutNumbersKnowsNothing) {
  const QuantileSketch sketch;
  EXPECT_TRUE(std::isnan(sketch.quantile(0.5)));
  EXPECT_TRUE(std::isnan(sketch.min()));
  EXPECT_TRUE(std::isnan(sketch.fraction_up_to(1)));
}

TEST(QuantileSketch, TakesExtremes) {
  QuantileSketch sketch;
  for (double value : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::max(), 5e-324, -0.0,
                       -std::numeric_limits<double>::infinity()}) {
    sketch.add(value);
  }
  EXPECT_EQ(sketch.count(), 5u);
  EXPECT_EQ(sketch.quantile(0.5), 0.0);
  EXPECT_EQ(sketch.max(), std::numeric_limits<double>::max());
}

TEST(QuantileSketch, FractionsInvertQuantiles) {
  QuantileSketch sketch;
  for (int i = 1; i <= 1000; ++i) sketch.add(i);
  EXPECT_EQ(sketch.fraction_up_to(0), 0.0);
  EXPECT_NEAR(sketch.fraction_up_to(250), 0.25, 0.25 * sketch.relative_error() + 0.001);
  EXPECT_EQ(sketch.fraction_up_to(1000), 1.0);
}

}  // namespace
}  // namespace syswright
