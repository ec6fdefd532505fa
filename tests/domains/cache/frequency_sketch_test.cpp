#include "domains/cache/frequency_sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace syswright::cache {
namespace {

TEST(FrequencySketch, NeverUnderestimatesAndRarelyOverestimates) {
  FrequencySketch sketch(1000);
  std::map<std::uint64_t, std::uint32_t> counts;
  Random random(3, "sketch test");
  for (int i = 0; i < 9'999; ++i) {  // one short of the halving
    const std::uint64_t key = random.below(1 + random.below(2000));
    sketch.count(key);
    ++counts[key];
  }
  std::size_t over = 0;
  for (const auto& [key, count] : counts) {
    const std::uint32_t estimate = sketch.estimate(key);
    EXPECT_GE(estimate, std::min(count, 15u));
    over += estimate > count;
  }
  EXPECT_LT(over, counts.size() / 10);
}

TEST(FrequencySketch, HalvesAfterTenRequestsForEachExpectedObject) {
  FrequencySketch sketch(2);
  for (int i = 0; i < 12; ++i) sketch.count(1);
  for (int i = 0; i < 7; ++i) sketch.count(2);
  EXPECT_EQ(sketch.estimate(1), 12u);
  sketch.count(2);  // the twentieth
  EXPECT_EQ(sketch.estimate(1), 6u);
  EXPECT_EQ(sketch.estimate(2), 4u);
}

TEST(FrequencySketch, CountsToFifteen) {
  FrequencySketch sketch(100);
  for (int i = 0; i < 100; ++i) sketch.count(5);
  EXPECT_EQ(sketch.estimate(5), 15u);
}

}  // namespace
}  // namespace syswright::cache
