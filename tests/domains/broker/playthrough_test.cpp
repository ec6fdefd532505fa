#include "tests/domain/playthrough.h"

#include <gtest/gtest.h>

#include "domains/broker/problem.h"

namespace syswright::broker {
namespace {

/// Two jobs of four tasks, a chain and a DAG; 30% of the offers are not to be had.
TEST(BrokerPlaythrough, IsTheOneOnFile) {
  const InstanceDomain<Problem> domain;
  const auto market = std::make_shared<Catalogue>(built_in_catalogue());
  std::vector<Instance> jobs;
  for (const Shape shape : {Shape::chain, Shape::dag}) {
    jobs.push_back(
        generate({.seed = 1, .number = jobs.size(), .shape = shape, .least_tasks = 4, .most_tasks = 4}, market));
    jobs.back().objective = {true, 5};
    jobs.back().retry_hours = 0.1;
    jobs.back() = with_blocked(std::move(jobs.back()), 0.3, 1);
  }
  const auto scenario = std::make_shared<InstanceScenario<Problem>>(
      InstanceSetup<Problem>{std::move(jobs), "two jobs, an hour worth $5", "two", 1, 5'000});
  std::string text = "scenario " + scenario->label() + "\n";
  text += contract::play(domain, *scenario, Problem::exemplars()[0], 0, 3, 5);
  text += contract::play(domain, *scenario, Problem::exemplars()[3], 3, 6, 5);
  text += contract::show_baselines_and_bounds(domain, *scenario);
  contract::expect_playthrough(SYSWRIGHT_SOURCE_DIR, "broker", text);
}

}  // namespace
}  // namespace syswright::broker
