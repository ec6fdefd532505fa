#include "design/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace syswright::design {
namespace {

TEST(PairedDifference, IsThatOfTheRatiosWithTheErrorOfTheResiduals) {
  // Differences of costs 1, 2, 3 over weights 10: ratio 6 / 30; residuals -1, 0, 1; error sqrt(3/2 * 2) / 30.
  const std::vector<Block> a{{5, 10}, {6, 10}, {7, 10}};
  const std::vector<Block> b{{4, 10}, {4, 10}, {4, 10}};
  const PairedDifference difference = paired_difference(a, b);
  EXPECT_DOUBLE_EQ(difference.difference, 0.2);
  EXPECT_DOUBLE_EQ(difference.error, std::sqrt(3.0) / 30);
}

TEST(PairedDifference, KnowsNothingOfTheSpreadOfOneBlock) {
  const std::vector<Block> one{{5, 10}};
  EXPECT_EQ(paired_difference(one, one).error, std::numeric_limits<double>::infinity());
  const std::vector<Block> two{{5, 10}, {5, 10}};
  EXPECT_EQ(paired_difference(one, two).error, std::numeric_limits<double>::infinity());
  EXPECT_EQ(paired_difference(two, two).error, 0);
}

TEST(BalancedWeights, AreInverseToTheMedians) {
  EXPECT_THAT(balanced_weights({{1, 2, 30}, {4, 6, 6}}), testing::ElementsAre(0.75, 0.25));
  EXPECT_THAT(balanced_weights({{5}}), testing::ElementsAre(1));
}

TEST(BalancedWeights, PassOverFailures) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(balanced_weights({{infinity, 2}, {infinity, 2}}), testing::ElementsAre(0.5, 0.5));
  EXPECT_THAT(balanced_weights({{infinity}, {infinity}}), testing::IsEmpty());
}

TEST(BehaviourDistance, IsTheShareOfTheCostsThatDiffers) {
  const std::vector<Block> a{{10, 1}, {20, 1}};
  const std::vector<Block> b{{12, 1}, {18, 1}};
  EXPECT_EQ(behaviour_distance(a, a), 0);
  EXPECT_DOUBLE_EQ(behaviour_distance(a, b), 4.0 / 30);
}

}  // namespace
}  // namespace syswright::design
