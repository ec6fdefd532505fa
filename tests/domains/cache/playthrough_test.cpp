#include "tests/domain/playthrough.h"

#include <gtest/gtest.h>

#include "domains/cache/cache_domain.h"
#include "domains/cache/scenario.h"
#include "tests/domains/cache/sample_traces.h"

namespace syswright::cache {
namespace {

TEST(CachePlaythrough, IsTheOneOnFile) {
  const CacheDomain domain;
  const CacheScenario scenario(
      {.requests = sample_requests(1, {.requests = 600, .objects = 60, .sizes = true, .times = true}),
       .window = {0, 200, 600},
       .capacity = {4'000, true},
       .label = "600 requests for objects of 1 to 900 bytes, 4,000 bytes, 200 to warm up"});
  std::string text = "scenario " + scenario.label() + "\n";
  text += contract::play(domain, scenario, R"(
policy ranked_sample for cache {
  stat pause = ewma(gap, 0.5);
  stat usual = percentile(hits, 0.5);
  rank evict(recency, hits, size) by sample { return recency / (1 + hits + usual) + pause * (size / 1KiB); }
})",
                         300, 302, 4);
  text += contract::play(domain, scenario, R"(
policy queue_with_admission for cache {
  stat evicted = mean(victim_residence, 10);
  rank evict(last_access, hits) by queue { return -(last_access + 20 * hits); }
  value admit(gap, fill) { return fill < 0.9 or gap < 2 * evicted or evicted == 0 ? take : refuse; }
})",
                         400, 403, 4);
  text += contract::show_baselines_and_bounds(domain, scenario);
  contract::expect_playthrough(SYSWRIGHT_SOURCE_DIR, "cache", text);
}

}  // namespace
}  // namespace syswright::cache
