#include "domains/cache/bounds.h"

#include "base/error.h"
#include "domains/cache/belady.h"
#include "domains/cache/native.h"
#include "tests/domains/cache/exhaustive.h"
#include "tests/domains/cache/small_traces.h"

namespace syswright::cache {
namespace {

struct Tiny {
  std::shared_ptr<const Requests> requests;
  Window window;
  Capacity capacity;
};

Tiny tiny_case(std::uint64_t index) {
  Random random(1, "tiny bounds", index);
  const bool in_bytes = index % 3 != 0;
  const std::uint64_t n = 1 + random.below(11);
  const SmallTrace shape{.requests = n,
                         .objects = 1 + random.below(5),
                         .largest_size = static_cast<std::uint32_t>(1 + random.below(5)),
                         .sizes_change = index % 2 == 0};
  const auto requests = prepare(small_trace(shape, random));
  const std::uint64_t counted = index % 4 == 0 ? 0 : random.below(n);
  return {requests, {random.below(counted + 1), counted, n}, {1 + random.below(in_bytes ? 9 : 4), in_bytes}};
}

TEST(PfooL, IsNeverAboveTheOptimum) {
  std::uint64_t tight = 0, tight_warm = 0;
  for (std::uint64_t index = 0; index < 6000; ++index) {
    const Tiny test = tiny_case(index);
    const Exhaustive all(*test.requests, test.window, test.capacity);
    const MissBound bound = pfoo_l(*test.requests, test.window, test.capacity);
    const std::uint64_t misses = all.fewest(false);
    ASSERT_LE(bound.misses, misses) << index;
    ASSERT_LE(bound.bytes_missed, all.fewest(true)) << index;
    tight += bound.misses == misses;
    tight_warm += bound.misses == misses && test.window.begin < test.window.counted;
  }
  // On traces so short it is often reached; a bound that is never reached would pass the test above by being useless.
  EXPECT_GT(tight, 3000);
  EXPECT_GT(tight_warm, 500);
}

TEST(PfooL, AddsUpByHand) {
  // 3 bytes. Hits to be had: 1 (2 bytes) over 2 requests: 4 byte-requests; 2 (1 byte) over 3: 3; then 1 over 3: 6.
  //              0  1  2  3  4  5
  const auto requests = requests_of({1, 2, 1, 3, 2, 1}, {2, 1, 2, 3, 1, 2});
  // Space: 3 bytes after each of the first 5 requests: 15 >= 4 + 3 + 6, so all three hits.
  EXPECT_EQ(pfoo_l(*requests, whole(*requests), {3, true}).misses, 3);
  EXPECT_EQ(pfoo_l(*requests, whole(*requests), {3, true}).bytes_missed, 6);
  // 2 bytes: 10 hold 3 + 4 and half of 6: two hits. In bytes: 2 bytes for 4, 2 for 6, 1 for 3: 10 hold 4 + 6, 4 bytes.
  EXPECT_EQ(pfoo_l(*requests, whole(*requests), {2, true}).misses, 4);
  EXPECT_EQ(pfoo_l(*requests, whole(*requests), {2, true}).bytes_missed, 7);
  // 1 byte: only object 2 fits.
  EXPECT_EQ(pfoo_l(*requests, whole(*requests), {1, true}).misses, 5);
}

TEST(PfooL, ChargesOnlyTheCountedPartOfAnInterval) {
  // Object 1 lies in the cache through a long warm-up; only from just before `counted` on does it take space.
  const auto requests = requests_of({1, 2, 3, 4, 5, 1});
  EXPECT_EQ(pfoo_l(*requests, {0, 5, 6}, {1, false}).misses, 0);
  EXPECT_EQ(pfoo_l(*requests, {1, 5, 6}, {1, false}).misses, 1);
  EXPECT_EQ(pfoo_l(*requests, {0, 4, 6}, {1, false}).misses, 1);
}

TEST(CacheBounds, NoNativePolicyGoesBelowAProvableOne) {
  for (std::uint64_t index = 0; index < 300; ++index) {
    Random random(2, "bounds", index);
    const bool in_bytes = index % 2 == 0;
    const auto requests = prepare(small_trace(
        {.requests = 300, .objects = 5 + random.below(40), .largest_size = 12, .sizes_change = index % 4 < 2}, random));
    const Window window{0, random.below(200), 300};
    const Capacity capacity{1 + random.below(in_bytes ? 150 : 25), in_bytes};
    const std::vector<Bound> bounds = cache_bounds(*requests, window, capacity);
    for (const NativePolicy& policy : native_policies()) {
      const std::vector<double> metrics =
          metrics_of(replay_native(policy.name, *requests, window, capacity, {.seed = 1}).counts);
      for (const Bound& bound : bounds) {
        if (bound.provable) {
          ASSERT_LE(bound.value, metrics[bound.metric]) << policy.name << ", " << bound.name << ", case " << index;
        }
      }
    }
  }
}

std::vector<std::string> described(const std::vector<Bound>& bounds) {
  std::vector<std::string> lines;
  for (const Bound& bound : bounds) {
    lines.push_back(fmt::format("{} {} {}", bound.name, bound.metric, bound.provable ? "provable" : "reference"));
  }
  return lines;
}

TEST(CacheBounds, AreExactForEqualSizesAndRelaxedElse) {
  using Lines = std::vector<std::string>;
  const auto plain = requests_of({1, 2, 1, 3, 2, 1});
  EXPECT_EQ(described(cache_bounds(*plain, whole(*plain), {2, false})),
            (Lines{"min 0 provable", "min 1 provable", "belady 0 reference", "belady 1 reference"}));
  const auto sized = requests_of({1, 2, 1, 3, 2, 1}, {2, 1, 2, 3, 1, 2});
  EXPECT_EQ(described(cache_bounds(*sized, whole(*sized), {2, false})),
            (Lines{"min 0 provable", "pfoo_l 1 provable", "belady 0 reference", "belady 1 reference"}));
  EXPECT_EQ(described(cache_bounds(*sized, whole(*sized), {2, true})),
            (Lines{"pfoo_l 0 provable", "pfoo_l 1 provable", "belady 0 reference", "belady 1 reference",
                   "belady_size 0 reference", "belady_size 1 reference"}));
  const auto blocks = requests_of({1, 2, 1, 3, 2, 1}, std::vector<std::uint32_t>(6, 512));
  const std::vector<Bound> bounds = cache_bounds(*blocks, whole(*blocks), {1100, true});
  EXPECT_EQ(bounds[0].name, "min");
  EXPECT_EQ(bounds[0].value, static_cast<double>(fewest_misses(*blocks, whole(*blocks), 2)) / 6);
  EXPECT_EQ(cache_bounds(*blocks, whole(*blocks), {511, true})[0].value, 1);
}

TEST(CacheBounds, RefuseWhatReplayRefuses) {
  const auto requests = requests_of({1, 2});
  EXPECT_THROW(cache_bounds(*requests, {0, 0, 3}, {1, false}), InputError);
  EXPECT_THROW(pfoo_l(*requests, {0, 0, 2}, {0, true}), InputError);
}

}  // namespace
}  // namespace syswright::cache
