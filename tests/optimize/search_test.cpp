#include "optimize/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <functional>
#include <set>
#include <thread>

#include "base/error.h"
#include "optimize/dataset.h"
#include "optimize/verdict.h"

namespace syswright::optimize {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Numbers that stand behind "name=" in a text.
double value_in(const std::string& text, const std::string& name) {
  return std::stod(text.substr(text.find(name + "=") + name.size() + 1));
}

using Function = std::function<std::optional<double>(const std::string& text, const std::string& instance)>;

/// A measure that computes, and counts what it was asked.
struct Bench {
  Function function;
  std::uint64_t asked = 0;
  std::set<std::pair<std::string, std::string>> seen;
  bool repeated = false;

  Measure measure() {
    return [this](std::span<const Trial> trials, const std::stop_token& stop) {
      std::vector<Measurement> measured(trials.size());
      for (std::size_t i = 0; i < trials.size(); ++i) {
        if (stop.stop_requested()) {
          measured[i].cancelled = true;
          continue;
        }
        ++asked;
        repeated = !seen.emplace(*trials[i].text, trials[i].instance->argument).second || repeated;
        measured[i].score = function(*trials[i].text, trials[i].instance->argument);
        if (!measured[i].score) measured[i].reason = "no";
      }
      return measured;
    };
  }
};

Outcome optimise(const Artifact& artifact, Bench& bench, std::uint64_t evaluations, std::uint64_t seed = 1,
                 Direction direction = Direction::minimise) {
  return search({.artifact = artifact,
                 .train = {Instance{}},
                 .validation = {},
                 .measure = bench.measure(),
                 .direction = direction,
                 .evaluations = evaluations,
                 .seconds = {},
                 .seed = seed,
                 .progress = {},
                 .stop = {}});
}

const char* const two_numbers = "x=0.9 # @tune(-2, 2)\ny=-0.9 # @tune(-2, 2)\n";

std::optional<double> rosenbrock(const std::string& text, const std::string&) {
  const double x = value_in(text, "x");
  const double y = value_in(text, "y");
  return 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x);
}

// 400 evaluations of the curved valley, whose optimum is 0 at (1, 1).
TEST(Search, WalksDownACurvedValley) {
  const Artifact artifact(two_numbers, "x");
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Bench bench{.function = rosenbrock};
    const Outcome outcome = optimise(artifact, bench, 600, seed);
    EXPECT_LT(outcome.best.train.loss, 1e-4) << seed;
    EXPECT_LE(outcome.spent, 600u);
    EXPECT_EQ(outcome.spent, bench.asked);
    EXPECT_FALSE(bench.repeated);
    EXPECT_EQ(artifact.render(outcome.best.setting), outcome.best.text);
  }
}

TEST(Search, HigherIsBetterUnlessSaidOtherwise) {
  const Artifact artifact("x=0.2 # @tune(0, 1)", "x");
  Bench bench{.function = [](const std::string& text, const std::string&) {
    return std::optional(7 - std::abs(value_in(text, "x") - 0.625));
  }};
  const Outcome outcome = optimise(artifact, bench, 150, 1, Direction::maximise);
  EXPECT_NEAR(value_in(outcome.best.text, "x"), 0.625, 1e-3);
  EXPECT_DOUBLE_EQ(outcome.history.back().best, 0 - outcome.best.train.loss);
  for (std::size_t i = 1; i < outcome.history.size(); ++i) {
    EXPECT_GT(outcome.history[i].best, outcome.history[i - 1].best);
  }
}

