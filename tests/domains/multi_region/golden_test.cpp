#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

#include "domains/multi_region/multi_region.h"
#include "domains/multi_region/scenario.h"
#include "domains/multi_region/workload.h"
#include "tests/domains/multi_region/sample_regions.h"

// The published figures of the sweeps on the H100 series (data/cloud/skynomad_h100_full): means over six jobs of
// 51.83 h, one behind the other, of the artifact andylizf/skynomad-artifact,
// paper_figs/values/region_scaling.values.csv and deadline_sensitivity.values.csv. Its simulator does not bill the tick
// in which a job of several regions ends: that is taken off here.
namespace syswright::multi_region {
namespace {

/// In the order of the sweep over 1 to 13 regions.
constexpr std::array<const char*, 13> by_cost{
    "asia-southeast1-c", "asia-south2-b",  "us-west1-b",    "europe-west3-c", "us-west1-a",
    "us-east4-a",        "europe-west1-c", "us-central1-c", "us-central1-b",  "asia-southeast1-b",
    "us-central1-a",     "us-east5-a",     "us-east4-b"};
constexpr const char* diverse =
    "us-central1-a+us-west1-a+europe-west1-c+europe-west3-c+asia-southeast1-b+asia-south2-b";

ScenarioPtr sweep(const std::string& regions, const std::string& job) {
  return MultiRegionDomain()
      .open({.workload = *data_file("skynomad_h100_full"),
             .options = {{"set", "all"},
                         // The sixth starts a tick late: its start in hours is rounded up.
                         {"starts", "0+311+622+933+1244+1556"},
                         {"regions", regions},
                         {"deadline", "186600s"},
                         {"job", job},
                         {"overhead", "12min"}}})
      ->scenarios()
      .front();
}
ScenarioPtr first_regions(std::size_t count) {
  std::string names;
  for (std::size_t i = 0; i < count; ++i) names += (i > 0 ? "+" : "") + std::string(by_cost[i]);
  return sweep(names, "155500s");
}

/// As the artifact's simulator bills.
double published_cost(const Evaluation& evaluation) {
  for (const auto& [name, value] : evaluation.details) {
    if (name == "last_tick_spend") return evaluation.objective() - value;
  }
  return 0;
}
double published_cost(const ScenarioPtr& scenario, const std::string& policy) {
  return published_cost(scenario->evaluate(Policy::native(policy)));
}
double known_lifetimes(const ScenarioPtr& scenario) {
  const auto& setup = dynamic_cast<const MultiRegionScenario&>(*scenario).setup();
  return published_cost(with_known_lifetimes(std::make_shared<const multi_region::Setup>(setup)));
}

/// Published to six decimals.
constexpr double rounding = 1e-6;

struct Row {
  std::size_t regions;
  double skynomad, known, up_s, up_a, up_ap, optimal;
};
constexpr std::array<Row, 8> region_scaling{{
    {1, 2945.465458, 2904.027327, 2994.270227, 2994.270227, 2994.270227, 2765.683589},
    {2, 2051.520917, 2037.627930, 2228.122497, 2238.226430, 2291.057436, 1956.612433},
    {3, 2037.482498, 2034.759773, 2228.554813, 2239.966943, 2294.617151, 1956.127025},
    {4, 1636.855743, 1709.712950, 2215.885909, 2242.401556, 2110.024362, 1605.766346},
    {5, 1345.281816, 1239.722765, 1976.765623, 2247.411446, 1577.738037, 1181.932619},
    {6, 723.240648, 712.966798, 1237.770449, 2252.209785, 805.644102, 681.010487},
    {7, 705.597385, 690.527729, 740.513508, 2257.496266, 780.365581, 665.576989},
    {8, 706.611176, 690.527729, 746.255645, 2263.769112, 805.690878, 665.576989},
}};

/// A probe in the region where spot runs makes the artifact bill one minute instead of the tick. It happens once with 2
/// and 3 regions and twice with 4 and 5, in asia-south2-b, in one of six jobs.
double unbilled(std::size_t regions) {
  constexpr double minutes = 9.0 / 60 * 69.910112 / 6;
  if (regions == 2 || regions == 3) return minutes;
  return regions == 4 || regions == 5 ? 2 * minutes : 0;
}

TEST(MultiRegionGolden, TheSweepOverRegionsIsThePublishedOne) {
  if (!data_file("skynomad_h100_full")) GTEST_SKIP() << "SYSWRIGHT_DATA names no data";
  for (const Row& row : region_scaling) {
    SCOPED_TRACE(row.regions);
    const ScenarioPtr scenario = first_regions(row.regions);
    EXPECT_NEAR(published_cost(scenario, "skynomad"), row.skynomad + unbilled(row.regions), 2e-3);
    EXPECT_NEAR(known_lifetimes(scenario), row.known, rounding);
    if (row.regions > 1) {
      EXPECT_NEAR(published_cost(scenario, "up_s"), row.up_s, rounding);
      EXPECT_NEAR(published_cost(scenario, "up_a"), row.up_a, rounding);
    }
    // With one region the published baselines give up on-demand before they know of spot, and start it again.
    EXPECT_LE(published_cost(scenario, "up_s"), row.up_s + rounding);
    EXPECT_LT(published_cost(scenario, "up_ap"), row.up_ap + rounding);
  }
}

TEST(MultiRegionGolden, TheSweepOverDeadlinesIsThePublishedOne) {
  if (!data_file("skynomad_h100_full")) GTEST_SKIP() << "SYSWRIGHT_DATA names no data";
  struct Deadline {
    const char* job;  ///< 186,600 s over the ratio
    double skynomad, known, up_s, up_a;
  };
  constexpr std::array<Deadline, 7> published{{
      {"177714.286s", 881.649178, 848.587594, 1187.644137, 1293.015460},
      {"169636.364s", 837.157063, 808.250758, 1128.765611, 1233.410675},
      {"162260.870s", 800.182689, 774.205888, 1073.540952, 1176.730145},
      {"155500s", 766.157968, 742.952232, 1024.082719, 1123.142493},
      {"143538.462s", 707.037845, 687.779556, 936.089739, 1031.133002},
      {"124400s", 606.376237, 594.575628, 795.005767, 883.642796},
      {"93300s", 443.517672, 446.639257, 568.980297, 641.116341},
  }};
  for (const Deadline& row : published) {
    SCOPED_TRACE(row.job);
    const ScenarioPtr scenario = sweep(diverse, row.job);
    EXPECT_NEAR(published_cost(scenario, "skynomad"), row.skynomad, rounding);
    EXPECT_NEAR(known_lifetimes(scenario), row.known, rounding);
    EXPECT_NEAR(published_cost(scenario, "up_s"), row.up_s, rounding);
    EXPECT_NEAR(published_cost(scenario, "up_a"), row.up_a, rounding);
  }
}

/// The published one takes two whole ticks for a start of 12 minutes, and so is no bound: up to four regions the
/// optimum is lower even with the tick that the published figure leaves out.
TEST(MultiRegionGolden, TheOptimumIsBelowThePublishedOne) {
  if (!data_file("skynomad_h100_full")) GTEST_SKIP() << "SYSWRIGHT_DATA names no data";
  for (const Row& row : region_scaling) {
    const double optimum = first_regions(row.regions)->bounds().front().value;
    // A tick costs less than 17 dollars on demand, and 12 on spot.
    EXPECT_LT(optimum, row.optimal + 12) << row.regions;
    if (row.regions <= 6) {
      EXPECT_LT(optimum, row.optimal) << row.regions;
    }
  }
}

/// Beyond the eight regions that the published plot shows, a rule that never probes is cheaper, up to twelve.
TEST(MultiRegionGolden, BeyondEightRegionsTheSimpleRuleIsCheaper) {
  if (!data_file("skynomad_h100_full")) GTEST_SKIP() << "SYSWRIGHT_DATA names no data";
  for (std::size_t regions = 8; regions <= 13; ++regions) {
    const ScenarioPtr scenario = first_regions(regions);
    const double rule = published_cost(scenario, "skynomad");
    const double simple = published_cost(scenario, "up_s");
    EXPECT_EQ(simple < rule, regions >= 9 && regions <= 12) << regions << ": " << simple << ", " << rule;
  }
}

}  // namespace
}  // namespace syswright::multi_region
