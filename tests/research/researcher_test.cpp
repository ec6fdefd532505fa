#include "research/researcher.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "design/notebook.h"
#include "farm/thread_farm.h"
#include "research/research.h"
#include "tests/design/toy_task.h"
#include "tests/support/wrapped_scenario.h"

namespace syswright::research {
namespace {

using design::Notebook;
using design::NotebookEntry;
using design::Outcome;
using design::Task;
using design::toy_program;
using design::toy_task;
using design::WatchfulEvaluator;
using testing::Contains;
using testing::HasSubstr;

/// Says nothing of how far one can get.
class Unbounded final : public testing_support::WrappedScenario {
 public:
  using WrappedScenario::WrappedScenario;
  std::vector<Bound> bounds() const override { return {}; }
  ScenarioPtr miniature(double fraction) const override {
    ScenarioPtr smaller = inner()->miniature(fraction);
    return smaller ? std::make_shared<Unbounded>(std::move(smaller)) : nullptr;
  }
};

class ResearcherTest : public testing::Test {
 protected:
  double bound(const Task& task) const { return task.validation[0]->bounds()[0].value; }
  /// A task on which nothing is known to be solved, so that the search goes on to its end.
  Task open_task(Evaluator& evaluator, double evaluations, std::uint64_t seed) const {
    Task task = toy_task(domain_, evaluator, evaluations, seed);
    task.train = {std::make_shared<Unbounded>(domain_.scenario({.batches = 512, .seed = 11}))};
    return task;
  }

  toy::ToyDomain domain_;
  Researcher researcher_;
};

TEST_F(ResearcherTest, FindsTheOptimumAndSaysThatNothingIsLeft) {
  SerialEvaluator evaluator;
  std::vector<double> gaps;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Task task = toy_task(domain_, evaluator, 250, seed);
    const Outcome outcome = researcher_.design(task);
    gaps.push_back(outcome.validation.mean / bound(task) - 1);
    EXPECT_EQ(task.validation[0]->evaluate(Policy::of(outcome.best)), outcome.validation.evaluations[0]);
    EXPECT_GE(gaps.back(), 0) << "below a provable bound";
  }
  std::sort(gaps.begin(), gaps.end());
  EXPECT_LT(gaps[2], 0.03);
}

TEST_F(ResearcherTest, NeverOverspends) {
  for (const double evaluations : {2.5, 5.0, 17.0, 60.0}) {
    WatchfulEvaluator evaluator;
    const Task task = open_task(evaluator, evaluations, 3);
    const Outcome outcome = researcher_.design(task);
    EXPECT_LE(outcome.spent, evaluations);
    const double used = static_cast<double>(evaluator.events) / static_cast<double>(task.train[0]->events());
    EXPECT_LE(used, outcome.spent + 1e-9);
    EXPECT_GE(outcome.spent, evaluations - 2 - 0.2 * evaluations);
    ASSERT_NE(outcome.best, nullptr);
    EXPECT_EQ(outcome.validation.evaluations.size(), 1);
  }
}

TEST_F(ResearcherTest, NeverEvaluatesAProgramTwiceOnAScenario) {
  WatchfulEvaluator evaluator;
  researcher_.design(open_task(evaluator, 120, 4));
  EXPECT_GT(evaluator.asked.size(), 100);
  for (const auto& [key, times] : evaluator.asked) EXPECT_EQ(times, 1);
}

TEST_F(ResearcherTest, TheNumberOfThreadsDoesNotReachTheOutcome) {
  const auto run = [&](unsigned threads) {
    ThreadFarm farm(threads);
    return researcher_.design(open_task(farm, 80, 5));
  };
  const Outcome one = run(1);
  for (const unsigned threads : {2u, 8u}) {
    const Outcome other = run(threads);
    EXPECT_EQ(policy::to_source(*other.best), policy::to_source(*one.best));
    EXPECT_EQ(other.spent, one.spent);
    EXPECT_EQ(other.candidates, one.candidates);
    EXPECT_EQ(other.notes, one.notes);
    EXPECT_EQ(other.validation.evaluations, one.validation.evaluations);
    ASSERT_EQ(other.notebook->entries.size(), one.notebook->entries.size());
    for (std::size_t i = 0; i < one.notebook->entries.size(); ++i) {
      EXPECT_EQ(other.notebook->entries[i].result, one.notebook->entries[i].result);
      EXPECT_EQ(other.notebook->entries[i].spent_in_all, one.notebook->entries[i].spent_in_all);
    }
  }
}

TEST_F(ResearcherTest, StopsAtOnceAndKeepsTheBestSoFar) {
  SerialEvaluator evaluator;
  std::stop_source source;
  Task task = open_task(evaluator, 1e6, 6);
  task.stop = source.get_token();
  double best = 0;
  task.progress = [&](const design::Progress& progress) {
    if (progress.spent_evaluations > 40 && progress.best) {
      if (best == 0) best = *progress.best;
      source.request_stop();
    }
  };
  const Outcome outcome = researcher_.design(task);
  EXPECT_TRUE(outcome.stopped);
  EXPECT_LT(outcome.spent, 60);
  EXPECT_EQ(outcome.train.mean, best);
}

TEST_F(ResearcherTest, AStopBeforeTheStartOrABudgetInSecondsStillGiveAProgram) {
  SerialEvaluator evaluator;
  std::stop_source source;
  source.request_stop();
  Task task = toy_task(domain_, evaluator, 100, 6);
  task.stop = source.get_token();
  ASSERT_NE(researcher_.design(task).best, nullptr);
  task.stop = {};
  task.budget = {.seconds = 0.3};
  const Outcome outcome = researcher_.design(task);
  EXPECT_FALSE(outcome.stopped);
  ASSERT_NE(outcome.best, nullptr);
}

TEST_F(ResearcherTest, StartsFromSeedsAndIsNeverWorseThanThem) {
  SerialEvaluator evaluator;
  Task task = toy_task(domain_, evaluator, 60, 8);
  task.seeds = {
      toy_program(domain_, "policy smith for toy { rank dispatch(work, cost) by all { return cost / work; } }")};
  const Outcome outcome = researcher_.design(task);
  EXPECT_NEAR(outcome.validation.mean, bound(task), 1e-9);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("served as well as the bound allows")));
  EXPECT_LT(outcome.spent, 30) << "nothing is left to try";
}

