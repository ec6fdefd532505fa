#include "judge/compare/compare.h"

#include "tests/support/toy_domain.h"

namespace syswright::judge {
namespace {

class CompareTest : public ::testing::Test {
 protected:
  CompareTest() : scenarios{domain.scenario({.batches = 32}), domain.scenario({.batches = 24, .seed = 7})} {
    for (const Baseline& baseline : domain.baselines()) policies.push_back(Policy::native(baseline.name));
  }
  std::size_t index_of(const std::string& name) const {
    for (std::size_t i = 0; i < policies.size(); ++i) {
      if (policies[i].name() == name) return i;
    }
    throw Error("no policy " + name);
  }

  toy::ToyDomain domain;
  std::vector<ScenarioPtr> scenarios;
  std::vector<Policy> policies;
  SerialEvaluator evaluator;
};

TEST_F(CompareTest, KeepsTheOrderOfPoliciesAndScenarios) {
  const Comparison comparison = compare(domain, policies, scenarios, evaluator);
  ASSERT_EQ(comparison.scenarios.size(), 2u);
  EXPECT_TRUE(comparison.complete);
  for (std::size_t s = 0; s < 2; ++s) {
    EXPECT_EQ(comparison.scenarios[s].scenario, scenarios[s]);
    for (std::size_t i = 0; i < policies.size(); ++i) {
      EXPECT_EQ(comparison.scenarios[s].standings[i].policy.name(), policies[i].name());
      EXPECT_EQ(comparison.scenarios[s].standings[i].evaluation, scenarios[s]->evaluate(policies[i]));
    }
  }
}

TEST_F(CompareTest, TheOptimalOrderIsBestAndMeetsTheBound) {
  const Comparison comparison = compare(domain, policies, scenarios, evaluator);
  for (const ScenarioComparison& scenario : comparison.scenarios) {
    EXPECT_EQ(policies[scenario.best].name(), "smith");
    EXPECT_EQ(scenario.reference, scenario.best);
    ASSERT_TRUE(scenario.bound.has_value());
    EXPECT_EQ(scenario.standings[scenario.best].gap, 0.0);
    EXPECT_GT(scenario.standings[index_of("fifo")].gap, 0.0);
  }
}

TEST_F(CompareTest, IntervalsHoldTheirEstimates) {
  const Comparison comparison = compare(domain, policies, scenarios, evaluator, {.reference = index_of("fifo")});
  for (const ScenarioComparison& scenario : comparison.scenarios) {
    for (const Standing& standing : scenario.standings) {
      EXPECT_EQ(standing.objective.estimate, standing.evaluation.objective());
      EXPECT_LT(standing.objective.low, standing.objective.estimate);
      EXPECT_GT(standing.objective.high, standing.objective.estimate);
      ASSERT_TRUE(standing.difference.has_value());
      EXPECT_TRUE(standing.difference->contains(standing.difference->estimate));
    }
    EXPECT_EQ(*scenario.standings[index_of("fifo")].difference, (Interval{0, 0, 0}));
    // Both orders meet the same jobs, so the pairing must see a difference that the single intervals cannot.
    EXPECT_LT(scenario.standings[index_of("smith")].difference->high, 0);
  }
}

TEST_F(CompareTest, ADeterministicFunctionOfTheSeed) {
  const Comparison once = compare(domain, policies, scenarios, evaluator, {.seed = 3});
  const Comparison again = compare(domain, policies, scenarios, evaluator, {.seed = 3});
  const Comparison other = compare(domain, policies, scenarios, evaluator, {.seed = 4});
  EXPECT_EQ(once.scenarios[0].standings[0].objective, again.scenarios[0].standings[0].objective);
  EXPECT_NE(once.scenarios[0].standings[0].objective, other.scenarios[0].standings[0].objective);
}

TEST_F(CompareTest, AgainstBestSaysPlainlyWhoWins) {
  const std::size_t smith = index_of("smith");
  const std::size_t fifo = index_of("fifo");
  const std::vector<std::size_t> all_but_smith{index_of("fifo"), index_of("shortest"), index_of("dearest")};
  const Comparison comparison = compare(domain, policies, scenarios, evaluator);
  const ScenarioComparison& scenario = comparison.scenarios[0];
  EXPECT_EQ(against_best(domain, scenario, smith, all_but_smith).verdict, Verdict::better);
  const AgainstBest loses = against_best(domain, scenario, fifo, std::vector{smith});
  EXPECT_EQ(loses.verdict, Verdict::worse);
  EXPECT_EQ(loses.rival, smith);
  EXPECT_GT(loses.difference->low, 0);
  EXPECT_EQ(against_best(domain, scenario, smith, std::vector{smith}).verdict, Verdict::level);
}

TEST_F(CompareTest, AStopLeavesTheComparisonIncomplete) {
  std::stop_source source;
  source.request_stop();
  const Comparison comparison = compare(domain, policies, scenarios, evaluator, {}, source.get_token());
  EXPECT_FALSE(comparison.complete);
  EXPECT_FALSE(comparison.scenarios[0].standings[0].gap.has_value());
  EXPECT_FALSE(comparison.scenarios[0].standings[0].difference.has_value());
}

/// Evaluations as given, whatever the job.
class FixedEvaluator : public Evaluator {
 public:
  explicit FixedEvaluator(std::vector<Evaluation> results) : results_(std::move(results)) {}
  std::vector<Evaluation> evaluate(std::span<const Job>, std::stop_token) override { return results_; }

 private:
  std::vector<Evaluation> results_;
};

TEST_F(CompareTest, ARunThatFailedIsNeverBestAndHasNoGap) {
  // The failed run reports a lower objective than the other; it must lose all the same.
  FixedEvaluator fixed({{.status = Evaluation::Status::failed, .failure = "no answer", .metrics = {1.0, 0}},
                        {.metrics = {5.0, 0}, .blocks = {{4, 1}, {6, 1}}}});
  const std::vector<Policy> two{policies[0], policies[1]};
  const Comparison comparison = compare(domain, two, std::vector{scenarios[0]}, fixed);
  const ScenarioComparison& scenario = comparison.scenarios[0];
  EXPECT_EQ(scenario.best, 1u);
  EXPECT_FALSE(scenario.standings[0].gap.has_value());
  EXPECT_FALSE(scenario.standings[0].difference.has_value());
  EXPECT_EQ(against_best(domain, scenario, 1, std::vector<std::size_t>{0}).verdict, Verdict::better);
  EXPECT_EQ(against_best(domain, scenario, 0, std::vector<std::size_t>{1}).verdict, Verdict::worse);
}

TEST_F(CompareTest, BlocksThatDoNotMatchAreNotPaired) {
  FixedEvaluator fixed(
      {{.metrics = {5.0, 0}, .blocks = {{4, 1}, {6, 1}}}, {.metrics = {5.0, 0}, .blocks = {{8, 2}, {12, 2}}}});
  const std::vector<Policy> two{policies[0], policies[1]};
  const Comparison comparison = compare(domain, two, std::vector{scenarios[0]}, fixed, {.reference = 0});
  EXPECT_FALSE(comparison.scenarios[0].standings[1].difference.has_value());
  EXPECT_EQ(against_best(domain, comparison.scenarios[0], 0, std::vector<std::size_t>{1}).verdict, Verdict::level);
}

}  // namespace
}  // namespace syswright::judge
