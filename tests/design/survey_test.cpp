#include "design/survey.h"

#include <set>

#include "policy/program.h"
#include "tests/design/toy_task.h"

namespace syswright::design {
namespace {

class SurveyTest : public testing::Test {
 protected:
  toy::ToyDomain domain_;
  WatchfulEvaluator evaluator_;
};

TEST_F(SurveyTest, FindsTheRatioThatIsOptimalAmongTheShortPrograms) {
  const Task task = toy_task(domain_, evaluator_, 1000, 1);
  Search search(task);
  const std::vector<Candidate*> tried = survey(search);
  ASSERT_FALSE(tried.empty());
  const policy::ProgramPtr smith =
      toy_program(domain_, "policy s for toy { rank dispatch(work, cost) by all { return cost / work; } }");
  const Evaluation best = search.trials().levels()[0].scenarios[0]->evaluate(Policy::of(smith));
  EXPECT_LE(tried.front()->loss(0), best.objective());
  EXPECT_NE(search.trials().find(smith->digest()), nullptr) << "the pair itself was never tried";
}

TEST_F(SurveyTest, TriesEveryProgramOnceAndReturnsTheBestFirst) {
  const Task task = toy_task(domain_, evaluator_, 1000, 1);
  Search search(task);
  const std::vector<Candidate*> tried = survey(search);
  std::set<Digest> digests;
  for (std::size_t i = 0; i < tried.size(); ++i) {
    EXPECT_TRUE(digests.insert(tried[i]->digest()).second);
    if (i > 0) {
      EXPECT_LE(tried[i - 1]->loss(0), tried[i]->loss(0));
    }
  }
  for (const auto& [key, times] : evaluator_.asked) EXPECT_EQ(times, 1);
}

TEST_F(SurveyTest, TriesBothModesAndBothWaysRound) {
  const Task task = toy_task(domain_, evaluator_, 1000, 1);
  Search search(task);
  survey(search);
  for (const char* text : {"policy a for toy { rank dispatch(work) by all { return work; } }",
                           "policy b for toy { rank dispatch(work) by all { return -work; } }",
                           "policy c for toy { rank dispatch(work) by window { return work; } }",
                           "policy d for toy { rank dispatch(work) by window { return -work; } }"}) {
    EXPECT_NE(search.trials().find(toy_program(domain_, text)->digest()), nullptr) << text;
  }
}

TEST_F(SurveyTest, CompletesTheBestWithThresholdsForTheOtherDecision) {
  const Task task = toy_task(domain_, evaluator_, 1000, 1);
  Search search(task);
  std::size_t with_gear = 0;
  for (const Candidate* candidate : survey(search)) {
    with_gear += candidate->program->rule_for(1) != nullptr ? 1 : 0;
    EXPECT_NE(candidate->program->rule_for(0), nullptr);
  }
  EXPECT_GT(with_gear, 0);
}

TEST_F(SurveyTest, TakesAFifthOfABudgetAtMost) {
  for (const double evaluations : {40.0, 100.0, 1000.0}) {
    const Task task = toy_task(domain_, evaluator_, evaluations, 1);
    Search search(task);
    const double before = search.spending().spent();
    survey(search);
    EXPECT_LE(search.spending().spent() - before, evaluations / 5);
  }
}

TEST_F(SurveyTest, DependsOnTheTaskAlone) {
  std::vector<Digest> tried[2];
  for (auto& one : tried) {
    const Task task = toy_task(domain_, evaluator_, 1000, &one == tried ? 1 : 2);
    Search search(task);
    for (const Candidate* candidate : survey(search)) one.push_back(candidate->digest());
  }
  // Constants follow the scales, which another seed looks up at other moments: most programs have none.
  std::size_t common = 0;
  const std::set<Digest> first(tried[0].begin(), tried[0].end());
  for (const Digest& digest : tried[1]) common += first.contains(digest) ? 1 : 0;
  EXPECT_GT(common, tried[1].size() / 2);
}

}  // namespace
}  // namespace syswright::design
