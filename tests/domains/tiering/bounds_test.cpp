#include "domains/tiering/bounds.h"

#include <gtest/gtest.h>

#include <bit>

#include "domains/tiering/scenario.h"
#include "tests/domains/tiering/small_runs.h"

namespace syswright::tiering {
namespace {

/// The relaxation by brute force: every set of at most `fast` pages in every tick, each change of a page paid for.
double relaxed_optimum(const Setup& setup) {
  const PageRun& run = *setup.run;
  const std::uint32_t sets = 1u << run.pages();
  const auto par = static_cast<double>(setup.costs.parallelism);
  const double move = static_cast<double>(setup.costs.move) * par;
  std::vector<double> cost(sets, 1e300);
  cost[(1u << setup.fast) - 1] = 0;  // first touch: the first pages
  for (std::uint32_t tick = 0; tick < run.ticks(); ++tick) {
    std::vector<double> next(sets, 1e300);
    for (std::uint32_t set = 0; set < sets; ++set) {
      if (std::popcount(set) > static_cast<int>(setup.fast)) continue;
      for (std::uint32_t before = 0; before < sets; ++before) {
        next[set] = std::min(next[set], cost[before] + move * std::popcount(set ^ before));
      }
      for (std::uint64_t i = run.start[tick]; i < run.start[tick + 1]; ++i) {
        const bool fast = (set >> run.page[i] & 1) != 0;
        const Device& device = fast ? setup.costs.hardware.fast : setup.costs.hardware.slow;
        next[set] += run.reads[i] * static_cast<double>(device.read_latency) +
                     run.writes[i] * static_cast<double>(device.write_latency);
      }
    }
    cost = next;
  }
  return *std::min_element(cost.begin(), cost.end()) / par * 1e-12;
}

TEST(TieringBound, IsBelowTheRelaxedOptimumAndNearIt) {
  double worst = 1;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed, "tiering bound");
    const auto pages = static_cast<std::uint32_t>(3 + random.below(4));
    const auto fast = static_cast<std::uint32_t>(1 + random.below(pages - 1));
    tiering::Setup setup = setup_of(random_run(random, pages, 12, 400), fast);
    setup.costs.move = 100'000 * (1 + random.below(60));
    const double bound = offline_bound(setup, {.iterations = 60});
    const double optimum = relaxed_optimum(setup);
    ASSERT_LE(bound, optimum) << "seed " << seed;
    worst = std::min(worst, bound / optimum);
  }
  EXPECT_GT(worst, 0.998);
}

TEST(TieringBound, IsAllFastWhereEverythingFits) {
  Random random(3, "tiering bound");
  const tiering::Setup setup = setup_of(random_run(random, 6, 20), 6);
  const TieringScenario scenario(setup);
  const std::vector<Bound> bounds = scenario.bounds();
  EXPECT_NEAR(bounds[0].value, bounds[1].value, 1e-8 * bounds[1].value);
  EXPECT_NEAR(scenario.evaluate(Policy::native("static")).objective(), bounds[1].value, 1e-12 * bounds[1].value);
}

}  // namespace
}  // namespace syswright::tiering
