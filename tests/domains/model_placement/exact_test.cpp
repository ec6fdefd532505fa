#include "domains/model_placement/exact.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace syswright::model_placement {
namespace {

Instance small_fleet(std::uint64_t seed) {
  Random random(seed, "small fleet", 0);
  Instance fleet;
  fleet.name = "small";
  fleet.gpus = 1 + random.below(3);
  const std::uint64_t models = 1 + random.below(6);
  for (std::uint64_t i = 0; i < models; ++i) {
    // Some fleets are too large for their GPUs; some models ask for nothing, or are alike.
    fleet.models.push_back({static_cast<double>(5 * (1 + random.below(10))), static_cast<double>(random.below(4)) / 3});
  }
  return fleet;
}

/// By trying every placement. Infinite if none fits.
double least_pressure(const Instance& fleet) {
  Placement placement(fleet.models.size());
  double least = largest_pressure(fleet, placement);
  while (true) {
    std::size_t i = 0;
    for (; i < placement.size() && ++placement[i] == fleet.gpus; ++i) placement[i] = 0;
    if (i == placement.size()) return least;
    least = std::min(least, largest_pressure(fleet, placement));
  }
}

TEST(PlaceExactly, FindsTheOptimumOfSmallFleets) {
  int without = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Instance fleet = small_fleet(seed);
    const double least = least_pressure(fleet);
    const ExactResult exact = place_exactly(fleet, {});
    if (std::isinf(least)) {
      ++without;
      EXPECT_TRUE(exact.placement.empty()) << seed;
      EXPECT_FALSE(exact.proved) << seed;
      continue;
    }
    EXPECT_TRUE(exact.proved) << seed;
    EXPECT_NEAR(exact.pressure, least, 2e-9 * least) << seed;
    EXPECT_LE(exact.bound, least) << seed;
    EXPECT_EQ(largest_pressure(fleet, exact.placement), exact.pressure);
  }
  EXPECT_GT(without, 10);
  EXPECT_LT(without, 200);
}

TEST(PlaceExactly, ProvesFleetsAsTheLeaderboardDrawsThem) {
  for (std::uint64_t number = 0; number < 20; ++number) {
    const Instance fleet = generate({.seed = 5, .number = number});
    const ExactResult exact = place_exactly(fleet, {});
    EXPECT_TRUE(exact.proved) << number;
    EXPECT_LE(exact.pressure, largest_pressure(fleet, place_greedily(fleet, by_demand(fleet), Greedy::after)));
    EXPECT_GE(exact.pressure, fleet.total_demand() /
                                  (static_cast<double>(fleet.gpus) * fleet.capacity - fleet.total_size()) * (1 - 1e-9));
  }
}

TEST(PlaceExactly, KeepsToItsNodesAndItsBoundHoldsNevertheless) {
  const Instance fleet = generate({.seed = 2, .number = 1, .least_gpus = 9, .fill = 0.8});
  const ExactResult exact = place_exactly(fleet, {});
  ASSERT_TRUE(exact.proved);
  const ExactResult hasty = place_exactly(fleet, {.nodes = 3});
  EXPECT_FALSE(hasty.proved);
  EXPECT_LE(hasty.bound, exact.pressure);
  EXPECT_GE(hasty.pressure, exact.pressure);
}

/// Two GPUs, three models: 30 GB with demand 3, and two of 10 GB with demand 1. Together: 3/50 and 2/60; else 4/40.
TEST(PlaceExactly, WeighsMemoryAgainstDemand) {
  Instance fleet;
  fleet.gpus = 2;
  fleet.models = {{30, 3}, {10, 1}, {10, 1}};
  const ExactResult exact = place_exactly(fleet, {});
  EXPECT_DOUBLE_EQ(exact.pressure, 3.0 / 50);
  EXPECT_NE(exact.placement[0], exact.placement[1]);
  EXPECT_EQ(exact.placement[1], exact.placement[2]);
}

}  // namespace
}  // namespace syswright::model_placement
