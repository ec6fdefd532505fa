#include "design/scales.h"

#include <limits>

#include "tests/design/toy_task.h"

namespace syswright::design {
namespace {

TEST(Scales, AreObservedInTheQuestions) {
  toy::ToyDomain domain;
  const auto scenario = domain.scenario({.batches = 64, .seed = 3});
  const Scales scales = observe_scales(*scenario, domain.signature(), 1);
  // work is log-uniform between 0.5 s and 50 s: its quantiles are 0.5 * 100^q. The candidates that are met again and
  // again are a biased sample, hence the wide bounds.
  const Scale& work = scales.features[0][3];
  EXPECT_NEAR(work.low, 0.79, 0.4);
  EXPECT_NEAR(work.middle, 5, 2.5);
  EXPECT_NEAR(work.high, 31.5, 9);
  EXPECT_TRUE(work.varies);
  // The signal reports the same quantity, of the jobs that are done.
  EXPECT_NEAR(scales.signals[0].middle, 5, 2.5);
}

TEST(Scales, TellWhatGrowsForEver) {
  toy::ToyDomain domain;
  const auto scenario = domain.scenario({.batches = 64, .seed = 3});
  const Scales scales = observe_scales(*scenario, domain.signature(), 1);
  const policy::Decision& dispatch = domain.signature()->decisions[0];
  std::size_t slot = 0;
  for (const policy::Feature& feature : dispatch.features) {
    for (std::size_t i = 0; i < feature.slots(); ++i, ++slot) {
      EXPECT_EQ(scales.features[0][slot].trends, feature.name == "served") << feature.name;
    }
  }
  EXPECT_FALSE(scales.signals[0].trends);
}

TEST(Scales, KeepTheDeclaredRangeOfWhatIsNotSeen) {
  toy::ToyDomain domain;
  const auto scenario = domain.scenario({.batches = 2, .seed = 3});
  const Scales scales = observe_scales(*scenario, domain.signature(), 1, 0);
  EXPECT_EQ(scales.features[0][3].high, 50);
  EXPECT_EQ(scales.features[0][3].low, 0.5);
}

TEST(Scales, ARangeWithoutLimitsIsAnyThreeDecades) {
  policy::Signature signature;
  policy::Decision decision;
  decision.features = {{.name = "free"}, {.name = "fixed", .low = 2, .high = 2}};
  signature.decisions = {decision};
  const Scales scales = declared_scales(signature);
  EXPECT_EQ(scales.features[0][0].high, 1000);
  EXPECT_TRUE(scales.features[0][0].varies);
  EXPECT_FALSE(scales.features[0][1].varies);
}

TEST(Scales, AreTheSameForTheSameSeed) {
  toy::ToyDomain domain;
  const auto scenario = domain.scenario({.batches = 16, .seed = 3});
  const Scales one = observe_scales(*scenario, domain.signature(), 9);
  const Scales other = observe_scales(*scenario, domain.signature(), 9);
  for (std::size_t i = 0; i < one.features[0].size(); ++i) {
    EXPECT_EQ(one.features[0][i].middle, other.features[0][i].middle);
  }
}

TEST(Scales, OverSeveralScenariosStillTellWhatGrows) {
  toy::ToyDomain domain;
  const std::vector<ScenarioPtr> scenarios{domain.scenario({.batches = 64, .seed = 3}),
                                           domain.scenario({.batches = 64, .seed = 4})};
  const Scales one = observe_scales(*scenarios[0], domain.signature(), 1);
  const Scales both = observe_scales(scenarios, domain.signature(), 1);
  std::size_t slot = 0;
  for (const policy::Feature& feature : domain.signature()->decisions[0].features) {
    for (std::size_t i = 0; i < feature.slots(); ++i, ++slot) {
      EXPECT_EQ(both.features[0][slot].varies, one.features[0][slot].varies) << feature.name;
      // What grows in each scenario begins anew in the next, and still grows.
      EXPECT_EQ(both.features[0][slot].trends, feature.name == "served") << feature.name;
    }
  }
}

TEST(Scales, SpreadScenariosHoldTheFirstAndTheLast) {
  toy::ToyDomain domain;
  std::vector<ScenarioPtr> all;
  for (std::uint64_t seed = 0; seed < 7; ++seed) all.push_back(domain.scenario({.batches = 2, .seed = seed}));
  EXPECT_EQ(spread_scenarios(all, 9), all);
  EXPECT_EQ(spread_scenarios(all, 3), (std::vector<ScenarioPtr>{all[0], all[3], all[6]}));
  EXPECT_EQ(spread_scenarios(all, 1), (std::vector<ScenarioPtr>{all[0]}));
}

}  // namespace
}  // namespace syswright::design
