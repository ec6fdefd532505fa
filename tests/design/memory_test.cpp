#include "design/memory.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/error.h"
#include "design/design.h"
#include "design/portfolio.h"
#include "tests/design/toy_task.h"

namespace syswright::design {
namespace {

/// Remembers in plain maps what an evaluator was asked for.
class Notes final : public Memory, public Evaluator {
 public:
  std::vector<Evaluation> evaluate(std::span<const Job> jobs, std::stop_token stop = {}) override {
    std::vector<Evaluation> results = serial_.evaluate(jobs, stop);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const Digest program = jobs[i].policy.digest();
      const Digest scenario = jobs[i].scenario->digest();
      repeated += known_.contains({program, scenario}) ? 1 : 0;
      events += jobs[i].scenario->events();
      known_[{program, scenario}] = results[i];
      programs_[program] = jobs[i].policy.program();
      asked.push_back(program);
    }
    return results;
  }

  std::vector<Remembered> recall(std::span<const std::vector<ScenarioPtr>> levels) const override {
    std::vector<Remembered> all;
    for (const auto& [program, text] : programs_) {
      Remembered one{program, {}};
      for (const std::vector<ScenarioPtr>& level : levels) {
        Fact fact;
        if (const auto found = evaluations(program, level)) {
          fact = {.known = true, .failed = false, .objectives = {}, .behaviour = behaviour_of(*found)};
          for (const Evaluation& evaluation : *found) {
            fact.failed = fact.failed || evaluation.status != Evaluation::Status::ok;
            fact.objectives.push_back(evaluation.objective());
          }
        }
        one.levels.push_back(fact);
      }
      if (std::any_of(one.levels.begin(), one.levels.end(), [](const Fact& fact) { return fact.known; })) {
        all.push_back(std::move(one));
      }
    }
    return all;
  }
  std::optional<std::vector<Evaluation>> evaluations(const Digest& program,
                                                     std::span<const ScenarioPtr> scenarios) const override {
    std::vector<Evaluation> all;
    for (const ScenarioPtr& scenario : scenarios) {
      const auto found = known_.find({program, scenario->digest()});
      if (found == known_.end()) return std::nullopt;
      all.push_back(found->second);
    }
    return all;
  }
  policy::ProgramPtr program(const Digest& digest) const override {
    const auto found = programs_.find(digest);
    return found == programs_.end() ? nullptr : found->second;
  }
  std::vector<Digest> chosen(const Digest& asked_for) const override {
    return asked_for == context ? choices : std::vector<Digest>{};
  }

  Digest context;
  std::vector<Digest> choices;
  std::vector<Digest> asked;
  std::size_t repeated = 0;
  std::uint64_t events = 0;

 private:
  SerialEvaluator serial_;
  std::map<std::pair<Digest, Digest>, Evaluation> known_;
  std::map<Digest, policy::ProgramPtr> programs_;
};

class MemoryTest : public testing::TestWithParam<std::string> {
 protected:
  MemoryTest() {
    register_designers(designers_);
    designers_.add(std::make_unique<Portfolio>(own_strategies()));
  }
  Task task(double evaluations, std::uint64_t seed) {
    Task task = toy_task(domain_, notes_, evaluations, seed);
    notes_.context = context_of(domain_, task.train);
    return task;
  }
  Outcome design(const Task& task) {
    Outcome outcome = designers_.find(GetParam()).design(task);
    notes_.choices.insert(notes_.choices.begin(), outcome.best->digest());
    return outcome;
  }

