#include "judge/compare/power.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "judge/compare/compare_blocks.h"

namespace syswright::judge {
namespace {

TEST(Power, AgreesWithTheTables) {
  // Cohen, "Statistical Power Analysis", 1988: a paired t-test of a difference of half a deviation needs 34 pairs for
  // a chance of 0.8 at a level of 0.05, two-sided; a whole deviation 10; a fifth 199.
  EXPECT_NEAR(static_cast<double>(*blocks_to_decide({0.5, 1, 10})), 34, 1);
  EXPECT_NEAR(static_cast<double>(*blocks_to_decide({-0.2, 1, 10})), 199, 2);
  EXPECT_NEAR(static_cast<double>(*blocks_to_decide({1, 1, 10})), 10, 1);
}

TEST(Power, SaysWhenNoNumberWouldDo) {
  EXPECT_EQ(blocks_to_decide({0, 1, 10}), std::nullopt);
  EXPECT_EQ(blocks_to_decide({1, std::nan(""), 1}), std::nullopt);
  EXPECT_EQ(blocks_to_decide({1e-9, 1, 10}), std::nullopt);
  EXPECT_EQ(blocks_to_decide({1, 0, 10}), 2);
  EXPECT_EQ(detectable_difference({1, std::nan(""), 1}), std::numeric_limits<double>::infinity());
}

TEST(Power, TheDetectableDifferenceNeedsTheBlocksAtHand) {
  for (const std::size_t blocks : {5u, 20u, 300u}) {
    PairedSpread spread{0, 3.0, blocks};
    spread.difference = detectable_difference(spread) * (1 + 1e-9);
    EXPECT_EQ(blocks_to_decide(spread), blocks);
  }
}

TEST(Power, MeasuresTheSpreadOfPairs) {
  // Differences 1, 2, 3 over weights 1: mean 2, deviation 1.
  const std::vector<double> a{11, 22, 33};
  const std::vector<double> b{10, 20, 30};
  const std::vector<double> ones{1, 1, 1};
  const PairedSpread spread = paired_spread({a, ones}, {b, ones});
  EXPECT_DOUBLE_EQ(spread.difference, 2);
  EXPECT_DOUBLE_EQ(spread.deviation, 1);
  EXPECT_EQ(spread.blocks, 3u);
}

/// With as many blocks as were asked for, the test that verdicts stand on decides in 8 of 10 cases.
TEST(Power, TheNumberAskedForDecidesAsOftenAsSaid) {
  const double effect = 0.4;
  const std::size_t blocks = *blocks_to_decide({effect, 1, 10});
  int decided = 0;
  const int trials = 400;
  for (int trial = 0; trial < trials; ++trial) {
    Random random(7, "power", static_cast<std::uint64_t>(trial));
    std::vector<double> differences;
    for (std::size_t i = 0; i < blocks; ++i) differences.push_back(effect + random.normal());
    decided += randomisation_test(differences, 1) <= 0.05 ? 1 : 0;
  }
  // 320 expected, standard deviation 8.
  EXPECT_NEAR(decided, 320, 28);
}

}  // namespace
}  // namespace syswright::judge
