#include "tests/domain/playthrough.h"

#include <gtest/gtest.h>

#include "domains/model_placement/problem.h"

namespace syswright::model_placement {
namespace {

TEST(ModelPlacementPlaythrough, IsTheOneOnFile) {
  const InstanceDomain<Problem> domain;
  const auto scenario = std::make_shared<InstanceScenario<Problem>>(
      InstanceSetup<Problem>{{generate({.seed = 1, .number = 0}), generate({.seed = 1, .number = 1, .fill = 0.8})},
                             "two fleets",
                             "two",
                             1,
                             100'000});
  std::string text = "scenario " + scenario->label() + "\n";
  for (const std::size_t i : {2, 4}) text += contract::play(domain, *scenario, Problem::exemplars()[i], 6, 10, 5);
  text += contract::show_baselines_and_bounds(domain, *scenario);
  contract::expect_playthrough(SYSWRIGHT_SOURCE_DIR, "model_placement", text);
}

}  // namespace
}  // namespace syswright::model_placement
