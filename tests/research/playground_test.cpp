#include "research/playground.h"

#include <gmock/gmock.h>

#include <set>

#include "research/findings.h"
#include "research/workbench.h"
#include "tests/design/toy_task.h"

namespace syswright::research {
namespace {

using design::Search;
using design::Task;
using design::toy_program;
using design::toy_task;
using design::WatchfulEvaluator;
using judge::Effect;
using testing::Contains;
using testing::HasSubstr;

class PlaygroundTest : public testing::Test {
 protected:
  Candidate* tried(Playground& ground, const std::string& text) {
    Candidate* candidate = ground.propose(toy_program(domain_, text), "test");
    ground.trials().measure({&candidate, 1}, ground.top());
    return candidate;
  }

  toy::ToyDomain domain_;
  WatchfulEvaluator evaluator_;
  const std::string padded_ =
      "policy padded for toy { rank dispatch(work, cost, waiting) by all { return cost / work * (1 + waiting / 1000); "
      "} }";
  const std::string shortest_ = "policy s for toy { rank dispatch(work) by all { return -work; } }";
};

TEST_F(PlaygroundTest, ExaminesWhatEachPartIsWorth) {
  const Task task = toy_task(domain_, evaluator_, 200, 1);
  Search search(task);
  Playground ground(search);
  Candidate* const padded = tried(ground, padded_);
  const double before = ground.spent();
  const auto examination = ground.examine(*padded, 40);
  ASSERT_TRUE(examination);
  // What all candidates have in common ranks none.
  EXPECT_THAT(examination->dead, Contains(HasSubstr("waiting")));
  bool worse = false;
  for (const judge::Ablation& one : examination->ablations.ablations) {
    if (one.edit.kind == judge::EditKind::hold && one.edit.term == "work") worse = one.effect == Effect::worse;
  }
  EXPECT_TRUE(worse);
  EXPECT_GT(ground.spent(), before);
  EXPECT_LE(ground.spent(), before + 42);
  for (const auto& [key, times] : evaluator_.asked) EXPECT_EQ(times, 1);
  // All of what was run is charged; the judge's look besides.
  EXPECT_LE(static_cast<double>(evaluator_.events) / 1280, ground.spent() + 1e-9);
}

TEST_F(PlaygroundTest, ExaminesAsMuchAsIsPaidForAndNothingForTooLittle) {
  const Task task = toy_task(domain_, evaluator_, 200, 1);
  Search search(task);
  Playground ground(search);
  Candidate* const padded = tried(ground, padded_);
  EXPECT_FALSE(ground.examine(*padded, 0.5));
  const auto part = ground.examine(*padded, 2);
  ASSERT_TRUE(part);
  EXPECT_FALSE(part->whole);
  EXPECT_LE(part->ablations.programs, 8u) << "a quarter of an evaluation each";
}

TEST_F(PlaygroundTest, ComparesInPairsAndSlicesWhereBlocksCompare) {
  const Task task = toy_task(domain_, evaluator_, 100, 1);
  Search search(task);
  Playground ground(search);
  Candidate* const good =
      tried(ground, "policy g for toy { rank dispatch(work, cost) by all { return cost / work; } }");
  Candidate* const bad = tried(ground, shortest_);
  const Change change = ground.compare(*good, *bad, ground.top());
  EXPECT_TRUE(change.sure);
  EXPECT_LT(change.share.high, 0);
  EXPECT_FALSE(ground.compare(*bad, *good, ground.top()).sure);
  const double before = static_cast<double>(evaluator_.events);
  const auto slices = ground.slice(*bad, Policy::of(good->program), 0);
  ASSERT_TRUE(slices);
  ASSERT_FALSE(slices->phases.empty());
  for (const judge::Phase& phase : slices->phases) EXPECT_LT(phase.improvement.estimate, 0);
  EXPECT_EQ(static_cast<double>(evaluator_.events), before) << "both were known";
}

TEST_F(PlaygroundTest, StatesGapsAndYardsticksForWhatTheyMayCost) {
  const Task task = toy_task(domain_, evaluator_, 100, 1);
  Search search(task);
  Playground ground(search);
  Candidate* const good =
      tried(ground, "policy g for toy { rank dispatch(work, cost) by all { return cost / work; } }");
  const auto gaps = ground.gaps(*good, 1);
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_NEAR(*gaps[0], 0, 1e-9);
  const auto& yardsticks = ground.yardsticks(20);
  ASSERT_EQ(yardsticks.size(), domain_.baselines().size());
  for (std::size_t i = 1; i < yardsticks.size(); ++i) EXPECT_LE(yardsticks[i - 1].loss, yardsticks[i].loss);
  Search other(task);
  EXPECT_TRUE(Playground(other).yardsticks(0.1).empty());
}

/// Whatever it makes is well typed, new, and the same for equal draws.
TEST(Workbench, MakesProgramsThatCompile) {
  toy::ToyDomain domain;
  const design::Vocabulary vocabulary = design::toy_vocabulary(domain);
  const design::Grammar grammar(vocabulary);
  const Workbench bench(grammar);
  const std::vector<std::shared_ptr<const policy::Signature>> signatures{domain.signature()};
  const auto check = [&](const policy::Program& original, const std::vector<Making>& made) {
    std::set<Digest> seen{original.digest()};
    for (const Making& one : made) {
      EXPECT_TRUE(seen.insert(one.program->digest()).second) << one.what;
      EXPECT_FALSE(one.what.empty());
      EXPECT_EQ(policy::compile(policy::to_source(*one.program), "made", signatures)->digest(), one.program->digest());
    }
    return made.size();
  };
  std::size_t made = 0;
  for (std::uint64_t i = 0; i < 60; ++i) {
    Random random(7, "workbench test", i);
    const policy::ProgramPtr own = grammar.random_program(random);
    const policy::ProgramPtr rival = grammar.random_program(random);
    const policy::Rule& rule = own->rules().front();
    const auto term = static_cast<policy::NodeId>(random.below(rule.graph.size()));
    const std::size_t work = bench.find_word(0, "work");
    ASSERT_NE(work, Workbench::npos);
    const std::vector<Mark> marks{{work, 20, true}, {work, 2, false}};
    Random again = random;
    const auto refined = bench.refinements(random, *own, 0, term, {{"work", 5.0}}, 12);
    made += check(*own, refined);
    const auto same = bench.refinements(again, *own, 0, term, {{"work", 5.0}}, 12);
    ASSERT_EQ(same.size(), refined.size());
    for (std::size_t k = 0; k < same.size(); ++k) EXPECT_EQ(same[k].program->digest(), refined[k].program->digest());
    made += check(*own, bench.split(random, *own, rival.get(), 0, marks, 8));
    made += check(*own, bench.answers(random, *own, 1, std::vector{rival}, 8));
    made += check(*own, bench.blends(random, *own, *rival, 8));
  }
  EXPECT_GT(made, 1500u);
}

TEST(Findings, AreHandedOverAtHalfTheirWeight) {
  Findings findings;
  for (int i = 0; i < 4; ++i) findings.learn(Kind::refine, i < 2);
  findings.learn("work", 0.5);
  findings.learn("size", 0.001);
  const Findings digest = findings.handed_over();
  EXPECT_EQ(digest.success[static_cast<std::size_t>(Kind::refine)].tries, 2);
  EXPECT_EQ(digest.success[static_cast<std::size_t>(Kind::refine)].wins, 1);
  EXPECT_EQ(digest.importance.at("work"), 6) << "the most that a feature is worth";
  EXPECT_THAT(findings.sentences(), Contains(testing::StrEq("terms that read work matter")));
  EXPECT_THAT(findings.sentences(), Contains(testing::StrEq("'refine a term' helped in 2 of 4 tries")));
  Findings other;
  other.merge(findings);
  EXPECT_EQ(other.success, findings.success);
}

}  // namespace
}  // namespace syswright::research
