#include "tests/domain/playthrough.h"

#include <gtest/gtest.h>

#include "domains/bin_packing/problem.h"

namespace syswright::bin_packing {
namespace {

TEST(BinPackingPlaythrough, IsTheOneOnFile) {
  const InstanceDomain<Problem> domain;
  const auto scenario = std::make_shared<InstanceScenario<Problem>>(InstanceSetup<Problem>{
      {generate({.seed = 1, .number = 0, .items = 400}),
       generate({.seed = 1, .number = 1, .distribution = Distribution::uniform, .items = 400, .capacity = 150})},
      "two instances",
      "two",
      1,
      0});
  std::string text = "scenario " + scenario->label() + "\n";
  for (const std::size_t i : {2, 3, 4}) text += contract::play(domain, *scenario, Problem::exemplars()[i], 40, 42, 8);
  text += contract::show_baselines_and_bounds(domain, *scenario);
  contract::expect_playthrough(SYSWRIGHT_SOURCE_DIR, "bin_packing", text);
}

}  // namespace
}  // namespace syswright::bin_packing
