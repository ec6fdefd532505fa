#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "domains/spot/exemplars.h"
#include "domains/spot/features.h"
#include "domains/spot/scenario.h"
#include "domains/spot/workload.h"
#include "policy/compile.h"
#include "tests/domains/spot/sample_markets.h"

// The 1,080 scenarios of the public Can't-Be-Late score (six AWS series, 30 windows each, two deadlines, three
// overheads). Needs cloud/cant_be_late_windows.csv below the folder that SYSWRIGHT_DATA names.
namespace syswright::spot {
namespace {

struct Means {
  double all = 0;
  double tight = 0;  ///< deadline 52 h
  double slack = 0;  ///< deadline 70 h
  double misses = 0;
};

class PublicScenarios : public testing::Test {
 protected:
  static std::vector<ScenarioPtr> scenarios(const std::string& net) {
    const SpotDomain domain;
    return domain
        .open({.workload = *data_file("cant_be_late_windows.csv"), .options = {{"set", "public"}, {"net", net}}})
        ->scenarios();
  }
  void SetUp() override {
    if (!data_file("")) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
    scenarios_ = scenarios("gamble");
    ASSERT_EQ(scenarios_.size(), 6u);
  }
  static Means means(const std::vector<ScenarioPtr>& scenarios, const Policy& policy) {
    Means means;
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
      const Evaluation evaluation = scenarios[i]->evaluate(policy);
      EXPECT_EQ(evaluation.blocks.size(), 180u);
      (i < 3 ? means.tight : means.slack) += evaluation.objective() / 3;
      means.all += evaluation.objective() / 6;
      means.misses += evaluation.metrics[1];
    }
    return means;
  }
  std::vector<ScenarioPtr> scenarios_;
};

TEST_F(PublicScenarios, AlwaysOnDemandPaysForTheJobAndOneStart) {
  // 288 ticks of work and a start that no tick is long enough to hide: 289 * 3.06 / 6.
  const Means found = means(scenarios_, Policy::native("always_on_demand"));
  EXPECT_NEAR(found.all, 147.39, 1e-9);
  EXPECT_NEAR(found.tight, 147.39, 1e-9);
  EXPECT_EQ(found.misses, 0);
}

TEST_F(PublicScenarios, GreedyIsTheOnePublished) {
  const Means found = means(scenarios_, Policy::native("greedy"));
  EXPECT_NEAR(found.all, 119.03453876543237, 1e-9);
  EXPECT_NEAR(found.tight, 133.14, 0.005);
  EXPECT_NEAR(found.slack, 104.92, 0.005);
  EXPECT_EQ(found.misses, 0);
}

TEST_F(PublicScenarios, UniformProgressWithAndWithoutHysteresis) {
  const Means with = means(scenarios_, Policy::native("uniform_progress"));
  EXPECT_NEAR(with.all, 101.683, 0.0005);
  EXPECT_NEAR(with.tight, 113.69, 0.005);
  EXPECT_NEAR(with.slack, 89.68, 0.0055);
  EXPECT_EQ(with.misses, 0);
  const Means without = means(scenarios_, Policy::native("uniform_progress_plain"));
  EXPECT_NEAR(without.all, 100.481, 0.0005);
  EXPECT_NEAR(without.tight, 106.62, 0.005);
  EXPECT_NEAR(without.slack, 94.34, 0.005);
  EXPECT_EQ(without.misses, 0);
}

TEST_F(PublicScenarios, TheOptimumIsTheOneFoundBefore) {
  double tight = 0;
  double slack = 0;
  for (std::size_t i = 0; i < scenarios_.size(); ++i) {
    const Bound bound = scenarios_[i]->bounds().front();
    ASSERT_TRUE(bound.provable);
    (i < 3 ? tight : slack) += bound.value / 3;
  }
  EXPECT_NEAR(tight, 100.55, 0.005);
  EXPECT_NEAR(slack, 83.78, 0.005);
  EXPECT_NEAR((tight + slack) / 2, 92.162, 0.0005);
}

TEST_F(PublicScenarios, ProgramsOfTheLanguageCostWhatTheNativePoliciesDo) {
  const std::map<std::string, std::string> pairs{{"greedy_wait", "greedy"},
                                                 {"even_progress", "uniform_progress_plain"},
                                                 {"even_progress_held", "uniform_progress"},
                                                 {"spot_first", "spot_until_the_net"}};
  std::size_t compared = 0;
  for (const std::string& text : spot_exemplars()) {
    const policy::ProgramPtr program = policy::compile(text, "exemplar", std::vector{spot_signature()});
    const auto native = pairs.find(program->name());
    if (native == pairs.end()) continue;
    ++compared;
    for (const ScenarioPtr& scenario : scenarios_) {
      EXPECT_EQ(scenario->evaluate(Policy::of(program)).blocks,
                scenario->evaluate(Policy::native(native->second)).blocks)
          << program->name() << ", " << scenario->setting();
    }
  }
  EXPECT_EQ(compared, pairs.size());
}

TEST_F(PublicScenarios, TheFolderHoldsTheSameAsTheTable) {
  const auto folder = data_file("cant_be_late");
  if (!std::filesystem::exists(*folder)) GTEST_SKIP() << "cant_be_late_aws_2022.tar.zst is not unpacked there";
  const SpotDomain domain;
  const auto from_folder = domain.open({.workload = *folder, .options = {{"set", "public"}}})->scenarios();
  for (std::size_t i = 0; i < scenarios_.size(); ++i) EXPECT_EQ(from_folder[i]->digest(), scenarios_[i]->digest());
}

}  // namespace
}  // namespace syswright::spot
