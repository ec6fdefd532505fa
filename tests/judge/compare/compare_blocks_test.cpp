#include "judge/compare/compare_blocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/judge/compare/made_comparison.h"

namespace syswright::judge {
namespace {

TEST(RandomisationTest, IsExactForFewDifferences) {
  // All of one sign: of 2^5 choices of signs, only all plus and all minus get as far.
  EXPECT_DOUBLE_EQ(randomisation_test(std::vector<double>{1, 2, 3, 4, 5}, 1), 2.0 / 32);
  // ±1 ±2 ±3 with sum 0 in two ways of eight; the sum 2 + 3 - 1 = 4 is reached or passed by ±6 and ±4: four of eight.
  EXPECT_DOUBLE_EQ(randomisation_test(std::vector<double>{-1, 2, 3}, 1), 0.5);
  EXPECT_EQ(randomisation_test(std::vector<double>{5}, 1), 1);
  EXPECT_EQ(randomisation_test(std::vector<double>{0, 0, 0}, 1), 1);
}

TEST(RandomisationTest, ZerosCountForNothing) {
  EXPECT_DOUBLE_EQ(randomisation_test(std::vector<double>{1, 0, 2, 0, 3}, 1),
                   randomisation_test(std::vector<double>{1, 2, 3}, 1));
  std::vector<double> sparse(40, 0.0);
  sparse[7] = 1;
  sparse[20] = 1;
  // Two differences can never be surer than 1/2, however many zeros stand beside them.
  EXPECT_NEAR(randomisation_test(sparse, 1), 0.5, 0.02);
}

TEST(RandomisationTest, FarOutStudentTakesOverDownToTheExactLeast) {
  std::vector<double> clear;
  for (int i = 0; i < 20; ++i) clear.push_back(10 + 0.01 * i);
  EXPECT_DOUBLE_EQ(randomisation_test(clear, 1), std::pow(2.0, -19));
}

TEST(RandomisationTest, ErrsAsOftenAsItSaysWhateverTheShape) {
  for (const Shape shape : {Shape::normal, Shape::skewed, Shape::wild}) {
    for (const std::size_t blocks : {8u, 24u}) {
      int wrong = 0;
      const int trials = 600;
      for (int trial = 0; trial < trials; ++trial) {
        Random random(11, "null", static_cast<std::uint64_t>(trial));
        std::vector<double> differences;
        for (std::size_t i = 0; i < blocks; ++i) differences.push_back(draw(random, shape) - draw(random, shape));
        wrong += randomisation_test(differences, 1) <= 0.05 ? 1 : 0;
      }
      // 30 expected at most, standard deviation 5.3.
      EXPECT_LE(wrong, 46) << "shape " << static_cast<int>(shape) << ", " << blocks << " blocks";
    }
  }
}

TEST(Comparable, AsksForFiniteBlocksOfEqualWeights) {
  const Evaluation one = evaluation_of({1, 2, 3});
  EXPECT_TRUE(comparable(one, evaluation_of({3, 3, 3})));
  EXPECT_FALSE(comparable(one, evaluation_of({3, 3})));
  Evaluation other = one;
  other.blocks[1].weight = 2;
  EXPECT_FALSE(comparable(one, other));
  other = one;
  other.blocks[1].cost = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(comparable(one, other));
  EXPECT_FALSE(ran(other));
  other = one;
  other.status = Evaluation::Status::failed;
  EXPECT_FALSE(comparable(one, other));
  EXPECT_FALSE(comparable(evaluation_of({1}), evaluation_of({1})));
}

TEST(Decorrelated, JoinsNeighboursThatSwingTogether) {
  Random random(1, "swings");
  PairedBlocks calm;
  PairedBlocks swinging;
  double swing = 0;
  for (int i = 0; i < 65; ++i) {
    calm.a.push_back(random.normal());
    swing = 0.95 * swing + random.normal();
    swinging.a.push_back(swing);
    for (PairedBlocks* blocks : {&calm, &swinging}) {
      blocks->b.push_back(0);
      blocks->weights.push_back(1);
    }
  }
  EXPECT_LT(neighbour_correlation(calm), 1 / std::sqrt(65.0));
  EXPECT_GT(neighbour_correlation(swinging), 0.7);
  EXPECT_EQ(decorrelated(calm).size(), 65u);
  const PairedBlocks joined = decorrelated(swinging);
  EXPECT_EQ(joined.size(), 16u);
  EXPECT_EQ(joined.merged, 4u);
  // Nothing is lost: the odd block went with the last pair.
  double before = 0;
  double after = 0;
  double weight = 0;
  for (const double cost : swinging.a) before += cost;
  for (const double cost : joined.a) after += cost;
  for (const double one : joined.weights) weight += one;
  EXPECT_NEAR(after, before, 1e-9);
  EXPECT_DOUBLE_EQ(weight, 65);
}

}  // namespace
}  // namespace syswright::judge
