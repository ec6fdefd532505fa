#include "domains/spot/auditor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domains/spot/scenario.h"
#include "tests/domains/spot/sample_markets.h"

namespace syswright::spot {
namespace {

using testing::HasSubstr;

/// Three ticks of work, six to the deadline, starts for nothing: the net takes over when three ticks are left.
Setup small() { return one_job("000000", 10, 30, 60, 0); }

DecisionLog log_of(std::vector<DecisionLog::Record> records) { return {std::move(records)}; }

TEST(SpotAuditor, BillsByHand) {
  // Idle for three ticks, then three on demand by the net: 3 * 3.06 / 6.
  const Audit found = audit(small(), log_of({{0, 0, 0, 1}, {1, 0, 0, 1}, {2, 0, 0, 1}}));
  EXPECT_TRUE(found.violations.empty());
  EXPECT_NEAR(found.metrics[0], 1.53, 1e-12);
  EXPECT_EQ(found.metrics[1], 0);
  EXPECT_EQ(found.metrics[3], 1800);
}

TEST(SpotAuditor, NamesWhatCannotBe) {
  const auto complaint = [](std::vector<DecisionLog::Record> records) {
    const Audit found = audit(small(), log_of(std::move(records)));
    return found.violations.empty() ? "none" : found.violations.front();
  };
  EXPECT_THAT(complaint({{0, 0, 0, 1}, {2, 0, 0, 1}}), HasSubstr("event 1: no answer"));
  EXPECT_THAT(complaint({{0, 0, 0, 1}, {0, 0, 0, 1}, {1, 0, 0, 1}, {2, 0, 0, 1}}), HasSubstr("nothing was asked"));
  EXPECT_THAT(complaint({{0, 0, 0, 3}, {1, 0, 0, 1}, {2, 0, 0, 1}}), HasSubstr("answers 3"));
  EXPECT_THAT(complaint({{0, 0, 5, 1}, {1, 0, 0, 1}, {2, 0, 0, 1}}), HasSubstr("about another job"));
  EXPECT_THAT(complaint({{0, 4, 0, 1}, {1, 0, 0, 1}, {2, 0, 0, 1}}), HasSubstr("none of the market's decisions"));
  // While the net rules, from tick 3 on, nobody is asked.
  EXPECT_THAT(complaint({{0, 0, 0, 1}, {1, 0, 0, 1}, {2, 0, 0, 1}, {3, 0, 0, 2}}), HasSubstr("about no job"));
}

}  // namespace
}  // namespace syswright::spot
