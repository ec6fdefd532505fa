#include "judge/explain/ablate.h"

#include <gmock/gmock.h>

#include <set>

#include "base/error.h"
#include "tests/judge/explain/explain_ground.h"

namespace syswright::judge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class AblateTest : public ::testing::Test {
 protected:
  Ablations ablated(const policy::ProgramPtr& program, const AblateOptions& options = {}) {
    Experiments experiments(toy.ground());
    return ablate(experiments, program, options);
  }
  static const Ablation& find(const Ablations& ablations, EditKind kind, const std::string& term) {
    for (const Ablation& ablation : ablations.ablations) {
      if (ablation.edit.kind == kind && ablation.edit.term == term) return ablation;
    }
    throw Error("no such ablation: " + term);
  }
  std::vector<std::string> words(const policy::ProgramPtr& program, const EditOptions& options = {}) {
    const Observations observations(*toy.scenarios[0], program);
    std::vector<std::string> result;
    for (const Edit& edit : list_edits(*program, observations.values(*program), options)) result.push_back(edit.words);
    return result;
  }

  ToyGround toy;
};

TEST_F(AblateTest, EveryEffectIsThatOfTheEditedProgram) {
  const policy::ProgramPtr program = toy.cluttered();
  const Ablations result = ablated(program);
  ASSERT_TRUE(result.complete);
  EXPECT_EQ(result.objective, toy.objective(program));
  ASSERT_GT(result.ablations.size(), 10u);
  for (const Ablation& ablation : result.ablations) {
    EXPECT_NE(ablation.edit.program->digest(), program->digest()) << ablation.edit.words;
    EXPECT_NEAR(ablation.improvement.estimate, result.objective - toy.objective(ablation.edit.program), 1e-9)
        << ablation.edit.words;
    EXPECT_LE(ablation.improvement.low, ablation.improvement.high);
  }
}

TEST_F(AblateTest, NamesTheDeadTermAndNotItsParts) {
  const policy::ProgramPtr program = toy.cluttered();
  EXPECT_THAT(ablated(program).dead(*program), ElementsAre("1e-07 * history[0]"));
}

TEST_F(AblateTest, TermsThatCarryTheOrderAreNeeded) {
  const Ablations result = ablated(toy.smith());
  for (const char* term : {"work", "cost", "cost / work"}) {
    const Ablation& held = find(result, EditKind::hold, term);
    EXPECT_EQ(held.effect, Effect::worse) << term;
    EXPECT_LT(held.improvement.high, 0) << term;
    EXPECT_LE(held.p_value, 0.05) << term;
  }
  EXPECT_TRUE(result.dead(*toy.smith()).empty());
  // All scores equal: jobs are served in arrival order.
  const double fifo = toy.scenarios[0]->evaluate(Policy::native("fifo")).objective();
  EXPECT_NEAR(find(result, EditKind::hold, "cost / work").improvement.estimate, result.objective - fifo, 1e-9);
  EXPECT_NEAR(result.ablations[result.by_cost().front()].improvement.estimate, result.objective - fifo, 1e-9);
}

TEST_F(AblateTest, AHarmfulTermIsSaidToBeOne) {
  const policy::ProgramPtr program = toy.program(
      "rank dispatch(work, cost, history) by all { return (cost * 1s / $1) / (work / 1s) + "
      "10 * history[1]; }");
  const Ablation& dropped = find(ablated(program), EditKind::drop, "10 * history[1]");
  EXPECT_EQ(dropped.effect, Effect::better);
  EXPECT_GT(dropped.improvement.low, 0);
}

