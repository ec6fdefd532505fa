#include "domains/tiering/trace_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/domains/tiering/small_runs.h"

namespace syswright::tiering {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& content, const std::string& format = "") {
  const TextFile file("refused", content);
  try {
    read_access_trace(file.path(), format);
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

TEST(AccessTraceReader, ReadsLackey) {
  const TextFile file("few", "==7== Lackey\nI  0401ab70,3\n S 1fff000758,8\n L 1fff00077c,8\n M 04222c48,4\n4096\n");
  const AccessTrace trace = read_access_trace(file.path());
  EXPECT_EQ(trace.format, "lackey");
  EXPECT_EQ(trace.skipped, 3u);
  ASSERT_EQ(trace.accesses.size(), 5u);
  EXPECT_EQ(trace.accesses[0].address, 0x1fff000758u);
  EXPECT_TRUE(trace.accesses[0].store);
  // Eight bytes from 0x…77c cross into the line at 0x…780.
  EXPECT_EQ(trace.accesses[1].address, 0x1fff00077cu);
  EXPECT_EQ(trace.accesses[2].address, 0x1fff000780u);
  EXPECT_FALSE(trace.accesses[2].store);
  // A modification is a load and a store.
  EXPECT_FALSE(trace.accesses[3].store);
  EXPECT_TRUE(trace.accesses[4].store);
}

/// What valgrind 3.19 wrote of a C program that fills an array of 16 KiB and sums every 16th element: its head, and the
/// lines around the start and the end of main().
TEST(AccessTraceReader, ReadsARecordingOfValgrind) {
  const AccessTrace trace = read_access_trace(SYSWRIGHT_SOURCE_DIR "/tests/domains/tiering/samples/array_sum.lackey");
  EXPECT_EQ(trace.format, "lackey");
  EXPECT_GT(trace.accesses.size(), 300u);
  EXPECT_GT(trace.skipped, 10u);
}

/// From the documentation of perf script; the machine that this was written on has no memory events.
TEST(AccessTraceReader, ReadsPerfScript) {
  const TextFile file("perf",
                      "# event, addr\n"
                      "  cpu/mem-loads,ldlat=30/P:      7f5c2a3b1040\n"
                      "             cpu/mem-stores/P:      7ffd00001238 \n"
                      "  cpu/mem-loads,ldlat=30/P:                 0\n"
                      "  cpu_core/mem-loads:P:     ffff8881\n");
  const AccessTrace trace = read_access_trace(file.path());
  EXPECT_EQ(trace.format, "perf");
  ASSERT_EQ(trace.accesses.size(), 3u);
  EXPECT_EQ(trace.accesses[0].address, 0x7f5c2a3b1040u);
  EXPECT_FALSE(trace.accesses[0].store);
  EXPECT_EQ(trace.accesses[1].address, 0x7ffd00001238u);
  EXPECT_TRUE(trace.accesses[1].store);
  EXPECT_EQ(trace.accesses[2].address, 0xffff8881u);
  EXPECT_EQ(trace.skipped, 2u);
}

TEST(AccessTraceReader, SaysWhereSomethingIsWrong) {
  EXPECT_THAT(refusal(" L 1f,8\n L xyz,8\n"), HasSubstr(":2: ' L xyz,8' is no access"));
  // A line of a stranger's file may be long, and hold what steers a terminal.
  EXPECT_THAT(refusal(" L \x1b[2J" + std::string(100'000, 'x')),
              testing::AllOf(HasSubstr("' L \\x1b[2Jxxx"), testing::SizeIs(testing::Lt(400))));
  EXPECT_THAT(refusal(" L 1f,8\n L 1f\n"), HasSubstr(":2: "));
  EXPECT_THAT(refusal(" L 1f,0\n"), HasSubstr("expected a kind, an address and a size"));
  EXPECT_THAT(refusal(" L ffffffffffffffff,8\n"), HasSubstr("is no access"));
  EXPECT_THAT(refusal("cpu/mem-loads/P: what\n"), HasSubstr("perf script -F event,addr"));
  EXPECT_THAT(refusal("hello\n"), HasSubstr("holds no accesses that are known"));
  EXPECT_THAT(refusal(""), HasSubstr("holds no accesses that are known"));
  EXPECT_THAT(refusal("==1==\nI  00,1\n", "lackey"), HasSubstr("holds no access to memory"));
  EXPECT_THAT(refusal(" L 1f,8\n", "lacky"), HasSubstr("did you mean 'lackey'"));
}

TEST(AccessTraceReader, MakesTicksOfIt) {
  const TextFile file("run", lackey_text(9000, 40));
  const AccessTrace trace = read_access_trace(file.path());
  const PageRun run = run_of_trace(trace, 100, 0);
  EXPECT_GE(run.ticks(), 100u);
  EXPECT_LE(run.ticks(), 102u);
  EXPECT_EQ(run.pages(), 40u);
  // Numbers follow the first touch; addresses are those of the program.
  EXPECT_EQ(run.addresses[0], trace.accesses[0].address / page_bytes);
  EXPECT_EQ(run.born[0], 0u);
  EXPECT_THROW(run_of_trace(trace, 100, 1000), InputError) << "nine ticks are too few";
}

}  // namespace
}  // namespace syswright::tiering
