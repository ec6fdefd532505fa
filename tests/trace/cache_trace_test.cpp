#include "trace/cache_trace.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <thread>

#include "base/random.h"
#include "tests/trace/support.h"
#include "trace/records.h"

namespace syswright::trace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Keys = std::vector<std::uint64_t>;

ReadOptions as(const std::string& format) {
  ReadOptions options;
  options.format = format;
  return options;
}

std::string oracle_general(const std::vector<OracleGeneralRecord>& records) { return bytes_of(records); }

TEST(ReadCacheTrace, ReadsOracleGeneralRecords) {
  const CacheTrace trace = read_text(oracle_general({{5, 70, 100, 3}, {6, 71, 200, -1}, {9, 70, 100, -1}}), "a.bin");
  EXPECT_EQ(trace.format, "oracleGeneral");
  EXPECT_EQ(trace.name, "a.bin");
  EXPECT_THAT(trace.keys, ElementsAre(70, 71, 70));
  EXPECT_THAT(trace.sizes, ElementsAre(100, 200, 100));
  EXPECT_THAT(trace.times, ElementsAre(5, 6, 9));
  EXPECT_THAT(trace.warnings, IsEmpty());
}

TEST(ReadCacheTrace, ReadsVscsiRecordsInMicroseconds) {
  const std::string content =
      bytes_of<VscsiRecord>({{1, 512, 1, 0x28, 0x0100, 9, 1'500'000}, {0, 1024, 1, 0x2a, 0x0100, 8, 2'000'001}});
  const CacheTrace trace = read_text(content, "a.bin");
  EXPECT_EQ(trace.format, "vscsi");
  EXPECT_THAT(trace.keys, ElementsAre(9, 8));
  EXPECT_THAT(trace.sizes, ElementsAre(512, 1024));
  EXPECT_THAT(trace.times, ElementsAre(1.5, 2.000001));
}

TEST(ReadCacheTrace, RefusesOtherVscsiVersions) {
  const std::string content = bytes_of<VscsiRecord>({{1, 512, 1, 0x28, 0x0100, 9, 0}, {0, 512, 1, 0x28, 0x0200, 8, 0}});
  EXPECT_THAT(refusal(content, "a.vscsi", as("vscsi")), HasSubstr("a.vscsi: record 2: has vscsi version 2"));
}

TEST(ReadCacheTrace, ReadsOneKeyALine) {
  const CacheTrace trace = read_text("12\n18446744073709551615\r\n  7 \n12", "keys");
  EXPECT_EQ(trace.format, "txt");
  EXPECT_EQ(trace.keys, (Keys{12, 18446744073709551615u, 7, 12}));
  EXPECT_THAT(trace.sizes, IsEmpty());
  EXPECT_THAT(trace.times, IsEmpty());
  EXPECT_THAT(trace.warnings, IsEmpty());
}

TEST(ReadCacheTrace, ExpandsExtentsOfLisToUnitSizeBlocks) {
  const CacheTrace trace = read_text("10 3 0 0\n4 1 0 1\n", "a.lis");
  EXPECT_EQ(trace.format, "lis");
  EXPECT_THAT(trace.keys, ElementsAre(10, 11, 12, 4));
  EXPECT_THAT(trace.sizes, IsEmpty());
}

TEST(ReadCacheTrace, HashesKeysThatAreNoNumbersAndCountsThem) {
  const CacheTrace trace = read_text("/a\n/b\n/a\n18446744073709551616\n0x10\n-1\n5\n", "keys.txt");
  ASSERT_EQ(trace.size(), 7u);
  EXPECT_EQ(trace.keys[0], trace.keys[2]);
  EXPECT_NE(trace.keys[0], trace.keys[1]);
  EXPECT_EQ(trace.keys[6], 5u);
  EXPECT_THAT(trace.warnings, ElementsAre("6 keys are not a decimal number below 2^64: hashed"));
  // XXH3-64 of "/a", by the library's own XXH3_64bits: keys may be compared across traces and releases.
  EXPECT_EQ(trace.keys[0], 16326299927694043141u);
}

