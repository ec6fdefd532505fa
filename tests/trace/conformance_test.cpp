#include <numeric>

#include "tests/trace/support.h"
#include "trace/records.h"
#include "trace/statistics.h"

// Figures published with the traces, or counted from them by a program written separately.

namespace syswright::trace {
namespace {

CacheTrace sample(const std::string& name) { return read_cache_trace(data_file("cache/" + name)); }

class RealTraces : public testing::Test {
 protected:
  void SetUp() override {
    if (data_file("").empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  }
};

TEST_F(RealTraces, CloudPhysicsIsTheSameInFourFormats) {
  const CacheTrace csv = sample("cloudPhysicsIO.csv.zst");
  EXPECT_EQ(csv.format, "csv");
  EXPECT_EQ(csv.size(), 113'872u);
  EXPECT_EQ(csv.keys.front(), 42'932'745u);
  EXPECT_EQ(csv.keys.back(), 42'936'150u);
  EXPECT_EQ(std::accumulate(csv.sizes.begin(), csv.sizes.end(), std::uint64_t{0}), 4'205'978'112u);
  EXPECT_EQ(csv.times.front(), 5'633'898);
  EXPECT_EQ(csv.times.back(), 5'641'098);

  const CacheTrace vscsi = sample("cloudPhysicsIO.vscsi");
  EXPECT_EQ(vscsi.format, "vscsi");
  EXPECT_EQ(vscsi.keys, csv.keys);
  EXPECT_EQ(vscsi.sizes, csv.sizes);
  for (std::size_t i = 0; i < csv.size(); ++i) ASSERT_EQ(std::floor(vscsi.times[i]), csv.times[i]) << i;

  const CacheTrace binary = sample("cloudPhysicsIO.oracleGeneral.bin");
  EXPECT_EQ(binary.format, "oracleGeneral");
  EXPECT_EQ(binary.keys, csv.keys);
  EXPECT_EQ(binary.times, csv.times);
  // There each key keeps its first size.
  EXPECT_EQ(std::accumulate(binary.sizes.begin(), binary.sizes.end(), std::uint64_t{0}), 4'368'040'448u);

  const CacheTrace txt = sample("cloudPhysicsIO.txt");
  EXPECT_EQ(txt.format, "txt");
  EXPECT_EQ(txt.keys, csv.keys);
  for (const CacheTrace* trace : {&csv, &vscsi, &binary, &txt}) EXPECT_TRUE(trace->warnings.empty()) << trace->name;
}

TEST_F(RealTraces, CloudPhysicsStatistics) {
  const TraceStatistics statistics = measure(sample("cloudPhysicsIO.csv.zst"));
  EXPECT_EQ(statistics.requests, 113'872u);
  EXPECT_EQ(statistics.objects, 48'974u);
  EXPECT_EQ(statistics.footprint_bytes, 2'029'769'728u);
  EXPECT_EQ(statistics.resized_objects, 4'937u);
  EXPECT_EQ(statistics.smallest, 512u);
  EXPECT_EQ(statistics.largest, 69'632u);
}

// The next accesses that the writer computes are those of libCacheSim's own file.
TEST_F(RealTraces, WritesOracleGeneralAsItsAuthorsDo) {
  const TemporaryFolder folder;
  const std::string original = data_file("cache/cloudPhysicsIO.oracleGeneral.bin");
  const std::string copy = folder.file("copy.oracleGeneral");
  EXPECT_TRUE(write_cache_trace(read_cache_trace(original), copy, "oracleGeneral").empty());
  const auto bytes = [](const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  };
  EXPECT_TRUE(bytes(original) == bytes(copy));
}

TEST_F(RealTraces, OltpHasUnitSizes) {
  const CacheTrace trace = sample("OLTP.lis.zst");
  EXPECT_EQ(trace.format, "lis");
  EXPECT_EQ(trace.size(), 914'145u);
  EXPECT_TRUE(trace.sizes.empty());
  EXPECT_TRUE(trace.times.empty());
  EXPECT_EQ(trace.keys.front(), 1u);
  EXPECT_EQ(trace.keys.back(), 186'880u);
  EXPECT_EQ(measure(trace).objects, 186'880u);
}

}  // namespace
}  // namespace syswright::trace
