#include "trace/recorder.h"

#include "tests/trace/support.h"
#include "trace/statistics.h"

namespace syswright::trace {
namespace {

using testing::HasSubstr;

Recording record(std::vector<std::string> command) {
  RecordOptions options;
  options.command = std::move(command);
  return record_command(options);
}

/// Runs the command in a place where tracing may be forbidden or strace missing.
class Recorder : public testing::Test {
 protected:
  void SetUp() override {
    try {
      record({"true"});
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
  }
  const TemporaryFolder folder_;
};

TEST_F(Recorder, RecordsTheBlocksThatCatReads) {
  // 5, 1 and 0 blocks; the first file twice.
  const std::string five = folder_.write("five", std::string(4 * 4096 + 1, 'x'));
  const std::string one = folder_.write("one", "x");
  const std::string none = folder_.write("none", "");
  const Recording baseline = record({"sh", "-c", "cat > /dev/null < /dev/null"});
  const Recording recording =
      record({"sh", "-c", "cat " + five + " " + one + " " + none + " " + five + " > /dev/null"});
  EXPECT_EQ(recording.exit_code, 0);
  EXPECT_EQ(recording.files, baseline.files + 2);
  EXPECT_EQ(recording.bytes, baseline.bytes + 2 * (4 * 4096 + 1) + 1);
  EXPECT_EQ(measure(recording.trace).objects, measure(baseline.trace).objects + 6);
  ASSERT_EQ(recording.trace.size(), baseline.trace.size() + 11);
  // cat reads the files last, in order, and each from its start to its end.
  const std::vector<std::uint64_t> last(recording.trace.keys.end() - 11, recording.trace.keys.end());
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(last[i], last[0] + i);
    EXPECT_EQ(last[6 + i], last[i]);
  }
  EXPECT_EQ(last[5] >> 32, (last[0] >> 32) + 1);
  EXPECT_TRUE(std::is_sorted(recording.trace.times.begin(), recording.trace.times.end()));
}

TEST_F(Recorder, PassesExitCodesThrough) {
  EXPECT_EQ(record({"sh", "-c", "exit 7"}).exit_code, 7);
  EXPECT_EQ(record({"sh", "-c", "kill -9 $$"}).exit_code, 128 + 9);
}

TEST_F(Recorder, StopsOnRequestAndKeepsWhatItHas) {
  const std::string file = folder_.write("file", "x");
  std::stop_source source;
  source.request_stop();
  RecordOptions options;
  options.command = {"sh", "-c", "cat " + file + "; exec tail -f /dev/null"};
  options.stop = source.get_token();
  EXPECT_NE(record_command(options).exit_code, 0);
}

TEST(RecordCommand, RefusesProgramsThatAreNotThere) {
  const auto refusal_of = [](std::vector<std::string> command) -> std::string {
    try {
      record(std::move(command));
      return "";
    } catch (const InputError& error) {
      return error.what();
    } catch (const Error& error) {
      return error.what();  // strace is missing
    }
  };
  EXPECT_THAT(refusal_of({}), HasSubstr("no command to record"));
  EXPECT_THAT(refusal_of({"/no/such/program"}),
              testing::AnyOf(HasSubstr("there is no such program"), HasSubstr("strace")));
}

}  // namespace
}  // namespace syswright::trace
