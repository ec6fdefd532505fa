#include "trace/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "base/error.h"
#include "trace/generator.h"

namespace syswright::trace {
namespace {

using testing::ElementsAre;

CacheTrace of(std::vector<std::uint64_t> keys, std::vector<std::uint32_t> sizes = {}) {
  CacheTrace trace;
  trace.keys = std::move(keys);
  trace.sizes = std::move(sizes);
  return trace;
}

TEST(TraceProfile, SpreadsReusesByDistance) {
  // Distances: - - - 3 1 3 3 2, of which 1 is one, 2 is one, 3 three.
  const TraceProfile made = profile(of({1, 2, 3, 1, 1, 2, 3, 2}), 1);
  EXPECT_EQ(made.reuse.first_requests, 3u);
  EXPECT_THAT(made.reuse.upper, ElementsAre(1, 2, 4));
  EXPECT_THAT(made.reuse.requests, ElementsAre(1, 1, 3));
  EXPECT_EQ(made.reuse.median, 3u);
  EXPECT_EQ(made.reuse.p99, 3u);
  EXPECT_THAT(made.ranks, ElementsAre(1, 2, 3));
  EXPECT_THAT(made.rank_requests, ElementsAre(3, 3, 2));
}

TEST(TraceProfile, SpreadsObjectsBySize) {
  const TraceProfile made = profile(of({1, 2, 3, 1, 4}, {100, 1, 128, 100, 129}), 1);
  EXPECT_THAT(made.sizes.upper, ElementsAre(1, 2, 4, 8, 16, 32, 64, 128, 256));
  EXPECT_THAT(made.sizes.objects, ElementsAre(1, 0, 0, 0, 0, 0, 0, 2, 1));
  EXPECT_THAT(made.sizes.bytes, ElementsAre(1, 0, 0, 0, 0, 0, 0, 328, 129));
  EXPECT_EQ(made.sizes.median, 100u);
  EXPECT_EQ(made.sizes.p99, 129u);
  EXPECT_TRUE(profile(of({1, 2})).sizes.upper.empty());
}

TEST(TraceProfile, SeesWhatStaysPopular) {
  GeneratorOptions options;
  options.requests = 200'000;
  options.objects = 10'000;
  options.alpha = 1.1;
  const TraceProfile still = profile(generate_cache_trace(options), 10);
  options.drift = 0.5;
  const TraceProfile moving = profile(generate_cache_trace(options), 10);
  ASSERT_EQ(still.parts.size(), 10u);
  EXPECT_EQ(still.parts.front().still_popular, 1);
  EXPECT_GT(still.parts.back().still_popular, 0.6);
  EXPECT_LT(moving.parts.back().still_popular, 0.2);
  for (const TraceProfile& made : {still, moving}) {
    std::uint64_t requests = 0;
    for (const TraceProfile::Part& part : made.parts) requests += part.requests;
    EXPECT_EQ(requests, 200'000u);
    std::uint64_t fresh = 0;
    for (const TraceProfile::Part& part : made.parts) fresh += part.new_objects;
    EXPECT_EQ(fresh, made.ranks.back());
    EXPECT_EQ(made.reuse.first_requests, fresh);
    EXPECT_EQ(std::accumulate(made.reuse.requests.begin(), made.reuse.requests.end(), fresh), 200'000u);
  }
}

TEST(TraceProfile, NeedsRequests) {
  EXPECT_THROW(profile(of({})), InputError);
  EXPECT_THROW(profile(of({1}), 0), InputError);
  EXPECT_EQ(profile(of({1}), 20).parts.size(), 1u);
}

}  // namespace
}  // namespace syswright::trace
