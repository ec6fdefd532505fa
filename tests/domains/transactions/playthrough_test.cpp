#include "tests/domain/playthrough.h"

#include <gtest/gtest.h>

#include "domains/transactions/problem.h"

namespace syswright::transactions {
namespace {

TEST(TransactionsPlaythrough, IsTheOneOnFile) {
  const InstanceDomain<Problem> domain;
  const auto scenario = std::make_shared<InstanceScenario<Problem>>(InstanceSetup<Problem>{
      {generate({Kind::dense, 1, 0, 8}), generate({Kind::sparse, 1, 1, 8})}, "two batches of eight", "eight", 1, 1000});
  std::string text = "scenario " + scenario->label() + "\n";
  for (const std::size_t i : {2, 5}) {
    text += contract::play(domain, *scenario, std::string(Problem::exemplars()[i]), 3, 5, 5);
  }
  text += contract::show_baselines_and_bounds(domain, *scenario);
  contract::expect_playthrough(SYSWRIGHT_SOURCE_DIR, "transactions", text);
}

}  // namespace
}  // namespace syswright::transactions
