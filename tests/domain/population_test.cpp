#include "domain/population.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "base/random.h"

namespace syswright {
namespace {

/// By the definition: the smallest value that at least a share q of the values does not exceed.
double slow_percentile(const std::vector<double>& values, double q) {
  double best = std::numeric_limits<double>::infinity();
  for (const double candidate : values) {
    const auto below = std::count_if(values.begin(), values.end(), [&](double v) { return v <= candidate; });
    if (static_cast<double>(below) >= q * static_cast<double>(values.size())) best = std::min(best, candidate);
  }
  return best;
}

TEST(Percentile, IsTheSmallestValueThatEnoughDoNotExceed) {
  Random random(1, "percentile test");
  for (int round = 0; round < 500; ++round) {
    std::vector<double> values(1 + random.below(20));
    for (double& value : values) value = static_cast<double>(random.below(10));
    const double q = 0.05 * static_cast<double>(1 + random.below(19));
    const double expected = slow_percentile(values, q);
    EXPECT_EQ(percentile_of(values, q), expected) << "round " << round << ", q " << q;
  }
}

TEST(Percentile, OfNothingIsZero) { EXPECT_EQ(percentile_of({}, 0.5), 0); }

TEST(DrawStratified, SmallPopulationsAreDrawnWholeInOrder) {
  std::array<std::uint32_t, 8> draws{};
  EXPECT_EQ(draw_stratified(1, 0, draws), 0u);
  for (std::uint32_t population = 1; population <= 8; ++population) {
    ASSERT_EQ(draw_stratified(1, population, draws), population);
    for (std::uint32_t i = 0; i < population; ++i) EXPECT_EQ(draws[i], i);
  }
}

TEST(DrawStratified, EachDrawStaysInItsStratum) {
  std::array<std::uint32_t, 64> draws{};
  for (const std::uint32_t population : {65u, 100u, 128u, 1000u, 1u << 20, (1u << 31) - 1}) {
    for (std::uint64_t word = 0; word < 200; ++word) {
      ASSERT_EQ(draw_stratified(mix64(word), population, draws), 64u);
      for (std::uint64_t i = 0; i < 64; ++i) {
        ASSERT_GE(draws[i], i * population / 64);
        ASSERT_LE(draws[i], ((i + 1) * population - 1) / 64);
      }
    }
  }
}

TEST(DrawStratified, EveryItemIsAsLikely) {
  constexpr std::uint32_t population = 100;
  constexpr int rounds = 20'000;
  std::vector<int> drawn(population);
  std::array<std::uint32_t, 64> draws{};
  for (int round = 0; round < rounds; ++round) {
    draw_stratified(Random(7, "draw test", static_cast<std::uint64_t>(round)).next(), population, draws);
    for (const std::uint32_t item : draws) ++drawn[item];
  }
  // Expected 12,800 each. A count is a sum of at most two binomials with variance under 0.24 * rounds: sigma < 70.
  for (std::uint32_t item = 0; item < population; ++item) EXPECT_NEAR(drawn[item], 0.64 * rounds, 350) << item;
}

TEST(DrawStratified, EqualWordsGiveEqualDraws) {
  std::array<std::uint32_t, 16> a{};
  std::array<std::uint32_t, 16> b{};
  draw_stratified(42, 1000, a);
  draw_stratified(42, 1000, b);
  EXPECT_EQ(a, b);
  draw_stratified(43, 1000, b);
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace syswright
