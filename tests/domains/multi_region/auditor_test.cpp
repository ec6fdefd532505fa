#include "domains/multi_region/auditor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domains/multi_region/market.h"
#include "tests/domains/multi_region/sample_regions.h"

namespace syswright::multi_region {
namespace {

using testing::HasSubstr;
using Records = std::vector<DecisionLog::Record>;

/// Two ticks of work, four to the deadline, starts for nothing: two ticks are decided, then the net rules. Spot in the
/// second region only.
Setup small() { return one_job({"0000", "1111"}, 10, 20, 40, 0); }

/// A tick: the order of both regions, answers to `instance`, then probes.
Records tick_of(std::uint64_t event, std::vector<std::uint64_t> order, std::vector<double> instances,
                std::vector<std::pair<std::uint64_t, double>> probes) {
  Records records;
  for (const std::uint64_t region : order) records.push_back({event, 0, region, 1});
  for (std::size_t i = 0; i < instances.size(); ++i) records.push_back({event, 1, order[i % 2], instances[i]});
  for (const auto& [region, answer] : probes) records.push_back({event, 2, region, answer});
  return records;
}
Records operator+(Records a, const Records& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(MultiRegionAuditor, BillsByHand) {
  // Spot is asked for in the first region, then found in the second; kept, and the first probed for nothing.
  const Audit found = audit(small(), {tick_of(0, {0, 1}, {0, 0}, {{0, 0}}) + tick_of(1, {1, 0}, {3}, {{0, 1}})});
  EXPECT_TRUE(found.violations.empty()) << found.violations.front();
  EXPECT_DOUBLE_EQ(found.metrics[0], 2 * 7 / 6.0);
  EXPECT_EQ(found.metrics[static_cast<std::size_t>(Measure::probing)], 0);
  // Idle twice, then two ticks on demand by the net.
  const Audit idle =
      audit(small(), {tick_of(0, {0, 1}, {2}, {{0, 0}, {1, 1}}) + tick_of(1, {0, 1}, {2}, {{0, 0}, {1, 0}})});
  EXPECT_TRUE(idle.violations.empty()) << idle.violations.front();
  EXPECT_DOUBLE_EQ(idle.metrics[0], 2 * 30 / 6.0 + 7 / 60.0);
}

TEST(MultiRegionAuditor, NamesWhatCannotBe) {
  const auto complaint = [](const Records& records) {
    const Audit found = audit(small(), {records});
    return found.violations.empty() ? "none" : found.violations.front();
  };
  const Records second = tick_of(1, {0, 1}, {2}, {{0, 0}, {1, 0}});
  const Records first = tick_of(0, {0, 1}, {2}, {{0, 0}, {1, 0}});
  EXPECT_THAT(complaint(second), HasSubstr("event 0: no answer to 'region'"));
  EXPECT_THAT(complaint(tick_of(0, {0, 0}, {2}, {}) + second), HasSubstr("no place in an order"));
  EXPECT_THAT(complaint(tick_of(0, {0, 1}, {}, {{0, 0}, {1, 0}}) + second), HasSubstr("no answer to 'instance'"));
  EXPECT_THAT(complaint(tick_of(0, {0, 1}, {7}, {{0, 0}, {1, 0}}) + second), HasSubstr("answers 7"));
  EXPECT_THAT(complaint(tick_of(0, {0, 1}, {2}, {{0, 0}}) + second), HasSubstr("no answer to 'probe' of region 1"));
  EXPECT_THAT(complaint(tick_of(0, {0, 1}, {2}, {{1, 0}, {1, 0}}) + second), HasSubstr("another region than 0"));
  EXPECT_THAT(complaint(tick_of(0, {0, 1}, {2, 2}, {{0, 0}, {1, 0}}) + second), HasSubstr("no answer to 'probe'"));
  // While the net rules, from tick 2 on, nobody is asked.
  EXPECT_THAT(complaint(first + second + tick_of(2, {0, 1}, {2}, {})), HasSubstr("about no job"));
}

}  // namespace
}  // namespace syswright::multi_region
