#include "tests/domain/playthrough.h"

#include <gtest/gtest.h>

#include "domains/multi_region/scenario.h"
#include "domains/multi_region/workload.h"
#include "tests/domains/multi_region/sample_regions.h"

namespace syswright::multi_region {
namespace {

TEST(MultiRegionPlaythrough, IsTheOneOnFile) {
  const MultiRegionDomain domain;
  multi_region::Setup setup = one_job({"110011110000011110011000001111111000", "001111000111000000111100001100000011",
                                       "000001111111110000000111111100000111"},
                                      10, 150, 230, 7);
  setup.instances.push_back({setup.instances[0].recording, 9, "later job"});
  setup.label = "two jobs of 2h30min with a deadline of 3h50min in three regions, ticks of 10min, starts of 7min";
  const MultiRegionScenario scenario(setup);
  std::string text = "scenario " + scenario.label() + "\n";
  text += contract::play(domain, scenario, R"(
policy cheapest_then_wait for multi_region {
  rank region(spot_price) { return -spot_price; }
  value instance(exhausted, slack) { return exhausted ? (slack > 40min ? idle : on_demand) : spot; }
  value probe(seen, since_seen) { return not seen or since_seen >= 30min ? yes : no; }
})",
                         0, 4, 3);
  text += contract::play(domain, scenario, R"(
policy by_what_was_seen for multi_region {
  stat common = mean(available, 6);
  stat lasts = mean(run, 3);
  rank region(spot_price, lifetime) { return common * (lifetime + lasts) / (spot_price * 1h / $1); }
  value instance(exhausted, home) { return exhausted ? (home ? on_demand : next) : spot; }
})",
                         40, 43, 3);
  text += contract::show_baselines_and_bounds(domain, scenario);
  contract::expect_playthrough(SYSWRIGHT_SOURCE_DIR, "multi_region", text);
}

}  // namespace
}  // namespace syswright::multi_region
