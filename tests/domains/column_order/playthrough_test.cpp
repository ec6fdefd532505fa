#include "tests/domain/playthrough.h"

#include <gtest/gtest.h>

#include "domains/column_order/problem.h"

namespace syswright::column_order {
namespace {

TEST(ColumnOrderPlaythrough, IsTheOneOnFile) {
  const InstanceDomain<Problem> domain;
  const auto scenario = std::make_shared<InstanceScenario<Problem>>(InstanceSetup<Problem>{
      {generate({Kind::reviews, 1, 0, 60}), generate({Kind::events, 1, 1, 60})}, "two tables of 60 rows", "60", 1, 50});
  std::string text = "scenario " + scenario->label() + "\n";
  for (const std::size_t i : {0, 4}) text += contract::play(domain, *scenario, Problem::exemplars()[i], 1, 3, 9);
  text += contract::show_baselines_and_bounds(domain, *scenario);
  contract::expect_playthrough(SYSWRIGHT_SOURCE_DIR, "column_order", text);
}

}  // namespace
}  // namespace syswright::column_order