TEST_F(ResearcherTest, FailingProgramsAreNeverChosen) {
  SerialEvaluator evaluator;
  Task task = open_task(evaluator, 60, 9);
  task.train = {domain_.scenario({.batches = 128, .seed = 11, .max_nodes = 4})};
  const Outcome outcome = researcher_.design(task);
  EXPECT_EQ(outcome.train.evaluations[0].status, Evaluation::Status::ok);
  EXPECT_LE(outcome.best->size(), 4);
}

TEST_F(ResearcherTest, KeepsANotebookOfEveryStep) {
  SerialEvaluator evaluator;
  Task task = open_task(evaluator, 150, 2);
  task.train.push_back(std::make_shared<Unbounded>(domain_.scenario({.batches = 512, .seed = 21})));
  const Outcome outcome = researcher_.design(task);
  ASSERT_NE(outcome.notebook, nullptr);
  const Notebook& notebook = *outcome.notebook;
  ASSERT_GT(notebook.entries.size(), 10);
  std::set<std::string> kinds;
  double before = 0;
  for (std::size_t i = 0; i < notebook.entries.size(); ++i) {
    const NotebookEntry& entry = notebook.entries[i];
    EXPECT_EQ(entry.number, i + 1);
    EXPECT_FALSE(entry.hypothesis.empty());
    EXPECT_FALSE(entry.result.empty()) << entry.kind;
    EXPECT_FALSE(entry.conclusion.empty()) << entry.kind;
    EXPECT_GE(entry.spent_in_all, before);
    before = entry.spent_in_all;
    const bool leads =
        entry.finding == NotebookEntry::Finding::confirmed || entry.finding == NotebookEntry::Finding::adopted;
    if (leads) {
      EXPECT_THAT(entry.program, HasSubstr("policy "));
    }
    kinds.insert(entry.kind);
  }
  EXPECT_GE(kinds.size(), 6) << "the steps are of many kinds";
  EXPECT_THAT(kinds, Contains("examine the parts"));
  EXPECT_FALSE(notebook.dead_ends.empty());
}

TEST_F(ResearcherTest, IsRegistered) {
  Registry<design::Designer> designers("designer");
  register_designers(designers);
  EXPECT_FALSE(designers.find("researcher").needs_chat());
  EXPECT_THAT(designers.find("researcher").summary(), HasSubstr("notebook"));
}

}  // namespace
}  // namespace syswright::research
