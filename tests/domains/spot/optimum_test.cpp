#include "domains/spot/optimum.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "base/random.h"
#include "domains/spot/market.h"
#include "domains/spot/scenario.h"
#include "tests/domains/spot/sample_markets.h"

namespace syswright::spot {
namespace {

/// Tries every sequence of modes.
double cheapest(const Setup& setup, const Job& job, double spent) {
  const Setting& setting = setup.setting;
  if (finished(setting, job)) return missed(setting, job) ? std::numeric_limits<double>::infinity() : spent;
  if (job.tick >= setting.ticks()) return std::numeric_limits<double>::infinity();
  const Instance& instance = setup.instances[0];
  const Prices prices(setup);
  double best = std::numeric_limits<double>::infinity();
  for (const Mode asked : {Mode::spot, Mode::idle, Mode::on_demand}) {
    Job after = job;
    const Mode ran = run_tick(setting, after, asked, instance.available(job.tick));
    const double paid = ran == Mode::spot        ? prices.spot(instance, job.tick)
                        : ran == Mode::on_demand ? prices.on_demand(instance)
                                                 : 0;
    best = std::min(best, cheapest(setup, after, spent + paid));
  }
  return best;
}

TEST(Optimum, IsTheCheapestOfAllSequences) {
  Random random(5, "optimum test");
  for (int trial = 0; trial < 60; ++trial) {
    const int overhead = std::array{0, 2, 5, 10, 13, 20}[random.below(6)];
    const int job = 20 + static_cast<int>(random.below(30));
    spot::Setup setup = one_job(sample_bits(static_cast<std::uint64_t>(trial), 12), 10, job, 100, overhead);
    if (ceil_divide(job + overhead, 10) > 10) continue;
    if (trial % 3 == 0) {
      auto priced = std::make_shared<Series>(*setup.instances[0].series);
      for (std::size_t i = 0; i < 12; ++i) priced->spot_prices.push_back(random.uniform(0.5, 4));
      setup.instances[0].series = priced;
    }
    // The same additions in the same order: equal bits.
    EXPECT_EQ(cheapest_in_time(setup, setup.instances[0]), cheapest(setup, {}, 0)) << "trial " << trial;
  }
}

TEST(Optimum, WithSpotThroughoutIsTheJobAndOneStart) {
  const spot::Setup setup = one_job(std::string(40, '1'), 10, 100, 200, 1);
  EXPECT_NEAR(cheapest_in_time(setup, setup.instances[0]), 11 * 0.9731 / 6, 1e-12);
}

TEST(Optimum, WithoutSpotIsOnDemand) {
  const spot::Setup setup = one_job(std::string(40, '0'), 10, 100, 200, 1);
  EXPECT_NEAR(cheapest_in_time(setup, setup.instances[0]), 11 * 3.06 / 6, 1e-12);
}

/// An overhead that shares only a millisecond with the tick is rounded down: no more than the exact programme's, and
/// near it.
TEST(Optimum, StaysABoundWhereItIsRounded) {
  spot::Setup setup = one_job(sample_bits(2, 500), 10, 2000, 3000, 0);
  setup.setting.overhead = 119'999;
  const double rounded = cheapest_in_time(setup, setup.instances[0]);
  setup.setting.overhead = 120'000;
  const double exact_above = cheapest_in_time(setup, setup.instances[0]);
  EXPECT_LE(rounded, exact_above);
  EXPECT_GT(rounded, 0.97 * exact_above);
}

}  // namespace
}  // namespace syswright::spot