TEST(ReadCacheTrace, PassesOverBlankLinesAndCommentsWithACount) {
  const CacheTrace trace = read_text("# a trace\n1\n\n2\n", "a.txt");
  EXPECT_THAT(trace.keys, ElementsAre(1, 2));
  EXPECT_THAT(trace.warnings, ElementsAre("1 blank line passed over", "1 line opening with '#' passed over"));
}

TEST(ReadCacheTrace, PassesOverAByteOrderMark) {
  EXPECT_THAT(read_text("\xEF\xBB\xBF"
                        "17\n18\n",
                        "a.txt")
                  .keys,
              ElementsAre(17, 18));
}

TEST(ReadCacheTrace, RepairsTimesThatGoBackwards) {
  const CacheTrace trace = read_text("time,key\n5,1\n3,2\n4,3\n6,4\n", "a.csv");
  EXPECT_THAT(trace.times, ElementsAre(5, 5, 5, 6));
  EXPECT_THAT(trace.warnings, ElementsAre("2 times go backwards: replaced by the time before"));
}

TEST(ReadCacheTrace, TakesASizeOfZeroAsOneByte) {
  const CacheTrace trace = read_text(oracle_general({{1, 1, 0, -1}, {1, 2, 8, -1}}), "a.oracleGeneral");
  EXPECT_THAT(trace.sizes, ElementsAre(1, 8));
  EXPECT_THAT(trace.warnings, ElementsAre("1 size is 0: taken as 1 byte"));
}

TEST(ReadCacheTrace, DropsBinaryColumnsThatSayNothing) {
  for (const std::uint32_t size : {0u, 1u}) {
    const CacheTrace trace = read_text(oracle_general({{0, 1, size, -1}, {0, 2, size, -1}}), "a.oracleGeneral");
    EXPECT_THAT(trace.sizes, IsEmpty());
    EXPECT_THAT(trace.times, IsEmpty());
    EXPECT_THAT(trace.warnings, IsEmpty());
  }
}

TEST(ReadCacheTrace, LeavesOutACutOffLastRecordWithAWarning) {
  const std::string whole = oracle_general({{1, 1, 5, -1}, {2, 2, 5, -1}});
  for (std::size_t kept = 25; kept < 48; ++kept) {
    const CacheTrace trace = read_text(whole.substr(0, kept), "a.oracleGeneral");
    EXPECT_THAT(trace.keys, ElementsAre(1));
    EXPECT_THAT(trace.warnings, ElementsAre("1 record of 24 bytes is cut off at the end and left out"));
  }
  EXPECT_THAT(refusal(whole.substr(0, 23), "a.oracleGeneral", as("oracleGeneral")), HasSubstr("holds no requests"));
}

TEST(ReadCacheTrace, CountsNextAccessesThatPointBackwards) {
  std::vector<OracleGeneralRecord> records;
  for (std::uint32_t i = 0; i < 200; ++i) records.push_back({i, i, 8, -1});
  records[100].next_access = 100;  // its own place is 101
  records[101].next_access = 103;
  EXPECT_THAT(read_text(oracle_general(records), "a.bin").warnings,
              ElementsAre("next accesses that do not point forward: 1 (they are not used)"));
}

TEST(ReadCacheTrace, StopsAtTheLimitInEveryFormat) {
  ReadOptions two;
  two.limit = 2;
  EXPECT_EQ(read_text("1\n2\n3\n", "a.txt", two).size(), 2u);
  EXPECT_EQ(read_text("1 9 0 0\n", "a.lis", two).size(), 2u);
  EXPECT_EQ(read_text("key,size\n1,2\n3,4\n5,6\n", "a.csv", two).sizes.size(), 2u);
  EXPECT_EQ(read_text(oracle_general({{1, 1, 5, -1}, {2, 2, 5, -1}, {2, 3, 5, -1}}), "a", two).times.size(), 2u);
  EXPECT_EQ(read_text(compressed("1\n2\n3\n"), "a.txt.zst", two).size(), 2u);
}

