#include "domains/multi_region/market.h"

#include <gtest/gtest.h>

#include <cmath>

#include "domains/multi_region/exemplars.h"
#include "domains/multi_region/features.h"
#include "domains/multi_region/native.h"
#include "domains/multi_region/optimum.h"
#include "domains/multi_region/scenario.h"
#include "domains/multi_region/workload.h"
#include "policy/compile.h"
#include "tests/domains/multi_region/sample_regions.h"

namespace syswright::multi_region {
namespace {

policy::ProgramPtr program(const std::string& body) {
  return policy::compile("policy p for multi_region {" + body + "}", "test", std::array{multi_region_signature()});
}
Evaluation run(const Setup& setup, const std::string& body) {
  return MultiRegionScenario(setup).evaluate(Policy::of(program(body)));
}
double metric(const Evaluation& evaluation, Measure measure) {
  return evaluation.metrics[static_cast<std::size_t>(measure)];
}

const std::string cheapest = "rank region(spot_price) { return -spot_price; } value probe() { return no; }";

TEST(MultiRegionMarket, BillsByHand) {
  // Ticks of 10 min, 40 min of work, 10 min a start. Spot in the first region for two ticks, then in the third.
  const multi_region::Setup setup = one_job({"110000000000", "000000000000", "001111111111"}, 10, 40, 120, 10);
  const Evaluation evaluation = run(setup, cheapest + "value instance(exhausted) { return exhausted ? keep : spot; }");
  // Start, work (10 of 40); preempted; start in the third, three ticks of work.
  EXPECT_DOUBLE_EQ(metric(evaluation, Measure::compute), (2 * 6 + 4 * 8) / 6.0);
  EXPECT_DOUBLE_EQ(metric(evaluation, Measure::egress_spend), 2);
  EXPECT_EQ(metric(evaluation, Measure::preemptions), 1);
  EXPECT_EQ(metric(evaluation, Measure::migrations), 1);
  EXPECT_EQ(metric(evaluation, Measure::spot_time), 6 * 600);
  EXPECT_EQ(metric(evaluation, Measure::on_demand_time), 0);
}

TEST(MultiRegionMarket, MovesWithinACloudRegionAreFree) {
  const multi_region::Setup setup = one_job({"110000000000", "001111111111"}, 10, 40, 120, 10);
  const Evaluation evaluation = run(setup, cheapest + "value instance(exhausted) { return exhausted ? keep : spot; }");
  EXPECT_EQ(metric(evaluation, Measure::egress_spend), 0);
  EXPECT_EQ(metric(evaluation, Measure::migrations), 1);
}

TEST(MultiRegionMarket, AProbeCostsAMinuteWhereItFindsSpot) {
  const multi_region::Setup setup = one_job({"111111111111", "000000000000", "101010101010"}, 10, 40, 120, 0);
  const Evaluation evaluation = run(setup,
                                    "rank region(spot_price) { return -spot_price; } value probe() { return yes; }"
                                    "value instance() { return spot; }");
  // Four ticks, in two of which the third region has spot, at 8 dollars.
  EXPECT_DOUBLE_EQ(metric(evaluation, Measure::probing), 2 * 8 / 60.0);
  EXPECT_DOUBLE_EQ(metric(evaluation, Measure::compute), 4 * 6 / 6.0);
}

TEST(MultiRegionMarket, AllAreAskedAgainWhenNoneHasSpot) {
  const multi_region::Setup setup = one_job({"0000000000", "0000000000", "0000000000"}, 10, 30, 100, 0);
  // In the second round the last in the order takes the job on demand.
  const Evaluation evaluation =
      run(setup, cheapest +
                     "value instance(exhausted, asked) { if not exhausted { return spot; } return asked < 2 ? next : "
                     "on_demand; }");
  EXPECT_EQ(metric(evaluation, Measure::on_demand_time), 1800);
  EXPECT_DOUBLE_EQ(evaluation.objective(), 3 * 30 / 6.0);
}

TEST(MultiRegionMarket, WhatRunsIsKeptOrGivenUp) {
  const multi_region::Setup setup = one_job({"111111111111", "111111111111"}, 10, 30, 120, 10);
  const std::string all_next = cheapest + "value instance(holds_spot) { return holds_spot ? next : spot; }";
  EXPECT_DOUBLE_EQ(run(setup, all_next).objective(), 4 * 6 / 6.0);
  // Every second tick nothing runs, so that each start is for nothing; the net ends it.
  const std::string stop_and_go = cheapest + "value instance(holds_spot) { return holds_spot ? idle : spot; }";
  const Evaluation evaluation = run(setup, stop_and_go);
  EXPECT_GT(metric(evaluation, Measure::on_demand_time), 0);
  EXPECT_EQ(metric(evaluation, Measure::deadline_misses), 0);
}

TEST(MultiRegionMarket, ATransferDelaysAStart) {
  multi_region::Setup setup = one_job({"110000000000", "000000000000", "001111111111"}, 10, 40, 120, 10);
  const std::string spot = cheapest + "value instance(exhausted) { return exhausted ? keep : spot; }";
  setup.fleet.transfers[2] = 600'000;  // from the first region to the third: a tick
  EXPECT_DOUBLE_EQ(metric(run(setup, spot), Measure::compute), (2 * 6 + 5 * 8) / 6.0);
}

/// Whatever is answered, the deadline is kept: random answers in many small markets.
TEST(MultiRegionMarket, TheNetNeverMisses) {
  const policy::ProgramPtr every_rule =
      program("rank region(elapsed) { return 0; } value instance() { return spot; } value probe() { return no; }");
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed, "answers");
    std::vector<std::string> bits;
    for (std::uint64_t i = 0; i < 1 + random.below(4); ++i) bits.push_back(sample_bits(seed * 8 + i, 40, 6));
    const int job = 60 + static_cast<int>(random.below(120));
    const int overhead = static_cast<int>(random.below(25));
    const int least = (job + overhead + 9) / 10 * 10;
    multi_region::Setup setup = one_job(bits, 10, job, least + static_cast<int>(random.below(100)), overhead);
    for (Milliseconds& transfer : setup.fleet.transfers) {
      if (random.chance(0.3)) transfer = static_cast<Milliseconds>(random.below(900'000));
    }
    for (std::size_t i = 0; i < bits.size(); ++i) setup.fleet.transfers[i * bits.size() + i] = 0;
    const MultiRegionScenario scenario(setup);
    const auto simulation = scenario.start(every_rule);
    while (const syswright::Question* question = simulation->next()) {
      std::vector<double> answers(std::max<std::size_t>(question->candidates.size(), 1));
      const bool ranks = !question->candidates.empty();
      for (double& answer : answers) {
        answer = ranks ? random.uniform() : static_cast<double>(random.below(question->decision == 1 ? 5 : 2));
      }
      simulation->answer(answers);
    }
    const Evaluation evaluation = simulation->result();
    EXPECT_EQ(metric(evaluation, Measure::deadline_misses), 0) << "seed " << seed;
    if (std::all_of(setup.fleet.transfers.begin(), setup.fleet.transfers.end(), [](auto t) { return t == 0; })) {
      EXPECT_GE(evaluation.objective(), cheapest_in_time(setup, setup.instances[0])) << "seed " << seed;
    }
  }
}

/// The least cost over everything that can be done, tick by tick.
double enumerate(const Setup& setup, const Job& job, double cost) {
  const Setting& setting = setup.setting;
  if (finished(setting, job)) return missed(setting, job) ? INFINITY : cost;
  if (job.tick == setting.ticks()) return INFINITY;
  const Instance& instance = setup.instances[0];
  double best = INFINITY;
  Job now = job;
  if (now.runs == Mode::spot && !instance.available(static_cast<std::size_t>(now.region), now.tick)) {
    now.runs = Mode::idle;
    now.region = -1;
  }
  for (const Mode mode : {Mode::spot, Mode::on_demand, Mode::idle}) {
    for (int region = 0; region < static_cast<int>(setup.fleet.size()); ++region) {
      const auto at = static_cast<std::size_t>(region);
      if (mode == Mode::spot && !instance.available(at, now.tick)) continue;
      if (mode == Mode::idle && region > 0) continue;
      Job next = now;
      const Ran ran = run_tick(setting, setup.fleet, next, mode, region);
      const double hourly = mode == Mode::spot        ? instance.spot_price(at, now.tick)
                            : mode == Mode::on_demand ? setup.fleet.regions[at].on_demand_price
                                                      : 0;
      const double egress = ran.started ? setup.fleet.egress_to(ran.from, region) : 0;
      best = std::min(best, enumerate(setup, next, cost + egress + hourly / 6));
    }
  }
  return best;
}

TEST(MultiRegionOptimum, IsTheLeastOfAllThatCanBeDone) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed, "small market");
    const std::vector<std::string> bits{sample_bits(3 * seed, 6, 3), sample_bits(3 * seed + 1, 6, 3),
                                        sample_bits(3 * seed + 2, 6, 3)};
    const int overhead = static_cast<int>(random.below(15));
    multi_region::Setup setup = one_job(bits, 10, 15 + static_cast<int>(random.below(25)), 60, overhead);
    for (double& egress : setup.fleet.egress) egress *= random.uniform();
    if (ceil_divide(setup.setting.job + setup.setting.overhead, setup.setting.tick) > 6) continue;
    EXPECT_NEAR(cheapest_in_time(setup, setup.instances[0]), enumerate(setup, {}, 0), 1e-9) << "seed " << seed;
  }
}

