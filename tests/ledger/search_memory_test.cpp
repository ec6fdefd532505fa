#include "ledger/search_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/recording_evaluator.h"
#include "policy/compile.h"
#include "tests/support/toy_domain.h"

namespace syswright {
namespace {

class SearchMemoryTest : public testing::Test {
 protected:
  policy::ProgramPtr program(const std::string& score) {
    const std::vector<std::shared_ptr<const policy::Signature>> signatures{domain_.signature()};
    return policy::compile("policy p for toy { rank dispatch(work, cost) by all { return " + score + "; } }", "p",
                           signatures);
  }
  void run(const policy::ProgramPtr& program, const std::vector<ScenarioPtr>& scenarios) {
    std::vector<Job> jobs;
    for (const ScenarioPtr& scenario : scenarios) jobs.push_back({Policy::of(program), scenario});
    recording_.evaluate(jobs);
  }

  toy::ToyDomain domain_;
  Ledger ledger_{":memory:"};
  SerialEvaluator serial_;
  RecordingEvaluator recording_{serial_, ledger_, "toy"};
  SearchMemory memory_{ledger_, domain_, {}};
  std::vector<ScenarioPtr> small_{domain_.scenario({.batches = 8, .seed = 1}),
                                  domain_.scenario({.batches = 8, .seed = 2})};
  std::vector<ScenarioPtr> whole_{domain_.scenario({.batches = 32, .seed = 1}),
                                  domain_.scenario({.batches = 32, .seed = 2, .max_nodes = 3})};
};

TEST_F(SearchMemoryTest, RecallsProgramsThatAreKnownOnAWholeLevel) {
  const policy::ProgramPtr smith = program("cost / work");
  const policy::ProgramPtr half = program("cost");
  const policy::ProgramPtr large = program("cost / work + cost / 3s");
  run(smith, small_);
  run(smith, whole_);
  run(half, {small_[0]});  // half a level is none
  run(large, whole_);      // fails: too many nodes for the second
  const std::vector<std::vector<ScenarioPtr>> levels{small_, whole_};
  const auto all = memory_.recall(levels);
  ASSERT_EQ(all.size(), 2u);
  const auto& [first, second] = std::pair(all[0], all[1]);
  EXPECT_LT(first.program, second.program);
  for (const design::Memory::Remembered& one : all) {
    const bool is_smith = one.program == smith->digest();
    EXPECT_TRUE(is_smith || one.program == large->digest());
    ASSERT_EQ(one.levels.size(), 2u);
    EXPECT_EQ(one.levels[0].known, is_smith);
    EXPECT_TRUE(one.levels[1].known);
    EXPECT_EQ(one.levels[1].failed, !is_smith);
    if (!is_smith) continue;
    EXPECT_DOUBLE_EQ(one.levels[0].objectives[1], small_[1]->evaluate(Policy::of(smith)).objective());
    const auto evaluations = memory_.evaluations(smith->digest(), small_);
    ASSERT_TRUE(evaluations.has_value());
    EXPECT_EQ(evaluations->front(), small_[0]->evaluate(Policy::of(smith)));
    EXPECT_EQ(one.levels[0].behaviour, design::behaviour_of(*evaluations));
  }
  EXPECT_FALSE(memory_.evaluations(half->digest(), small_).has_value());
}

TEST_F(SearchMemoryTest, GivesProgramsBackThatStillCompile) {
  const policy::ProgramPtr smith = program("cost / work");
  run(smith, {small_[0]});
  EXPECT_EQ(memory_.program(smith->digest())->digest(), smith->digest());
  EXPECT_EQ(memory_.program({1, 2}), nullptr);
  ledger_.record({.policies = {{{3, 4}, "toy", "old", "policy old for toy { rank dispatch(gone) { return gone; } }"}},
                  .scenarios = {},
                  .evaluations = {}});
  EXPECT_EQ(memory_.program({3, 4}), nullptr);
}

TEST_F(SearchMemoryTest, TellsBehaviourApartByTheBlocks) {
  const auto behaviour = [&](const std::string& score) {
    run(program(score), small_);
    return design::behaviour_of(*memory_.evaluations(program(score)->digest(), small_));
  };
  EXPECT_EQ(behaviour("cost / work"), behaviour("-(work / cost)"));
  EXPECT_NE(behaviour("cost / work"), behaviour("cost"));
}

}  // namespace
}  // namespace syswright
