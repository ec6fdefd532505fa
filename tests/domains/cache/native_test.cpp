#include "domains/cache/native.h"

#include <cmath>
#include <set>

#include "base/error.h"
#include "domains/cache/auditor.h"
#include "domains/cache/native/lhd_model.h"
#include "domains/cache/native/lru.h"
#include "domains/cache/native/s3fifo.h"
#include "tests/domains/cache/slow_models.h"
#include "tests/domains/cache/small_traces.h"

namespace syswright::cache {
namespace {

struct Case {
  std::shared_ptr<const Requests> requests;
  Capacity capacity;
};

/// The index decides whether sizes exist, change, and count: each combination comes up.
Case random_case(std::uint64_t index) {
  Random random(20, "native test", index);
  SmallTrace shape;
  shape.requests = 20 + random.below(80);
  shape.objects = 2 + random.below(20);
  const bool in_bytes = index % 2 == 0;
  shape.largest_size = in_bytes || index % 3 == 0 ? 1 + static_cast<std::uint32_t>(random.below(8)) : 0;
  shape.sizes_change = index % 4 < 2;
  // Now and then large enough that a tenth and a hundredth of it are more than one object.
  const std::uint64_t capacity = index % 7 == 0 ? 100 + random.below(200) : 1 + random.below(in_bytes ? 40 : 12);
  if (index % 7 == 0) {
    shape.objects = in_bytes ? 80 : 300;
    shape.requests = 900;
  }
  return {prepare(small_trace(shape, random)), {capacity, in_bytes}};
}

/// The slow model's run, written as the log that a native policy should leave.
struct SlowRun {
  Counts counts;
  DecisionLog log;
};
SlowRun run_slow(slow::Model& model, const Case& test) {
  SlowRun run;
  const Requests& requests = *test.requests;
  for (std::uint64_t i = 0; i < requests.size(); ++i) {
    const std::uint32_t bytes = requests.has_sizes() ? requests.trace.sizes[i] : 1;
    std::vector<Object> evicted;
    const Reply reply = model.request(requests.objects[i], test.capacity.in_bytes ? bytes : 1, evicted);
    for (const Object object : evicted) run.log.records.push_back({i, evict_decision, requests.keys[object], 1});
    if (reply == Reply::bypassed) run.log.records.push_back({i, admit_decision, requests.trace.keys[i], 0});
    ++run.counts.requests;
    run.counts.bytes_requested += bytes;
    run.counts.misses += reply != Reply::hit;
    run.counts.bytes_missed += reply != Reply::hit ? bytes : 0;
    run.counts.bytes_written += reply == Reply::inserted ? bytes : 0;
  }
  return run;
}

/// Where two logs part, for people; empty if they are equal.
std::string first_difference(const DecisionLog& actual, const DecisionLog& expected) {
  const auto text = [](const DecisionLog& log, std::size_t i) {
    if (i >= log.records.size()) return std::string("nothing");
    const DecisionLog::Record& record = log.records[i];
    return fmt::format("{} {:x} at event {}", record.decision == evict_decision ? "evict" : "refuse", record.subject,
                       record.event);
  };
  for (std::size_t i = 0; i < std::max(actual.records.size(), expected.records.size()); ++i) {
    if (i < actual.records.size() && i < expected.records.size() && actual.records[i] == expected.records[i]) continue;
    return fmt::format("record {}: {}, expected {}", i, text(actual, i), text(expected, i));
  }
  return "";
}

TEST(NativePolicies, EqualSlowModelsOnThousandsOfSmallTraces) {
  int modelled = 0;
  for (const NativePolicy& policy : native_policies()) {
    const std::string name(policy.name);
    if (slow::make_model(name, 1) == nullptr) continue;
    ++modelled;
    for (std::uint64_t index = 0; index < 2100; ++index) {
      if (name == "hyperbolic" && index % 7 == 0) continue;  // more residents than it looks at
      const Case test = random_case(index);
      const auto model = slow::make_model(name, test.capacity.amount);
      const SlowRun expected = run_slow(*model, test);
      DecisionLog log;
      const ReplayResult result =
          replay_native(name, *test.requests, whole(*test.requests), test.capacity, {.log = &log});
      ASSERT_EQ(first_difference(log, expected.log), "") << name << ", case " << index;
      ASSERT_EQ(result.counts, expected.counts) << name << ", case " << index;
    }
  }
  EXPECT_EQ(modelled, 24);
}

TEST(NativePolicies, AuditCleanOnRandomTraces) {
  for (const NativePolicy& policy : native_policies()) {
    for (std::uint64_t index = 0; index < 500; ++index) {
      const Case test = random_case(index);
      const std::uint64_t n = test.requests->size();
      const Window window{n / 5, n / 2, n - n / 7};
      DecisionLog log;
      const ReplayResult result =
          replay_native(policy.name, *test.requests, window, test.capacity, {.seed = index, .log = &log});
      const Audit audited = audit(*test.requests, window, test.capacity, log);
      ASSERT_EQ(audited.violations, std::vector<std::string>{}) << policy.name << ", case " << index;
      ASSERT_EQ(audited.metrics, metrics_of(result.counts)) << policy.name << ", case " << index;
    }
  }
}

TEST(NativePolicies, ListeningChangesNothing) {
  for (const NativePolicy& policy : native_policies()) {
    for (std::uint64_t index = 0; index < 50; ++index) {
      const Case test = random_case(index);
      DecisionLog log;
      const Window window = whole(*test.requests);
      const auto silent = replay_native(policy.name, *test.requests, window, test.capacity, {.seed = 3});
      const auto logged = replay_native(policy.name, *test.requests, window, test.capacity, {.seed = 3, .log = &log});
      ASSERT_EQ(silent.counts, logged.counts) << policy.name << ", case " << index;
      ASSERT_EQ(silent.blocks, logged.blocks) << policy.name << ", case " << index;
    }
  }
}

TEST(NativePolicies, SeedMattersOnlyWhereDrawsAreMade) {
  const auto requests = prepare(small_trace({.requests = 20'000, .objects = 800}, Random(4, "seeds")));
  for (const NativePolicy& policy : native_policies()) {
    const auto misses = [&](std::uint64_t seed) {
      return replay_native(policy.name, *requests, whole(*requests), {100, false}, {.seed = seed}).counts.misses;
    };
    EXPECT_EQ(misses(1), misses(1)) << policy.name;
    const std::set<std::string_view> drawing{"random", "lhd", "hyperbolic", "lecar", "cacheus", "lrb"};
    const bool draws = drawing.contains(policy.name);
    EXPECT_EQ(misses(1) != misses(2), draws) << policy.name;
  }
}

// Under independent requests random eviction and FIFO have equal miss ratios in the long run.
// Source: Gelenbe, "A Unified Approach to the Evaluation of a Class of Replacement Algorithms", IEEE ToC C-22(6), 1973.
TEST(NativePolicies, RandomMissesAsOftenAsFifoUnderIndependentRequests) {
  const auto requests = prepare(small_trace({.requests = 1'000'000, .objects = 1000}, Random(5, "independent")));
  const Window window{0, 100'000, requests->size()};
  const auto misses = [&](std::string_view name) {
    return static_cast<double>(replay_native(name, *requests, window, {200, false}, {.seed = 9}).counts.misses);
  };
  // The counts are about 500,000 with a standard deviation below 1,000; LRU, for one, is 3 % away.
  EXPECT_NEAR(misses("random") / misses("fifo"), 1, 0.01);
  EXPECT_GT(misses("fifo") / misses("lru"), 1.01);
}

// Where objects count the same, frequency over size is frequency.
TEST(NativePolicies, LfuDaEqualsGdsfWithoutSizes) {
  const auto requests = prepare(small_trace({.requests = 50'000, .objects = 2000}, Random(10, "aging")));
  for (const std::uint64_t capacity : {10, 100, 700}) {
    const auto misses = [&](std::string_view name) {
      return replay_native(name, *requests, whole(*requests), {capacity, false}).counts.misses;
    };
    EXPECT_EQ(misses("lfuda"), misses("gdsf")) << capacity;
    EXPECT_NE(misses("lfuda"), misses("lfu")) << capacity;
  }
}

// The hand of SIEVE has not gone round before the cache has been turned over often enough; until then both evict the
// oldest object never hit since insertion.
TEST(NativePolicies, SieveEqualsLfuUntilItsHandComesRound) {
  std::vector<std::uint64_t> keys;
  for (std::uint64_t i = 0; i < 900; ++i) {
    keys.push_back(i);            // 900 that come once
    keys.push_back(i / 10 * 10);  // every tenth is hit at once and stays
  }
  const auto requests = requests_of(keys);
  for (const std::uint64_t capacity : {100, 300, 1000}) {
    const Capacity size{capacity, false};
    EXPECT_EQ(replay_native("sieve", *requests, whole(*requests), size).counts.misses,
              replay_native("lfu", *requests, whole(*requests), size).counts.misses);
  }
}

TEST(NativePolicies, ACopyIsAFork) {
  const auto requests = prepare(small_trace({.requests = 400, .objects = 60}, Random(6, "fork")));
  NoListener listener;
  S3Fifo<UnitSizes> policy({requests->object_count(), 20, 0});
  for (std::uint64_t i = 0; i < 200; ++i) policy.request(i, requests->objects[i], 1, listener);
  S3Fifo<UnitSizes> fork = policy;
  std::vector<Reply> first, second;
  for (std::uint64_t i = 200; i < 400; ++i) first.push_back(policy.request(i, requests->objects[i], 1, listener));
  for (std::uint64_t i = 200; i < 400; ++i) second.push_back(fork.request(i, requests->objects[i], 1, listener));
  EXPECT_EQ(first, second);
}

TEST(NativePolicies, EachIsDocumentedAndNamedOnce) {
  std::set<std::string_view> names;
  for (const NativePolicy& policy : native_policies()) {
    EXPECT_TRUE(names.insert(policy.name).second) << policy.name;
    EXPECT_FALSE(policy.doc.empty());
    EXPECT_FALSE(policy.source.empty());
  }
  for (const char* name :
       {"random", "fifo", "lru",   "lfu",        "clock",    "sieve",   "s3fifo", "arc",        "twoq",
        "slru",   "lhd",  "gdsf",  "wtinylfu",   "lfuda",    "lru2",    "lirs",   "hyperbolic", "qdlp",
        "mq",     "car",  "lecar", "second_hit", "clockpro", "cacheus", "s4fifo", "lrb"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(NativePolicies, AnUnknownNameIsRefusedWithTheNearest) {
  const auto requests = requests_of({1, 2});
  try {
    replay_native("siev", *requests, whole(*requests), {1, false});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("unknown cache policy 'siev'; did you mean 'sieve'?"));
    EXPECT_THAT(error.what(), testing::HasSubstr("(there are: random, fifo, lru"));
  }
}

TEST(Replay, WarmsBeforeItCounts) {
  const auto requests = requests_of({1, 2, 1, 3, 1, 2});
  // LRU of 2 objects: 1 and 2 miss, 1 hits, 3 misses (2 leaves), 1 hits, 2 misses.
  EXPECT_EQ(replay_native("lru", *requests, {0, 0, 6}, {2, false}).counts, (Counts{6, 4, 6, 4, 4}));
  EXPECT_EQ(replay_native("lru", *requests, {0, 2, 6}, {2, false}).counts, (Counts{4, 2, 4, 2, 2}));
  EXPECT_EQ(replay_native("lru", *requests, {2, 2, 6}, {2, false}).counts, (Counts{4, 3, 4, 3, 3}));
}

TEST(Replay, AnObjectKeepsTheSizeItCameInWith) {
  // 8 bytes: object 1 comes in with 2 and is asked for with 7; 2 (5 bytes) fits beside its 2, and 3 (1 byte) too.
  const auto requests = requests_of({1, 1, 2, 3, 1}, {2, 7, 5, 1, 7});
  const Counts counts = replay_native("lru", *requests, whole(*requests), {8, true}).counts;
  EXPECT_EQ(counts, (Counts{5, 3, 22, 8, 8}));
}

TEST(Replay, AnObjectLargerThanTheCacheIsBypassedWithoutEviction) {
  const auto requests = requests_of({1, 2, 1}, {4, 9, 4});
  for (const NativePolicy& policy : native_policies()) {
    DecisionLog log;
    const Capacity capacity{policy.name == "slru" ? 16u : 8u, true};
    if (policy.name == "s3fifo" || policy.name == "slru" || policy.name == "s4fifo" || policy.name == "qdlp" ||
        policy.name == "second_hit")
      continue;  // they bypass smaller objects too
    const Counts counts = replay_native(policy.name, *requests, whole(*requests), capacity, {.log = &log}).counts;
    EXPECT_EQ(counts, (Counts{3, 2, 17, 13, 4})) << policy.name;
    EXPECT_EQ(log.records, (std::vector<DecisionLog::Record>{{1, admit_decision, 2, 0}})) << policy.name;
  }
}

TEST(Replay, SegmentsBypassWhatTheyCannotHold) {
  // S3-FIFO, S4-FIFO and QD-LP-FIFO of 100 bytes: their small queues hold 10, not 11. SLRU of 40: its segments hold 10.
  const auto requests = requests_of({1, 2}, {10, 11});
  for (const auto& [name, capacity] :
       {std::pair("s3fifo", 100), std::pair("s4fifo", 100), std::pair("qdlp", 100), std::pair("slru", 40)}) {
    DecisionLog log;
    replay_native(name, *requests, whole(*requests), {static_cast<std::uint64_t>(capacity), true}, {.log = &log});
    EXPECT_EQ(log.records, (std::vector<DecisionLog::Record>{{1, admit_decision, 2, 0}})) << name;
  }
}

TEST(Replay, BlocksCutTheCountedRequestsEvenlyWhateverThePolicy) {
  for (const std::uint64_t counted : {1, 255, 511, 512, 16'383, 16'384, 100'003}) {
    const Window window{3, 7, 7 + counted};
    const std::uint64_t blocks = block_count(window);
    EXPECT_EQ(blocks, std::clamp<std::uint64_t>(counted / 256, 1, 64));
    EXPECT_EQ(block_begin(window, 0), window.counted);
    EXPECT_EQ(block_begin(window, blocks), window.end);
    for (std::uint64_t block = 0; block < blocks; ++block) {
      const std::uint64_t length = block_begin(window, block + 1) - block_begin(window, block);
      EXPECT_GE(length, counted / blocks);
      EXPECT_LE(length, counted / blocks + 1);
    }
  }
}

TEST(Replay, BlocksAddUpToTheCounts) {
  const auto requests = prepare(small_trace({.requests = 5000, .objects = 300}, Random(7, "blocks")));
  const Window window{0, 1000, 4999};
  const ReplayResult result = replay_native("arc", *requests, window, {50, false});
  double cost = 0, weight = 0;
  for (const Block& block : result.blocks) {
    cost += block.cost;
    weight += block.weight;
  }
  EXPECT_EQ(result.blocks.size(), 3999 / 256);
  EXPECT_EQ(cost, static_cast<double>(result.counts.misses));
  EXPECT_EQ(weight, static_cast<double>(result.counts.requests));
  EXPECT_EQ(weight, 3999);
}

TEST(Replay, StopsWhenAskedTo) {
  const auto requests = prepare(small_trace({.requests = 200'000, .objects = 300}, Random(8, "stop")));
  std::stop_source source;
  source.request_stop();
  const ReplayResult result =
      replay_native("lru", *requests, whole(*requests), {50, false}, {.stop = source.get_token()});
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.counts.requests, 0);
}

TEST(Replay, RefusesWindowsThatDoNotFitAndEmptyCaches) {
  const auto requests = requests_of({1, 2, 3});
  EXPECT_THROW(replay_native("lru", *requests, {0, 0, 4}, {1, false}), InputError);
  EXPECT_THROW(replay_native("lru", *requests, {0, 3, 3}, {1, false}), InputError);
  EXPECT_THROW(replay_native("lru", *requests, {2, 1, 3}, {1, false}), InputError);
  EXPECT_THROW(replay_native("lru", *requests, {0, 0, 3}, {0, false}), InputError);
}

TEST(LhdModel, ClassesAreLogarithmsOfTheLastAges) {
  EXPECT_EQ(LhdModel::class_of(0), 15);      // never: nothing is sooner
  EXPECT_EQ(LhdModel::class_of(20'000), 0);  // not hit yet
  EXPECT_EQ(LhdModel::class_of(19'999), 1);
  EXPECT_EQ(LhdModel::class_of(10'000), 1);
  EXPECT_EQ(LhdModel::class_of(9'999), 2);
  EXPECT_EQ(LhdModel::class_of(1), 15);
}

// Hit density at age a: hits at a or later over the time that objects of that age go on to spend, both summed here over
// events one by one.
TEST(LhdModel, DensityIsHitsOverTimeStillSpent) {
  LhdModel model;
  struct Event {
    std::uint64_t age;
    bool hit;
  };
  std::vector<Event> events;
  Random random(9, "lhd events");
  for (int i = 0; i < 300; ++i) events.push_back({random.below(40), random.chance(0.6)});
  for (const Event& event : events) event.hit ? model.hit(3, event.age) : model.evicted(3, event.age);
  model.reconfigure(100);
  for (std::uint64_t age = 0; age < 39; ++age) {
    double hits = 0, time = 0;
    for (const Event& event : events) {
      if (event.age < age) continue;
      hits += event.hit;
      time += static_cast<double>(event.age - age + 1);
    }
    EXPECT_NEAR(model.density(3, age), hits / time, 1e-5) << age;
  }
}

}  // namespace
}  // namespace syswright::cache
