#include "domains/spot/market_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "domains/spot/scenario.h"
#include "domains/spot/workload.h"
#include "tests/domains/spot/sample_markets.h"

namespace syswright::spot {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <typename Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

MarketTrace read(const SampleFile& file, const MarketReadOptions& options = {}) {
  return read_market_trace(file.path(), options);
}

TEST(MarketTrace, TextHasOneForAvailable) {
  const SampleFile file("# a comment with 1 and 0\n1 0,1\n011 # more\r\n", "zone.txt");
  const MarketTrace trace = read(file);
  ASSERT_EQ(trace.places.size(), 1u);
  EXPECT_EQ(trace.places[0].name, "zone");
  EXPECT_EQ(trace.tick, 600'000);
  EXPECT_THAT(trace.places[0].whole->available, ElementsAre(1, 0, 1, 0, 1, 1));
  EXPECT_THAT(read(file, {.polarity = Polarity::unavailable}).places[0].whole->available,
              ElementsAre(0, 1, 0, 1, 0, 0));
}

TEST(MarketTrace, TextNamesThePlaceOfWhatItCannotRead) {
  const SampleFile file("101\n1x1\n", "zone.txt");
  EXPECT_THAT(error_of([&] { read(file); }), HasSubstr("zone.txt:2:2: 'x' is neither 0 nor 1"));
}

TEST(MarketTrace, JsonHasOneForUnavailableAndTellsItsTick) {
  const SampleFile file(R"({"metadata": {"gap_seconds": 300, "start_time": 7}, "data": [0, 1, 1, 0, 0]})", "a_b.json");
  const MarketTrace trace = read(file);
  EXPECT_EQ(trace.tick, 300'000);
  EXPECT_EQ(trace.places[0].zone(), "a");
  EXPECT_THAT(trace.places[0].whole->available, ElementsAre(1, 0, 0, 1, 1));
  const MarketTrace told = read(file, {.tick = 60'000});
  EXPECT_EQ(told.tick, 60'000);
  ASSERT_EQ(told.warnings.size(), 1u);
  EXPECT_THAT(told.warnings[0], HasSubstr("says that a tick is"));
}

TEST(MarketTrace, CountsAreOfWhatIsAvailable) {
  const SampleFile file(R"({"data": [0, 4, 1, 16]})", "counts.json");
  EXPECT_THAT(read(file).places[0].whole->available, ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(error_of([&] { read(file, {.polarity = Polarity::unavailable}); }), HasSubstr("count instances"));
}

TEST(MarketTrace, JsonThatIsSomethingElseIsRefusedWithItsName) {
  const SampleFile file(R"({"rows": [0, 1]})", "other.json");
  EXPECT_THAT(error_of([&] { read(file); }), HasSubstr("other.json: this is not availability"));
  const SampleFile empty(R"({"data": []})", "empty.json");
  EXPECT_THAT(error_of([&] { read(empty); }), HasSubstr("there is no availability in it"));
}

TEST(MarketTrace, CsvHasWindowsAndItsHeaderThePolarity) {
  const std::string header = "zone_instance,window,start_tick,end_tick,";
  const SampleFile file(header + "unavailable_bits\nz_1,10,5,9,0110\nz_1,2,0,4,0001\n", "windows.csv");
  const MarketTrace trace = read(file);
  ASSERT_EQ(trace.places.size(), 1u);
  const Place& place = trace.places[0];
  EXPECT_EQ(place.whole, nullptr);
  EXPECT_EQ(place.ticks(), 9);
  ASSERT_EQ(place.windows.size(), 2u);
  EXPECT_EQ(place.windows[0].name, "10");  // as text, before "2"
  EXPECT_EQ(place.windows[0].series->first_tick, 5);
  EXPECT_THAT(place.windows[0].series->available, ElementsAre(1, 0, 0, 1));
  const SampleFile positive(header + "available_bits\nz_1,10,5,9,0110\n", "windows.csv");
  EXPECT_THAT(read(positive).places[0].windows[0].series->available, ElementsAre(0, 1, 1, 0));
}

TEST(MarketTrace, CsvWithAnotherHeaderOrShortRowsIsRefused) {
  const SampleFile other("time,price\n1,2\n", "prices.csv");
  EXPECT_THAT(error_of([&] { read(other); }), HasSubstr("prices.csv:1:1: the header of windows is"));
  const SampleFile shortened("zone_instance,window,start_tick,end_tick,unavailable_bits\nz_1,2,0,4\n", "w.csv");
  EXPECT_THAT(error_of([&] { read(shortened); }), HasSubstr("w.csv:2: 4 fields, where the header has 5"));
}

TEST(MarketTrace, WarnsWhereItMayBeUpsideDown) {
  const SampleFile scarce(std::string(80, '0') + std::string(20, '1'), "scarce.txt");
  const MarketTrace trace = read(scarce);
  ASSERT_EQ(trace.warnings.size(), 1u);
  EXPECT_THAT(trace.warnings[0], HasSubstr("only 20% of all ticks (1 means available)"));
  EXPECT_THAT(trace.warnings[0], HasSubstr("--polarity unavailable"));
  EXPECT_TRUE(read(scarce, {.polarity = Polarity::unavailable}).warnings.empty());
}

TEST(MarketTrace, AFolderHoldsSeriesOrPartsAndWindows) {
  const SampleFile root(R"({"data": [0, 1]})", "north_a.json");
  const std::filesystem::path folder = std::filesystem::path(root.path()).parent_path();
  EXPECT_EQ(read_market_trace(folder.string()).places.size(), 1u);
  std::filesystem::create_directories(folder / "parents");
  std::filesystem::create_directories(folder / "windows" / "north_a");
  std::filesystem::copy(root.path(), folder / "parents" / "north_a.json");
  std::filesystem::copy(root.path(), folder / "windows" / "north_a" / "0.json");
  const MarketTrace trace = read_market_trace(folder.string());
  ASSERT_EQ(trace.places.size(), 1u);
  EXPECT_NE(trace.places[0].whole, nullptr);
  EXPECT_EQ(trace.places[0].windows.size(), 1u);
  const SampleFile nothing("", "readme.md");
  const std::string empty = std::filesystem::path(nothing.path()).parent_path().string();
  EXPECT_THAT(error_of([&] { read_market_trace(empty); }), HasSubstr("no JSON files in this folder"));
}

TEST(MarketPrices, HoldUntilTheNextRow) {
  const SampleFile bits("1111111", "zone.txt");
  MarketTrace trace = read(bits);
  const SampleFile prices("tick,spot_price\n2,0.5\n5,0.75\n", "prices.csv");
  add_prices(trace, prices.path());
  EXPECT_THAT(trace.places[0].whole->spot_prices, ElementsAre(0.5, 0.5, 0.5, 0.5, 0.5, 0.75, 0.75));
}

TEST(MarketPrices, NameASeriesOrAreRefused) {
  const SampleFile bits("1111", "zone.txt");
  MarketTrace trace = read(bits);
  const SampleFile other("series,tick,spot_price\nelsewhere,0,0.5\n", "prices.csv");
  EXPECT_THAT(error_of([&] { add_prices(trace, other.path()); }), HasSubstr("no price for the series 'zone'"));
  const SampleFile wrong("when,what\n0,0.5\n", "prices.csv");
  EXPECT_THAT(error_of([&] { add_prices(trace, wrong.path()); }), HasSubstr("the header of prices is"));
  const SampleFile word("tick,spot_price\n0,cheap\n", "prices.csv");
  EXPECT_THAT(error_of([&] { add_prices(trace, word.path()); }), HasSubstr("prices.csv:2: 'cheap' is not a number"));
}

TEST(SpotSuite, PartsShareNoZoneAndNoTime) {
  const SpotDomain domain;
  const Suite suite = domain.open({})->suite();
  EXPECT_EQ(suite.train.size(), 6u);
  const auto jobs = [](const ScenarioPtr& scenario) -> const std::vector<Instance>& {
    return dynamic_cast<const SpotScenario&>(*scenario).setup().instances;
  };
  for (const Instance& job : jobs(suite.train[3])) {
    EXPECT_NE(job.series->name.substr(0, 6), "west-a");
    EXPECT_LE(job.start + 420, 900u);  // 70 h are 420 ticks
  }
  for (const Instance& job : jobs(suite.validation[3])) {
    EXPECT_NE(job.series->name.substr(0, 6), "west-a");
    EXPECT_GE(job.start, 900u);
  }
  for (const Instance& job : jobs(suite.test[3])) {
    EXPECT_EQ(job.series->name.substr(0, 6), "west-a");
    EXPECT_GE(job.start, 900u);
    EXPECT_LE(job.start + 420, 1800u);
  }
}

TEST(SpotSuite, OptionsThatCannotBeUsedSayWhy) {
  const SpotDomain domain;
  const auto open = [&](std::map<std::string, std::string> options) {
    return error_of([&] { domain.open({.options = std::move(options)})->suite(); });
  };
  EXPECT_THAT(open({{"deadlin", "52h"}}), HasSubstr("no option 'deadlin'; did you mean 'deadline'?"));
  EXPECT_THAT(open({{"deadline", "52"}}), HasSubstr("such as 60s, 5min or 2h"));
  EXPECT_THAT(open({{"deadline", "48h"}}), HasSubstr("cannot be done within"));
  EXPECT_THAT(open({{"deadline", "400h"}}), HasSubstr("no series is long enough"));
  EXPECT_THAT(open({{"deadline", "52h,52h"}}), HasSubstr("names 52h twice"));
  EXPECT_THAT(open({{"net", "strickt"}}), HasSubstr("did you mean 'strict'?"));
  EXPECT_THAT(open({{"set", "public"}}), HasSubstr("no public windows"));
  EXPECT_THAT(open({{"prices", "trace"}}), HasSubstr("the generated market has none"));
  EXPECT_THAT(open({{"windows", "0"}}), HasSubstr("at least one"));
  EXPECT_THAT(open({{"on-demand-price", "-3"}}), HasSubstr("is not a price"));
  EXPECT_THAT(open({{"spot-price", "$1"}, {"job", "50h"}}), HasSubstr("no error"));
}

}  // namespace
}  // namespace syswright::spot
