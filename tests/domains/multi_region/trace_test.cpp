#include "domains/multi_region/trace.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/error.h"
#include "domains/multi_region/scenario.h"
#include "domains/multi_region/workload.h"
#include "tests/domains/multi_region/sample_regions.h"

namespace syswright::multi_region {
namespace {

using testing::HasSubstr;

std::string json(const std::string& data, const std::string& rest = R"("price": 2, "on_demand_price": 6)") {
  return R"({"metadata": {"gap_seconds": 300, "price_info": {)" + rest + R"(}}, "data": [)" + data + "]}";
}
std::string message(const std::map<std::string, std::string>& files, std::map<std::string, std::string> options = {}) {
  const SampleFolder folder(files);
  try {
    MultiRegionDomain().open({.workload = folder.path(), .options = std::move(options)});
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing";
}

TEST(RegionTrace, ReadsBothLayoutsOfAFolder) {
  const SampleFolder folder({{"us-west1-b_h100_16/full.json", json("0, 1, 0, 0")},
                             {"us-west1-b_h100_16/3.json", json("0, 1")},
                             {"europe-west3-c_h100_16.json", json("1, 1, 0", R"("price": 3, "on_demand_price": 9)")}});
  const RegionTrace trace = read_region_trace(folder.path(), read_options({}));
  ASSERT_EQ(trace.regions.size(), 2u);
  EXPECT_EQ(trace.regions[0], (Region{"europe-west3-c", "europe-west3", "europe", 9}));
  EXPECT_EQ(trace.regions[1], (Region{"us-west1-b", "us-west1", "us", 6}));
  EXPECT_EQ(trace.tick, 300'000);
  ASSERT_EQ(trace.episodes.size(), 1u);
  EXPECT_EQ(trace.episodes[0].ticks, 3u);
  EXPECT_EQ(trace.episodes[0].recording->available[0], states_of("001"));
  EXPECT_EQ(trace.episodes[0].recording->available[1], states_of("1011"));
  EXPECT_EQ(trace.episodes[0].recording->spot_prices[0], std::vector<double>{3});
}

TEST(RegionTrace, TakesNumberedWindowsInTheirOrder) {
  std::map<std::string, std::string> files;
  for (const char* window : {"0", "1", "2", "3", "10"}) {
    files[std::string("a-b1-a_x/") + window + ".json"] = json(std::string(window) == "10" ? "0, 0, 0" : "1, 1, 1");
    files[std::string("a-c1-a_x/") + window + ".json"] = json("0, 0, 0");
  }
  files["a-c1-a_x/11.json"] = json("0, 0, 0");
  const SampleFolder folder(files);
  const RegionTrace trace = read_region_trace(folder.path(), read_options({.options = {{"cut", "windows"}}}));
  ASSERT_EQ(trace.episodes.size(), 5u);
  EXPECT_EQ(trace.episodes.back().name, "window 10");
  EXPECT_EQ(trace.episodes.back().recording->available[0], states_of("111"));
  EXPECT_EQ(trace.episodes.front().recording->available[0], states_of("000"));
}

TEST(RegionTrace, ErrorsNameFileAndRemedy) {
  EXPECT_THAT(message({{"readme.txt", ""}}), HasSubstr("expected REGION/full.json"));
  EXPECT_THAT(message({{"a-b1-a/full.json", json("0, 2")}}), HasSubstr("neither 0 nor 1"));
  EXPECT_THAT(message({{"a-b1-a/full.json", "{"}}), HasSubstr("not availability as JSON"));
  EXPECT_THAT(message({{"a-b1-a/full.json", json("")}}), HasSubstr("no availability in it"));
  EXPECT_THAT(message({{"a-b1-a/full.json", json("0, 1", "\"price\": 1")}}), HasSubstr("say on-demand-price"));
  EXPECT_THAT(message({{"a-b1-a/full.json", json("0, 1", "\"on_demand_price\": 1")}}), HasSubstr("say spot-price"));
  EXPECT_THAT(message({{"a-b1-a/1.json", json("0, 1")}}), HasSubstr("say cut windows"));
  EXPECT_THAT(message({{"a-b1-a/full.json", json("0, 1")}}, {{"cut", "windows"}}), HasSubstr("say cut whole"));
  EXPECT_THAT(message({{"a-b1-a/full.json", R"({"metadata": {"gap_seconds": 60}, "data": [0]})"}},
                      {{"spot-price", "1"}, {"on-demand-price", "3"}}),
              HasSubstr("nothing"));
  EXPECT_THAT(message({{"a-b1-a/full.json", json("0, 1")}}, {{"regions", "a-b1-b"}}), HasSubstr("nothing"));
  const SampleFolder folder({{"a-b1-a/full.json", json("0, 1")}});
  const auto workload = MultiRegionDomain().open({.workload = folder.path(), .options = {{"regions", "a-b1-b"}}});
  EXPECT_THAT([&] { workload->scenarios(); }, testing::ThrowsMessage<InputError>(HasSubstr("did you mean 'a-b1-a'?")));
}

TEST(RegionTrace, EgressTablesAreChecked) {
  const auto complaint = [](const std::string& text) {
    const SampleFolder folder({{"egress.csv", text}});
    try {
      read_egress(folder.path("egress.csv"));
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  const std::string header = "from_region,to_region,price_usd_per_gb\n";
  EXPECT_EQ(complaint(header + "a,b,0.02\n"), "nothing");
  EXPECT_THAT(complaint("a,b,0.02\n"), HasSubstr("the header of egress prices"));
  EXPECT_THAT(complaint(header + "a,b\n"), HasSubstr(":2"));
  EXPECT_THAT(complaint(header + "a,b,-1\n"), HasSubstr("negative"));
  EXPECT_THAT(complaint(header + "a,b,1\na,b,2\n"), HasSubstr("has a price already"));
}

TEST(RegionTrace, MovesArePricedByCloudRegion) {
  RegionTrace trace;
  trace.regions = {{"us-east-1a", "us-east-1", "us", 3},
                   {"us-east-1b", "us-east-1", "us", 3},
                   {"us-west-2a", "us-west-2", "us", 3},
                   {"eu-west-1a", "eu-west-1", "eu", 3}};
  const EgressTable table{{{"us-east-1", "us-west-2"}, 0.05}};
  const MultiRegionOptions options = read_options({.options = {{"transfer-time", "counted"}}});
  const FleetPlan plan = make_fleet(trace, {0, 1, 2, 3}, 100, table, options);
  EXPECT_EQ(plan.fleet.egress_to(0, 1), 0);
  EXPECT_DOUBLE_EQ(plan.fleet.egress_to(0, 2), 5);
  EXPECT_DOUBLE_EQ(plan.fleet.egress_to(2, 0), 2);  // not in the table
  EXPECT_EQ(plan.missing, 8u);                      // of ten ways between cloud regions
  // 100 GB are 819,200 Mb: 15.62 s more than within a region at 8,200 Mb/s, and 143.9 s more at 3,590 Mb/s.
  EXPECT_EQ(plan.fleet.transfer_to(0, 1), 0);
  EXPECT_EQ(plan.fleet.transfer_to(0, 2), 15'622);
  EXPECT_EQ(plan.fleet.transfer_to(0, 3), 143'909);
}

TEST(RegionTrace, PartsTimeWhereNobodyMeasured) {
  std::string data;
  for (int i = 0; i < 400; ++i) data += i == 0 ? "0" : ", 0";
  const std::string gap =
      R"({"metadata": {"gap_seconds": 600, "gap_filled": {"gap_start_index": 100, "gap_end_index": 159}, )"
      R"("price_info": {"price": 1, "on_demand_price": 3}}, "data": [)" +
      data + "]}";
  const SampleFolder folder({{"a-b1-a/full.json", gap}, {"a-c1-a/full.json", gap}});
  const auto workload = MultiRegionDomain().open(
      {.workload = folder.path(), .options = {{"job", "5h"}, {"deadline", "8h"}, {"jobs", "3"}}});
  const Suite suite = workload->suite();
  const auto starts = [](const std::vector<ScenarioPtr>& part) {
    std::vector<std::size_t> ticks;
    for (const Instance& instance : dynamic_cast<const MultiRegionScenario&>(*part.front()).setup().instances) {
      ticks.push_back(instance.start);
    }
    return ticks;
  };
  EXPECT_EQ(starts(suite.train), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(starts(suite.validation), (std::vector<std::size_t>{50, 51, 52}));
  EXPECT_EQ(starts(suite.test), (std::vector<std::size_t>{160, 256, 352}));
}

TEST(RegionTrace, GivenZonesAreKeptFromTraining) {
  const auto suite = MultiRegionDomain().open({.options = {{"set", "zones"}, {"jobs", "3"}}})->suite();
  const auto names = [](const std::vector<ScenarioPtr>& part) {
    std::vector<std::string> regions;
    for (const Region& region : dynamic_cast<const MultiRegionScenario&>(*part.front()).setup().fleet.regions) {
      regions.push_back(region.name);
    }
    return regions;
  };
  for (const std::string& region : names(suite.test))
    EXPECT_THAT(names(suite.train), testing::Not(testing::Contains(region)));
  EXPECT_EQ(names(suite.train), names(suite.validation));
}

/// Five regions by price: 1, 3, 0, 4, 2. Without the cheapest third, which is two of five; and each with the
/// availability of the one that stands 5/4, 10/4 and 15/4 places behind it, rounded down.
TEST(RegionTrace, PractisesInVariedRegions) {
  std::map<std::string, std::string> files;
  const std::array<double, 5> prices{1.3, 1.1, 1.5, 1.2, 1.4};
  for (std::size_t i = 0; i < prices.size(); ++i) {
    files[fmt::format("a-b{}-a/full.json", i)] = sample_json(i, 200, prices[i], 4);
  }
  const SampleFolder folder(files);
  const auto opened = [&](const std::string& practice) {
    return MultiRegionDomain()
        .open({.workload = folder.path(),
               .options = {{"job", "3h"}, {"deadline", "5h"}, {"jobs", "3"}, {"practice", practice}}})
        ->suite();
  };
  // "01" for region 0 with the availability of region 1.
  const std::vector<ScenarioPtr> recorded = opened("recorded").test;
  const auto& own =
      dynamic_cast<const MultiRegionScenario&>(*recorded.front()).setup().instances[0].recording->available;
  const auto varied = [&](const std::vector<ScenarioPtr>& part) {
    std::vector<std::string> all;
    for (const ScenarioPtr& scenario : part) {
      const auto& setup = dynamic_cast<const MultiRegionScenario&>(*scenario).setup();
      const Recording& recording = *setup.instances[0].recording;
      all.emplace_back();
      for (std::size_t i = 0; i < setup.fleet.size(); ++i) {
        const auto found = std::find(own.begin(), own.end(), recording.available[i]);
        const char region = setup.fleet.regions[i].name[3];
        EXPECT_EQ(recording.spot_prices[i].front(), prices[static_cast<std::size_t>(region - '0')]);
        all.back() += fmt::format("{}{} ", region, found - own.begin());
      }
    }
    return all;
  };
  const Suite suite = opened("varied");
  for (const auto* part : {&suite.train, &suite.validation}) {
    EXPECT_THAT(varied(*part), testing::ElementsAre("00 11 22 33 44 ", "00 22 44 ", "13 30 04 42 21 ",
                                                    "10 34 02 41 23 ", "14 32 01 43 20 "));
  }
  EXPECT_THAT(varied(suite.test), testing::ElementsAre("00 11 22 33 44 "));
  EXPECT_THAT(varied(opened("recorded").train), testing::ElementsAre("00 11 22 33 44 "));
}

}  // namespace
}  // namespace syswright::multi_region
