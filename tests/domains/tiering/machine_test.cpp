#include "domains/tiering/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domains/tiering/auditor.h"
#include "domains/tiering/scenario.h"
#include "policy/compile.h"
#include "tests/domains/tiering/small_runs.h"

namespace syswright::tiering {
namespace {

using testing::HasSubstr;

Policy program(const std::string& text) {
  return Policy::of(policy::compile(text, "test", std::vector{tiering_signature()}));
}

/// Two pages, one of which fits; the other one has all accesses. Every access is sampled.
Setup two_pages(std::uint32_t ticks) {
  std::vector<std::vector<std::uint32_t>> loads(ticks, {0, 10});
  return setup_of(run_of(loads), 1, {.period = 1});
}

TEST(TieringMachine, CostsByHand) {
  // Rounds at ticks 0, 1 and 2: the one at tick 1 has seen ten samples of page 1 and brings it up.
  const TieringScenario scenario(two_pages(3));
  const Evaluation evaluation = scenario.evaluate(program(R"(
    policy every_tick for tiering {
      rank promote(heat) { return heat; }
      value interval(gap) { return 1 + 0 * gap; }
    })"));
  EXPECT_EQ(evaluation.metrics[3], 1);
  EXPECT_DOUBLE_EQ(evaluation.metrics[2], 20.0 / 30);
  EXPECT_NEAR(evaluation.metrics[4], 2e-6, 1e-15) << "two pages change places, 1 us each";
  // Tick 0: ten loads from slow memory, four at a time: 625 ns. Tick 1: ten from fast memory would take 242.5 ns, but
  // the slow device moves 64 lines either way at 1,129 ps each: 144.5 ns, and the fast one 10 + 128 at 955 ps: 131.8.
  // Then 2 us for the stop. Tick 2: 242.5 ns.
  const double time = 625e-9 + 242.5e-9 + 2e-6 + 242.5e-9;
  EXPECT_NEAR(evaluation.metrics[0] * 30, time, 1e-15);
  EXPECT_NEAR(evaluation.metrics[1], time / (3 * 242.5e-9), 1e-9);
}

TEST(TieringMachine, BandwidthBindsWhereManyAreUnderWay) {
  tiering::Setup setup = two_pages(1);
  setup.costs.parallelism = 1000;
  const TieringScenario scenario(setup);
  // Ten lines of 1,129 ps from slow memory; latency alone would be 2.5 ns.
  EXPECT_NEAR(scenario.evaluate(Policy::native("static")).metrics[0] * 10, 11.29e-9, 1e-18);
}

TEST(TieringMachine, TheThresholdSaysWhoIsACandidate) {
  // After one tick page 1 has a heat of ten: at the threshold it is one, just above it is not.
  const auto swaps = [](const std::string& threshold) {
    return TieringScenario(two_pages(2))
        .evaluate(program(R"(
      policy gate for tiering {
        rank promote(heat) { return heat; }
        value threshold(gap) { return )" +
                          threshold + R"( + 0 * gap; }
        value interval(gap) { return 1 + 0 * gap; }
      })"))
        .metrics[3];
  };
  EXPECT_EQ(swaps("10"), 1);
  EXPECT_EQ(swaps("10.001"), 0);
}

TEST(TieringMachine, TheBudgetGrowsWithTheInterval) {
  // Five slow pages with all the accesses; two swaps a tick.
  std::vector<std::vector<std::uint32_t>> loads(9, {0, 0, 0, 0, 0, 9, 8, 7, 6, 5});
  const auto swaps_by = [&](const std::string& interval, std::uint32_t ticks) {
    tiering::Setup setup = setup_of(run_of(loads), 5, {.period = 1});
    setup.to = ticks;
    return TieringScenario(setup)
        .evaluate(program(R"(
      policy pace for tiering {
        rank promote(heat) { return heat; }
        value interval(gap) { return )" +
                          interval + R"( + 0 * gap; }
      })"))
        .metrics[3];
  };
  EXPECT_EQ(swaps_by("1", 2), 2);
  EXPECT_EQ(swaps_by("2", 3), 4);
  EXPECT_EQ(swaps_by("3", 4), 5);
}

TEST(TieringMachine, AccessedBitsAreReadInEachRoundAndCost) {
  tiering::Setup setup = two_pages(3);
  setup.visibility = Visibility::bits;
  setup.samples = nullptr;
  const Evaluation evaluation = TieringScenario(setup).evaluate(program(R"(
    policy bits for tiering {
      rank promote(reads, writes) { return reads + writes; }
      value interval(gap) { return 1 + 0 * gap; }
    })"));
  EXPECT_EQ(evaluation.metrics[3], 1);
  // Two rounds read two pages each, 10 ns a page.
  EXPECT_NEAR(evaluation.metrics[4], 2e-6 + 40e-9, 1e-15);
}

TEST(TieringMachine, PagesThatComeLaterGoWhereThereIsRoom) {
  PageRun run = run_of({{5, 0, 0}, {5, 5, 0}, {5, 5, 5}});
  run.born = {0, 1, 2};
  complete(run);
  const tiering::Setup setup = setup_of(std::move(run), 2);
  // Pages 0 and 1 fit, page 2 does not: 25 of 30 accesses.
  EXPECT_DOUBLE_EQ(TieringScenario(setup).evaluate(Policy::native("static")).metrics[2], 25.0 / 30);
}

TEST(TieringSampling, TakesEachAccessWithTheSameChance) {
  std::vector<std::vector<std::uint32_t>> loads(200, {1000, 10});
  std::vector<std::vector<std::uint32_t>> stores(200, {0, 1000});
  const PageRun run = run_of(loads, stores);
  const Samples samples = draw_samples(run, {.period = 50, .store_bias = 0.5, .seed = 3});
  double seen[2][2] = {{0, 0}, {0, 0}};
  for (const auto& sample : samples.sample) ++seen[sample.page][sample.store ? 1 : 0];
  // Means of 4,000, 40 and 2,000; five standard deviations are 316, 32 and 224.
  EXPECT_NEAR(seen[0][0], 4000, 316);
  EXPECT_EQ(seen[0][1], 0);
  EXPECT_NEAR(seen[1][0], 40, 32);
  EXPECT_NEAR(seen[1][1], 2000, 224);
  const Samples all = draw_samples(run, {.period = 1, .store_bias = 1, .seed = 3});
  EXPECT_EQ(all.sample.size(), run.accesses());
}

TEST(TieringAuditor, NamesWhatCannotBe) {
  const tiering::Setup setup = two_pages(3);
  const auto complaint = [&](std::vector<DecisionLog::Record> records) {
    const Audit found = audit(setup, {std::move(records)});
    return found.violations.empty() ? "none" : found.violations.front();
  };
  const DecisionLog::Record t0{0, 2, 0, 0};
  const DecisionLog::Record i0{0, 1, 0, 1};
  const DecisionLog::Record t1{1, 2, 1, 0};
  const DecisionLog::Record up{1, 0, 1, 1};
  const DecisionLog::Record i1{1, 1, 1, 5};
  EXPECT_EQ(complaint({t0, i0, t1, up, i1}), "none");
  EXPECT_THAT(complaint({t0, i0, up, i1}), HasSubstr("nothing was asked"));
  EXPECT_THAT(complaint({t0, i0, t1, i1}), HasSubstr("0 pages are taken, where 1 fit"));
  EXPECT_THAT(complaint({t0, i0, t1, {1, 0, 7, 1}, i1}), HasSubstr("no candidate"));
  EXPECT_THAT(complaint({t0, i0, t1, up, up, i1}), HasSubstr("twice"));
  EXPECT_THAT(complaint({t0, i0, {1, 2, 1, 11}, up, i1}), HasSubstr("nothing was asked"));
  EXPECT_THAT(complaint({t0, {0, 1, 0, 40}, t1}), HasSubstr("answers 40"));
  EXPECT_THAT(complaint({t0, i0, {1, 2, 5, 0}, up, i1}), HasSubstr("of another round"));
  EXPECT_THAT(complaint({t0, i0, t1, up, i1, {2, 0, 0, 1}}), HasSubstr("nothing was asked"));
}

}  // namespace
}  // namespace syswright::tiering
