#include "tests/domain/playthrough.h"

#include <gtest/gtest.h>

#include "domains/tiering/scenario.h"
#include "domains/tiering/workload.h"
#include "tests/domains/tiering/small_runs.h"

namespace syswright::tiering {
namespace {

TEST(TieringPlaythrough, IsTheOneOnFile) {
  const TieringDomain domain;
  Random random(11, "tiering playthrough");
  tiering::Setup setup = setup_of(random_run(random, 8, 24, 2000), 3, {.period = 40});
  setup.label = "24 ticks of 8 pages, 3 of which fit, 2 swaps a tick";
  const TieringScenario scenario(setup);
  std::string text = "scenario " + scenario.label() + "\n";
  text += contract::play(domain, scenario, R"(
policy hottest for tiering {
  rank promote(heat, fast) { return fast ? 1.5 * heat : heat; }
})",
                         0, 2, 8);
  text += contract::play(domain, scenario, R"(
policy all_three for tiering {
  stat pace = ewma(samples, 0.5);
  stat typical = percentile(heat, 50%);
  value threshold(cutoff) { return 0.5 * cutoff; }
  rank promote(fast, idle) { return pace + (fast ? typical / 8 : 0) - 0.1 * idle; }
  value interval(swapped) { return swapped > 0 ? 2 : 6; }
})",
                         6, 9, 8);
  text += contract::show_baselines_and_bounds(domain, scenario);
  contract::expect_playthrough(SYSWRIGHT_SOURCE_DIR, "tiering", text);
}

}  // namespace
}  // namespace syswright::tiering