  Registry<Designer> designers_{"designer"};
  toy::ToyDomain domain_;
  Notes notes_;
};

TEST_P(MemoryTest, ASecondRunStartsWhereTheFirstEndedAndPaysForNothingTwice) {
  const Outcome first = design(task(60, 1));
  for (const std::uint64_t seed : {std::uint64_t{1}, std::uint64_t{2}}) {
    notes_.repeated = 0;
    notes_.events = 0;
    Task again = task(60, seed);
    again.memory = &notes_;
    std::vector<double> bests;
    again.progress = [&](const Progress& progress) {
      if (progress.best) bests.push_back(*progress.best);
    };
    const Outcome second = design(again);
    ASSERT_FALSE(bests.empty());
    EXPECT_LE(bests.front(), first.train.mean);
    EXPECT_LE(second.validation.mean, first.validation.mean + 1e-12);
    EXPECT_EQ(notes_.repeated, 0u);
    EXPECT_LE(second.spent, 60);
    // What was paid for is what was evaluated, but for the look at the questions.
    const double used = static_cast<double>(notes_.events) / static_cast<double>(again.train[0]->events());
    EXPECT_NEAR(used, second.spent, 1);
    EXPECT_GT(used, 40);
    EXPECT_THAT(second.notes, testing::Contains(testing::HasSubstr("earlier runs tried")));
    EXPECT_THAT(second.history,
                testing::Contains(testing::Field(&Ancestor::origin, testing::HasSubstr("an earlier run"))));
  }
}

TEST_P(MemoryTest, FailuresAreNotTriedAgain) {
  Task first = task(40, 3);
  first.train = {domain_.scenario({.batches = 128, .seed = 11, .max_nodes = 4})};
  notes_.context = context_of(domain_, first.train);
  design(first);
  std::set<Digest> failed;
  for (const Digest& digest : notes_.asked) {
    if (notes_.program(digest)->size() > 4) failed.insert(digest);
  }
  ASSERT_GT(failed.size(), 5u);
  notes_.asked.clear();
  Task second = first;
  second.memory = &notes_;
  const Outcome outcome = design(second);
  EXPECT_EQ(outcome.train.evaluations[0].status, Evaluation::Status::ok);
  for (const Digest& digest : notes_.asked) EXPECT_FALSE(failed.contains(digest));
}

TEST_P(MemoryTest, AnEmptyMemoryChangesNothing) {
  SerialEvaluator evaluator;
  const Notes empty;
  Task plain = toy_task(domain_, evaluator, 40, 4);
  const Outcome without = designers_.find(GetParam()).design(plain);
  plain.memory = &empty;
  const Outcome with = designers_.find(GetParam()).design(plain);
  EXPECT_EQ(with.best->digest(), without.best->digest());
  EXPECT_EQ(with.spent, without.spent);
  EXPECT_EQ(with.candidates, without.candidates);
  EXPECT_THAT(with.notes, testing::Contains(testing::HasSubstr("no earlier run in this context")));
}

INSTANTIATE_TEST_SUITE_P(Every, MemoryTest, testing::Values("evolve", "anneal", "mcts", "random", "portfolio"),
                         [](const auto& test) { return test.param; });

class RecollectionTest : public testing::Test {
 protected:
  policy::ProgramPtr program(const std::string& score) {
    return toy_program(domain_, "policy p for toy { rank dispatch(work, cost) by all { return " + score + "; } }");
  }
  void run(const policy::ProgramPtr& program, std::size_t levels) {
    for (std::size_t level = 0; level < levels; ++level) {
      const Job job{Policy::of(program), levels_[level][0]};
      notes_.evaluate({&job, 1});
    }
  }
  Recollection recollection() {
    const Task task{.domain = domain_, .train = levels_.back(), .validation = {}, .evaluator = notes_, .budget = {}};
    return {notes_, task, levels_};
  }

  toy::ToyDomain domain_;
  Notes notes_;
  std::vector<std::vector<ScenarioPtr>> levels_{{domain_.scenario({.batches = 32, .seed = 11})},
                                                {domain_.scenario({.batches = 128, .seed = 11})}};
};

TEST_F(RecollectionTest, KnowsWhatBehavedAlikeAndWentOn) {
  const policy::ProgramPtr smith = program("cost / work");
  const policy::ProgramPtr same = program("-(work / cost)");  // the same order by another formula
  const policy::ProgramPtr other = program("cost");
  run(smith, 2);
  run(same, 1);
  run(other, 1);
  const Recollection past = recollection();
  const auto behaviour = [&](const policy::ProgramPtr& one) {
    return behaviour_of(*notes_.evaluations(one->digest(), levels_[0]));
  };
  EXPECT_TRUE(past.went_on(behaviour(same), 0, same->digest()));
  EXPECT_FALSE(past.went_on(behaviour(smith), 0, smith->digest())) << "it is no twin of itself";
  EXPECT_FALSE(past.went_on(behaviour(other), 0, other->digest())) << "nobody like it went on";
  EXPECT_FALSE(past.went_on(behaviour(same), 1, same->digest())) << "there is no higher level";
}

TEST_F(RecollectionTest, ShowsTheBestThatBehaveDifferently) {
  const policy::ProgramPtr smith = program("cost / work");
  run(program("cost"), 2);
  run(smith, 2);
  run(program("-(work / cost)"), 2);
  run(program("work"), 1);
  const Recollection past = recollection();
  ASSERT_EQ(past.best().size(), 2u);
  EXPECT_TRUE(past.evaluations(smith->digest(), 1).has_value());
  EXPECT_FALSE(past.evaluations(program("work")->digest(), 1).has_value());
  const auto first = past.best()[0]->digest();
  EXPECT_TRUE(first == smith->digest() || first == program("-(work / cost)")->digest());
  EXPECT_EQ(past.best()[1]->digest(), program("cost")->digest());
}

TEST_F(RecollectionTest, AContextIsDomainSignatureAndScenarios) {
  const Digest one = context_of(domain_, levels_[0]);
  EXPECT_EQ(context_of(domain_, std::vector{levels_[0][0]}), one);
  EXPECT_NE(context_of(domain_, levels_[1]), one);
  const std::vector<ScenarioPtr> both{levels_[0][0], levels_[1][0]};
  const std::vector<ScenarioPtr> turned{levels_[1][0], levels_[0][0]};
  EXPECT_EQ(context_of(domain_, both), context_of(domain_, turned));
}

}  // namespace
}  // namespace syswright::design
