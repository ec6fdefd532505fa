#include "judge/explain/slice.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "domains/cache/cache_domain.h"
#include "domains/cache/scenario.h"
#include "tests/judge/explain/explain_ground.h"

namespace syswright::judge {
namespace {

double spread(const std::vector<double>& values, std::size_t begin, std::size_t end) {
  double mean = 0;
  for (std::size_t i = begin; i < end; ++i) mean += values[i] / static_cast<double>(end - begin);
  double sum = 0;
  for (std::size_t i = begin; i < end; ++i) sum += (values[i] - mean) * (values[i] - mean);
  return sum;
}

/// Least spread in exactly so many parts, by trying every cut.
double least_spread(const std::vector<double>& values, std::size_t begin, std::size_t parts, std::size_t shortest) {
  if (parts == 1) {
    return values.size() - begin >= shortest ? spread(values, begin, values.size())
                                             : std::numeric_limits<double>::infinity();
  }
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t end = begin + shortest; end < values.size(); ++end) {
    least = std::min(least, spread(values, begin, end) + least_spread(values, end, parts - 1, shortest));
  }
  return least;
}

double spread_of_cut(const std::vector<double>& values, const std::vector<std::size_t>& begins) {
  double sum = 0;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    sum += spread(values, begins[i], i + 1 < begins.size() ? begins[i + 1] : values.size());
  }
  return sum;
}

TEST(CutInOrder, IsTheBestOfAllCuts) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed, "cuts");
    std::vector<double> values(4 + random.below(10));
    for (double& value : values) value = random.normal() + (random.chance(0.3) ? 5 : 0);
    const std::size_t shortest = 1 + random.below(3);
    const auto begins = cut_in_order(values, 3, shortest);
    ASSERT_EQ(begins.front(), 0u);
    for (std::size_t i = 0; i < begins.size(); ++i) {
      const std::size_t end = i + 1 < begins.size() ? begins[i + 1] : values.size();
      EXPECT_GE(end - begins[i], shortest) << "seed " << seed;
    }
    EXPECT_NEAR(spread_of_cut(values, begins), least_spread(values, 0, begins.size(), shortest), 1e-9)
        << "seed " << seed;
  }
}