// Numbers over four decades, whole numbers, and two choices that matter together: 4 x 3 x 60 x continuous.
TEST(Search, FindsNumbersAndChoicesTogether) {
  const Artifact artifact(
      "rate=0.5 # @tune(0.0001, 1, log)\ncount=50 # @tune(1, 60, int)\nkind=a # @choose(a, b, c, d)\n"
      "mode=r # @choose(r, s, t)\n",
      "x");
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Bench bench{.function = [](const std::string& text, const std::string&) {
      double loss = std::abs(std::log10(value_in(text, "rate")) + 2.5) + std::abs(value_in(text, "count") - 13) / 10;
      loss += text.find("kind=c") != std::string::npos ? 0 : 1;
      loss += text.find("mode=t") != std::string::npos ? 0 : 1;
      return std::optional(loss);
    }};
    const Outcome outcome = optimise(artifact, bench, 500, seed);
    if (outcome.best.train.loss < 0.05) ++found;
    EXPECT_LT(outcome.best.train.loss, 1) << seed;  // the choices at least
  }
  EXPECT_GE(found, 7);
}

// A ripple with 10 x 10 local optima; restarts get out of them.
TEST(Search, RestartsGetOutOfLocalOptima) {
  const Artifact artifact("x=4.2 # @tune(-5, 5)\ny=-3.7 # @tune(-5, 5)\n", "x");
  Bench bench{.function = [](const std::string& text, const std::string&) {
    double loss = 20;
    for (const char* name : {"x", "y"}) {
      const double v = value_in(text, name) - 0.3;
      loss += v * v - 10 * std::cos(2 * M_PI * v);
    }
    return std::optional(loss);
  }};
  const Outcome outcome = optimise(artifact, bench, 4000);
  EXPECT_LT(outcome.best.train.loss, 0.01);
  EXPECT_GT(outcome.restarts, 0u);
}

TEST(Search, TriesAllOfASmallSpace) {
  const Artifact artifact("n=3 # @tune(1, 7, int)\nkind=a # @choose(a, b)\n", "x");
  Bench bench{.function = [](const std::string& text, const std::string&) {
    return std::optional(text.find("kind=b") != std::string::npos && value_in(text, "n") == 6 ? 0.0 : 1.0);
  }};
  const Outcome outcome = optimise(artifact, bench, 20);
  EXPECT_EQ(outcome.best.train.loss, 0);
  EXPECT_EQ(outcome.ending, Ending::all_tried);
  EXPECT_EQ(outcome.spent, 14u);
}

TEST(Search, FailuresAreWorseThanEveryScoreAndAreCounted) {
  const Artifact artifact("x=0.9 # @tune(0, 1)", "x");
  Bench bench{.function = [](const std::string& text, const std::string&) -> std::optional<double> {
    const double x = value_in(text, "x");
    if (x < 0.5) return std::nullopt;  // where the value would be best
    return x;
  }};
  const Outcome outcome = optimise(artifact, bench, 200);
  EXPECT_EQ(outcome.best.train.failures, 0u);
  EXPECT_NEAR(value_in(outcome.best.text, "x"), 0.5, 0.01);
  EXPECT_GT(outcome.failures.at("no"), 0u);
}

TEST(Search, KeepsTheOriginalWhereNothingIsBetter) {
  const Artifact artifact(two_numbers, "x");
  Bench bench{.function = [&](const std::string& text, const std::string&) {
    return std::optional(text == two_numbers ? 0.0 : 1.0);
  }};
  const Outcome outcome = optimise(artifact, bench, 100);
  EXPECT_EQ(outcome.best.text, two_numbers);
}

TEST(Search, RefusesAnOriginalThatFailsAndABudgetThatIsTooSmall) {
  const Artifact artifact(two_numbers, "x");
  Bench failing{.function = [](const std::string&, const std::string&) { return std::optional<double>(); }};
  EXPECT_THROW(optimise(artifact, failing, 100), InputError);
  Bench bench{.function = rosenbrock};
  EXPECT_THROW(optimise(artifact, bench, 1), InputError);
  optimise(artifact, bench, 2);
}

// ---- several instances

/// Instance k wants x at k / 10; the mean of their squares is least at the mean of the wishes.
std::optional<double> wish(const std::string& text, const std::string& instance) {
  const double difference = value_in(text, "x") - std::stod(instance) / 10;
  return difference * difference;
}

