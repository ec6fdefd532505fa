#include "domains/tiering/programs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace syswright::tiering {
namespace {

TEST(TieringRecorder, CountsByPageAndTickBehindTheCache) {
  PageRecorder recorder({.accesses = 3, .ticks = 2, .cache_lines = 64});
  recorder.reserve(2 * page_bytes);
  recorder.touch(0, false);
  recorder.touch(8, true);                // the same line: it is in the cache
  recorder.touch(64 * line_bytes, true);  // page 1, which takes the place of line 0
  recorder.touch(0, false);               // memory again: the tick is full
  recorder.touch(page_bytes * 3, true);
  EXPECT_FALSE(recorder.full());
  recorder.touch(page_bytes * 3 + line_bytes, true);
  recorder.touch(page_bytes, false);
  EXPECT_TRUE(recorder.full());
  recorder.touch(5 * page_bytes, false);  // without effect
  const PageRun run = recorder.finish("small");
  EXPECT_THAT(run.start, testing::ElementsAre(0, 2, 4));
  EXPECT_THAT(run.page, testing::ElementsAre(0, 1, 1, 3));
  EXPECT_THAT(run.reads, testing::ElementsAre(2, 0, 1, 0));
  EXPECT_THAT(run.writes, testing::ElementsAre(0, 1, 0, 2));
  // Pages 0 and 1 were reserved, page 3 came in the second tick, page 2 was never touched.
  EXPECT_THAT(run.born, testing::ElementsAre(0, 0, 1, 1));
}

class Programs : public testing::TestWithParam<std::string> {};

TEST_P(Programs, AreDeterministicAndFillTheirRun) {
  const ProgramOptions options{.program = GetParam(), .pages = 512, .ticks = 64, .accesses = 2048, .seed = 3};
  const PageRun run = run_program(options);
  EXPECT_EQ(run.digest, run_program(options).digest);
  ProgramOptions other = options;
  other.seed = 4;
  EXPECT_NE(run.digest, run_program(other).digest);
  EXPECT_EQ(run.ticks(), 64u);
  EXPECT_EQ(run.accesses(), 64u * 2048u);
  // Of about as many pages as asked for.
  EXPECT_GT(run.pages(), 512u * 6 / 10);
  EXPECT_LT(run.pages(), 512u * 13 / 10);
  for (std::uint32_t tick = 0; tick < run.ticks(); ++tick) {
    EXPECT_EQ(run.tick_reads[tick] + run.tick_writes[tick], 2048u);
    EXPECT_TRUE(std::is_sorted(run.page.begin() + static_cast<std::ptrdiff_t>(run.start[tick]),
                               run.page.begin() + static_cast<std::ptrdiff_t>(run.start[tick + 1])));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Programs, testing::Values("gups", "kv", "bfs", "bc", "pagerank", "silo"),
                         [](const auto& chosen) { return chosen.param; });

/// Share of the accesses that fall on the hottest eighth of the pages.
double hottest_eighth(const PageRun& run) {
  std::vector<std::uint64_t> counts(run.pages());
  for (std::size_t i = 0; i < run.page.size(); ++i) counts[run.page[i]] += run.reads[i] + run.writes[i];
  std::sort(counts.rbegin(), counts.rend());
  const auto eighth = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 8);
  return static_cast<double>(std::accumulate(counts.begin(), eighth, std::uint64_t{0})) /
         static_cast<double>(run.accesses());
}

TEST(TieringPrograms, GupsHasItsHotEighth) {
  // While the set stands still: 90 % of the updates, and an eighth of the rest.
  PageRun run = run_program({.program = "gups", .pages = 1024, .ticks = 64, .accesses = 4096});
  PageRun first;
  first.addresses = run.addresses;
  first.born = run.born;
  first.start = {0, run.start[1]};
  const auto cut = static_cast<std::ptrdiff_t>(run.start[1]);
  first.page.assign(run.page.begin(), run.page.begin() + cut);
  first.reads.assign(run.reads.begin(), run.reads.begin() + cut);
  first.writes.assign(run.writes.begin(), run.writes.begin() + cut);
  complete(first);
  EXPECT_NEAR(hottest_eighth(first), 0.91, 0.04);
}

TEST(TieringPrograms, OthersAreUneven) {
  // A uniform program would have 0.125.
  for (const char* name : {"kv", "bfs", "bc", "pagerank", "silo"}) {
    EXPECT_GT(hottest_eighth(run_program({.program = name, .pages = 512, .ticks = 64, .accesses = 2048})), 0.2) << name;
  }
}

TEST(TieringPrograms, AreNamedInAnError) { EXPECT_THROW(run_program({.program = "gupps"}), InputError); }

}  // namespace
}  // namespace syswright::tiering
