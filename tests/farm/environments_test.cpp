#include "farm/environments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "domains/spot/spot.h"
#include "tests/farm/allocations.h"

namespace syswright {
namespace {

using testing::HasSubstr;
using testing_support::allocations;

class ManyEnvironments : public testing::Test {
 protected:
  /// Arrays for a number of environments.
  struct Arrays {
    Arrays(const EnvironmentPlan& plan, std::size_t count)
        : globals(count * plan.space().globals.size()),
          rewards(count),
          ended(count),
          metrics(count * plan.metrics().size()) {}
    std::vector<double> globals;
    std::vector<double> rewards;
    std::vector<std::uint8_t> ended;
    std::vector<double> metrics;
    EnvironmentBuffers buffers() { return {globals, {}, {}, rewards, ended, metrics}; }
    friend bool operator==(const Arrays&, const Arrays&) = default;
  };

  void SetUp() override {
    const auto workload = domain_->open({.options = {{"job", "6h"}, {"deadline", "7h,9h"}, {"windows", "2"}}});
    plan_ = std::make_shared<const EnvironmentPlan>(*domain_, workload->suite().train, EnvironmentOptions{});
  }

  /// Everything that `steps` steps of `count` environments write, one after another.
  std::vector<Arrays> history(std::size_t count, unsigned threads, std::uint64_t seed, int steps) {
    Environments environments(plan_, count, threads);
    Arrays arrays(*plan_, count);
    std::vector<Arrays> all;
    environments.reset(seed, arrays.buffers());
    all.push_back(arrays);
    Random random(9, "actions of a test");
    std::vector<std::int64_t> actions(count);
    for (int step = 0; step < steps; ++step) {
      for (std::int64_t& action : actions) action = static_cast<std::int64_t>(random.below(3));
      environments.step(actions, arrays.buffers());
      all.push_back(arrays);
    }
    return all;
  }

  std::unique_ptr<const Domain> domain_ = spot::make_spot_domain();
  std::shared_ptr<const EnvironmentPlan> plan_;
};

TEST_F(ManyEnvironments, GiveTheSameBytesForAnyNumberOfThreads) {
  const auto expected = history(7, 1, 3, 900);
  std::size_t ends = 0;
  for (const Arrays& arrays : expected) ends += std::accumulate(arrays.ended.begin(), arrays.ended.end(), 0u);
  EXPECT_GE(ends, 7u);  // episodes must have ended for their beginnings to be compared
  for (const unsigned threads : {2u, 3u, 7u, 20u}) EXPECT_EQ(history(7, threads, 3, 900), expected) << threads;
  EXPECT_NE(history(7, 1, 4, 900), expected);
}

/// An environment does not know how many there are beside it.
TEST_F(ManyEnvironments, StepEachAsOneAlone) {
  const auto together = history(3, 1, 3, 400);
  Environment alone(plan_, 2);
  std::vector<double> globals(plan_->space().globals.size());
  alone.reset(3, {globals, {}, {}});
  Random random(9, "actions of a test");
  for (std::size_t step = 1; step < together.size(); ++step) {
    std::vector<double> action(1);
    for (int i = 0; i < 3; ++i) action[0] = static_cast<double>(random.below(3));
    const Environment::Step one = alone.step(action, {globals, {}, {}});
    ASSERT_EQ(together[step].rewards[2], one.reward) << step;
    ASSERT_EQ(together[step].ended[2] != 0, one.ended) << step;
    if (one.ended) {
      const auto metrics = together[step].metrics.end() - static_cast<std::ptrdiff_t>(plan_->metrics().size());
      ASSERT_TRUE(std::equal(metrics, together[step].metrics.end(), alone.result().metrics.begin()));
      alone.reset({globals, {}, {}});
    }
    const auto row = together[step].globals.end() - static_cast<std::ptrdiff_t>(globals.size());
    ASSERT_TRUE(std::equal(globals.begin(), globals.end(), row)) << step;
  }
}

TEST_F(ManyEnvironments, AllocateNothingBetweenTheEndsOfEpisodes) {
  constexpr std::size_t count = 16;
  Environments environments(plan_, count);
  Arrays arrays(*plan_, count);
  environments.reset(1, arrays.buffers());
  const std::vector<std::int64_t> actions(count, 2);
  environments.step(actions, arrays.buffers());  // the first question fills what is kept
  int quiet = 0;
  for (int step = 0; step < 200; ++step) {
    const std::uint64_t before = allocations();
    environments.step(actions, arrays.buffers());
    if (std::count(arrays.ended.begin(), arrays.ended.end(), 1) != 0) continue;
    ++quiet;
    ASSERT_EQ(allocations(), before) << step;
  }
  EXPECT_GT(quiet, 20);
}

TEST_F(ManyEnvironments, TakeNumbersOrIndices) {
  Environments a(plan_, 4);
  Environments b(plan_, 4);
  Arrays of_a(*plan_, 4);
  Arrays of_b(*plan_, 4);
  a.reset(1, of_a.buffers());
  b.reset(1, of_b.buffers());
  for (int step = 0; step < 30; ++step) {
    a.step(std::vector<double>{0, 1, 2, 0}, of_a.buffers());
    b.step(std::vector<std::int64_t>{0, 1, 2, 0}, of_b.buffers());
    ASSERT_EQ(of_a, of_b);
  }
}

TEST_F(ManyEnvironments, CheckTheSizesOfArrays) {
  Environments environments(plan_, 4, 2);
  Arrays arrays(*plan_, 4);
  const auto expect = [&](auto&& call, const std::string& text) {
    try {
      call();
      ADD_FAILURE() << "no error: " << text;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr(text));
    }
  };
  expect([&] { environments.step(std::vector<double>(4, 0), arrays.buffers()); }, "call reset() first");
  environments.reset(1, arrays.buffers());
  expect([&] { environments.step(std::vector<double>(3, 0), arrays.buffers()); }, "3 numbers as actions, where 4");
  expect([&] { environments.step(std::vector<std::int64_t>(5, 0), arrays.buffers()); }, "5 indices as actions");
  Arrays small(*plan_, 3);
  expect([&] { environments.reset(1, small.buffers()); }, "places for global inputs");
  expect([&] { Environments none(plan_, 0); }, "at least one");
}

}  // namespace
}  // namespace syswright
