#include <algorithm>
#include <cmath>

#include "base/intervals.h"
#include "design/design.h"
#include "design/portfolio.h"
#include "farm/thread_farm.h"
#include "tests/design/toy_task.h"

namespace syswright::design {
namespace {

/// What every designer promises, held by each.
class DesignerTest : public testing::TestWithParam<std::string> {
 protected:
  DesignerTest() {
    register_designers(designers_);
    designers_.add(std::make_unique<Portfolio>(own_strategies()));
  }
  const Designer& designer() const { return designers_.find(GetParam()); }
  double bound(const Task& task) const { return task.validation[0]->bounds()[0].value; }

  Registry<Designer> designers_{"designer"};
  toy::ToyDomain domain_;
};

TEST_P(DesignerTest, ServesNearlyOptimally) {
  SerialEvaluator evaluator;
  std::vector<double> gaps;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Task task = toy_task(domain_, evaluator, 250, seed);
    const Outcome outcome = designer().design(task);
    gaps.push_back(outcome.validation.mean / bound(task) - 1);
    // The score is that of the program that was handed over.
    EXPECT_EQ(task.validation[0]->evaluate(Policy::of(outcome.best)), outcome.validation.evaluations[0]);
    EXPECT_EQ(task.train[0]->evaluate(Policy::of(outcome.best)), outcome.train.evaluations[0]);
    EXPECT_GE(gaps.back(), 0) << "below a provable bound";
  }
  std::sort(gaps.begin(), gaps.end());
  // In the median; shortest-first, the best of the simple orders, is 30 % above the optimum.
  EXPECT_LT(gaps[2], GetParam() == "random" ? 0.15 : 0.03);
}

TEST_P(DesignerTest, NeverOverspends) {
  for (const double evaluations : {2.5, 5.0, 17.0, 60.0}) {
    WatchfulEvaluator evaluator;
    const Task task = toy_task(domain_, evaluator, evaluations, 3);
    const Outcome outcome = designer().design(task);
    EXPECT_LE(outcome.spent, evaluations);
    const double used = static_cast<double>(evaluator.events) / static_cast<double>(task.train[0]->events());
    EXPECT_LE(used, outcome.spent + 1e-9);
    // What remains would not have paid for a candidate and the finalists it makes room for.
    EXPECT_GE(outcome.spent, evaluations - 2 - 0.2 * evaluations);
    ASSERT_NE(outcome.best, nullptr);
    EXPECT_EQ(outcome.validation.evaluations.size(), 1);
  }
}

TEST_P(DesignerTest, NeverEvaluatesAProgramTwiceOnAScenario) {
  WatchfulEvaluator evaluator;
  designer().design(toy_task(domain_, evaluator, 120, 4));
  EXPECT_GT(evaluator.asked.size(), 100);
  for (const auto& [key, times] : evaluator.asked) EXPECT_EQ(times, 1);
}

TEST_P(DesignerTest, TheNumberOfThreadsDoesNotReachTheOutcome) {
  const auto run = [&](unsigned threads) {
    ThreadFarm farm(threads);
    return designer().design(toy_task(domain_, farm, 80, 5));
  };
  const Outcome one = run(1);
  for (const unsigned threads : {2u, 8u}) {
    const Outcome other = run(threads);
    EXPECT_EQ(other.best->digest(), one.best->digest());
    EXPECT_EQ(policy::to_source(*other.best), policy::to_source(*one.best));
    EXPECT_EQ(other.spent, one.spent);
    EXPECT_EQ(other.candidates, one.candidates);
    EXPECT_EQ(other.validation.evaluations, one.validation.evaluations);
    ASSERT_EQ(other.history.size(), one.history.size());
    for (std::size_t i = 0; i < one.history.size(); ++i) {
      EXPECT_EQ(other.history[i].program->digest(), one.history[i].program->digest());
      EXPECT_EQ(other.history[i].parents, one.history[i].parents);
      EXPECT_EQ(other.history[i].origin, one.history[i].origin);
      EXPECT_EQ(other.history[i].train, one.history[i].train);
      EXPECT_EQ(other.history[i].spent, one.history[i].spent);
    }
  }
}

TEST_P(DesignerTest, AnotherSeedSearchesElsewhere) {
  WatchfulEvaluator one;
  WatchfulEvaluator other;
  designer().design(toy_task(domain_, one, 30, 1));
  designer().design(toy_task(domain_, other, 30, 2));
  std::size_t common = 0;
  for (const auto& [key, times] : one.asked) common += other.asked.contains(key) ? 1 : 0;
  EXPECT_LT(common, one.asked.size() * 3 / 4);
}

TEST_P(DesignerTest, StopsAtOnceAndKeepsTheBestSoFar) {
  SerialEvaluator evaluator;
  std::stop_source source;
  Task task = toy_task(domain_, evaluator, 1e6, 6);
  task.stop = source.get_token();
  double best = 0;
  task.progress = [&](const Progress& progress) {
    const auto is_best = [&](const Ancestor& one) { return one.program == progress.best_program; };
    EXPECT_EQ(std::ranges::any_of(progress.history, is_best), progress.best_program != nullptr);
    if (progress.spent_evaluations > 40 && progress.best) {
      if (best == 0) best = *progress.best;
      source.request_stop();
    }
  };
  const Outcome outcome = designer().design(task);
  EXPECT_TRUE(outcome.stopped);
  EXPECT_LT(outcome.spent, 60);
  EXPECT_EQ(outcome.train.mean, best);
  EXPECT_EQ(outcome.validation.evaluations.size(), 1);
}

TEST_P(DesignerTest, AStopBeforeTheStartStillGivesAProgram) {
  SerialEvaluator evaluator;
  std::stop_source source;
  source.request_stop();
  Task task = toy_task(domain_, evaluator, 100, 6);
  task.stop = source.get_token();
  const Outcome outcome = designer().design(task);
  EXPECT_TRUE(outcome.stopped);
  ASSERT_NE(outcome.best, nullptr);
  EXPECT_EQ(outcome.train.evaluations.size(), 1);
}

TEST_P(DesignerTest, ABudgetInSecondsEnds) {
  SerialEvaluator evaluator;
  Task task = toy_task(domain_, evaluator, 1, 7);
  task.budget = {.seconds = 0.3};
  const Outcome outcome = designer().design(task);
  EXPECT_FALSE(outcome.stopped);
  ASSERT_NE(outcome.best, nullptr);
  EXPECT_EQ(outcome.validation.evaluations.size(), 1);
}

TEST_P(DesignerTest, StartsFromSeedsAndIsNeverWorseThanThem) {
  SerialEvaluator evaluator;
  Task task = toy_task(domain_, evaluator, 40, 8);
  task.seeds = {
      toy_program(domain_, "policy smith for toy { rank dispatch(work, cost) by all { return cost / work; } }")};
  const Outcome outcome = designer().design(task);
  EXPECT_NEAR(outcome.validation.mean, bound(task), 1e-9);
  EXPECT_THAT(outcome.history, testing::Contains(testing::Field(&Ancestor::origin, "seed smith")));
}

TEST_P(DesignerTest, FailingProgramsAreNeverChosen) {
  SerialEvaluator evaluator;
  Task task = toy_task(domain_, evaluator, 60, 9);
  const toy::Setting tight{.batches = 128, .seed = 11, .max_nodes = 4};
  task.train = {domain_.scenario(tight)};
  const Outcome outcome = designer().design(task);
  EXPECT_EQ(outcome.train.evaluations[0].status, Evaluation::Status::ok);
  EXPECT_LE(outcome.best->size(), 4);
}

TEST_P(DesignerTest, SeveralScenariosAreServedTogether) {
  SerialEvaluator evaluator;
  Task task = toy_task(domain_, evaluator, 90, 10);
  task.train.push_back(domain_.scenario({.batches = 64, .seed = 21}));
  task.validation.push_back(domain_.scenario({.batches = 64, .seed = 22}));
  const Outcome outcome = designer().design(task);
  EXPECT_LE(outcome.spent, 90);
  ASSERT_EQ(outcome.train.evaluations.size(), 2);
  ASSERT_EQ(outcome.validation.evaluations.size(), 2);
  const double mean =
      (outcome.validation.evaluations[0].objective() + outcome.validation.evaluations[1].objective()) / 2;
  EXPECT_DOUBLE_EQ(outcome.validation.mean, mean);
}

TEST_P(DesignerTest, TasksThatCannotBeWorkedOnAreRefused) {
  SerialEvaluator evaluator;
  Task task = toy_task(domain_, evaluator, 1.5, 1);
  EXPECT_THAT([&] { designer().design(task); },
              testing::ThrowsMessage<InputError>(testing::HasSubstr("too small: judging one program")));
  task.budget.evaluations = 100;
  task.train.clear();
  EXPECT_THAT([&] { designer().design(task); },
              testing::ThrowsMessage<InputError>(testing::HasSubstr("at least one training scenario")));
}

TEST_P(DesignerTest, TellsHowItWent) {
  SerialEvaluator evaluator;
  Task task = toy_task(domain_, evaluator, 60, 2);
  double last = 0;
  std::size_t reports = 0;
  task.progress = [&](const Progress& progress) {
    EXPECT_GE(progress.spent_evaluations, last);
    EXPECT_LE(progress.fraction, 1);
    last = progress.spent_evaluations;
    ++reports;
  };
  const Outcome outcome = designer().design(task);
  EXPECT_GT(reports, 3);
  EXPECT_EQ(last, outcome.spent);
  ASSERT_FALSE(outcome.convergence.empty());
  for (std::size_t i = 1; i < outcome.convergence.size(); ++i) {
    EXPECT_LT(outcome.convergence[i].best, outcome.convergence[i - 1].best);
    EXPECT_GE(outcome.convergence[i].spent, outcome.convergence[i - 1].spent);
  }
  EXPECT_THAT(outcome.history, testing::Contains(testing::Truly([&](const Ancestor& ancestor) {
                return ancestor.program->digest() == outcome.best->digest();
              })));
  if (outcome.runner_up) {
    EXPECT_NE(outcome.runner_up->digest(), outcome.best->digest());
  }
}

INSTANTIATE_TEST_SUITE_P(Every, DesignerTest, testing::Values("evolve", "anneal", "mcts", "random", "portfolio"),
                         [](const auto& test) { return test.param; });

/// The search helps: at equal budgets, over 12 seeds, evolve ends nearer to the optimum than random sampling.
TEST(Designers, EvolveBeatsRandomSampling) {
  Registry<Designer> designers("designer");
  register_designers(designers);
  toy::ToyDomain domain;
  SerialEvaluator evaluator;
  std::vector<double> differences;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Task task = toy_task(domain, evaluator, 150, seed);
    const double evolved = designers.find("evolve").design(task).validation.mean;
    const double sampled = designers.find("random").design(task).validation.mean;
    differences.push_back(evolved - sampled);
  }
  const SignTest test = sign_test(differences);
  RecordProperty("evolve_better", static_cast<int>(test.negative));
  RecordProperty("random_better", static_cast<int>(test.positive));
  EXPECT_GE(test.negative, 9) << "of 12 seeds";
  EXPECT_LT(mean_interval(differences).estimate, 0);
}

TEST(Designers, OfAnotherDomainsSeedSaySo) {
  Registry<Designer> designers("designer");
  register_designers(designers);
  toy::ToyDomain domain;
  SerialEvaluator evaluator;
  Task task = toy_task(domain, evaluator, 100, 1);
  auto foreign = std::make_shared<policy::Signature>(*domain.signature());
  foreign->domain = "elsewhere";
  const std::vector<std::shared_ptr<const policy::Signature>> signatures{foreign};
  task.seeds = {policy::compile("policy p for elsewhere { rank dispatch(work) { return work; } }", "p", signatures)};
  EXPECT_THAT([&] { designers.find("evolve").design(task); },
              testing::ThrowsMessage<InputError>(testing::HasSubstr("is a policy for elsewhere")));
}

}  // namespace
}  // namespace syswright::design
