#include "tests/domain/playthrough.h"

#include <gtest/gtest.h>

#include "domains/spot/scenario.h"
#include "domains/spot/workload.h"
#include "tests/domains/spot/sample_markets.h"

namespace syswright::spot {
namespace {

TEST(SpotPlaythrough, IsTheOneOnFile) {
  const SpotDomain domain;
  spot::Setup setup = one_job("110011110000011110011000001111111000", 10, 180, 260, 3);
  setup.instances.push_back({setup.instances[0].series, 9, "later job"});
  setup.label = "two jobs of 3h with a deadline of 4h20min, ticks of 10min, starts of 3min";
  const SpotScenario scenario(setup);
  std::string text = "scenario " + scenario.label() + "\n";
  text += contract::play(domain, scenario, R"(
policy spare_some_starts for spot {
  value instance(spot_available, slack, overhead) {
    if spot_available { return spot; }
    return slack > 16 * overhead ? idle : on_demand;
  }
})",
                         0, 4, 1);
  text += contract::play(domain, scenario, R"(
policy with_memory for spot {
  stat lost = mean(preemption, 6);
  stat pause = mean(unavailable_spell, 3);
  value instance(spot_available, lead) {
    return spot_available and lost < 0.5 or lead > pause ? spot : on_demand;
  }
})",
                         14, 17, 1);
  text += contract::show_baselines_and_bounds(domain, scenario);
  contract::expect_playthrough(SYSWRIGHT_SOURCE_DIR, "spot", text);
}

}  // namespace
}  // namespace syswright::spot
