#include "judge/drift/drift_features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "base/random.h"
#include "policy/compile.h"
#include "tests/support/toy_domain.h"

namespace syswright::judge {
namespace {

TEST(DistributionDistance, IsTheWidestGapOfTheDistributionFunctions) {
  // After 1 and 2 all of the first half is passed on one side, nothing on the other.
  EXPECT_DOUBLE_EQ(distribution_distance(std::vector<double>{1, 2}, std::vector<double>{3, 4}), 1);
  EXPECT_DOUBLE_EQ(distribution_distance(std::vector<double>{1, 3}, std::vector<double>{2, 4}), 0.5);
  // Ties are passed together: equal samples are at no distance, in any order.
  EXPECT_DOUBLE_EQ(distribution_distance(std::vector<double>{1, 1, 2}, std::vector<double>{2, 1, 1}), 0);
  EXPECT_DOUBLE_EQ(distribution_distance(std::vector<double>{0, 0, 0, 1}, std::vector<double>{0, 1, 1, 1}), 0.5);
  EXPECT_EQ(distribution_distance({}, std::vector<double>{1}), 0);
}

TEST(StabilityIndex, IsSmallForLikeSamplesAndLargeForOthers) {
  std::vector<double> base;
  std::vector<double> like;
  std::vector<double> shifted;
  Random random(1, "stability");
  for (int i = 0; i < 5000; ++i) {
    base.push_back(random.normal());
    like.push_back(random.normal());
    shifted.push_back(random.normal() + 1);
  }
  EXPECT_LT(stability_index(base, like), 0.02);
  // Of normals one deviation apart the index is that of their divergences, (1^2 + 1^2) / 2 = 1, less what bins hide.
  EXPECT_GT(stability_index(base, shifted), 0.7);
  EXPECT_LT(stability_index(base, shifted), 1.1);
}

TEST(StabilityIndex, SeesAConstantThatChanges) {
  const std::vector<double> ones(500, 1.0);
  const std::vector<double> twos(500, 2.0);
  EXPECT_NEAR(stability_index(ones, ones), 0, 1e-12);
  EXPECT_GT(stability_index(ones, twos), 5);
}

/// A series whose values go together for a while, as those of one burst do.
std::vector<double> swinging(Random random, std::size_t length, double memory, double shift) {
  std::vector<double> values(length);
  double state = random.normal();
  for (double& value : values) {
    state = memory * state + std::sqrt(1 - memory * memory) * random.normal();
    value = state + shift;
  }
  return values;
}

TEST(ShiftTest, DoesNotMistakeSwingsForDrift) {
  int wrong = 0;
  const int trials = 200;
  for (int trial = 0; trial < trials; ++trial) {
    const Random random(2, "swings", static_cast<std::uint64_t>(trial));
    const auto older = swinging(random.at(2 * static_cast<std::uint64_t>(trial)), 1000, 0.9, 0);
    const auto newer = swinging(random.at(2 * static_cast<std::uint64_t>(trial) + 1), 1000, 0.9, 0);
    wrong += test_shift(older, newer, {.permutations = 199}).p_value <= 0.05 ? 1 : 0;
  }
  // 10 expected, standard deviation 3.1; taken as independent, values that remember about 20 others would make half of
  // the trials look like drift.
  EXPECT_LE(wrong, 22);
}

TEST(ShiftTest, SeesPlantedDrift) {
  int seen = 0;
  for (std::uint64_t trial = 0; trial < 50; ++trial) {
    const Random random(3, "drift", trial);
    const auto older = swinging(random.at(2 * trial), 1000, 0.9, 0);
    const auto newer = swinging(random.at(2 * trial + 1), 1000, 0.9, 1);
    seen += test_shift(older, newer, {.permutations = 199}).p_value <= 0.05 ? 1 : 0;
  }
  EXPECT_GE(seen, 48);
}

TEST(ShiftTest, TooFewValuesTellNothing) {
  EXPECT_EQ(test_shift(std::vector<double>{1, 2, 3}, std::vector<double>{7, 8, 9}).p_value, 1);
  EXPECT_EQ(test_shift(std::vector<double>{1, 2, 3}, std::vector<double>{7, 8, 9}).distance, 1);
  // Eight values a side make four blocks: the least p-value is that of one in 35 splits (and its mirror).
  const ShiftTest few = test_shift(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8},
                                   std::vector<double>{11, 12, 13, 14, 15, 16, 17, 18}, {.permutations = 999});
  EXPECT_NEAR(few.p_value, 2.0 / 70, 0.015);
}

class SampleFeaturesTest : public testing::Test {
 protected:
  policy::ProgramPtr program(const std::string& text) const {
    const std::vector<std::shared_ptr<const policy::Signature>> signatures{domain.signature()};
    return policy::compile(text, "test.pol", signatures);
  }
  toy::ToyDomain domain;
};

TEST_F(SampleFeaturesTest, LooksAtEveryFeatureOfWhatIsAsked) {
  const auto scenario = domain.scenario({.batches = 40, .seed = 3});
  const auto reads_work = program(
      "policy p for toy { stat pace = ewma(finished_work, 0.9);"
      " rank dispatch(work) { return work / (pace + 1s); } }");
  const std::vector<FeatureSeries> series = sample_features(*scenario, reads_work, {.questions = 100});
  std::map<std::string, const FeatureSeries*> by_name;
  for (const FeatureSeries& one : series) by_name[one.name] = &one;
  // Eight features, one of them of three elements, and the statistic; the decision left open is not asked.
  EXPECT_EQ(series.size(), 11u);
  ASSERT_TRUE(by_name.contains("dispatch.history[2]"));
  ASSERT_TRUE(by_name.contains("dispatch.pace"));
  EXPECT_TRUE(by_name.at("dispatch.work")->read);
  EXPECT_TRUE(by_name.at("dispatch.pace")->read);
  EXPECT_FALSE(by_name.at("dispatch.cost")->read);
  EXPECT_TRUE(by_name.at("dispatch.served")->endless);
  EXPECT_FALSE(by_name.at("dispatch.waiting")->endless);
  for (const FeatureSeries& one : series) {
    // 400 questions: a quarter of them or an eighth, by chance.
    EXPECT_GE(one.values.size(), 30u) << one.name;
    EXPECT_LE(one.values.size(), 100u) << one.name;
  }
  // In the order of the questions, from near the first to near the last.
  const std::vector<double>& served = by_name.at("dispatch.served")->values;
  EXPECT_TRUE(std::is_sorted(served.begin(), served.end()));
  EXPECT_LT(served.front(), 40);
  EXPECT_GE(served.back(), 360);
  // Not in step with the ten jobs of a batch.
  const std::vector<double>& waiting = by_name.at("dispatch.waiting")->values;
  EXPECT_GE(std::set<double>(waiting.begin(), waiting.end()).size(), 8u);
  for (const double work : by_name.at("dispatch.work")->values) {
    EXPECT_GE(work, 0.5);
    EXPECT_LE(work, 50);
  }
}

TEST_F(SampleFeaturesTest, LooksAtBothDecisionsOfAProgramThatAnswersBoth) {
  const auto scenario = domain.scenario({.batches = 20, .seed = 3});
  const auto both = program(
      "policy p for toy { rank dispatch(work) { return work; }"
      " value gear(work) { if (work > 10s) { return turbo; } return normal; } }");
  const std::vector<FeatureSeries> series = sample_features(*scenario, both);
  std::size_t gear = 0;
  for (const FeatureSeries& one : series) {
    if (one.decision == 1) ++gear;
    // Fewer questions than may be looked at: all of them, one of each kind a job.
    EXPECT_EQ(one.values.size(), 200u) << one.name;
  }
  EXPECT_EQ(gear, 2u);
}

TEST_F(SampleFeaturesTest, LargeScenariosAreSeenAsMiniatures) {
  const auto scenario = domain.scenario({.batches = 400, .seed = 3});
  const auto by_work = program("policy p for toy { rank dispatch(work) { return work; } }");
  for (const FeatureSeries& one : sample_features(*scenario, by_work, {.questions = 100'000, .max_events = 1000})) {
    EXPECT_EQ(one.values.size(), 1000u);
  }
}

}  // namespace
}  // namespace syswright::judge
