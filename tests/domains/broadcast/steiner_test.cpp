#include "domains/broadcast/steiner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "base/random.h"

namespace syswright::broadcast {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Cheapest tree by trying every choice of where each region hangs.
class Exhaustive {
 public:
  Exhaustive(const std::vector<double>& costs, std::size_t regions) : costs_(costs), regions_(regions) {}

  double cheapest(Region root, const std::set<Region>& goals) {
    std::vector<std::size_t> above(regions_, regions_);
    double best = infinite;
    try_from(0, root, goals, above, best);
    return best;
  }

 private:
  void try_from(std::size_t region, Region root, const std::set<Region>& goals, std::vector<std::size_t>& above,
                double& best) {
    if (region == regions_) {
      best = std::min(best, cost(root, goals, above));
      return;
    }
    above[region] = regions_;
    try_from(region + 1, root, goals, above, best);
    if (region == root) return;
    for (std::size_t from = 0; from < regions_; ++from) {
      if (from == region) continue;
      above[region] = from;
      try_from(region + 1, root, goals, above, best);
    }
  }

  double cost(Region root, const std::set<Region>& goals, const std::vector<std::size_t>& above) const {
    double sum = 0;
    for (std::size_t region = 0; region < regions_; ++region) {
      if (above[region] < regions_) sum += costs_[above[region] * regions_ + region];
    }
    for (const Region goal : goals) {
      std::size_t at = goal;
      for (std::size_t steps = 0; at != root; ++steps) {
        if (steps > regions_ || above[at] == regions_) return infinite;
        at = above[at];
      }
    }
    return sum;
  }

  const std::vector<double>& costs_;
  std::size_t regions_;
};

std::vector<double> random_costs(std::uint64_t seed, std::size_t regions, double missing) {
  Random random(seed, "steiner test");
  std::vector<double> costs(regions * regions, infinite);
  for (std::size_t i = 0; i < costs.size(); ++i) {
    // Few different costs, so that there are ties.
    if (i / regions != i % regions && !random.chance(missing)) costs[i] = static_cast<double>(random.below(6));
  }
  return costs;
}

TEST(SteinerTable, AgreesWithTryingEveryTree) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const std::size_t regions = 5;
    const std::vector<double> costs = random_costs(seed, regions, seed % 2 == 0 ? 0 : 0.5);
    const std::vector<Region> destinations{1, 3, 4};
    const SteinerTable table(costs, regions, destinations);
    Exhaustive exhaustive(costs, regions);
    for (std::uint32_t mask = 0; mask < 8; ++mask) {
      std::set<Region> goals;
      for (std::size_t i = 0; i < 3; ++i) {
        if ((mask >> i & 1) != 0) goals.insert(destinations[i]);
      }
      for (Region root = 0; root < regions; ++root) {
        EXPECT_EQ(table.cost(mask, root), exhaustive.cheapest(root, goals)) << "seed " << seed << ", mask " << mask;
      }
    }
  }
}

TEST(SteinerTable, GivesATreeOfThatCost) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::size_t regions = 12;
    const std::vector<double> costs = random_costs(seed, regions, 0.3);
    const std::vector<Region> destinations{2, 5, 7, 8, 11};
    const SteinerTable table(costs, regions, destinations);
    if (table.cost(table.all(), 0) == infinite) continue;
    const std::vector<Link> links = table.tree(table.all(), 0);
    std::set<Region> reached{0};
    double sum = 0;
    for (const Link& link : links) {
      EXPECT_TRUE(reached.count(link.from)) << seed;
      EXPECT_TRUE(reached.insert(link.to).second) << seed;
      sum += costs[link.from * regions + link.to];
    }
    for (const Region destination : destinations) EXPECT_TRUE(reached.count(destination)) << seed;
    // Where branches of equal cost meet, links of cost 0 may be saved: never more than the table says.
    EXPECT_EQ(sum, table.cost(table.all(), 0)) << seed;
  }
}

}  // namespace
}  // namespace syswright::broadcast