TEST(ReadCacheTrace, RefusesWhatCannotBeMeant) {
  EXPECT_EQ(refusal("", "a.csv"), "a.csv: is empty; expected a trace");
  EXPECT_THAT(refusal("\n\n", "a.txt", as("txt")), HasSubstr("a.txt: holds no requests"));
  EXPECT_EQ(refusal("key,size\n1,-5\n", "a.csv").substr(0, 38), "a.csv:2:3: the size '-5' is not a whol");
  EXPECT_THAT(refusal("key,size\n1,4294967296\n", "a.csv"), HasSubstr("a.csv:2:3: the size '4294967296'"));
  EXPECT_EQ(refusal("key,size\n1,4294967295\n", "a.csv"), "");
  EXPECT_THAT(refusal("key,size\n1,12.5\n", "a.csv"), HasSubstr("a.csv:2:3: the size '12.5'"));
  EXPECT_THAT(refusal("key,size\n1,\n", "a.csv"), HasSubstr("a.csv:2:3: the size ''"));
  EXPECT_THAT(refusal("time,key\n1,1\nnan,2\n", "a.csv"), HasSubstr("a.csv:3:1: the time 'nan' is not a number"));
  EXPECT_THAT(refusal("time,key\n1,1\n2020-01-01,2\n", "a.csv"), HasSubstr("--time-column none"));
  EXPECT_THAT(refusal("time,key\n1,1\n2\n", "a.csv", as("csv")),
              HasSubstr("a.csv:3:1: expected 2 fields as in the first line, found 1: '2'"));
  EXPECT_THAT(refusal("time,key\n1,\n", "a.csv"), HasSubstr("a.csv:2:3: the key is missing"));
  EXPECT_THAT(refusal("1 2 0\n", "a.lis", as("lis")), HasSubstr("a.lis:1:6: expected 4 whole numbers"));
  EXPECT_THAT(refusal("1 2 0 0 0\n", "a.lis", as("lis")), HasSubstr("a.lis:1:9: expected 4 numbers, found more"));
  EXPECT_THAT(refusal("1 0 0 0\n", "a.lis", as("lis")), HasSubstr("a.lis:1:3: 0 blocks in one request"));
  EXPECT_THAT(refusal("1 65537 0 0\n", "a.lis"), HasSubstr("expected 1 to 65536"));
  EXPECT_EQ(refusal("1 65536 0 0\n", "a.lis"), "");
  EXPECT_THAT(refusal("18446744073709551615 2 0 0\n", "a.lis"), HasSubstr("beyond 2^64"));
  EXPECT_THAT(refusal("1\n2\n3\x01\n", "a.txt", as("txt")), HasSubstr("a.txt:3:2: the key holds the byte 0x01"));
  EXPECT_THAT(refusal("1\n" + std::string(70'000, '7') + "\n", "a.txt"), HasSubstr("a.txt:2: the line is longer"));
}

TEST(ReadCacheTrace, RefusesUnknownFormatsByName) {
  EXPECT_EQ(refusal("1\n", "a", as("oracle")),
            "unknown trace format 'oracle'; known are oracleGeneral, vscsi, csv, txt, lis");
  EXPECT_THAT(refusal("1\n", "a", as("vscsy")), HasSubstr("did you mean 'vscsi'?"));
}

TEST(ReadCacheTrace, ReadsCompressedContentOfManyFrames) {
  const std::string content = compressed("1\n2\n") + compressed("3\n");
  EXPECT_THAT(read_text(content, "a.txt.zst").keys, ElementsAre(1, 2, 3));
}

TEST(ReadCacheTrace, RefusesDamagedCompression) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(mix64(i) % 1000) + "\n";
  const std::string whole = compressed(text);
  ASSERT_EQ(read_text(whole, "a.zst").size(), 20'000u);
  for (std::size_t kept : {4ul, 5ul, 9ul, whole.size() / 2, whole.size() - 1}) {
    EXPECT_THAT(refusal(whole.substr(0, kept), "a.zst"), HasSubstr("a.zst: is cut off inside a zstd frame")) << kept;
  }
  EXPECT_THAT(refusal(whole + "tail", "a.zst"), HasSubstr("the zstd compression is damaged"));
  EXPECT_THAT(refusal(compressed(""), "a.zst"), HasSubstr("a.zst: is empty"));
}

TEST(ReadCacheTrace, StreamsLinesAndRecordsAcrossPieces) {
  // More than the piece that streams are read in, with lines of many lengths, so that some straddle its ends.
  std::string text;
  Keys keys;
  Random random(1, "keys of a test");
  while (text.size() < (5u << 20)) {
    keys.push_back(random.next() >> random.below(64));
    text += std::to_string(keys.back()) + "\n";
  }
  EXPECT_EQ(read_text(text, "a.txt").keys, keys);
  EXPECT_EQ(read_text(compressed(text), "a.txt.zst").keys, keys);
  std::vector<OracleGeneralRecord> records;
  for (std::size_t i = 0; i < keys.size(); ++i) records.push_back({static_cast<std::uint32_t>(i), keys[i], 4096, -1});
  EXPECT_EQ(read_text(compressed(bytes_of(records)), "a.zst").keys, keys);
}

TEST(ReadCacheTrace, ReadsFilesAndPipes) {
  const TemporaryFolder folder;
  EXPECT_THAT(read_cache_trace(folder.write("a.txt", "3\n4\n")).keys, ElementsAre(3, 4));
  for (const std::string& content : {std::string("3\n4\n"), compressed("3\n4\n")}) {
    const std::string fifo = folder.file("pipe");
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    std::thread writer([&] { std::ofstream(fifo, std::ios::binary) << content; });
    const CacheTrace trace = read_cache_trace(fifo);
    writer.join();
    EXPECT_THAT(trace.keys, ElementsAre(3, 4));
    std::filesystem::remove(fifo);
  }
}

TEST(ReadCacheTrace, RefusesFoldersMissingAndEmptyFiles) {
  const TemporaryFolder folder;
  const auto refused = [](const std::string& path) -> std::string {
    try {
      read_cache_trace(path);
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  };
  EXPECT_EQ(refused(folder.file("")), folder.file("") + ": is a folder; expected a trace file");
  EXPECT_EQ(refused(folder.file("none")), folder.file("none") + ": there is no such file");
  EXPECT_EQ(refused(folder.write("empty", "")), folder.file("empty") + ": is empty; expected a trace");
}

// Whatever the bytes, reading ends with a trace of equal columns or an InputError.
TEST(ReadCacheTrace, SurvivesDamagedContent) {
  const std::vector<std::string> sound = {"time,key,size\n1,2,3\n4,5,6\n7,8,9\n", "1 2 0 0\n3 4 0 1\n", "17\n18\n19\n",
                                          oracle_general({{5, 70, 100, 3}, {6, 71, 200, -1}, {9, 70, 100, -1}}),
                                          compressed("1\n2\n3\n4\n")};
  Random random(1, "damage");
  for (int round = 0; round < 20'000; ++round) {
    std::string content = sound[random.below(sound.size())];
    for (std::uint64_t damage = random.below(4); damage-- > 0 && !content.empty();) {
      const std::uint64_t at = random.below(content.size());
      if (random.chance(0.3)) {
        content.resize(at);
      } else {
        content[at] = static_cast<char>(random.next());
      }
    }
    ReadOptions options;
    if (random.chance(0.5)) options.format = cache_trace_formats()[random.below(5)];
    options.limit = 10'000;
    try {
      const CacheTrace trace = read_text(content, "damaged", options);
      EXPECT_FALSE(trace.keys.empty());
      EXPECT_TRUE(trace.sizes.empty() || trace.sizes.size() == trace.size());
      EXPECT_TRUE(trace.times.empty() || trace.times.size() == trace.size());
    } catch (const InputError&) {
    }
  }
}

}  // namespace
}  // namespace syswright::trace
