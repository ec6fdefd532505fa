#include "domains/cache/belady.h"

#include <set>

#include "base/error.h"
#include "domains/cache/auditor.h"
#include "domains/cache/native.h"
#include "domains/cache/position_set.h"
#include "tests/domains/cache/exhaustive.h"
#include "tests/domains/cache/small_traces.h"

namespace syswright::cache {
namespace {

TEST(PositionSet, ActsAsAnOrderedSet) {
  for (const std::size_t limit : {1, 63, 64, 65, 4096, 4097, 300'000}) {
    PositionSet set(limit);
    std::set<std::size_t> reference;
    Random random(1, "positions", limit);
    for (int i = 0; i < 5000; ++i) {
      const std::size_t position = random.below(limit);
      if (random.chance(0.5)) {
        set.insert(position);
        reference.insert(position);
      } else {
        set.erase(position);
        reference.erase(position);
      }
      ASSERT_EQ(set.contains(position), reference.contains(position));
      ASSERT_EQ(set.empty(), reference.empty());
      if (reference.empty()) continue;
      ASSERT_EQ(set.largest(), *reference.rbegin()) << limit;
    }
  }
}

TEST(NextRequests, CountFromTheBeginningOfThePart) {
  const auto requests = requests_of({5, 7, 5, 7, 8, 5});
  EXPECT_EQ(next_requests(*requests, 0, 6), (std::vector<std::uint32_t>{2, 3, 5, never, never, never}));
  EXPECT_EQ(next_requests(*requests, 1, 5), (std::vector<std::uint32_t>{2, never, never, never}));
}

// Every choice tried, at equal sizes: bypassing allowed and forced admission, without and with a warm-up.
TEST(Belady, IsTheOptimumOfEveryTinyTrace) {
  for (std::uint64_t index = 0; index < 3000; ++index) {
    Random random(2, "tiny", index);
    const auto requests =
        prepare(small_trace({.requests = 1 + random.below(14), .objects = 1 + random.below(6)}, random));
    const std::uint64_t n = requests->size();
    const Capacity capacity{1 + random.below(4), false};
    const Exhaustive cold(*requests, whole(*requests), capacity);
    ASSERT_EQ(fewest_misses(*requests, whole(*requests), capacity.amount), cold.fewest(false)) << index;
    ASSERT_EQ(replay_belady(*requests, whole(*requests), capacity).counts.misses, cold.fewest(false, Admission::forced))
        << index;
    const std::uint64_t counted = random.below(n);
    const Window warm{random.below(counted + 1), counted, n};
    ASSERT_EQ(fewest_misses(*requests, warm, capacity.amount), Exhaustive(*requests, warm, capacity).fewest(false))
        << index;
  }
}

TEST(Belady, RefusingHelpsWhereAnObjectComesOnce) {
  // One place: taking 2 in drives 1 out.
  const auto requests = requests_of({1, 2, 1});
  EXPECT_EQ(replay_belady(*requests, whole(*requests), {1, false}).counts.misses, 3);
  EXPECT_EQ(fewest_misses(*requests, whole(*requests), 1), 2);
}

TEST(Belady, WarmStartHoldsTheBestOfWhatWasSeen) {
  // Two places: 1 and 3 are asked for again, 2 is not, 4 was never seen.
  const auto requests = requests_of({1, 2, 3, 1, 4, 3});
  EXPECT_EQ(fewest_misses(*requests, {0, 3, 6}, 2), 1);
  EXPECT_EQ(fewest_misses(*requests, {2, 3, 6}, 2), 2);  // 1 was seen before the window only
}

TEST(Belady, NoNativePolicyGoesBelow) {
  for (std::uint64_t index = 0; index < 200; ++index) {
    Random random(3, "below", index);
    const auto requests = prepare(small_trace({.requests = 300, .objects = 5 + random.below(40)}, random));
    const Window window{0, random.below(200), 300};
    const std::uint64_t capacity = 1 + random.below(30);
    const std::uint64_t fewest = fewest_misses(*requests, window, capacity);
    ASSERT_LE(fewest, replay_belady(*requests, window, {capacity, false}).counts.misses);
    for (const NativePolicy& policy : native_policies()) {
      ASSERT_LE(fewest, replay_native(policy.name, *requests, window, {capacity, false}).counts.misses) << policy.name;
    }
  }
}

TEST(Belady, ReplaysAuditClean) {
  for (std::uint64_t index = 0; index < 400; ++index) {
    Random random(4, "clairvoyant audit", index);
    const bool in_bytes = index % 2 == 0;
    const auto requests = prepare(
        small_trace({.requests = 200, .objects = 30, .largest_size = 9, .sizes_change = index % 4 < 2}, random));
    const Window window{20, 60, 190};
    const Capacity capacity{1 + random.below(60), in_bytes};
    for (const auto replay : {replay_belady, replay_belady_size}) {
      DecisionLog log;
      const ReplayResult result = replay(*requests, window, capacity, {.log = &log});
      const Audit audited = audit(*requests, window, capacity, log);
      ASSERT_EQ(audited.violations, std::vector<std::string>{}) << index;
      ASSERT_EQ(audited.metrics, metrics_of(result.counts)) << index;
    }
  }
}

// With sizes below 256 every size has a class of its own, so the choice is the greatest product of all residents.
TEST(BeladySize, EvictsTheGreatestProductOfSizeAndDistance) {
  for (std::uint64_t index = 0; index < 500; ++index) {
    Random random(5, "belady size", index);
    const auto requests = prepare(small_trace({.requests = 80, .objects = 15, .largest_size = 20}, random));
    const Capacity capacity{20 + random.below(60), true};
    const std::vector<std::uint32_t> next = next_requests(*requests, 0, requests->size());

    std::map<Object, std::pair<std::uint32_t, std::uint32_t>> held;  // object → next request, size
    std::uint64_t misses = 0, used = 0;
    const auto space = [&](const auto& item, std::uint64_t now) {
      return item.second.first == never ? ~std::uint64_t{0} : (item.second.first - now) * item.second.second;
    };
    DecisionLog log;
    replay_belady_size(*requests, whole(*requests), capacity, {.log = &log});
    auto record = log.records.begin();
    for (std::uint64_t now = 0; now < requests->size(); ++now) {
      const Object object = requests->objects[now];
      if (held.contains(object)) {
        held[object].first = next[now];
        continue;
      }
      ++misses;
      const std::uint32_t size = requests->trace.sizes[now];
      std::uint64_t greatest = 0;
      while (used + size > capacity.amount) {
        for (const auto& item : held) greatest = std::max(greatest, space(item, now));
        // Which of equals leaves is free: take what the replay took, and see that it is among the greatest.
        ASSERT_NE(record, log.records.end());
        const auto victim = std::find_if(
            held.begin(), held.end(), [&](const auto& item) { return requests->keys[item.first] == record->subject; });
        ASSERT_NE(victim, held.end());
        ASSERT_EQ(space(*victim, now), greatest) << index;
        used -= victim->second.second;
        held.erase(victim);
        ++record;
        greatest = 0;
      }
      used += size;
      held[object] = {next[now], size};
    }
    ASSERT_EQ(misses, replay_belady_size(*requests, whole(*requests), capacity).counts.misses);
  }
}

TEST(BeladySize, EqualsBeladyAtEqualSizes) {
  const auto requests = prepare(small_trace({.requests = 3000, .objects = 200}, Random(6, "equal")));
  for (const std::uint64_t capacity : {1, 10, 50}) {
    EXPECT_EQ(replay_belady_size(*requests, whole(*requests), {capacity, false}).counts.misses,
              replay_belady(*requests, whole(*requests), {capacity, false}).counts.misses);
  }
}

TEST(Belady, RefusesWhatReplayRefuses) {
  const auto requests = requests_of({1, 2});
  EXPECT_THROW(fewest_misses(*requests, {0, 0, 3}, 1), InputError);
  EXPECT_THROW(fewest_misses(*requests, {0, 0, 2}, 0), InputError);
  EXPECT_THROW(replay_belady(*requests, {0, 2, 2}, {1, false}), InputError);
  EXPECT_THROW(replay_belady_size(*requests, {0, 0, 2}, {0, true}), InputError);
}

}  // namespace
}  // namespace syswright::cache
