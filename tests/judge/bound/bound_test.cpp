#include "judge/bound/bound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/judge/compare/made_comparison.h"

namespace syswright::judge {
namespace {

/// The toy domain with its first metric turned round: higher is better.
class Upward final : public Domain {
 public:
  const std::string& name() const override { return toy_.name(); }
  const std::string& summary() const override { return toy_.summary(); }
  const std::shared_ptr<const policy::Signature>& signature() const override { return toy_.signature(); }
  std::span<const Metric> metrics() const override { return metrics_; }
  std::span<const Baseline> baselines() const override { return toy_.baselines(); }
  std::span<const Option> options() const override { return toy_.options(); }
  std::span<const std::string> exemplars() const override { return toy_.exemplars(); }
  std::unique_ptr<Workload> open(const ScenarioRequest& request) const override { return toy_.open(request); }
  std::span<const Cheat> cheats() const override { return toy_.cheats(); }

 private:
  toy::ToyDomain toy_;
  std::vector<Metric> metrics_{{"throughput", number_dimension, false, "jobs a dollar"}};
};

class BoundTest : public testing::Test {
 protected:
  std::vector<Policy> policies() const {
    return {Policy::native("fifo"), Policy::native("shortest"), Policy::native("smith")};
  }
  toy::ToyDomain domain;
  SerialEvaluator evaluator;
  std::vector<ScenarioPtr> scenarios{domain.scenario({.batches = 32}), domain.scenario({.batches = 24, .seed = 7})};
};

TEST_F(BoundTest, MeasuresBothGapsWithIntervals) {
  const BoundResult result = bound(domain, policies(), scenarios, evaluator, {.naive = 0});
  ASSERT_EQ(result.scenarios.size(), 2u);
  EXPECT_TRUE(result.sound());
  EXPECT_TRUE(result.complete);
  for (const ScenarioGaps& scenario : result.scenarios) {
    EXPECT_EQ(scenario.best_known, 2u);
    ASSERT_TRUE(scenario.provable.has_value());
    EXPECT_EQ(scenario.provable->name, "Smith");
    const Gap& fifo = scenario.gaps[0];
    const Gap& smith = scenario.gaps[2];
    // Smith's order is the optimum, and the best known: both gaps are the same.
    EXPECT_DOUBLE_EQ(*fifo.to_provable, fifo.to_best_known);
    EXPECT_NEAR(*fifo.to_provable, fifo.objective / scenario.provable->value - 1, 1e-12);
    EXPECT_TRUE(fifo.to_best->contains(fifo.to_best_known));
    EXPECT_GT(fifo.to_best->low, 0);
    EXPECT_TRUE(fifo.to_provable_interval->contains(*fifo.to_provable));
    EXPECT_EQ(*smith.to_provable, 0);
    EXPECT_EQ(smith.to_best_known, 0);
    EXPECT_EQ(*fifo.closed, 0);
    EXPECT_EQ(*smith.closed, 1);
    EXPECT_GT(*scenario.gaps[1].closed, 0);
    EXPECT_LT(*scenario.gaps[1].closed, 1);
  }
}

/// Two policies of mean cost 10 and 12, and the bounds of a scenario with a label.
Comparison with_bounds(std::vector<Bound> bounds) {
  Comparison comparison = made_comparison({{{9, 11}, {10, 14}}});
  comparison.scenarios[0].scenario = toy::ToyDomain().scenario({.batches = 2});
  comparison.scenarios[0].bounds = std::move(bounds);
  return comparison;
}

TEST_F(BoundTest, TheTightestProvableBoundCountsAndReferencesAreLabelled) {
  const Comparison comparison = with_bounds({{"loose", 0, 4, true, ""},
                                             {"clairvoyant", 0, 11, false, ""},
                                             {"tight", 0, 8, true, ""},
                                             {"other metric", 1, 9, true, ""},
                                             {"far", 0, 2, false, ""}});
  const BoundResult result = bound(domain, comparison);
  const ScenarioGaps& gaps = result.scenarios[0];
  EXPECT_EQ(gaps.provable->name, "tight");
  EXPECT_EQ(gaps.best_known, 0u);
  EXPECT_DOUBLE_EQ(*gaps.gaps[0].to_provable, 0.25);
  EXPECT_DOUBLE_EQ(*gaps.gaps[1].to_provable, 0.5);
  EXPECT_DOUBLE_EQ(gaps.gaps[1].to_best_known, 0.2);
  ASSERT_EQ(gaps.looser.size(), 1u);
  EXPECT_EQ(gaps.looser[0].name, "loose");
  ASSERT_EQ(gaps.references.size(), 2u);
  EXPECT_EQ(gaps.references[0].bound.name, "clairvoyant");
  EXPECT_TRUE(gaps.references[0].beaten) << "10 is below 11: it proves nothing";
  EXPECT_FALSE(gaps.references[1].beaten);
  EXPECT_TRUE(result.sound());
}

TEST_F(BoundTest, APolicyBeyondAProvableBoundIsAContradiction) {
  const BoundResult result = bound(domain, with_bounds({{"wrong", 0, 10.5, true, ""}}));
  EXPECT_FALSE(result.sound());
  ASSERT_EQ(result.scenarios[0].contradictions.size(), 1u);
  EXPECT_THAT(result.scenarios[0].contradictions[0], testing::AllOf(testing::HasSubstr("policy 'policy_0' reaches 10"),
                                                                    testing::HasSubstr("bound wrong of 10.5")));
  // On the bound is not beyond it.
  EXPECT_TRUE(bound(domain, with_bounds({{"exact", 0, 10, true, ""}})).sound());
}

TEST_F(BoundTest, WithoutAProvableBoundOnlyTheBestKnownCounts) {
  const ScenarioGaps gaps = bound(domain, with_bounds({{"reference", 0, 5, false, ""}}), {.naive = 1}).scenarios[0];
  EXPECT_FALSE(gaps.provable.has_value());
  EXPECT_FALSE(gaps.gaps[1].to_provable.has_value());
  EXPECT_FALSE(gaps.gaps[1].closed.has_value());
  EXPECT_DOUBLE_EQ(gaps.gaps[1].to_best_known, 0.2);
}

TEST_F(BoundTest, AFailedRunHasNoGapAndIsNeverTheBest) {
  Comparison comparison = with_bounds({{"tight", 0, 8, true, ""}});
  Evaluation& failed = comparison.scenarios[0].standings[1].evaluation;
  failed.status = Evaluation::Status::failed;
  failed.metrics[0] = 1;  // beyond the bound, but it counts for nothing
  const BoundResult result = bound(domain, comparison);
  EXPECT_TRUE(result.scenarios[0].gaps[1].failed);
  EXPECT_FALSE(result.scenarios[0].gaps[1].to_provable.has_value());
  EXPECT_TRUE(result.sound());
}

TEST_F(BoundTest, GapsAreDownwardWhereHigherIsBetter) {
  const Upward upward;
  Comparison comparison = with_bounds({{"ceiling", 0, 16, true, ""}, {"loose", 0, 20, true, ""}});
  comparison.scenarios[0].best = 1;
  const BoundResult result = bound(upward, comparison, {.naive = 0});
  const ScenarioGaps& gaps = result.scenarios[0];
  EXPECT_EQ(gaps.provable->name, "ceiling");
  EXPECT_DOUBLE_EQ(*gaps.gaps[1].to_provable, 0.25) << "12 is a quarter below 16";
  EXPECT_DOUBLE_EQ(gaps.gaps[0].to_best_known, 1.0 / 6) << "10 is a sixth below 12";
  EXPECT_DOUBLE_EQ(*gaps.gaps[1].closed, 2.0 / 6);
  EXPECT_TRUE(result.sound());
  EXPECT_FALSE(bound(upward, with_bounds({{"wrong", 0, 11, true, ""}})).sound());
}

}  // namespace
}  // namespace syswright::judge
