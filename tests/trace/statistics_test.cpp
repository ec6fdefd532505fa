#include "trace/statistics.h"

#include <cmath>
#include <unordered_map>

#include "base/random.h"
#include "tests/trace/support.h"
#include "trace/key_index.h"

namespace syswright::trace {
namespace {

using testing::ElementsAre;

TEST(TraceStatistics, CountsWhatIsThere) {
  CacheTrace trace;
  trace.keys = {5, 6, 5, 7, 5, 6, 8, 5, 9, 5};
  trace.sizes = {10, 20, 10, 30, 11, 20, 40, 10, 50, 10};
  trace.times = {1, 1, 2, 2, 3, 3, 4, 4, 5, 6.5};
  const TraceStatistics statistics = measure(trace);
  EXPECT_EQ(statistics.requests, 10u);
  EXPECT_EQ(statistics.objects, 5u);
  EXPECT_EQ(statistics.one_hit_objects, 3u);
  EXPECT_EQ(statistics.one_hit_ratio(), 0.6);
  EXPECT_EQ(statistics.cold_miss_ratio(), 0.5);
  EXPECT_EQ(statistics.bytes_requested, 211u);
  EXPECT_EQ(statistics.footprint_bytes, 150u);
  EXPECT_EQ(statistics.resized_objects, 1u);
  EXPECT_EQ(statistics.smallest, 10u);
  EXPECT_EQ(statistics.largest, 50u);
  EXPECT_DOUBLE_EQ(statistics.mean_size, 21.1);
  EXPECT_DOUBLE_EQ(statistics.mean_object_size, 30);
  EXPECT_EQ(statistics.first_time, 1);
  EXPECT_EQ(statistics.last_time, 6.5);
  EXPECT_EQ(statistics.top_key_share, 0.5);
  EXPECT_EQ(statistics.top_percent_share, 0.5);
  EXPECT_TRUE(std::isnan(statistics.zipf_alpha));
  EXPECT_THAT(statistics.growth, ElementsAre(1, 2, 2, 3, 3, 3, 4, 4, 5, 5));
}

TEST(TraceStatistics, DoWithoutSizesAndTimes) {
  CacheTrace trace;
  trace.keys = {1};
  const TraceStatistics statistics = measure(trace);
  EXPECT_FALSE(statistics.has_sizes);
  EXPECT_FALSE(statistics.has_times);
  EXPECT_EQ(statistics.objects, 1u);
  EXPECT_THAT(statistics.growth, ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
  EXPECT_THROW(measure({}), InputError);
}

// Object r is asked for round(10^6 / r^0.8) times: the law itself, without chance.
TEST(TraceStatistics, FindsTheExponentOfAnExactLaw) {
  CacheTrace trace;
  for (std::uint64_t rank = 1; rank <= 1000; ++rank) {
    const auto count = static_cast<std::size_t>(std::lround(1e4 * std::pow(static_cast<double>(rank), -0.8)));
    trace.keys.insert(trace.keys.end(), count, rank);
  }
  EXPECT_NEAR(measure(trace).zipf_alpha, 0.8, 0.005);
}

TEST(KeyIndex, NumbersKeysInOrderOfAppearance) {
  Random random(1, "keys of a test");
  std::vector<std::uint64_t> keys;
  for (int i = 0; i < 100'000; ++i) keys.push_back(random.below(30'000) << random.below(60));
  keys.push_back(~std::uint64_t{0});
  const std::vector<std::uint32_t> numbers = number_keys(keys);
  std::unordered_map<std::uint64_t, std::uint32_t> expected;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto known = expected.try_emplace(keys[i], static_cast<std::uint32_t>(expected.size())).first;
    ASSERT_EQ(numbers[i], known->second) << i;
  }
}

}  // namespace
}  // namespace syswright::trace