TEST_F(AblateTest, EditsInTheWordsOfTheSource) {
  // Of 0.5 to 50, log-uniform, the median work is near 5 s; it is observed, so it is not written here.
  const policy::ProgramPtr program = toy.program(
      "value gear(work, waiting) { return work > 10s and waiting < 3 ? turbo : normal; }"
      "rank dispatch(work, cost) { return log(cost / work * 1s^2 / $1) + 2; }");
  const std::vector<std::string> all = words(program);
  const auto has = [&](const std::string& text) {
    return std::any_of(all.begin(), all.end(), [&](const std::string& one) { return one.find(text) != one.npos; });
  };
  for (const char* text :
       {"'gear' left to the default", "'dispatch' left to the default",
        "'work > 10s' dropped from 'work > 10s and waiting < 3'", "'work > 10s and waiting < 3' taken as always false",
        "'work > 10s' held at false", "'10s' doubled to 20s, in 'work > 10s'", "'10s' halved to 5s, in 'work > 10s'",
        "'2' set to 0, in 'log(", "replaced by '"}) {
    EXPECT_TRUE(has(text)) << text << " is missing of\n" << ::testing::PrintToString(all);
  }
}

TEST_F(AblateTest, IllTypedRemovalsAreLeftOut) {
  // Without one factor the sum would add unlike units; without the other too.
  const policy::ProgramPtr program =
      toy.program("rank dispatch(work, cost, size) by all { return cost * work + size * 1s / 1B * $1 / 1s; }");
  for (const std::string& text : words(program)) EXPECT_THAT(text, ::testing::Not(HasSubstr("from 'work * cost'")));
  EXPECT_THAT(words(program), ::testing::Contains(HasSubstr("'work * cost' dropped from 'work * cost + ")));
}

TEST_F(AblateTest, EqualProgramsRunOnce) {
  const policy::ProgramPtr program = toy.cluttered();
  const Ablations result = ablated(program);
  std::set<Digest> distinct;
  for (const Ablation& ablation : result.ablations) distinct.insert(ablation.edit.program->digest());
  EXPECT_EQ(result.programs, distinct.size());
  EXPECT_EQ(toy.evaluator.jobs, distinct.size() + 1);
}

TEST_F(AblateTest, AFailingEditIsWorseAndSaysWhy) {
  const policy::ProgramPtr program = toy.smith();
  toy.evaluator.fails = [&](const Policy& policy) { return policy.digest() != program->digest(); };
  const Ablations result = ablated(program);
  for (const Ablation& ablation : result.ablations) {
    EXPECT_EQ(ablation.effect, Effect::worse);
    EXPECT_THAT(ablation.failure, HasSubstr("spoilt by the test"));
  }
  EXPECT_TRUE(result.dead(*program).empty());
}

TEST_F(AblateTest, AProgramThatFailsCannotBeExplained) {
  toy.evaluator.fails = [](const Policy&) { return true; };
  try {
    ablated(toy.smith());
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("policy 'p' cannot be explained: toy, 48 batches, seed 1: spoilt"));
  }
}

TEST_F(AblateTest, SeveralScenariosCountAlike) {
  toy.scenarios.push_back(toy.domain.scenario({.batches = 20, .seed = 5}));
  const policy::ProgramPtr program = toy.smith();
  const Ablations result = ablated(program);
  EXPECT_NEAR(result.objective, toy.objective(program), 1e-9);
  const Ablation& held = find(result, EditKind::hold, "cost");
  EXPECT_NEAR(held.improvement.estimate, result.objective - toy.objective(held.edit.program), 1e-9);
  EXPECT_EQ(held.effect, Effect::worse);
}

TEST_F(AblateTest, AStopLeavesItIncomplete) {
  std::stop_source source;
  source.request_stop();
  Ground ground = toy.ground();
  ground.stop = source.get_token();
  Experiments experiments(ground);
  const Ablations result = ablate(experiments, toy.smith());
  EXPECT_FALSE(result.complete);
  EXPECT_TRUE(result.ablations.empty());
}

