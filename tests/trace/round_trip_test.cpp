#include "base/random.h"
#include "tests/trace/support.h"
#include "trace/records.h"

namespace syswright::trace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A trace of any shape: with or without times and sizes, runs of neighbouring keys, keys at both ends of the range.
CacheTrace any_trace(Random& random, double time_step) {
  CacheTrace trace;
  const std::size_t requests = 1 + random.below(300);
  const bool times = random.chance(0.7);
  const bool sizes = random.chance(0.7);
  double now = static_cast<double>(random.below(1000));
  std::uint64_t key = random.next();
  for (std::size_t i = 0; i < requests; ++i) {
    key = random.chance(0.5) ? key + 1 : random.next() >> random.below(64);
    trace.keys.push_back(key);
    // The first size is above 1 and the first time above 0: columns of ones or zeros mean "none" in binary formats.
    if (sizes)
      trace.sizes.push_back(static_cast<std::uint32_t>(i == 0 ? 2 : 1 + (random.next() >> (32 + random.below(32)))));
    now += time_step * static_cast<double>(random.below(5) + (i == 0));
    if (times) trace.times.push_back(now);
  }
  return trace;
}

void expect_round_trip(const std::string& format, double time_step, bool keys_only, bool compress) {
  const TemporaryFolder folder;
  const std::string path = folder.file("trace." + format + (compress ? ".zst" : ""));
  for (std::uint64_t round = 0; round < 60; ++round) {
    SCOPED_TRACE(format + ", round " + std::to_string(round));
    Random random(1, "round trip", round);
    const CacheTrace trace = any_trace(random, time_step);
    write_cache_trace(trace, path, format);
    const CacheTrace read = read_cache_trace(path);
    ASSERT_EQ(read.format, format);
    ASSERT_EQ(read.keys, trace.keys);
    ASSERT_THAT(read.warnings, IsEmpty());
    ASSERT_EQ(read.times, keys_only ? std::vector<double>() : trace.times);
    ASSERT_EQ(read.sizes, keys_only ? std::vector<std::uint32_t>() : trace.sizes);
    ASSERT_EQ(folder.entries(), 1u);
  }
}

TEST(RoundTrip, OracleGeneralKeepsAllButFractionsOfSeconds) {
  expect_round_trip("oracleGeneral", 1, false, false);
  expect_round_trip("oracleGeneral", 1, false, true);
}
TEST(RoundTrip, VscsiKeepsMicroseconds) { expect_round_trip("vscsi", 1.0 / 64, false, false); }
TEST(RoundTrip, CsvKeepsEveryDouble) {
  expect_round_trip("csv", 0.1, false, false);
  expect_round_trip("csv", 1e-9 / 3, false, true);
}
TEST(RoundTrip, TxtKeepsKeys) { expect_round_trip("txt", 1, true, false); }
TEST(RoundTrip, LisKeepsKeys) { expect_round_trip("lis", 1, true, true); }

CacheTrace small_trace() {
  CacheTrace trace;
  trace.keys = {7, 8, 7, 9, 7};
  trace.sizes = {10, 20, 10, 30, 10};
  trace.times = {0.5, 1, 2.25, 2.25, 3};
  return trace;
}

TEST(WriteCacheTrace, WritesPositionsOfNextAccesses) {
  const TemporaryFolder folder;
  const std::string path = folder.file("t");
  EXPECT_THAT(write_cache_trace(small_trace(), path, "oracleGeneral"), ElementsAre("fractions of seconds"));
  std::ifstream file(path, std::ios::binary);
  std::vector<OracleGeneralRecord> records(5);
  ASSERT_TRUE(file.read(reinterpret_cast<char*>(records.data()), 120));
  ASSERT_EQ(file.get(), EOF);
  std::vector<std::int64_t> next;
  for (const OracleGeneralRecord& record : records) next.push_back(record.next_access);
  EXPECT_THAT(next, ElementsAre(3, -1, 5, -1, -1));  // 1-based
  EXPECT_EQ(records[2].time, 2u);
}

