#include "domains/broadcast/auditor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domains/broadcast/broadcast.h"
#include "domains/broadcast/exemplars.h"
#include "domains/broadcast/planners.h"
#include "domains/broadcast/scenario.h"
#include "judge/audit/audit.h"
#include "policy/compile.h"
#include "tests/domains/broadcast/sample_tables.h"

namespace syswright::broadcast {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::shared_ptr<const BroadcastScenario> sample_scenario() {
  auto orders = std::make_shared<Orders>();
  for (std::uint64_t i = 0; i < 3; ++i) {
    orders->push_back(std::make_shared<const Order>(random_network(i, 8), small_transfer(3, 4), Machines{}));
  }
  return std::make_shared<BroadcastScenario>(orders, "three", "three");
}

TEST(BroadcastAuditor, CatchesEveryPlantedCheat) {
  const auto domain = make_broadcast_domain();
  const auto suite = domain->open({.options = {{"draws", "2"}, {"destinations", "3"}, {"partitions", "4"}}})->suite();
  std::vector<Policy> policies{Policy::native("steiner"), Policy::native("dijkstra")};
  for (const std::size_t i : {3, 5}) {
    policies.push_back(
        Policy::of(policy::compile(broadcast_exemplars()[i], "exemplar", std::vector{domain->signature()})));
  }
  SerialEvaluator evaluator;
  const judge::SelfTest test = judge::self_test(*domain, policies, suite.train, {});
  EXPECT_TRUE(test.passed());
  EXPECT_THAT(test.false_alarms, testing::IsEmpty());
  for (const judge::PlantedCheat& cheat : test.cheats) {
    EXPECT_TRUE(cheat.common || cheat.planted > 0) << cheat.name;
    EXPECT_EQ(cheat.caught, cheat.planted) << cheat.name;
    EXPECT_THAT(cheat.got_through, testing::IsEmpty()) << cheat.name;
  }
}

TEST(BroadcastAuditor, SaysWhichPairsAreNeverDelivered) {
  const auto scenario = sample_scenario();
  DecisionLog log;
  scenario->evaluate(Policy::native("direct"), {.log = &log});
  log.records.erase(log.records.begin());  // partition 0 for the first destination
  const Audit audit = scenario->audit(log);
  EXPECT_THAT(audit.violations, Contains(HasSubstr("small: partition 0 for")));
  EXPECT_DOUBLE_EQ(audit.metrics[5], 1.0 / 3);
}

TEST(BroadcastAuditor, RefusesWhatNoMechanismLogs) {
  const auto scenario = sample_scenario();
  DecisionLog honest;
  scenario->evaluate(Policy::native("direct"), {.log = &honest});
  const auto violations = [&](auto&& change) {
    DecisionLog log = honest;
    change(log.records);
    return scenario->audit(log).violations;
  };
  EXPECT_THAT(violations([](auto& records) { records[0].subject = 99; }), Contains(HasSubstr("does not exist")));
  EXPECT_THAT(violations([](auto& records) { records[0].subject = 0; }), Contains(HasSubstr("no link")));
  EXPECT_THAT(violations([](auto& records) { records[0].subject = 5 * 8 + 1; }),
              Contains(HasSubstr("does not hold the data")));
  EXPECT_THAT(violations([](auto& records) { records.insert(records.begin(), records[0]); }),
              Contains(HasSubstr("holds the data already")));
  EXPECT_THAT(violations([](auto& records) { records.back().event = 12; }), Contains(HasSubstr("of no transfer")));
  EXPECT_THAT(violations([](auto& records) { records[1].decision = 1; }), Contains(HasSubstr("does not have")));
  EXPECT_FALSE(violations([](auto& records) { std::swap(records.front(), records.back()); }).empty());
  EXPECT_THAT(violations([](auto&) {}), testing::IsEmpty());
}

/// What the auditor makes of random plans is what cost_of() makes of them, to the last digit.
TEST(BroadcastAuditor, AgreesWithTheSimulatorOnRandomPlans) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Order order(random_network(seed, 9), small_transfer(4, 5), {});
    Random random(seed, "auditor test");
    Plan plan;
    Routes routes;
    routes.paths.assign(4, std::vector<Routes::Path>(5));
    for (std::size_t partition = 0; partition < 5; ++partition) {
      Tree tree;
      std::vector<Region> reached{0};
      std::vector<Region> waiting{1, 2, 3, 4, 5, 6};
      random.shuffle(std::span(waiting));
      for (const Region to : waiting) {
        tree.push_back({reached[random.below(reached.size())], to});
        reached.push_back(to);
      }
      plan.push_back({pruned(order, tree), 1});
      for (std::size_t i = 0; i < 4; ++i) {
        for (Region at = static_cast<Region>(i + 1); at != 0;) {
          const auto link = std::find_if(tree.begin(), tree.end(), [&](const Link& one) { return one.to == at; });
          Routes::Path& path = routes.paths[i][partition];
          path.insert(path.begin(), {order.network().region(link->from), order.network().region(at)});
          at = link->from;
        }
      }
    }
    const PlanCost cost = cost_of(order, plan);
    const Delivery delivery = audit_routes(order.network(), order.transfer(), order.machines(), routes);
    EXPECT_TRUE(delivery.violations.empty());
    EXPECT_EQ(delivery.egress, cost.egress) << seed;
    EXPECT_EQ(delivery.seconds, cost.seconds) << seed;
    EXPECT_EQ(delivery.machines, cost.machines) << seed;
    EXPECT_EQ(delivery.regions, cost.regions) << seed;
  }
}

}  // namespace
}  // namespace syswright::broadcast
