#include "domains/broadcast/machine.h"

#include <gtest/gtest.h>

#include "domains/broadcast/planners.h"
#include "domains/broadcast/scenario.h"
#include "policy/compile.h"
#include "tests/domains/broadcast/sample_tables.h"

namespace syswright::broadcast {
namespace {

std::shared_ptr<const BroadcastScenario> sample_scenario(std::uint64_t seed, std::size_t regions,
                                                         std::size_t destinations, std::size_t partitions) {
  auto orders = std::make_shared<Orders>();
  for (std::uint64_t i = 0; i < 3; ++i) {
    orders->push_back(std::make_shared<const Order>(random_network(3 * seed + i, regions),
                                                    small_transfer(destinations, partitions), Machines{}));
  }
  return std::make_shared<BroadcastScenario>(orders, "sample", "sample");
}

policy::ProgramPtr program(const std::string& rule) {
  return policy::compile("policy test for broadcast { " + rule + " }", "test", std::vector{broadcast_signature()});
}

TEST(Machine, FollowsAPlanToItsCost) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto scenario = sample_scenario(seed, 9, 4, 3);
    for (const Planner& planner : planners()) {
      double expected = 0;
      for (const OrderPtr& order : scenario->orders()) expected += cost_of(*order, planner.plan(*order)).total();
      // Order of growth may change the order in which shares are cut, hardly ever the cost.
      EXPECT_NEAR(scenario->evaluate(Policy::native(std::string(planner.name))).metrics[0], expected / 3, 1e-9)
          << planner.name;
    }
  }
}

/// `completion` is exact: whoever minimises price + completion has least egress, whatever else he prefers.
TEST(Machine, GrowsATreeOfLeastEgressByPriceAndCompletion) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const auto scenario = sample_scenario(seed, 11, 5, 2);
    double expected = 0;
    for (const OrderPtr& order : scenario->orders()) {
      expected += order->transfer().volume_gb * order->cheapest().cost(order->cheapest().all(), 0);
    }
    for (const char* rule :
         {"rank extend(price, completion) { return -(price + completion); }",
          "rank extend(price, completion, hops) { return -(price + completion) + hops * $0.00001; }"}) {
      const Evaluation evaluation = scenario->evaluate(Policy::of(program(rule)));
      EXPECT_NEAR(evaluation.metrics[1], expected / 3, 1e-9) << seed;
    }
  }
}

TEST(Machine, EndsForAPolicyThatWanders) {
  const auto scenario = sample_scenario(1, 20, 3, 2);
  const Evaluation evaluation = scenario->evaluate(
      Policy::of(program("rank extend(destination, price) { return destination ? -$1000 : price; }")));
  EXPECT_EQ(evaluation.status, Evaluation::Status::ok);
  // Relays that lead nowhere are not sent to, so every region touched is on a path.
  EXPECT_LE(evaluation.metrics[4], 4 + 3 * Machine::most_relays_in_a_row);
}

TEST(Machine, TellsWhatAPlanLoads) {
  const Order order(random_network(2, 6), small_transfer(3, 4), {});
  Load load(order);
  load.add({0, 1});
  load.add({0, 1});
  load.add({0, 2});
  EXPECT_EQ(load.carried({0, 1}), 2u);
  EXPECT_EQ(load.leaving(0), 3u);
  EXPECT_EQ(load.arriving(1), 2u);
  EXPECT_EQ(load.fanout(0), 2u);
  EXPECT_EQ(load.regions(), 3u);
  // As plans cost it: two trees over one link, one over another.
  const double seconds = load.busy(order);
  EXPECT_NEAR(seconds, std::max(load.seconds(order, {0, 1}, 2), load.seconds(order, {0, 2}, 1)), 1e-12);
  EXPECT_GE(load.pressure(order, {0, 3}), load.seconds(order, {0, 3}, 1));
  load.remove({0, 1});
  load.remove({0, 2});
  EXPECT_EQ(load.carried({0, 1}), 1u);
  EXPECT_FALSE(load.touched(2));
}

TEST(Machine, AFailureIsDearerThanAnyPlan) {
  const auto scenario = sample_scenario(1, 8, 3, 2);
  const double worst = scenario->failed("why").metrics[0];
  for (const char* rule : {"rank extend(price) { return price; }", "rank extend(pressure) { return pressure; }"}) {
    EXPECT_LT(scenario->evaluate(Policy::of(program(rule))).metrics[0], worst);
  }
}

}  // namespace
}  // namespace syswright::broadcast
