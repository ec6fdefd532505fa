#include "domains/transactions/search.h"

#include <gtest/gtest.h>

#include <map>

#include "domains/transactions/auditor.h"
#include "domains/transactions/bounds.h"
#include "tests/domains/transactions/small_batches.h"

namespace syswright::transactions {
namespace {

double audited_makespan(const Instance& batch, const std::vector<std::uint32_t>& order) {
  Violations violations;
  const double makespan = audit_order(batch, log_of(order).records, violations)[0];
  EXPECT_TRUE(violations.take().empty());
  return makespan;
}

/// Two transactions: the second reads, at its first tick, what the first writes at its third. It starts at tick 4.
TEST(Separation, IsFromTheLastWriteToTheRead) {
  Instance batch;
  batch.keys = {"k"};
  batch.transactions = {
      {"writer", 5, {{3, 0, true}, {5, 0, false}}}, {"reader", 2, {{1, 0, false}}}, {"other", 4, {{4, 0, true}}}};
  batch = finished(std::move(batch));
  EXPECT_EQ(batch.separation->between(0, 1), 3);
  EXPECT_EQ(makespan_of(batch, {0, 1}), 5);
  // A reader keeps a writer away, and nobody who reads: the write of `other` comes after the read at tick 5.
  EXPECT_EQ(batch.separation->between(0, 2), 2);
  EXPECT_EQ(batch.separation->between(1, 0), 1 - 3 + 1);
  EXPECT_EQ(batch.separation->between(1, 1), Separation::none);
  EXPECT_FALSE(batch.separation->conflict(1, 1));
  EXPECT_TRUE(batch.separation->conflict(0, 1));
}

TEST(Separation, AgreesWithTheRuleOperationByOperation) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Instance batch = small_batch(seed, 2 + seed % 9, 1 + seed % 5);
    std::vector<std::uint32_t> order = identity(batch.transactions.size());
    for (std::uint64_t shuffle = 0; shuffle < 5; ++shuffle) {
      EXPECT_EQ(makespan_of(batch, order), audited_makespan(batch, order)) << "seed " << seed;
      Random(seed, "orders", shuffle).shuffle(std::span(order));
    }
  }
}

std::int32_t least_makespan(const Instance& batch) {
  std::vector<std::uint32_t> order = identity(batch.transactions.size());
  std::int32_t least = makespan_of(batch, order);
  while (std::next_permutation(order.begin(), order.end())) least = std::min(least, makespan_of(batch, order));
  return least;
}

TEST(MakespanBounds, AreBelowTheOptimumAndOftenMeetIt) {
  int met = 0;
  constexpr int batches = 150;
  for (int seed = 0; seed < batches; ++seed) {
    const auto number = static_cast<std::uint64_t>(seed);
    const Instance batch = small_batch(number, 2 + number % 5, 1 + number % 3);
    const std::int32_t least = least_makespan(batch);
    const MakespanBounds bounds = makespan_bounds(batch);
    EXPECT_LE(bounds.best(), least) << "seed " << seed;
    met += bounds.best() == least ? 1 : 0;
  }
  EXPECT_GE(met, batches / 2);
}

/// Four that write one key at their only tick: one after another.
TEST(MakespanBounds, CountAChainOfWriters) {
  Instance batch;
  batch.keys = {"k"};
  for (int i = 0; i < 4; ++i) batch.transactions.push_back({"w", 3, {{2, 0, true}}});
  batch = finished(std::move(batch));
  EXPECT_EQ(makespan_bounds(batch).longest, 3);
  EXPECT_EQ(makespan_bounds(batch).chain, 3 + 3);
  EXPECT_EQ(least_makespan(batch), 6);
}

TEST(SearchOrder, FindsTheOptimumOfSmallBatches) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Instance batch = small_batch(seed, 6, 2);
    EXPECT_EQ(makespan_of(batch, search_order(batch, {1, 3000, {}})), least_makespan(batch)) << "seed " << seed;
  }
}

TEST(SearchOrder, IsAnOrderNoWorseThanGreedyAndTheSameAgain) {
  for (const Kind kind : {Kind::dense, Kind::mixed, Kind::sparse}) {
    const Instance batch = generate({kind, 5, 1, 60});
    const std::vector<std::uint32_t> order = search_order(batch, {1, 20'000, {}});
    EXPECT_EQ(order, search_order(batch, {1, 20'000, {}}));
    std::vector<std::uint32_t> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted, identity(60));
    EXPECT_EQ(makespan_of(batch, order), audited_makespan(batch, order));
    EXPECT_LE(makespan_of(batch, order), makespan_of(batch, greedy_order(batch)));
    EXPECT_GE(makespan_of(batch, order), makespan_bounds(batch).best());
  }
}

/// More ticks than a short holds: the wide lanes must agree with the placing.
TEST(SearchOrder, TakesBatchesOfManyTicks) {
  Instance batch = small_batch(3, 8, 2);
  for (Transaction& transaction : batch.transactions) transaction.length += 3000;
  batch = finished(std::move(batch));
  const std::vector<std::uint32_t> order = search_order(batch, {1, 2000, {}});
  EXPECT_EQ(makespan_of(batch, order), audited_makespan(batch, order));
  EXPECT_EQ(makespan_of(batch, order), least_makespan(batch));
}

}  // namespace
}  // namespace syswright::transactions
