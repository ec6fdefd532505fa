#include "domains/cache/lru_sizes.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "domains/cache/native.h"

namespace syswright::cache {
namespace {

std::shared_ptr<const Requests> random_requests(std::uint64_t seed) {
  Random random(seed, "lru sizes");
  trace::CacheTrace trace;
  const std::uint64_t objects = 1 + random.below(120);
  const std::uint64_t requests = 1 + random.below(2000);
  for (std::uint64_t i = 0; i < requests; ++i) {
    trace.keys.push_back(random.chance(0.5) ? random.below(1 + objects / 6) : random.below(objects));
    trace.sizes.push_back(static_cast<std::uint32_t>(1 + trace.keys.back() % 7 + (random.chance(0.1) ? 3 : 0)));
  }
  if (random.chance(0.3)) trace.sizes.clear();
  return prepare(std::move(trace));
}

TEST(LruSizes, CountsAsEachSizeAlone) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto requests = random_requests(seed);
    Random random(seed, "lru sizes window");
    std::vector<std::uint64_t> capacities(1 + random.below(9));
    for (std::uint64_t& capacity : capacities) capacity = 1 + random.below(random.chance(0.5) ? 8 : 140);
    Window window{0, 0, requests->size()};
    window.begin = random.below(requests->size());
    window.counted = window.begin + random.below(requests->size() - window.begin);
    const std::vector<Counts> together = replay_lru_sizes(*requests, window, capacities);
    for (std::size_t i = 0; i < capacities.size(); ++i) {
      const ReplayResult alone = replay_native("lru", *requests, window, {capacities[i], false});
      ASSERT_EQ(together[i], alone.counts) << "seed " << seed << ", capacity " << capacities[i];
    }
  }
}

TEST(LruSizes, RefusesNone) {
  const auto requests = random_requests(1);
  EXPECT_THROW(replay_lru_sizes(*requests, {0, 0, requests->size()}, {}), InputError);
  EXPECT_THROW(replay_lru_sizes(*requests, {0, 0, requests->size()}, std::vector<std::uint64_t>{0}), InputError);
}

}  // namespace
}  // namespace syswright::cache
