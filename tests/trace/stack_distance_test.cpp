#include "trace/stack_distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "trace/generator.h"

namespace syswright::trace {
namespace {

/// The stack itself, as Mattson drew it.
class Stack {
 public:
  std::uint64_t request(std::uint64_t object) {
    const auto found = std::find(stack_.begin(), stack_.end(), object);
    const auto distance = static_cast<std::uint64_t>(found - stack_.begin()) + 1;
    const bool first = found == stack_.end();
    if (!first) stack_.erase(found);
    stack_.push_front(object);
    return first ? StackDistance::first_request : distance;
  }
  void forget(std::uint64_t object) { std::erase(stack_, object); }

 private:
  std::deque<std::uint64_t> stack_;
};

std::vector<std::uint64_t> random_keys(std::uint64_t seed, std::size_t requests, std::uint64_t objects) {
  Random random(seed, "stack distance keys");
  std::vector<std::uint64_t> keys(requests);
  for (std::uint64_t& key : keys) key = random.chance(0.6) ? random.below(1 + objects / 8) : random.below(objects);
  return keys;
}

std::vector<std::uint64_t> zipf_keys(std::uint64_t requests) {
  GeneratorOptions options;
  options.requests = requests;
  options.objects = 50'000;
  options.alpha = 0.9;
  return generate_cache_trace(options).keys;
}

TEST(StackDistance, IsThePlaceInTheStack) {
  StackDistance distance;
  Stack stack;
  // More requests than places, so that they are dealt anew many times.
  for (const std::uint64_t key : random_keys(1, 20'000, 700)) {
    ASSERT_EQ(distance.request(static_cast<std::uint32_t>(key)), stack.request(key));
  }
}

TEST(StackDistance, WhatIsForgottenIsNew) {
  StackDistance distance;
  Stack stack;
  Random random(2, "forgetting");
  for (const std::uint64_t key : random_keys(2, 10'000, 300)) {
    ASSERT_EQ(distance.request(static_cast<std::uint32_t>(key)), stack.request(key));
    if (!random.chance(0.1)) continue;
    const std::uint64_t gone = random.below(300);
    distance.forget(static_cast<std::uint32_t>(gone));
    stack.forget(gone);
  }
}

TEST(LruCurve, CountsTheMissesOfEveryCapacity) {
  const std::vector<std::uint64_t> keys = random_keys(3, 5'000, 200);
  const std::vector<std::uint64_t> capacities{50, 1, 200, 7, 1000};
  const MissRatioCurve curve = lru_curve(keys, capacities);
  for (std::size_t i = 0; i < capacities.size(); ++i) {
    Stack stack;
    double misses = 0;
    for (const std::uint64_t key : keys) misses += stack.request(key) > capacities[i] ? 1 : 0;
    EXPECT_DOUBLE_EQ(curve.misses[i], misses / 5'000) << capacities[i];
  }
  EXPECT_EQ(curve.sampled_objects, std::set(keys.begin(), keys.end()).size());
}

TEST(Shards, AtRateOneIsExact) {
  const std::vector<std::uint64_t> keys = random_keys(4, 5'000, 200);
  const std::vector<std::uint64_t> capacities{1, 10, 100};
  EXPECT_EQ(shards_curve(keys, capacities, 1).misses, lru_curve(keys, capacities).misses);
  EXPECT_EQ(shards_curve_of_size(keys, capacities, 1000, 1).misses, lru_curve(keys, capacities).misses);
}

TEST(Shards, ComesNear) {
  const std::vector<std::uint64_t> keys = zipf_keys(400'000);
  const std::vector<std::uint64_t> capacities{500, 1000, 2000, 5000, 10'000, 20'000, 40'000};
  const MissRatioCurve exact = lru_curve(keys, capacities);
  const MissRatioCurve tenth = shards_curve(keys, capacities, 0.1);
  EXPECT_LT(mean_absolute_error(exact, tenth), 0.02);
  EXPECT_NEAR(static_cast<double>(tenth.sampled_objects), 0.1 * static_cast<double>(exact.sampled_objects), 300);
  const MissRatioCurve small = shards_curve_of_size(keys, capacities, 2000, 1);
  EXPECT_EQ(small.sampled_objects, 2000u);
  EXPECT_LT(mean_absolute_error(exact, small), 0.03);
}

TEST(Shards, RepeatsBySeed) {
  const std::vector<std::uint64_t> keys = zipf_keys(20'000);
  const std::vector<std::uint64_t> capacities{100, 1000};
  EXPECT_EQ(shards_curve(keys, capacities, 0.2, 5).misses, shards_curve(keys, capacities, 0.2, 5).misses);
  EXPECT_NE(shards_curve(keys, capacities, 0.2, 5).misses, shards_curve(keys, capacities, 0.2, 6).misses);
}

TEST(Shards, RefusesWhatMakesNoSense) {
  const std::vector<std::uint64_t> keys{1, 2, 3};
  const std::vector<std::uint64_t> one{1};
  EXPECT_THROW(shards_curve(keys, one, 0), InputError);
  EXPECT_THROW(shards_curve(keys, one, 1.5), InputError);
  EXPECT_THROW(shards_curve(keys, one, std::nan("")), InputError);
  EXPECT_THROW(shards_curve_of_size(keys, one, 0), InputError);
  EXPECT_THROW(lru_curve(keys, {}), InputError);
  EXPECT_THROW(lru_curve(keys, std::vector<std::uint64_t>{0}), InputError);
}

}  // namespace
}  // namespace syswright::trace