TEST(MultiRegionOptimum, BoundsEveryPolicy) {
  const auto scenarios = MultiRegionDomain().open({.options = {{"jobs", "5"}, {"deadline", "40h,50h"}}})->scenarios();
  for (const ScenarioPtr& scenario : scenarios) {
    const double bound = scenario->bounds().front().value;
    for (const NativePolicy& native : native_policies()) {
      EXPECT_GE(scenario->evaluate(Policy::native(std::string(native.name))).objective(), bound) << native.name;
    }
    for (const std::string& text : multi_region_exemplars()) {
      const auto one = policy::compile(text, "exemplar", std::array{multi_region_signature()});
      EXPECT_GE(scenario->evaluate(Policy::of(one)).objective(), bound) << one->name();
    }
  }
}

TEST(MultiRegionMarket, ValuesWorkAsPrinted) {
  // At tick 3 of 12, 30 of 60 min done, on demand from 30 dollars: printed 30 * (30/90) / (30/30) = 10 dollars, planned
  // 30 * (30/90) / (60/120) = 20 dollars.
  const multi_region::Setup setup = one_job({"111111111111", "111111111111"}, 10, 60, 120, 0);
  const auto every = program(
      "rank region(value_printed, value_planned) { return value_printed + value_planned; } value instance() { return "
      "spot; }");
  const MultiRegionScenario scenario(setup);
  const auto simulation = scenario.start(every);
  while (const syswright::Question* question = simulation->next()) {
    if (question->event == 3 && question->decision == 0) {
      EXPECT_DOUBLE_EQ(question->globals[static_cast<std::size_t>(JobFact::value_printed)] * 3600, 10);
      EXPECT_DOUBLE_EQ(question->globals[static_cast<std::size_t>(JobFact::value_planned)] * 3600, 20);
      return;
    }
    simulation->answer(interpret_answers(*every, *question));
  }
  FAIL() << "tick 3 was never asked about";
}

}  // namespace
}  // namespace syswright::multi_region
