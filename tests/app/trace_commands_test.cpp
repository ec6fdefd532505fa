#include <gmock/gmock.h>

#include "base/file.h"
#include "tests/app/support.h"
#include "trace/cache_trace.h"

namespace syswright::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class TraceCommands : public testing::Test {
 protected:
  const TemporaryFolder folder_;
  const std::string csv_ = folder_.write("t.csv", "time,key,size\n1,7,100\n2,8,200\n4,7,100\n");
};

TEST_F(TraceCommands, InfoSaysWhatIsThere) {
  const Ran text = run({"trace", "info", csv_});
  EXPECT_EQ(text.code, 0);
  EXPECT_THAT(text.err, IsEmpty());
  EXPECT_THAT(text.out, HasSubstr("t.csv"));
  EXPECT_THAT(text.out, HasSubstr("footprint"));
  const Ran json = run({"trace", "info", "--json", csv_});
  EXPECT_EQ(json.json()["requests"], 3);
  EXPECT_EQ(json.json()["objects"], 2);
  EXPECT_EQ(json.json()["footprint_bytes"], 300);
  EXPECT_EQ(json.json()["last_time"], 4);
  EXPECT_TRUE(json.json()["zipf_alpha"].is_null());
}

TEST_F(TraceCommands, InfoDrawsHowATraceIsSpread) {
  const std::string page = folder_ / "t.html";
  const Ran ran = run({"trace", "info", "--plot", page, csv_});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("reuse distance"));
  const std::string text = read_file(page);
  for (const char* part : {"Reuses", "Popularity", "Sizes", "Drift", "<svg"}) EXPECT_THAT(text, HasSubstr(part));
  const auto profile = run({"trace", "info", "--json", csv_}).json()["profile"];
  EXPECT_EQ(profile["reuse_distance"]["median"], 2);
  EXPECT_EQ(profile["sizes"]["objects"].back(), 1);
  EXPECT_EQ(profile["parts"].size(), 3u);
}

TEST_F(TraceCommands, InfoTakesColumnsAndLimits) {
  const std::string file = folder_.write("u.csv", "9;5;1;x\n8;6;2;x\n7;5;3;x\n");
  const Ran outcome = run({"trace", "info", "--json", "--key-column", "2", "--size-column", "3", "--limit", "2", file});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.json()["requests"], 2);
  EXPECT_EQ(outcome.json()["bytes_requested"], 3);
  EXPECT_TRUE(outcome.json()["last_time"].is_null());
}

TEST_F(TraceCommands, RefuseUnusableInputWithCode2) {
  EXPECT_EQ(run({"trace", "info", (folder_ / "none")}).code, 2);
  const Ran bad = run({"trace", "info", folder_.write("bad.csv", "key,size\n1,-2\n")});
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.err, HasSubstr("bad.csv:2:3: the size '-2'"));
  EXPECT_THAT(bad.out, IsEmpty());
  EXPECT_THAT(run({"trace", "info", "--format", "cvs", csv_}).err, HasSubstr("unknown trace format 'cvs'"));
  EXPECT_THAT(run({"trace", "info", "--key-column", "0", csv_}).err, HasSubstr("columns count from 1"));
  EXPECT_THAT(run({"trace", "inf", csv_}).err, HasSubstr("did you mean 'info'?"));
  EXPECT_EQ(run({"trace"}).code, 2);
}

TEST_F(TraceCommands, WarningsGoToTheErrorStream) {
  const Ran outcome = run({"trace", "info", "--json", folder_.write("w.txt", "5\n\n6\n")});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("w.txt: 1 blank line passed over"));
  EXPECT_EQ(outcome.json()["warnings"].size(), 1u);
}

TEST_F(TraceCommands, ConvertWritesTheFormatOfTheExtensionOrTheOneAskedFor) {
  const std::string binary = (folder_ / "t.oracleGeneral.zst");
  EXPECT_EQ(run({"trace", "convert", csv_, binary}).code, 0);
  EXPECT_EQ(trace::read_cache_trace(binary).keys, trace::read_cache_trace(csv_).keys);
  EXPECT_EQ(trace::read_cache_trace(binary).format, "oracleGeneral");
  const std::string keys = (folder_ / "keys");
  const Ran txt = run({"trace", "convert", "--json", "--to", "txt", binary, keys});
  EXPECT_EQ(txt.json()["format"], "txt");
  EXPECT_EQ(txt.json()["left_out"].size(), 2u);
  EXPECT_THAT(txt.err, HasSubstr("txt has no room for times"));
  EXPECT_EQ(trace::read_cache_trace(keys).format, "txt");
  EXPECT_EQ(run({"trace", "convert", csv_, (folder_ / "no/such/folder")}).code, 1);
}

TEST_F(TraceCommands, GenerateIsDeterministicAndTakesUnits) {
  const std::vector<std::string> options = {"trace",   "generate", "--requests", "20k",  "--objects",     "1k",
                                            "--alpha", "1.1",      "--scans",    "10%",  "--scan-length", "50",
                                            "--sizes", "uniform",  "--size-min", "1KiB", "--size-max",    "2KiB",
                                            "--seed",  "7",        "-o"};
  auto first = options;
  first.push_back((folder_ / "a.csv"));
  auto second = options;
  second.push_back((folder_ / "b.csv"));
  ASSERT_EQ(run(first).code, 0);
  ASSERT_EQ(run(second).code, 0);
  const trace::CacheTrace a = trace::read_cache_trace((folder_ / "a.csv"));
  const trace::CacheTrace b = trace::read_cache_trace((folder_ / "b.csv"));
  EXPECT_EQ(a.size(), 20'000u);
  EXPECT_EQ(a.keys, b.keys);
  EXPECT_EQ(a.times, b.times);
  EXPECT_GE(*std::min_element(a.sizes.begin(), a.sizes.end()), 1024u);
  EXPECT_LE(*std::max_element(a.sizes.begin(), a.sizes.end()), 2048u);
  EXPECT_THAT(run({"trace", "generate", "--loop", "1.5", "-o", (folder_ / "c")}).err,
              HasSubstr("the share of the loop is 1.5"));
  EXPECT_THAT(run({"trace", "generate", "--sizes", "paretto", "-o", (folder_ / "c")}).err,
              HasSubstr("did you mean 'pareto'?"));
}

TEST_F(TraceCommands, RecordPassesTheExitCodeThrough) {
  const std::string output = (folder_ / "r.oracleGeneral");
  const Ran outcome =
      run({"trace", "record", "--json", "-o", output, "--", "sh", "-c", "cat " + csv_ + " > /dev/null; exit 3"});
  if (outcome.code == 1) GTEST_SKIP() << outcome.err;  // strace is missing or may not trace
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  EXPECT_EQ(outcome.json()["exit_code"], 3);
  EXPECT_EQ(outcome.json()["requests"], trace::read_cache_trace(output).size());
}

}  // namespace
}  // namespace syswright::app
