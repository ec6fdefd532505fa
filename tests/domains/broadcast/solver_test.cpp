#include "domains/broadcast/solver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "domains/broadcast/packing.h"
#include "domains/broadcast/planners.h"
#include "tests/domains/broadcast/sample_tables.h"

namespace syswright::broadcast {
namespace {

/// Every tree from region 0 that reaches all destinations and has no useless link.
std::vector<Tree> all_trees(const Order& order) {
  const std::size_t regions = order.network().size();
  std::vector<Tree> trees;
  std::vector<std::size_t> above(regions, regions);
  const auto add = [&] {
    Tree tree;
    std::vector<Region> open{0};
    for (std::size_t i = 0; i < open.size(); ++i) {
      for (std::size_t to = 1; to < regions; ++to) {
        if (above[to] != open[i]) continue;
        tree.push_back({open[i], static_cast<Region>(to)});
        open.push_back(static_cast<Region>(to));
      }
    }
    const auto hanging =
        std::count_if(above.begin() + 1, above.end(), [&](std::size_t from) { return from < regions; });
    if (tree.size() != static_cast<std::size_t>(hanging) || pruned(order, tree) != tree) return;
    for (const Region destination : order.transfer().destinations) {
      if (std::find(open.begin(), open.end(), destination) == open.end()) return;
    }
    trees.push_back(tree);
  };
  const auto choose = [&](const auto& self, std::size_t region) -> void {
    if (region == regions) return add();
    for (std::size_t from = 0; from <= regions; ++from) {
      if (from == region) continue;
      above[region] = from;
      self(self, region + 1);
    }
  };
  choose(choose, 1);
  return trees;
}

/// The cheapest plan by trying all, partitions being alike.
double cheapest(const Order& order, const std::vector<Tree>& trees) {
  double best = std::numeric_limits<double>::infinity();
  Plan plan;
  const auto choose = [&](const auto& self, std::size_t from) -> void {
    if (plan.size() == order.transfer().partitions) {
      best = std::min(best, cost_of(order, plan).total());
      return;
    }
    for (std::size_t i = from; i < trees.size(); ++i) {
      plan.push_back({trees[i], 1});
      self(self, i);
      plan.pop_back();
    }
  };
  choose(choose, 0);
  return best;
}

TEST(Solver, AgreesWithTryingEveryPlan) {
  std::size_t exact = 0;
  const std::size_t cases = 24;
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    // Dear machines make time worth egress: $18 an hour.
    const Order order(random_network(seed, 4), small_transfer(2, 2 + seed % 2), {.count = 1, .dollars_per_hour = 18});
    const double optimum = cheapest(order, all_trees(order));
    const Solution solution = solve(order);
    EXPECT_LE(solution.lower_bound, optimum + 1e-9) << seed;
    EXPECT_GT(solution.lower_bound, 0.8 * optimum) << seed;
    EXPECT_GE(solution.cost.total(), optimum - 1e-9) << seed;
    EXPECT_LE(solution.cost.total(), 1.01 * optimum) << seed;
    exact += solution.cost.total() <= optimum + 1e-9;
  }
  EXPECT_GE(exact, cases - 2);
}

TEST(Solver, IsNoWorseThanAnyPlannerAndPassesNoBound) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    const Order order(random_network(seed, 10), small_transfer(4, 5), {.count = 1, .dollars_per_hour = 2});
    const Solution& solution = order.solution();
    std::size_t partitions = 0;
    for (const Group& group : solution.plan) partitions += group.partitions;
    EXPECT_EQ(partitions, order.transfer().partitions);
    EXPECT_LE(solution.least_egress, solution.cost.egress + 1e-9);
    EXPECT_LE(solution.lower_bound, solution.cost.total());
    for (const Planner& planner : planners()) {
      EXPECT_LE(solution.cost.total(), cost_of(order, planner.plan(order)).total() + 1e-9) << planner.name;
    }
  }
}

TEST(Solver, GivesTheSameAgain) {
  const Order order(random_network(3, 10), small_transfer(4, 5), {});
  const Solution first = solve(order);
  const Solution second = solve(order);
  EXPECT_EQ(first.cost.total(), second.cost.total());
  EXPECT_EQ(first.lower_bound, second.lower_bound);
}

TEST(Packing, SharesSumToOneAndEveryTreeCostsAtLeastTheBound) {
  const Order order(random_network(4, 9), small_transfer(3, 5), {.count = 2, .dollars_per_hour = 5});
  const Packing packing = pack_trees(order, 200);
  double sum = 0;
  for (const double share : packing.shares) sum += share;
  EXPECT_NEAR(sum, 1, 1e-12);
  ASSERT_EQ(packing.lagrangian.size(), packing.trees.size());
  for (const double dollars : packing.lagrangian) EXPECT_GE(dollars, packing.lower_bound);
}

}  // namespace
}  // namespace syswright::broadcast