TEST(CutInOrder, FindsStepsAndNoMore) {
  EXPECT_EQ(cut_in_order(std::vector<double>{1, 1, 1, 5, 5, 5, 5, 2, 2}, 5, 1), (std::vector<std::size_t>{0, 3, 7}));
  EXPECT_EQ(cut_in_order(std::vector<double>(20, 3.0), 5, 1), (std::vector<std::size_t>{0}));
  EXPECT_EQ(cut_in_order(std::vector<double>{1, 1, 9}, 2, 2), (std::vector<std::size_t>{0}));  // too short to cut
  EXPECT_EQ(cut_in_order(std::vector<double>{1, 1, 9, 9}, 2, 2), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(cut_in_order(std::vector<double>{}, 4, 1), (std::vector<std::size_t>{0}));
}

/// First half: a window of 60 objects that slides on, so that what was popular is no more: recency wins. Second half:
/// 40 popular objects between scans of objects never seen again: frequency wins.
std::shared_ptr<const cache::Requests> two_phases() {
  constexpr std::uint64_t half = 30'000;
  Random random(1, "two phases");
  trace::CacheTrace trace;
  trace.name = "two phases";
  for (std::uint64_t i = 0; i < half; ++i) trace.keys.push_back(1'000'000 + i / 20 + random.below(60));
  for (std::uint64_t i = 0; i < half; ++i) {
    trace.keys.push_back(i % 100 < 50 ? 5'000'000 + i : 9'000'000 + random.below(40));
  }
  return cache::prepare(std::move(trace));
}

class SliceTest : public ::testing::Test {
 protected:
  static ScenarioPtr scenario() {
    cache::ScenarioSetup setup;
    setup.requests = two_phases();
    setup.window = {0, 0, setup.requests->size()};
    setup.capacity = {50, false};
    setup.label = "two phases, 50 objects";
    return std::make_shared<cache::CacheScenario>(std::move(setup));
  }
  Ground ground() { return {.domain = domain, .scenarios = {scenario()}, .evaluator = evaluator}; }

  cache::CacheDomain domain;
  SerialEvaluator evaluator;
  policy::ProgramPtr lru =
      compiled(domain, "policy lru for cache { rank evict(recency) by sample { return recency; } }");
  policy::ProgramPtr frequency =
      compiled(domain, "policy frequency for cache { rank evict(frequency) by sample { return -frequency; } }");
};

TEST_F(SliceTest, SaysInWhichPhaseEachPolicyWins) {
  Experiments experiments(ground());
  const std::vector<Slices> result = slice(experiments, lru, Policy::of(frequency), {.phases = 2});
  ASSERT_EQ(result.size(), 1u);
  const std::vector<Phase>& phases = result[0].phases;
  ASSERT_EQ(phases.size(), 2u);
  EXPECT_NEAR(phases[0].end, 0.5, 0.05);
  EXPECT_EQ(phases[0].effect, Effect::better) << phases[0].improvement.estimate;
  EXPECT_EQ(phases[1].effect, Effect::worse) << phases[1].improvement.estimate;
  EXPECT_GT(phases[0].improvement.low, 0);
  EXPECT_LT(phases[1].improvement.high, 0);
}

TEST_F(SliceTest, PhasesCoverTheRunAndAddUp) {
  Experiments experiments(ground());
  const Slices slices = slice(experiments, lru, Policy::of(frequency), {.phases = 6}).front();
  double before = 0;
  double improvement = 0;
  std::size_t block = 0;
  for (const Phase& phase : slices.phases) {
    EXPECT_EQ(phase.begin, before);
    EXPECT_EQ(phase.first_block, block);
    EXPECT_GE(phase.blocks, SliceOptions{}.shortest_phase);
    EXPECT_NEAR(phase.reference_objective - phase.objective, phase.improvement.estimate, 1e-12);
    improvement += phase.improvement.estimate * (phase.end - phase.begin);
    before = phase.end;
    block += phase.blocks;
  }
  EXPECT_EQ(before, 1);
  const double total =
      experiments.score(Policy::of(frequency)).objective - experiments.score(Policy::of(lru)).objective;
  EXPECT_NEAR(improvement, total, 1e-12);
}

TEST_F(SliceTest, ListsWhatSetsPhasesApart) {
  Experiments experiments(ground());
  const Slices slices = slice(experiments, lru, Policy::of(frequency), {.phases = 2, .features = 30}).front();
  EXPECT_GT(slices.questions, 1000u);
  bool frequency_listed = false;
  for (const Phase& phase : slices.phases) {
    ASSERT_FALSE(phase.features.empty());
    double last = std::numeric_limits<double>::infinity();
    for (const PhaseFeature& feature : phase.features) {
      EXPECT_LE(std::abs(feature.contrast), last);
      last = std::abs(feature.contrast);
      // Clocks tell phases apart and explain nothing.
      EXPECT_THAT(slices.features[feature.feature].name,
                  ::testing::AllOf(::testing::Ne("now"), ::testing::Ne("clock")));
      frequency_listed = frequency_listed || slices.features[feature.feature].name == "frequency";
    }
  }
  EXPECT_TRUE(frequency_listed);
}

TEST_F(SliceTest, LargeScenariosAreObservedInMiniature) {
  Experiments experiments(ground());
  const Slices slices =
      slice(experiments, lru, Policy::of(frequency), {.phases = 2, .observed_events = 30'000}).front();
  EXPECT_LT(slices.observed_events, 60'000u);
  EXPECT_FALSE(slices.phases[0].features.empty());
}

TEST_F(SliceTest, AFailedRunIsAnError) {
  ToyGround toy;
  toy.evaluator.fails = [](const Policy& policy) { return policy.program() == nullptr; };
  Experiments experiments(toy.ground());
  try {
    slice(experiments, toy.smith(), Policy::native("fifo"));
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("policy 'fifo' cannot be sliced: toy, 48 batches"));
  }
}

}  // namespace
}  // namespace syswright::judge
