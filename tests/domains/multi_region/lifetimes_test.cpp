#include "domains/multi_region/lifetimes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "domains/multi_region/skynomad.h"

namespace syswright::multi_region {
namespace {

constexpr double tick = 0.25;

TEST(Lifetimes, NothingLostLastsForEver) {
  Lifetimes lifetimes(tick);
  EXPECT_GT(lifetimes.expected(0), 1e6);
  lifetimes.add_run(3, false);
  EXPECT_GT(lifetimes.expected(0), 1e6);
  EXPECT_DOUBLE_EQ(lifetimes.hazard(2), 2e-8);
}

TEST(Lifetimes, AreNelsonAndAalens) {
  // Lost after 1 h and 3 h, given up after 2 h: steps 1/3 at 1 and 1/1 at 3.
  Lifetimes lifetimes(tick);
  lifetimes.add_run(1, true);
  lifetimes.add_run(2, false);
  lifetimes.add_run(3, true);
  EXPECT_EQ(lifetimes.hazard(1), 1 * 1.0);  // before the first knot the last step runs by the hour
  EXPECT_DOUBLE_EQ(lifetimes.hazard(2), 1.0 / 3 + 1);
  EXPECT_DOUBLE_EQ(lifetimes.hazard(4), 1.0 / 3 + 1 + 1);
  const double after_first = std::exp(-1.0 / 3);
  const double after_both = after_first * std::exp(-1.0);
  const double tail = tick / (1 - std::exp(-1.0));
  EXPECT_DOUBLE_EQ(lifetimes.expected(0), 1 + after_first * 2 + after_both * tail);
  // At the age of two hours the first step is behind.
  EXPECT_DOUBLE_EQ(lifetimes.expected(2), 1 + std::exp(-1.0) * tail);
}

TEST(Lifetimes, EqualLengthsShareAStep) {
  Lifetimes lifetimes(tick);
  lifetimes.add_run(1, true);
  lifetimes.add_run(1, true);
  lifetimes.add_run(2, false);
  EXPECT_DOUBLE_EQ(lifetimes.hazard(1.5), 2.0 / 3 + 0.5 * (2.0 / 3));
}

TEST(Lifetimes, VolatilityCountsLossesAgainstWhatWasExpected) {
  Lifetimes lifetimes(tick);
  lifetimes.add_run(1, true);  // one step of 1 at 1 h
  EXPECT_EQ(lifetimes.volatility(), 1);
  // Up to 1 h of age: an expected loss of 1, and none.
  for (int i = 0; i < 4; ++i) lifetimes.expose(true, i * tick, (i + 1) * tick, 0);
  EXPECT_EQ(lifetimes.volatility(), 1);
  // Three losses in ticks in which nothing ran: each counts as a tick of the last step.
  for (int i = 0; i < 3; ++i) lifetimes.expose(false, 0, 0, 1);
  EXPECT_DOUBLE_EQ(lifetimes.volatility(), 1 / tick);
  const double steep = 1 / tick;
  EXPECT_DOUBLE_EQ(lifetimes.expected(0), 1 + std::exp(-steep) * tick / (1 - std::exp(-steep)));
}

TEST(SkyNomadRegion, KnowsTheShareOfTheLastTwelveHours) {
  SkyNomadRegion region(tick);
  EXPECT_EQ(region.availability(5), 0);
  region.start(2, SkyNomadRegion::Source::run);
  EXPECT_DOUBLE_EQ(region.availability(8), 6.0 / 8);
  region.end(10, true);
  EXPECT_DOUBLE_EQ(region.availability(16), 6.0 / 12);
  region.start(16, SkyNomadRegion::Source::probe);
  EXPECT_DOUBLE_EQ(region.availability(20), (2.0 + 4.0) / 12);
}

}  // namespace
}  // namespace syswright::multi_region