TEST(WriteCacheTrace, SaysWhatAFormatHasNoRoomFor) {
  const TemporaryFolder folder;
  EXPECT_THAT(write_cache_trace(small_trace(), folder.file("t"), "txt"), ElementsAre("times", "sizes"));
  EXPECT_THAT(write_cache_trace(small_trace(), folder.file("t"), "lis"), ElementsAre("times", "sizes"));
  EXPECT_THAT(write_cache_trace(small_trace(), folder.file("t"), "csv"), IsEmpty());
  EXPECT_THAT(write_cache_trace(small_trace(), folder.file("t"), "vscsi"), IsEmpty());
}

TEST(WriteCacheTrace, WritesNeighbouringBlocksAsOneExtent) {
  const TemporaryFolder folder;
  CacheTrace trace;
  trace.keys = {7, 8, 9, 9, 10, 5};
  write_cache_trace(trace, folder.file("t.lis"), "lis");
  std::stringstream text;
  text << std::ifstream(folder.file("t.lis")).rdbuf();
  EXPECT_EQ(text.str(), "7 3 0 0\n9 2 0 3\n5 1 0 5\n");
}

std::string write_refusal(const CacheTrace& trace, const std::string& path, const std::string& format) {
  try {
    write_cache_trace(trace, path, format);
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(WriteCacheTrace, RefusesValuesThatDoNotFit) {
  const TemporaryFolder folder;
  CacheTrace trace = small_trace();
  trace.times.back() = 4294967295.9;
  EXPECT_EQ(write_refusal(trace, folder.file("a"), "oracleGeneral"), "");
  trace.times.back() = 4294967296.0;
  EXPECT_THAT(write_refusal(trace, folder.file("t"), "oracleGeneral"),
              HasSubstr("oracleGeneral cannot hold times from 0.5 s"));
  trace = small_trace();
  trace.times.front() = -1;
  EXPECT_THAT(write_refusal(trace, folder.file("t"), "vscsi"), HasSubstr("subtract the first time from all"));
  EXPECT_THAT(write_refusal(trace, folder.file("t"), "csb"), HasSubstr("did you mean 'csv'?"));
  EXPECT_THAT(write_refusal({}, folder.file("t"), "csv"), HasSubstr("the trace has no requests"));
  EXPECT_EQ(folder.entries(), 1u);  // nothing was left behind
}

TEST(WriteCacheTrace, LeavesTheOldFileWhenItCannotWrite) {
  const TemporaryFolder folder;
  const std::string path = folder.write("t.oracleGeneral", "old");
  CacheTrace trace = small_trace();
  trace.times.front() = -5;
  EXPECT_THROW(write_cache_trace(trace, path, "oracleGeneral"), InputError);
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), "old");
  EXPECT_THROW(write_cache_trace(small_trace(), folder.file("none/t"), "csv"), SystemError);
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(CacheTraceFormat, IsThatOfTheExtension) {
  EXPECT_EQ(cache_trace_format_of("a/b.c.CSV"), "csv");
  EXPECT_EQ(cache_trace_format_of("b.lis.zst"), "lis");
  EXPECT_EQ(cache_trace_format_of("b.oraclegeneral.zst"), "oracleGeneral");
  EXPECT_EQ(cache_trace_format_of("b.trace"), "oracleGeneral");
  EXPECT_EQ(cache_trace_format_of("csv"), "oracleGeneral");
  EXPECT_EQ(cache_trace_format_of("folder.csv/b"), "oracleGeneral");
}

TEST(RoundTrip, CsvKeepsLifetimesAndTenants) {
  const TemporaryFolder folder;
  CacheTrace trace = small_trace();
  trace.ttls = {0, 60, 0, 1, 4294967295};
  trace.tenants = {1, 0, 0, 2, 1};
  trace.tenant_names = {"web, mobile", "ads", "7"};
  EXPECT_THAT(write_cache_trace(trace, folder.file("t.csv"), "csv"), IsEmpty());
  const CacheTrace read = read_cache_trace(folder.file("t.csv"));
  EXPECT_EQ(read.ttls, trace.ttls);
  EXPECT_THAT(read.tenant_names, ElementsAre("ads", "web, mobile", "7"));
  EXPECT_THAT(read.tenants, ElementsAre(0, 1, 1, 2, 0));
  EXPECT_THAT(write_cache_trace(trace, folder.file("t.txt"), "txt"), ElementsAre("times", "sizes", "TTLs", "tenants"));
}

}  // namespace
}  // namespace syswright::trace
