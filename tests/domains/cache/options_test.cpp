#include "domains/cache/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/domains/cache/small_traces.h"

namespace syswright::cache {
namespace {

std::string error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

std::string option_error(const std::string& name, const std::string& value) {
  return error_of([&] { read_options({.options = {{name, value}}}); });
}

/// 300 objects of 10 bytes.
std::shared_ptr<const Requests> sized() {
  std::vector<std::uint64_t> keys(300);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = i;
  return requests_of(keys, std::vector<std::uint32_t>(300, 10));
}
std::shared_ptr<const Requests> unsized() { return requests_of({1, 2, 3, 1, 2, 4, 5, 6, 7, 8, 9, 10}); }

TEST(CacheOptions, Defaults) {
  const CacheOptions options = read_options({});
  EXPECT_EQ(options.sizes, std::vector<std::string>{"1%"});
  EXPECT_EQ(options.unit, UnitChoice::automatic);
  EXPECT_DOUBLE_EQ(options.train_share, 1.0 / 3);
  EXPECT_DOUBLE_EQ(options.validation_share, 1.0 / 3);
}

TEST(CacheOptions, SplitsAreFractionsOrPercentages) {
  const CacheOptions options = read_options({.options = {{"split", "1/2, 0.3,20%"}}});
  EXPECT_DOUBLE_EQ(options.train_share, 0.5);
  EXPECT_DOUBLE_EQ(options.validation_share, 0.3);
  for (const char* bad : {"1/2,1/2", "1/2,1/4,1/8", "0,1/2,1/2", "1/0,1/3,1/3", "1/3,1/3,1/3,0"}) {
    EXPECT_THAT(option_error("split", bad), testing::HasSubstr("1/3,1/3,1/3")) << bad;
  }
}

TEST(CacheOptions, UnknownNamesAndValuesAreRefused) {
  EXPECT_EQ(
      option_error("sise", "1%"),
      "the domain 'cache' has no option 'sise'; did you mean 'size'? (there are: size, unit, admission, ttl, split)");
  EXPECT_EQ(option_error("unit", "yess"), "unit 'yess' is not one of auto, yes, no; did you mean 'yes'?");
}

TEST(CapacityOf, CountsObjectsBytesOrAShareOfTheFootprint) {
  const auto with = sized();
  const auto without = unsized();
  EXPECT_EQ(capacity_of("1000", UnitChoice::automatic, *with), (Capacity{1000, false}));
  EXPECT_EQ(capacity_of("2k", UnitChoice::automatic, *without), (Capacity{2000, false}));
  EXPECT_EQ(capacity_of("2KiB", UnitChoice::automatic, *with), (Capacity{2048, true}));
  EXPECT_EQ(capacity_of("10%", UnitChoice::automatic, *with), (Capacity{300, true}));
  EXPECT_EQ(capacity_of("10%", UnitChoice::no, *with), (Capacity{300, true}));
  EXPECT_EQ(capacity_of("10%", UnitChoice::yes, *with), (Capacity{30, false}));
  EXPECT_EQ(capacity_of("20%", UnitChoice::automatic, *without), (Capacity{2, false}));
  EXPECT_EQ(capacity_of("5%", UnitChoice::automatic, *without), (Capacity{1, false}));  // 0.5, rounded
}

TEST(CapacityOf, WhatDoesNotFitIsRefusedWithARemedy) {
  const auto with = sized();
  const auto without = unsized();
  const auto error = [](const char* size, UnitChoice unit, const Requests& requests) {
    return error_of([&] { capacity_of(size, unit, requests); });
  };
  using testing::HasSubstr;
  EXPECT_THAT(error("64MiB", UnitChoice::automatic, *without), HasSubstr("test has no object sizes: give a number"));
  EXPECT_THAT(error("64MiB", UnitChoice::yes, *with), HasSubstr("with unit 'yes' every object counts 1"));
  EXPECT_THAT(error("1000", UnitChoice::no, *with), HasSubstr("give bytes with a unit, such as 64MiB"));
  EXPECT_THAT(error("1%", UnitChoice::no, *without), HasSubstr("leave out 'unit'"));
  EXPECT_THAT(error("0", UnitChoice::automatic, *with), HasSubstr("at least one"));
  EXPECT_THAT(error("1%", UnitChoice::automatic, *without), HasSubstr("would hold 0.1 objects"));
  EXPECT_THAT(error("small", UnitChoice::automatic, *with), HasSubstr("a share of the footprint (1%)"));
  EXPECT_THAT(error("-5", UnitChoice::automatic, *with), HasSubstr("is not a size of a cache"));
  EXPECT_THAT(error("10s", UnitChoice::automatic, *with), HasSubstr("10s"));
  EXPECT_THAT(error("9999999999GiB", UnitChoice::automatic, *with), HasSubstr("too large"));
}

TEST(CapacityOf, IsDescribedForPeople) {
  EXPECT_EQ(describe("1000", {1000, false}), "1,000 objects");
  EXPECT_EQ(describe("1", {1, false}), "1 object");
  EXPECT_EQ(describe("1%", {1869, false}), "1% (1,869 objects)");
  EXPECT_EQ(describe("2KiB", {2048, true}), "2KiB");
}

}  // namespace
}  // namespace syswright::cache
