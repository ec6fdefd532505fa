#include "farm/thread_farm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <mutex>
#include <new>
#include <set>

#include "base/error.h"
#include "tests/support/synthetic_scenario.h"

namespace syswright {
namespace {

using testing_support::all_pairs;
using testing_support::SyntheticScenario;

ScenarioPtr scenario(std::string name, std::uint64_t events = 10, SyntheticScenario::Hook hook = {}) {
  return std::make_shared<SyntheticScenario>(std::move(name), events, std::move(hook));
}

std::vector<Job> varied_jobs() {
  return all_pairs(40, {scenario("short", 1), scenario("long", 5000), scenario("middle", 200)});
}

TEST(ThreadFarm, GivesWhatOneThreadGivesForAnyNumberOfThreads) {
  const std::vector<Job> jobs = varied_jobs();
  const std::vector<Evaluation> expected = SerialEvaluator().evaluate(jobs);
  for (unsigned threads : {1, 2, 3, 8, 32}) {
    ThreadFarm farm(threads);
    EXPECT_EQ(farm.threads(), threads);
    for (int round = 0; round < 20; ++round) ASSERT_EQ(farm.evaluate(jobs), expected) << threads << " threads";
  }
}

TEST(ThreadFarm, TakesManySmallBatches) {
  ThreadFarm farm(4);
  const std::vector<Job> jobs = all_pairs(3, {scenario("short", 1)});
  const std::vector<Evaluation> expected = SerialEvaluator().evaluate(jobs);
  for (int round = 0; round < 5000; ++round) ASSERT_EQ(farm.evaluate(jobs), expected);
  EXPECT_TRUE(farm.evaluate({}).empty());
  EXPECT_EQ(farm.evaluate(std::span(jobs).first(1)).front(), expected.front());
}

TEST(ThreadFarm, UsesAllItsThreadsAtOnce) {
  // Each job waits until four of them run: with fewer threads this would never end.
  std::barrier together(4);
  const auto waiting =
      scenario("waiting", 1, [&](const Policy&, const EvaluationOptions&) { together.arrive_and_wait(); });
  ThreadFarm farm(4);
  EXPECT_EQ(farm.evaluate(all_pairs(8, {waiting})).size(), 8u);
}

TEST(ThreadFarm, BeginsWithTheLongest) {
  std::vector<std::string> order;
  const auto note = [&](const std::string& name) {
    return [&order, name](const Policy&, const EvaluationOptions&) { order.push_back(name); };
  };
  ThreadFarm farm(1);
  farm.evaluate(all_pairs(1, {scenario("a", 5, note("a")), scenario("b", 500, note("b")), scenario("c", 5, note("c")),
                              scenario("d", 50, note("d"))}));
  EXPECT_THAT(order, testing::ElementsAre("b", "d", "a", "c"));
}

TEST(ThreadFarm, DefaultIsAsManyThreadsAsTheMachineRuns) {
  EXPECT_EQ(ThreadFarm().threads(), std::max(1u, std::thread::hardware_concurrency()));
}

TEST(ThreadFarm, ThrowsTheFirstErrorInTheOrderOfTheJobs) {
  const auto failing = scenario("failing", 1, [](const Policy& policy, const EvaluationOptions&) {
    if (policy.name() == "p7" || policy.name() == "p20" || policy.name() == "p31") throw InputError(policy.name());
  });
  for (unsigned threads : {1, 2, 8}) {
    ThreadFarm farm(threads);
    for (int round = 0; round < 50; ++round) {
      try {
        farm.evaluate(all_pairs(40, {failing}));
        FAIL();
      } catch (const InputError& error) {
        ASSERT_STREQ(error.what(), "p7");
      }
    }
    // And works on after it.
    EXPECT_EQ(farm.evaluate(varied_jobs()), SerialEvaluator().evaluate(varied_jobs()));
  }
}

TEST(ThreadFarm, CancelsWhatHasNotBegunWhenAStopIsAskedFor) {
  std::stop_source source;
  std::atomic<int> begun = 0;
  const auto stopping = scenario("stopping", 1, [&](const Policy&, const EvaluationOptions& options) {
    EXPECT_TRUE(options.stop.stop_possible());
    if (begun.fetch_add(1) + 1 == 5) source.request_stop();
  });
  for (unsigned threads : {1, 4}) {
    source = {};
    begun = 0;
    ThreadFarm farm(threads);
    const std::vector<Evaluation> results = farm.evaluate(all_pairs(100, {stopping}), source.get_token());
    int done = 0;
    for (const Evaluation& result : results) done += result.status == Evaluation::Status::ok ? 1 : 0;
    EXPECT_EQ(done, begun.load());
    EXPECT_GE(done, 5);
    EXPECT_LE(done, 5 + static_cast<int>(threads));
    for (const Evaluation& result : results) EXPECT_NE(result.status, Evaluation::Status::failed);
  }
}

TEST(ThreadFarm, AStopFromTheStartCancelsEverything) {
  std::stop_source source;
  source.request_stop();
  ThreadFarm farm(3);
  for (const Evaluation& result : farm.evaluate(varied_jobs(), source.get_token())) {
    EXPECT_EQ(result.status, Evaluation::Status::cancelled);
  }
}

TEST(ThreadFarm, TriesAgainAloneWhatRanOutOfMemory) {
  std::mutex mutex;
  std::multiset<std::string> tries;
  const auto hungry = scenario("hungry", 1, [&](const Policy& policy, const EvaluationOptions&) {
    const std::lock_guard lock(mutex);
    tries.insert(policy.name());
    if (policy.name() == "p2") throw std::bad_alloc();
    if (policy.name() == "p5" && tries.count("p5") == 1) throw std::bad_alloc();
  });
  const std::vector<Job> jobs = all_pairs(8, {hungry});
  const std::vector<Evaluation> expected = SerialEvaluator().evaluate(all_pairs(8, {scenario("hungry", 1)}));
  ThreadFarm farm(4);
  const std::vector<Evaluation> results = farm.evaluate(jobs);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (i != 2) {
      EXPECT_EQ(results[i], expected[i]) << i;
    }
  }
  EXPECT_EQ(results[2].status, Evaluation::Status::failed);
  EXPECT_THAT(results[2].failure, testing::HasSubstr("ran out of memory"));
  EXPECT_TRUE(results[2].metrics.empty());
  EXPECT_EQ(tries.count("p2"), 2u);
  EXPECT_EQ(tries.count("p5"), 2u);
  EXPECT_EQ(tries.count("p1"), 1u);
}

TEST(ThreadFarm, ACrashIsAFailureOfItsPolicyAlone) {
  const auto crashing = scenario("crashing", 1, [](const Policy& policy, const EvaluationOptions&) {
    if (policy.name() == "p3") throw std::out_of_range("no slot 7");
  });
  const std::vector<Evaluation> expected = SerialEvaluator().evaluate(all_pairs(8, {scenario("crashing", 1)}));
  for (unsigned threads : {1, 4}) {
    ThreadFarm farm(threads);
    const std::vector<Evaluation> results = farm.evaluate(all_pairs(8, {crashing}));
    ASSERT_EQ(results.size(), 8u);
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (i != 3) {
        EXPECT_EQ(results[i], expected[i]) << i;
      }
    }
    EXPECT_EQ(results[3].status, Evaluation::Status::failed);
    EXPECT_EQ(results[3].failure, "policy 'p3' crashed the evaluation: no slot 7");
    EXPECT_EQ(results[3].metrics, (std::vector<double>{1, 1, 1}));
  }
}

TEST(ThreadFarm, CallersTakeTurns) {
  ThreadFarm farm(3);
  const std::vector<Job> jobs = varied_jobs();
  const std::vector<Evaluation> expected = SerialEvaluator().evaluate(jobs);
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int round = 0; round < 20; ++round) wrong += farm.evaluate(jobs) == expected ? 0 : 1;
    });
  }
  callers.clear();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace syswright
