#include "domain/timeline.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <limits>

#include "base/error.h"
#include "tests/domain/recorded_timeline.h"

namespace syswright {
namespace {

class ChromeTraceTest : public testing::Test {
 protected:
  ChromeTraceTest()
      : path_(testing::TempDir() + "/chrome_trace_" + testing::UnitTest::GetInstance()->current_test_info()->name() +
              ".json") {}
  ~ChromeTraceTest() override { std::filesystem::remove(path_); }
  std::string path_;
};

/// Every line by hand after the format's description: X is a complete event, i an instant of a thread, C a counter,
/// M metadata; ts and dur are microseconds.
TEST_F(ChromeTraceTest, WritesWhatTheFormatSays) {
  ChromeTrace trace(path_);
  const Timeline::Row first = trace.add_row("job 1", "us-east4-a");
  const Timeline::Row second = trace.add_row("job 1", "queue \"a\"");
  trace.span(first, "spot", 0, 0.0125, {{"dollars", 1.5}, {"from", "home"}});
  trace.mark(first, "preempted", 0.0125);
  trace.level(second, 2, 3);
  trace.begin_run("mine");
  const Timeline::Row third = trace.add_row("job 1", "us-east4-a");
  trace.span(third, "spot", 1e-9, 2e-9, {{"share", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_EQ(trace.spans(), 2u);
  EXPECT_FALSE(std::filesystem::exists(path_)) << "nothing is there before commit()";
  trace.commit();
  EXPECT_EQ(read_file(path_), R"({"displayTimeUnit":"ms","traceEvents":[
{"ph":"M","pid":1,"tid":0,"name":"process_name","args":{"name":"job 1"}},
{"ph":"M","pid":1,"tid":0,"name":"process_sort_index","args":{"sort_index":0}},
{"ph":"M","pid":1,"tid":1,"name":"thread_name","args":{"name":"us-east4-a"}},
{"ph":"M","pid":1,"tid":1,"name":"thread_sort_index","args":{"sort_index":1}},
{"ph":"M","pid":1,"tid":2,"name":"thread_name","args":{"name":"queue \"a\""}},
{"ph":"M","pid":1,"tid":2,"name":"thread_sort_index","args":{"sort_index":2}},
{"ph":"X","pid":1,"tid":1,"ts":0.000,"dur":12500.000,"name":"spot","args":{"dollars":1.5,"from":"home"}},
{"ph":"i","pid":1,"tid":1,"ts":12500.000,"s":"t","name":"preempted"},
{"ph":"C","pid":1,"tid":2,"ts":2000000.000,"name":"queue \"a\"","args":{"value":3}},
{"ph":"M","pid":2,"tid":0,"name":"process_name","args":{"name":"mine: job 1"}},
{"ph":"M","pid":2,"tid":0,"name":"process_sort_index","args":{"sort_index":1}},
{"ph":"M","pid":2,"tid":1,"name":"thread_name","args":{"name":"us-east4-a"}},
{"ph":"M","pid":2,"tid":1,"name":"thread_sort_index","args":{"sort_index":1}},
{"ph":"X","pid":2,"tid":1,"ts":0.001,"dur":0.001,"name":"spot","args":{"share":null}}
]}
)");
}

TEST_F(ChromeTraceTest, AnEmptyTraceIsStillOne) {
  ChromeTrace trace(path_);
  trace.commit();
  EXPECT_EQ(read_file(path_), "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n]}\n");
}

/// 200,000 spans, far more than is buffered: each is there once, on a line of its own.
TEST_F(ChromeTraceTest, StreamsLongRuns) {
  constexpr std::size_t count = 200'000;
  ChromeTrace trace(path_);
  const Timeline::Row row = trace.add_row("replica 0", "slot 0");
  for (std::size_t i = 0; i < count; ++i) trace.span(row, "decode", static_cast<double>(i), static_cast<double>(i) + 1);
  trace.commit();
  const std::string text = read_file(path_);
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string expected = fmt::format("\"ts\":{}.000,", i * 1'000'000);
    at = text.find(expected, at);
    ASSERT_NE(at, std::string::npos) << expected;
  }
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), static_cast<std::ptrdiff_t>(count) + 6);
}

TEST_F(ChromeTraceTest, LeavesNothingBehindWithoutCommit) {
  {
    ChromeTrace(path_).add_row("job", "row");
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_THROW(ChromeTrace("/no/such/folder/run.json"), SystemError);
}

TEST(StateRow, JoinsEqualStates) {
  RecordedTimeline timeline;
  StateRow row(timeline, timeline.add_row("g", "r"));
  row.enter("spot", 0);
  row.enter("spot", 10);
  row.enter("", 20);
  row.enter("", 30);
  row.enter("idle", 40);
  row.enter("spot", 50);
  row.finish(60);
  row.finish(70);
  ASSERT_EQ(timeline.spans.size(), 3u);
  const auto text = [&](std::size_t i) {
    return fmt::format("{} {} {}", timeline.spans[i].name, timeline.spans[i].start, timeline.spans[i].end);
  };
  EXPECT_EQ(text(0), "spot 0 20");
  EXPECT_EQ(text(1), "idle 40 50");
  EXPECT_EQ(text(2), "spot 50 60");
}

}  // namespace
}  // namespace syswright
