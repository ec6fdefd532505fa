#include "base/distributions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace syswright {
namespace {

// Quantiles as printed in tables (Abramowitz and Stegun, table 26.5, and to more digits in the R manual's examples).
TEST(Normal, QuantilesAreThoseOfTheTables) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-12);
  EXPECT_NEAR(normal_quantile(0.95), 1.644853626951473, 1e-12);
  EXPECT_NEAR(normal_quantile(0.005), -2.575829303548901, 1e-12);
  EXPECT_NEAR(normal_quantile(0.5), 0.0, 1e-15);
}

TEST(Normal, QuantileIsTheInverseOfProbabilityFarOutToo) {
  for (double x = -37; x <= 5; x += 0.37) {
    const double p = normal_probability(x);
    // One rounding of p moves x by epsilon * p / density, where p is near 1.
    const double density = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
    const double rounding = std::numeric_limits<double>::epsilon() * p / density;
    ASSERT_NEAR(normal_quantile(p), x, 1e-12 + 2 * rounding);
  }
}

TEST(Normal, EndsAreInfinite) {
  EXPECT_EQ(normal_quantile(0), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(normal_quantile(1), std::numeric_limits<double>::infinity());
}

// With 1 degree of freedom Student's distribution is Cauchy's, with 2 it has the closed form
// t = (2p - 1) * sqrt(2 / (4 p (1 - p))).
TEST(Student, QuantilesFollowTheClosedForms) {
  for (double p : {0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975, 0.9995}) {
    const double cauchy = std::tan(std::numbers::pi * (p - 0.5));
    EXPECT_NEAR(student_quantile(p, 1), cauchy, 1e-9 * std::abs(cauchy) + 1e-12);
    const double two = (2 * p - 1) * std::sqrt(2 / (4 * p * (1 - p)));
    EXPECT_NEAR(student_quantile(p, 2), two, 1e-9 * std::abs(two) + 1e-12);
  }
}

// Percentage points of Student's t, 97.5 %: Pearson and Hartley, Biometrika Tables for Statisticians, table 12.
TEST(Student, QuantilesAreThoseOfTheTables) {
  EXPECT_NEAR(student_quantile(0.975, 4), 2.776, 5e-4);
  EXPECT_NEAR(student_quantile(0.975, 10), 2.228, 5e-4);
  EXPECT_NEAR(student_quantile(0.975, 30), 2.042, 5e-4);
  EXPECT_NEAR(student_quantile(0.975, 1e7), 1.959964, 1e-6);
}

TEST(Student, ProbabilityInvertsTheQuantile) {
  for (double degrees : {1.0, 2.5, 7.0, 100.0}) {
    for (double p : {0.01, 0.3, 0.5, 0.6, 0.99}) {
      EXPECT_NEAR(student_probability(student_quantile(p, degrees), degrees), p, 1e-11);
    }
  }
}

// 10 tosses: (1 + 10 + 45) / 1024 for at most 2 heads.
TEST(FairCoin, TailsAreCounted) {
  EXPECT_NEAR(fair_coin_tail(10, 2), 56.0 / 1024, 1e-15);
  EXPECT_NEAR(fair_coin_tail(10, 0), 1.0 / 1024, 1e-15);
  EXPECT_EQ(fair_coin_tail(10, 10), 1.0);
  EXPECT_EQ(fair_coin_tail(0, 0), 1.0);
  EXPECT_NEAR(fair_coin_tail(1001, 500), 0.5, 1e-12);
}

TEST(FairCoin, LargeNumbersStayFinite) {
  // 10,000 tosses have standard deviation 50: 4,900 heads are 1.99 of them below, with the continuity correction.
  EXPECT_NEAR(fair_coin_tail(10'000, 4'900), normal_probability(-1.99), 1e-4);
  EXPECT_GE(fair_coin_tail(1'000'000, 1000), 0.0);
}

}  // namespace
}  // namespace syswright