std::vector<Instance> wishes(int from, int to) {
  std::vector<Instance> instances;
  for (int k = from; k < to; ++k) instances.push_back({.name = std::to_string(k), .argument = std::to_string(k)});
  return instances;
}

Task several(const Artifact& artifact, Bench& bench, std::uint64_t evaluations) {
  return {.artifact = artifact,
          .train = wishes(0, 10),
          .validation = {},
          .measure = bench.measure(),
          .direction = Direction::minimise,
          .evaluations = evaluations,
          .seconds = {},
          .seed = 1,
          .progress = {},
          .stop = {}};
}

TEST(Search, TakesTheBestMeanOfManyInstances) {
  const Artifact artifact("x=0.99 # @tune(0, 1)", "x");
  Bench bench{.function = wish};
  const Outcome outcome = search(several(artifact, bench, 1500));
  EXPECT_NEAR(value_in(outcome.best.text, "x"), 0.45, 0.03);
  EXPECT_EQ(outcome.best.measurements.size(), 10u);
  // Most were dropped after three instances.
  EXPECT_LT(outcome.accepted * 2, outcome.candidates);
  EXPECT_FALSE(bench.repeated);
}

TEST(Search, TheFrontNamesWhoLeadsWhere) {
  const Artifact artifact("x=0.5 # @tune(0, 1)", "x");
  Bench bench{.function = wish};
  Task task = several(artifact, bench, 800);
  task.train = wishes(0, 3);  // fewer than 6: every text is measured on all
  const Outcome outcome = search(task);
  std::set<std::string> led;
  for (const FrontMember& member : outcome.front) led.insert(member.leads.begin(), member.leads.end());
  EXPECT_THAT(led, ElementsAre("0", "1", "2"));
  EXPECT_GE(outcome.front.size(), 2u);  // nobody is best at 0 and at 0.2
}

TEST(Search, ValidationIsPaidFromTheBudgetAndDecides) {
  const Artifact artifact("x=0.1 # @tune(0, 1)", "x");
  Bench bench{.function = wish};
  Task task = several(artifact, bench, 400);
  task.train = wishes(0, 4);
  task.validation = wishes(1, 3);
  for (Instance& instance : task.validation) instance.name += " again";
  const Outcome outcome = search(task);
  EXPECT_LE(outcome.spent, 400u);
  ASSERT_TRUE(outcome.best.validation && outcome.original.validation);
  EXPECT_LE(*outcome.best.validation, *outcome.original.validation);
}

TEST(Search, ATraineeThatIsWorseOnValidationIsNotTaken) {
  const Artifact artifact("x=0.5 # @tune(0, 1)", "x");
  Bench bench{.function = [](const std::string& text, const std::string& instance) {
    const double x = value_in(text, "x");
    return std::optional(instance == "9" ? std::abs(x - 0.5) : x);
  }};
  Task task = several(artifact, bench, 200);
  task.train = wishes(0, 3);
  task.validation = wishes(9, 10);
  EXPECT_EQ(search(task).best.text, artifact.text());
}

// ---- threads

/// What an evaluator says does not depend on when it is asked; in which order it is asked is for the threads.
TEST(Search, IsTheSameOnAnyNumberOfThreads) {
  const Artifact artifact("x=0.9 # @tune(0, 1)\nk=a # @choose(a, b, c)\n", "x");
  std::vector<std::string> texts;
  std::vector<std::size_t> gains;
  for (const unsigned threads : {1u, 2u, 7u}) {
    const Measure measure = [&](std::span<const Trial> trials, const std::stop_token&) {
      std::vector<Measurement> measured(trials.size());
      std::atomic<std::size_t> next{0};
      std::vector<std::jthread> workers;
      for (unsigned t = 0; t < threads; ++t) {
        workers.emplace_back([&] {
          for (std::size_t i = next++; i < trials.size(); i = next++) {
            measured[i].score = *wish(*trials[i].text, trials[i].instance->argument) +
                                (trials[i].text->find("k=b") != std::string::npos ? 0 : 0.2);
          }
        });
      }
      workers.clear();
      return measured;
    };
    Bench unused;
    Task task = several(artifact, unused, 500);
    task.measure = measure;
    task.threads = threads;
    const Outcome outcome = search(task);
    texts.push_back(outcome.best.text);
    gains.push_back(outcome.history.size());
  }
  EXPECT_EQ(texts[0], texts[1]);
  EXPECT_EQ(texts[0], texts[2]);
  EXPECT_EQ(gains[0], gains[2]);
}