TEST_F(AblateTest, ObservesWhatTheNodesAre) {
  const policy::ProgramPtr program = toy.program(
      "rank dispatch(work, waiting) by all { return 2 * (work / 1s); }"
      "value gear(waiting, work) { return waiting >= 3 ? normal : turbo; }");
  // Every question of 48 batches of 10 jobs is looked at, with all its candidates.
  const Observations observations(*toy.scenarios[0], program, {.questions = 4096, .candidates = 10});
  const ObservedValues values = observations.values(*program);
  EXPECT_EQ(values.questions, (std::vector<std::uint64_t>{480, 480}));
  EXPECT_EQ(values.samples, 48u * 55u);  // 10 + 9 + … + 1 candidates a batch
  const policy::Graph& gear = program->rules()[1].graph;
  for (policy::NodeId id = 0; id < gear.size(); ++id) {
    const NodeValues& seen = values.nodes[1][id];
    if (gear[id].op == policy::Op::input) {
      EXPECT_EQ(seen.low, 1);
      EXPECT_EQ(seen.high, 10);
      EXPECT_NEAR(seen.mean, 5.5, 1e-12);
      EXPECT_EQ(seen.median, 5);  // the 240th of 480, 48 of each
    }
  }
  // normal for 3 to 10 waiting jobs of 1 to 10
  EXPECT_EQ(typical_value(gear[gear.root()], values.nodes[1].back()), 0);
  // Of a part of the program the same is known.
  const policy::ProgramPtr part = toy.program("rank dispatch(work) by all { return work; }");
  const NodeValues whole = values.nodes[0].back();
  EXPECT_DOUBLE_EQ(observations.values(*part).nodes[0].back().median * 2, whole.median);
}

TEST(EvenSample, KeepsAnEvenlySpacedPart) {
  EvenSample<std::vector<int>> sample(8);
  for (int i = 0; i < 100; ++i) {
    if (sample.wants_next()) sample.keep({i});
  }
  EXPECT_EQ(sample.seen(), 100u);
  ASSERT_GE(sample.items().size(), 4u);
  ASSERT_LE(sample.items().size(), 8u);
  const int stride = sample.items()[1][0];
  for (std::size_t i = 0; i < sample.items().size(); ++i) {
    EXPECT_EQ(sample.items()[i], std::vector<int>{static_cast<int>(i) * stride});
  }
}

TEST(Effect, ThresholdsOnBothSides) {
  EXPECT_EQ(effect_of({0, -1, 1}, 0.01, 1), Effect::none);
  EXPECT_EQ(effect_of({0, -1.001, 1}, 0.01, 1), Effect::worse);
  EXPECT_EQ(effect_of({2, 1, 3}, 0.05, 1), Effect::better);
  EXPECT_EQ(effect_of({2, 1, 3}, 0.051, 1), Effect::uncertain);
  EXPECT_EQ(effect_of({-2, -3, -1}, 0.05, 1), Effect::worse);
}

TEST(Difference, OfOneRunWithItselfIsNone) {
  Score score;
  score.evaluations = {{.metrics = {2}, .blocks = {{1, 1}, {3, 1}}}};
  score.objective = 2;
  const Difference difference = difference_of(score, score, 1);
  EXPECT_EQ(difference.objective, (Interval{0, 0, 0}));
  EXPECT_EQ(difference.p_value, 1);
}

TEST(Difference, OneBlockTellsNothing) {
  Score a;
  a.evaluations = {{.metrics = {2}, .blocks = {{2, 1}}}};
  a.objective = 2;
  Score b = a;
  b.evaluations[0].metrics = {1};
  b.evaluations[0].blocks = {{1, 1}};
  b.objective = 1;
  const Difference difference = difference_of(a, b, 1);
  EXPECT_EQ(difference.objective.estimate, 1);
  EXPECT_EQ(difference.p_value, 1);
  EXPECT_EQ(effect_of(difference.objective, difference.p_value, 10), Effect::uncertain);
}

}  // namespace
}  // namespace syswright::judge
