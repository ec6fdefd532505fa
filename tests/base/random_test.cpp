#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/distributions.h"

namespace syswright {
namespace {

// Known answers of the Random123 distribution (kat_vectors, "philox4x32 10"): counter and key all zero, all ones, and
// digits of pi.
TEST(Philox, GivesTheKnownAnswers) {
  using Words = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox({ones, ones, ones, ones}, {ones, ones}), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

/// Chi-square of counts against equal expectations, as standard normal units (Wilson and Hilferty).
double unevenness(const std::vector<std::uint64_t>& counts) {
  const double total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  const double expected = total / static_cast<double>(counts.size());
  double chi = 0;
  for (std::uint64_t count : counts) chi += std::pow(static_cast<double>(count) - expected, 2) / expected;
  const double k = static_cast<double>(counts.size()) - 1;
  return (std::cbrt(chi / k) - (1 - 2 / (9 * k))) / std::sqrt(2 / (9 * k));
}

TEST(Random, SameAddressGivesTheSameDraws) {
  Random a(1, "eviction", 7);
  Random b = Random(1, "eviction").at(7);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(a.next(), b.next());
}

TEST(Random, AnyPartOfTheAddressMakesAnotherSequence) {
  std::set<std::uint64_t> firsts;
  for (std::uint64_t seed : {1, 2, 3}) {
    for (const char* name : {"a", "b", "ab"}) {
      for (std::uint64_t index : {0ull, 1ull, 1ull << 32, 1ull << 63}) firsts.insert(Random(seed, name, index).next());
    }
  }
  EXPECT_EQ(firsts.size(), 36u);
}

TEST(Random, ACopyContinuesFromTheSamePlace) {
  Random a(1, "fork");
  for (int i = 0; i < 5; ++i) a.normal();
  Random b = a;
  for (int i = 0; i < 10; ++i) ASSERT_EQ(a.normal(), b.normal());
}

TEST(Random, AtForgetsWhatWasDrawn) {
  Random a(1, "at");
  a.normal();
  EXPECT_EQ(a.at(3).normal(), Random(1, "at", 3).normal());
}

TEST(Random, UniformFillsTheIntervalEvenly) {
  Random random(3, "uniform");
  std::vector<std::uint64_t> counts(1000);
  for (int i = 0; i < 1'000'000; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    ++counts[static_cast<std::size_t>(value * 1000)];
  }
  EXPECT_LT(std::abs(unevenness(counts)), 4);
}

// 6 of 7 values do not divide 2^64, and for a bound of 3 * 2^62 a plain multiply-shift without rejection would draw a
// third of the values twice as often as the others.
TEST(Random, BelowIsEvenAlsoWhereTheBoundDoesNotDivideTheRange) {
  Random random(3, "below");
  std::vector<std::uint64_t> sevenths(7);
  for (int i = 0; i < 700'000; ++i) ++sevenths[random.below(7)];
  EXPECT_LT(std::abs(unevenness(sevenths)), 4);

  constexpr std::uint64_t large = std::uint64_t{3} << 62;
  std::vector<std::uint64_t> residues(3);
  for (int i = 0; i < 300'000; ++i) {
    const std::uint64_t value = random.below(large);
    ASSERT_LT(value, large);
    ++residues[value % 3];
  }
  EXPECT_LT(std::abs(unevenness(residues)), 4);
}

TEST(Random, BelowOneIsZero) {
  Random random(3, "one");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(random.below(1), 0u);
}

TEST(Random, NeighbouringStreamsAreUncorrelated) {
  constexpr int n = 200'000;
  const Random root(3, "streams");
  double products = 0;
  for (int i = 0; i < n; ++i) {
    Random a = root.at(static_cast<std::uint64_t>(i));
    Random b = root.at(static_cast<std::uint64_t>(i) + 1);
    products += (a.uniform() - 0.5) * (b.uniform() - 0.5);
  }
  // A product of two uniforms of variance 1/12 has standard deviation 1/12.
  EXPECT_LT(std::abs(products) * 12 / std::sqrt(n), 4);
}

TEST(Random, NormalsFollowTheNormalDistribution) {
  Random random(3, "normal");
  std::vector<std::uint64_t> counts(200);
  for (int i = 0; i < 400'000; ++i) {
    ++counts[std::min<std::size_t>(199, static_cast<std::size_t>(normal_probability(random.normal()) * 200))];
  }
  EXPECT_LT(std::abs(unevenness(counts)), 4);
}

TEST(Random, ExponentialsHaveTheirMean) {
  Random random(3, "exponential");
  double sum = 0;
  for (int i = 0; i < 400'000; ++i) sum += random.exponential(2.0);
  EXPECT_NEAR(sum / 400'000, 0.5, 4 * 0.5 / std::sqrt(400'000));
}

TEST(Random, WeightedDrawsInProportionAndNeverWhatHasNoWeight) {
  Random random(3, "weighted");
  const std::vector<double> weights{0, 1, 0, 3, 0};
  std::map<std::size_t, int> counts;
  for (int i = 0; i < 100'000; ++i) ++counts[random.weighted(weights)];
  EXPECT_EQ(counts.size(), 2u);
  EXPECT_NEAR(counts[3], 75'000, 4 * std::sqrt(100'000 * 0.75 * 0.25));
}

TEST(Random, ShufflesEveryOrderEquallyOften) {
  Random random(3, "shuffle");
  std::map<std::string, std::uint64_t> counts;
  for (int i = 0; i < 240'000; ++i) {
    std::string items = "abcd";
    random.shuffle(std::span(items));
    ++counts[items];
  }
  ASSERT_EQ(counts.size(), 24u);
  std::vector<std::uint64_t> values;
  for (const auto& [order, count] : counts) values.push_back(count);
  EXPECT_LT(std::abs(unevenness(values)), 4);
}

// First outputs of SplitMix64 from state 0: its finaliser of 0, of the increment, and so on.
TEST(Mix64, IsTheFinaliserOfSplitMix64) {
  constexpr std::uint64_t step = 0x9E3779B97F4A7C15ull;
  EXPECT_EQ(mix64(0), 0xE220A8397B1DCDAFull);
  EXPECT_EQ(mix64(step), 0x6E789E6AA1B965F4ull);
  EXPECT_EQ(mix64(2 * step), 0x06C45D188009454Full);
}

}  // namespace
}  // namespace syswright