TEST(Search, AStopGivesTheBestSoFar) {
  const Artifact artifact(two_numbers, "x");
  std::stop_source source;
  Bench bench;
  bench.function = [&](const std::string& text, const std::string& instance) {
    if (bench.asked == 50) source.request_stop();
    return rosenbrock(text, instance);
  };
  Task task = several(artifact, bench, 100000);
  task.train = {Instance{}};
  task.stop = source.get_token();
  const Outcome outcome = search(task);
  EXPECT_EQ(outcome.ending, Ending::stopped);
  EXPECT_LE(outcome.spent, 51u);
  EXPECT_LE(outcome.best.train, outcome.original.train);
}

// ---- what was found against the original

Measurement scored(double score) {
  Measurement measurement;
  measurement.score = score;
  return measurement;
}

TEST(Compare, PairsTakeOutWhatInstancesHaveInCommon) {
  std::vector<Measurement> original;
  std::vector<Measurement> best;
  for (int i = 0; i < 20; ++i) {
    original.push_back(scored(100 * i));
    best.push_back(scored(100 * i + 1 + 0.1 * (i % 3)));
  }
  const Verdict verdict = compare(wishes(0, 20), original, best, Direction::maximise);
  ASSERT_TRUE(verdict.difference);
  // 20 differences 1, 1.1, 1.2, 1, …: 7 of 1, 7 of 1.1, 6 of 1.2.
  EXPECT_NEAR(verdict.difference->estimate, (7 * 1 + 7 * 1.1 + 6 * 1.2) / 20, 1e-9);
  EXPECT_TRUE(verdict.better);
  EXPECT_FALSE(compare(wishes(0, 20), original, best, Direction::minimise).better);
  EXPECT_FALSE(compare(wishes(0, 20), original, original, Direction::maximise).better);
}

TEST(Compare, NoIntervalIsGivenOverFailures) {
  const Measurement failed;
  const Verdict verdict =
      compare(wishes(0, 3), {scored(1), failed, scored(1)}, {scored(0), scored(0), scored(0)}, Direction::maximise);
  EXPECT_FALSE(verdict.difference);
  EXPECT_TRUE(verdict.better);
  EXPECT_EQ(verdict.original_score.failures, 1u);
}

TEST(HoldOut, MeasuresOneTextOnce) {
  Bench bench{.function = wish};
  const std::optional<Verdict> verdict =
      hold_out("x=0.1", "x=0.1", wishes(0, 5), bench.measure(), Direction::minimise, {});
  EXPECT_EQ(bench.asked, 5u);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->difference->estimate, 0);
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(hold_out("x=0.1", "x=0.2", wishes(0, 5), bench.measure(), Direction::minimise, source.get_token()));
}

TEST(TakeOut, SharesOutEveryInstanceOnce) {
  std::vector<Instance> kept = wishes(0, 20);
  const std::vector<Instance> taken = take_out(kept, 6, 3, "test");
  EXPECT_EQ(taken.size(), 6u);
  EXPECT_EQ(kept.size(), 14u);
  std::set<std::string> names;
  for (const Instance& instance : kept) names.insert(instance.name);
  for (const Instance& instance : taken) names.insert(instance.name);
  EXPECT_EQ(names.size(), 20u);
}

}  // namespace
}  // namespace syswright::optimize
