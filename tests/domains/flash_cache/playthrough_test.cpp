#include "tests/domain/playthrough.h"

#include <gtest/gtest.h>

#include "domains/flash_cache/scenario.h"
#include "domains/flash_cache/workload.h"
#include "tests/domains/flash_cache/small_traces.h"

namespace syswright::flash_cache {
namespace {

TEST(FlashCachePlaythrough, IsTheOneOnFile) {
  const FlashCacheDomain domain;
  flash_cache::Setup setup;
  setup.requests = prepare(small_trace({.requests = 500, .objects = 90}, Random(5, "flash playthrough")));
  setup.counted = 100;
  setup.end = 500;
  setup.dram = 15'000;
  setup.region = 13'000;
  setup.regions = 4;
  setup.sets = 3;
  setup.writes_a_day = 400;
  setup.label = "500 requests, DRAM of 15,000 bytes, flash of 4 regions of 13,000 bytes and 3 sets, 100 to warm up";
  setup.setting = "small";
  const FlashCacheScenario scenario(setup);
  std::string text = "scenario " + scenario.label() + "\n";
  text += contract::play(domain, scenario, R"(
policy first_two for flash_cache {
  stat found = ewma(flash_hit, 0.9);
  rank evict(recency, on_flash) { return recency * (on_flash ? 2 : 1) + found; }
  value admit(accesses, size) { return accesses >= 2 and size < 5KB ? take : refuse; }
})",
                         40, 43, 6);
  text += contract::play(domain, scenario, R"(
policy keeper for flash_cache {
  stat worth = mean(reclaimed_hits, 20);
  value keep(hits, budget, size) { return hits > worth and budget > 2 * size ? take : drop; }
})",
                         10, 13, 6);
  text += contract::show_baselines_and_bounds(domain, scenario);
  contract::expect_playthrough(SYSWRIGHT_SOURCE_DIR, "flash_cache", text);
}

}  // namespace
}  // namespace syswright::flash_cache
