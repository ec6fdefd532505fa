#include "judge/explain/distil.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "tests/judge/explain/explain_ground.h"

namespace syswright::judge {
namespace {

class DistilTest : public ::testing::Test {
 protected:
  Ground held_out() {
    Ground ground = toy.ground();
    ground.scenarios = {toy.domain.scenario({.batches = 40, .seed = 9})};
    return ground;
  }
  Distillation distilled(const policy::ProgramPtr& program, const DistilOptions& options = {}) {
    Experiments experiments(toy.ground());
    Experiments validation(held_out());
    const Policy reference = Policy::native("fifo");
    return distil(experiments, validation, program, &reference, options);
  }

  ToyGround toy;
};

/// Smith's order in many words: noise, a wrapped logarithm, a branch that is never taken, a rule that changes nothing.
policy::ProgramPtr wordy(ToyGround& toy) {
  return toy.program(
      "rank dispatch(work, cost, history, urgent, waiting) by all {"
      "  let order = log((cost * 1s / $1) / (work / 1s)) + 0.0000001 * history[0] * history[2];"
      "  if waiting > 10 or urgent and work > 49.9s { return order - 100; }"
      "  return order + (urgent ? 0.000001 : 0);"
      "}"
      "value gear(waiting, work) { return waiting < 1 and work > 49s ? turbo : normal; }");
}

TEST_F(DistilTest, FindsTheShortProgramInsideTheWordyOne) {
  const policy::ProgramPtr program = wordy(toy);
  const Distillation result = distilled(program);
  ASSERT_TRUE(result.complete);
  const Distilled& chosen = result.front[result.chosen];
  // cost / work takes three nodes, a wrapper or a unit a few more.
  EXPECT_LE(chosen.size, 8u) << policy::to_source(*chosen.program);
  EXPECT_LT(chosen.size, program->size() / 3);
  EXPECT_LE(chosen.loss, result.allowed);
  EXPECT_LE(chosen.validation_loss.estimate, result.validation_allowed);
  EXPECT_TRUE(chosen.verified);
}

TEST_F(DistilTest, TheFrontTradesSizeAgainstLoss) {
  const policy::ProgramPtr program = wordy(toy);
  const Distillation result = distilled(program, {.loss = 0.2});
  ASSERT_GT(result.front.size(), 1u);
  EXPECT_EQ(result.front.front().program->digest(), program->digest());
  EXPECT_EQ(result.front.front().validation_loss, (Interval{0, 0, 0}));
  for (std::size_t i = 1; i < result.front.size(); ++i) {
    const Distilled& one = result.front[i];
    EXPECT_LT(one.size, result.front[i - 1].size);
    if (i > 1) {
      EXPECT_GT(one.loss, result.front[i - 1].loss);
    }
    EXPECT_EQ(one.size, one.program->size());
    EXPECT_FALSE(one.edits.empty());
    EXPECT_NEAR(one.loss, toy.objective(one.program) - result.objective, 1e-9);
    const double held_out_loss =
        held_out().scenarios[0]->evaluate(Policy::of(one.program)).objective() - result.validation_objective;
    EXPECT_NEAR(one.validation_loss.estimate, held_out_loss, 1e-9);
    EXPECT_EQ(one.verified, held_out_loss <= result.validation_allowed);
  }
}

TEST_F(DistilTest, NothingIsTakenFromAProgramThatNeedsAllOfIt) {
  const policy::ProgramPtr program = toy.smith();
  const Distillation result = distilled(program, {.loss = 0});
  EXPECT_EQ(result.chosen, 0u);
  EXPECT_EQ(result.front[result.chosen].program->digest(), program->digest());
  EXPECT_EQ(result.allowed, 0);
}

TEST_F(DistilTest, TheAllowedLossIsAShareOfTheGain) {
  const Distillation result = distilled(toy.smith(), {.loss = 0.8});
  const double fifo = toy.scenarios[0]->evaluate(Policy::native("fifo")).objective();
  EXPECT_NEAR(result.allowed, 0.8 * (fifo - toy.objective(toy.smith())), 1e-9);
  // That pays for serving the dearest first, which is one node long.
  EXPECT_GT(result.chosen, 0u);

  Experiments experiments(toy.ground());
  Experiments validation(held_out());
  const Distillation alone = distil(experiments, validation, toy.smith(), nullptr, {.loss = 0.1});
  EXPECT_NEAR(alone.allowed, 0.1 * toy.objective(toy.smith()), 1e-9);
}

TEST_F(DistilTest, WhatFailsInValidationIsNotChosen) {
  const policy::ProgramPtr program = wordy(toy);
  Experiments experiments(toy.ground());
  WatchedEvaluator spoiling;
  spoiling.fails = [&](const Policy& policy) { return policy.digest() != program->digest() && policy.program(); };
  Ground ground = held_out();
  Ground spoilt{.domain = ground.domain, .scenarios = ground.scenarios, .evaluator = spoiling};
  Experiments validation(spoilt);
  const Policy reference = Policy::native("fifo");
  const Distillation result = distil(experiments, validation, program, &reference);
  EXPECT_EQ(result.chosen, 0u);
  ASSERT_GT(result.front.size(), 1u);
  EXPECT_THAT(result.front.back().failure, ::testing::HasSubstr("spoilt by the test"));
  EXPECT_FALSE(result.front.back().verified);
}

TEST_F(DistilTest, RacingInMiniatureRunsFewerEventsAndFindsTheSameHere) {
  toy.scenarios = {toy.domain.scenario({.batches = 400})};
  const policy::ProgramPtr program = wordy(toy);
  const auto events = [&](std::uint64_t race_events, Distillation& result) {
    Experiments experiments(toy.ground());
    Experiments validation(held_out());
    const Policy reference = Policy::native("fifo");
    result = distil(experiments, validation, program, &reference, {.race_events = race_events});
    return experiments.events();
  };
  Distillation full;
  Distillation raced;
  const std::uint64_t all = events(0, full);
  EXPECT_LT(events(400, raced), all);
  EXPECT_LE(raced.front[raced.chosen].size, full.front[full.chosen].size + 2);
}

TEST_F(DistilTest, AStopLeavesItIncomplete) {
  std::stop_source source;
  source.request_stop();
  Ground ground = toy.ground();
  ground.stop = source.get_token();
  Experiments experiments(ground);
  Experiments validation(held_out());
  const Distillation result = distil(experiments, validation, toy.smith(), nullptr);
  EXPECT_FALSE(result.complete);
  EXPECT_TRUE(result.front.empty());
}

}  // namespace
}  // namespace syswright::judge
