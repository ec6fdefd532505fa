#include "tests/domain/playthrough.h"

#include <gtest/gtest.h>

#include "domains/expert_placement/problem.h"

namespace syswright::expert_placement {
namespace {

TEST(ExpertPlacementPlaythrough, IsTheOneOnFile) {
  const InstanceDomain<Problem> domain;
  const Cluster cluster{.experts = 8, .gpus = 4, .slots = 3, .nodes = 2, .groups = 4};
  const auto scenario = std::make_shared<InstanceScenario<Problem>>(InstanceSetup<Problem>{
      generate({Drift::bursty, 1, 0, 3, cluster}), "eight experts on four GPUs, two steps", "eight", 1, 100});
  std::string text = "scenario " + scenario->label() + "\n";
  for (const std::size_t i : {1, 3}) text += contract::play(domain, *scenario, Problem::exemplars()[i], 2, 6, 4);
  text += contract::show_baselines_and_bounds(domain, *scenario);
  contract::expect_playthrough(SYSWRIGHT_SOURCE_DIR, "expert_placement", text);
}

}  // namespace
}  // namespace syswright::expert_placement
