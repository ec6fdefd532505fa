#include "domains/tiering/native.h"

#include <gtest/gtest.h>

#include "domains/tiering/scenario.h"
#include "tests/domains/tiering/slow_tiers.h"
#include "tests/domains/tiering/small_runs.h"

namespace syswright::tiering {
namespace {

/// On random runs of 5 to 60 pages, every baseline comes to what the plain model comes to: time, swaps and accesses.
void compare(const std::string& name, const std::function<slow::Policy(const Setup&)>& slow) {
  std::uint64_t swaps = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed, "tiering baselines");
    const auto pages = static_cast<std::uint32_t>(5 + random.below(56));
    const auto ticks = static_cast<std::uint32_t>(20 + random.below(100));
    const auto fast = static_cast<std::uint32_t>(1 + random.below(pages));
    tiering::Setup setup =
        setup_of(random_run(random, pages, ticks), fast, {.period = 1 + 6 * random.uniform(), .seed = seed});
    setup.budget = static_cast<std::uint32_t>(random.below(4));
    setup.costs.parallelism = 1 + random.below(64);
    setup.costs.hardware = hardware()[seed % 2];
    const TieringScenario scenario(setup);
    const Evaluation ours = scenario.evaluate(Policy::native(name));
    const slow::Outcome theirs = slow::run(setup, slow(setup));
    const double accesses = static_cast<double>(setup.run->accesses());
    ASSERT_EQ(ours.metrics[3], theirs.swaps) << name << ", seed " << seed;
    ASSERT_NEAR(ours.metrics[2] * accesses, theirs.fast_accesses, 1e-6) << name << ", seed " << seed;
    ASSERT_NEAR(ours.metrics[0] * accesses, theirs.time, 1e-9 * theirs.time) << name << ", seed " << seed;
    swaps += static_cast<std::uint64_t>(theirs.swaps);
  }
  EXPECT_EQ(swaps > 0, name != "static") << name << " is not put to the test";
}

TEST(TieringBaselines, StaticIsThePlainOne) {
  compare("static", [](const tiering::Setup&) { return slow::stay(); });
}
TEST(TieringBaselines, LruIsThePlainOne) {
  compare("lru_lists", [](const tiering::Setup&) { return slow::lru(); });
}
TEST(TieringBaselines, TppIsThePlainOne) {
  compare("tpp", [](const tiering::Setup&) { return slow::tpp(); });
}
TEST(TieringBaselines, HememIsThePlainOne) {
  compare("hemem", [](const tiering::Setup&) { return slow::hemem(); });
}
TEST(TieringBaselines, MemtisIsThePlainOne) {
  compare("memtis", [](const tiering::Setup& setup) { return slow::memtis(setup.fast); });
}
TEST(TieringBaselines, ArmsIsThePlainOne) {
  compare("arms", [](const tiering::Setup& setup) { return slow::arms(setup); });
}

TEST(TieringBaselines, AreNamedInAnError) {
  try {
    find_native("hemen");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'hemem'"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace syswright::tiering
