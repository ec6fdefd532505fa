#include "domain/breakdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "domains/cache/cache_domain.h"
#include "domains/cache/scenario.h"
#include "tests/domains/cache/sample_traces.h"

namespace syswright::cache {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::shared_ptr<const Requests> tenants_of_sample(std::uint64_t seed) {
  trace::CacheTrace trace = sample_trace(seed, {.sizes = true, .times = true, .changing_sizes = true});
  trace.tenant_names = {"rare", "unheard of", "usual"};
  Random random(seed, "tenants");
  for (std::size_t i = 0; i < trace.size(); ++i) trace.tenants.push_back(random.chance(0.1) ? 0 : 2);
  return prepare(std::move(trace));
}

/// What the decision log implies for each request, kept in plain sets; then every cell counted on its own.
TEST(Breakdown, EqualsCountsMadeFromTheDecisionLog) {
  const CacheDomain domain;
  const std::size_t measures = domain.measures().size();
  for (const char* policy : {"lru", "s3fifo", "second_hit"}) {
    const auto requests = tenants_of_sample(7);
    const CacheScenario scenario({.requests = requests, .window = {100, 500, 2900}, .capacity = {20'000, true}});
    DecisionLog log;
    const Evaluation evaluation = scenario.evaluate(Policy::native(policy), {.log = &log});
    std::set<std::uint64_t> in;
    std::vector<bool> missed;
    std::size_t at = 0;
    for (std::uint64_t i = 100; i < 2900; ++i) {
      const std::uint64_t key = requests->trace.keys[i];
      missed.push_back(in.count(key) == 0);
      bool refused = false;
      for (; at < log.records.size() && log.records[at].event == i; ++at) {
        if (log.records[at].decision == evict_decision) in.erase(log.records[at].subject);
        refused = refused || log.records[at].decision == admit_decision;
      }
      if (!refused) in.insert(key);
    }
    const Breakdown parts = domain.breakdown(scenario, Policy::native(policy), {.windows = "20s", .by_tenant = true});
    EXPECT_THAT(parts.tenants, ElementsAre("usual", "rare"));
    EXPECT_EQ(parts.unit, "s");
    ASSERT_GT(parts.windows.size(), 10u);
    for (std::size_t window = 0; window <= parts.windows.size(); ++window) {
      for (std::size_t tenant = 0; tenant <= 2; ++tenant) {
        double asked = 0;
        double misses = 0;
        double bytes = 0;
        double bytes_missed = 0;
        for (std::uint64_t i = 500; i < 2900; ++i) {
          const double time = requests->trace.times[i] - requests->trace.times[500];
          const bool inside = window == parts.windows.size() || (time >= 20.0 * static_cast<double>(window) &&
                                                                 time < 20.0 * static_cast<double>(window + 1));
          const std::string& name = requests->trace.tenant_names[requests->trace.tenants[i]];
          if (!inside || (tenant < 2 && name != parts.tenants[tenant])) continue;
          asked += 1;
          misses += missed[i - 100] ? 1 : 0;
          bytes += requests->trace.sizes[i];
          bytes_missed += missed[i - 100] ? requests->trace.sizes[i] : 0;
        }
        const auto cell = parts.cell(tenant, window, measures);
        ASSERT_EQ(cell[0], asked);
        ASSERT_EQ(cell[1], bytes);
        if (asked == 0) {
          ASSERT_TRUE(std::isnan(cell[2]));
          continue;
        }
        ASSERT_DOUBLE_EQ(cell[2], misses / asked) << policy << " window " << window << " tenant " << tenant;
        ASSERT_DOUBLE_EQ(cell[3], bytes_missed / bytes);
      }
    }
    EXPECT_EQ(parts.whole(measures)[2], evaluation.metrics[0]);
    EXPECT_EQ(parts.whole(measures)[3], evaluation.metrics[1]);
    EXPECT_EQ(parts.whole(measures)[4], evaluation.metrics[2]);
  }
}

TEST(Breakdown, CutsEquallyManyRequests) {
  const CacheDomain domain;
  const CacheScenario scenario({.requests = sample_requests(3, {}), .window = {0, 1, 3000}, .capacity = {20, false}});
  const Breakdown parts = domain.breakdown(scenario, Policy::native("lru"), {.windows = "7"});
  ASSERT_EQ(parts.windows.size(), 7u);
  EXPECT_EQ(parts.windows.front(), "from 2");
  double sum = 0;
  for (std::size_t window = 0; window < 7; ++window) {
    const double requests = parts.cell(0, window, domain.measures().size())[0];
    EXPECT_NEAR(requests, 2999.0 / 7, 1);
    sum += requests;
  }
  EXPECT_EQ(sum, 2999);
}

TEST(Breakdown, RefusesWhatCannotBeCut) {
  const CacheDomain domain;
  const CacheScenario scenario({.requests = sample_requests(3, {}), .window = {0, 0, 3000}, .capacity = {20, false}});
  const auto refusal = [&](const BreakdownOptions& options) -> std::string {
    try {
      domain.breakdown(scenario, Policy::native("lru"), options);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal({.windows = "1h"}), "sample has no times to cut windows of 1h by: give their number, such as 24");
  EXPECT_EQ(refusal({.windows = "3001"}), "3000 counted requests cannot be cut into 3001 windows");
  EXPECT_EQ(refusal({.windows = "0"}), "3000 counted requests cannot be cut into 0 windows");
  EXPECT_THAT(refusal({.by_tenant = true}), HasSubstr("sample does not say who asks"));
}

}  // namespace
}  // namespace syswright::cache
