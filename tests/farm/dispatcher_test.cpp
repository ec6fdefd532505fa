#include "farm/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"
#include "farm/scaling.h"

namespace syswright {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<Dispatcher::Job> costs(const std::vector<double>& costs) {
  std::vector<Dispatcher::Job> jobs;
  for (const double cost : costs) jobs.push_back({.cost = cost});
  return jobs;
}

std::vector<std::size_t> jobs_for(const std::vector<Dispatcher::Order>& orders, std::size_t worker) {
  std::vector<std::size_t> jobs;
  for (const Dispatcher::Order& order : orders) {
    if (order.worker == worker) jobs.push_back(order.job);
  }
  return jobs;
}

TEST(Dispatcher, GivesTheCostliestFirstAndNoMoreThanAWorkerMayHold) {
  const std::vector<unsigned> threads{1, 1};
  Dispatcher dispatcher(costs({1, 5, 3, 4, 2}), threads);
  const auto orders = dispatcher.orders(0);
  EXPECT_THAT(jobs_for(orders, 0), ElementsAre(1, 2));
  EXPECT_THAT(jobs_for(orders, 1), ElementsAre(3, 4));
  EXPECT_THAT(dispatcher.orders(0), IsEmpty());
  std::vector<std::size_t> cancel;
  EXPECT_TRUE(dispatcher.answered(1, 3, 4, cancel));
  EXPECT_THAT(jobs_for(dispatcher.orders(4), 1), ElementsAre(0));
}

TEST(Dispatcher, AnIdleWorkerStealsWhatWaitsBehindOthers) {
  const std::vector<unsigned> threads{1, 1};
  Dispatcher dispatcher(costs({9, 8, 1, 1}), threads);
  dispatcher.orders(0);  // 0: jobs 0 and 2; 1: jobs 1 and 3
  std::vector<std::size_t> cancel;
  dispatcher.answered(1, 1, 8, cancel);
  EXPECT_THAT(dispatcher.orders(8), IsEmpty()) << "it has one of its own";
  dispatcher.answered(1, 3, 1, cancel);
  EXPECT_THAT(jobs_for(dispatcher.orders(9), 1), ElementsAre(2));
  EXPECT_EQ(dispatcher.stolen(), 1u);
  EXPECT_TRUE(dispatcher.answered(1, 2, 1, cancel));
  EXPECT_THAT(cancel, ElementsAre(0));
  EXPECT_FALSE(dispatcher.answered(0, 2, 1, cancel)) << "the second answer does not count";
  EXPECT_FALSE(dispatcher.done());
  EXPECT_TRUE(dispatcher.answered(0, 0, 9, cancel));
  EXPECT_TRUE(dispatcher.done());
}

TEST(Dispatcher, GivesAStragglersJobToAnother) {
  const std::vector<unsigned> threads{1, 1};
  Dispatcher dispatcher(costs({1, 1}), threads, {.held_per_thread = 1});
  dispatcher.orders(0);
  std::vector<std::size_t> cancel;
  dispatcher.answered(0, 0, 1, cancel);
  EXPECT_THAT(dispatcher.orders(1), IsEmpty());
  EXPECT_THAT(dispatcher.orders(2.9), IsEmpty());
  EXPECT_THAT(jobs_for(dispatcher.orders(3), 0), ElementsAre(1));
  EXPECT_EQ(dispatcher.reissued(), 1u);
  EXPECT_THAT(dispatcher.orders(30), IsEmpty()) << "two copies are enough";
}

TEST(Dispatcher, GivesPinnedJobsToTheirWorkerOnly) {
  std::vector<Dispatcher::Job> jobs = costs({1, 2, 3, 4});
  jobs[0].pinned = jobs[3].pinned = 0;
  const std::vector<unsigned> threads{1, 1};
  Dispatcher dispatcher(jobs, threads);
  const auto orders = dispatcher.orders(0);
  EXPECT_THAT(jobs_for(orders, 0), ElementsAre(3, 0));
  EXPECT_THAT(jobs_for(orders, 1), ElementsAre(2, 1));
  std::vector<std::size_t> cancel;
  dispatcher.answered(1, 2, 3, cancel);
  dispatcher.answered(1, 1, 2, cancel);
  EXPECT_THAT(dispatcher.orders(100), IsEmpty());
}

// Whatever answers come, in whatever order, from whichever holder: each job is answered once, and none is forgotten.
TEST(Dispatcher, EndsWhateverTheOrderOfAnswers) {
  for (std::uint64_t round = 0; round < 300; ++round) {
    Random random(3, "dispatch", round);
    std::vector<Dispatcher::Job> jobs(random.below(40));
    std::vector<unsigned> threads(1 + random.below(6));
    for (unsigned& count : threads) count = 1 + static_cast<unsigned>(random.below(3));
    for (Dispatcher::Job& job : jobs) {
      job.cost = random.uniform(0, 10);
      if (random.below(5) == 0) job.pinned = random.below(threads.size());
    }
    Dispatcher dispatcher(jobs, threads);
    std::vector<Dispatcher::Order> out;
    std::set<std::size_t> counted;
    for (double now = 0; !dispatcher.done(); now += random.uniform(0, 3)) {
      for (const Dispatcher::Order& order : dispatcher.orders(now)) {
        EXPECT_TRUE(jobs[order.job].pinned == Dispatcher::none || jobs[order.job].pinned == order.worker);
        out.push_back(order);
      }
      ASSERT_FALSE(out.empty()) << "nothing runs, and it is not done";
      const std::size_t at = random.below(out.size());
      const Dispatcher::Order order = out[at];
      out.erase(out.begin() + static_cast<std::ptrdiff_t>(at));
      std::vector<std::size_t> cancel;
      const bool first = dispatcher.answered(order.worker, order.job, random.uniform(0, 5), cancel);
      EXPECT_EQ(first, counted.insert(order.job).second);
      for (const std::size_t worker : cancel) {
        std::erase_if(out, [&](const Dispatcher::Order& o) { return o.worker == worker && o.job == order.job; });
      }
    }
    EXPECT_EQ(counted.size(), jobs.size());
  }
}

std::vector<RecordedBatch> even_batches(std::size_t batches, std::size_t jobs, double seconds) {
  return std::vector<RecordedBatch>(batches, {.thinking = 0, .seconds = std::vector<double>(jobs, seconds)});
}

TEST(Scaling, DividesTheTimeAmongWorkersWhereLettersCostNothing) {
  const auto batches = even_batches(3, 64, 0.5);
  for (const std::size_t ranks : {1, 2, 4, 8, 64}) {
    EXPECT_NEAR(simulate_scaling(batches, {.ranks = ranks}).seconds, 3 * 0.5 * 64 / static_cast<double>(ranks), 1e-9);
  }
  EXPECT_NEAR(simulate_scaling(batches, {.ranks = 1000}).seconds, 1.5, 1e-9) << "no more than a batch at once";
  EXPECT_NEAR(simulate_scaling(batches, {.ranks = 8, .threads = 8}).seconds, 1.5, 1e-9);
}

TEST(Scaling, IsBoundedByTheLeadersLettersAndThinking) {
  auto batches = even_batches(2, 1000, 0.001);
  batches[0].thinking = batches[1].thinking = 3;
  const ScalingResult result = simulate_scaling(batches, {.ranks = 1000, .leader_seconds = 0.01});
  EXPECT_GE(result.seconds, 6.0);
  EXPECT_EQ(result.thinking, 6);
  const ScalingResult alone = simulate_scaling(batches, {.ranks = 1, .leader_seconds = 0.01});
  EXPECT_NEAR(alone.seconds, 6 + 2, 1e-9) << "it writes itself no letters";
  EXPECT_EQ(alone.letters, 0u);
}

TEST(Scaling, ASlowRankHoldsNobodyUpForLong) {
  const auto batches = even_batches(1, 400, 0.1);
  const double even = simulate_scaling(batches, {.ranks = 4}).seconds;
  const double slow = simulate_scaling(batches, {.ranks = 4, .slow_rank = 2, .slowness = 1000}).seconds;
  EXPECT_NEAR(even, 10, 1e-9);
  EXPECT_LT(slow, 1.4 * even);  // a quarter of the workers is lost: 4/3
  const auto many = even_batches(100, 40, 0.02);
  EXPECT_LT(simulate_scaling(many, {.ranks = 2, .slow_rank = 1, .slowness = 20}).seconds,
            1.15 * simulate_scaling(many, {.ranks = 1}).seconds)
      << "worse than alone by no more than what a look at stragglers costs in each batch";
  const double patient =
      simulate_scaling(batches, {.ranks = 4, .slow_rank = 2, .slowness = 1000, .dispatch = {.copies = 1}}).seconds;
  EXPECT_GE(patient, 100) << "without copies its job is waited for";
}

}  // namespace
}  // namespace syswright
