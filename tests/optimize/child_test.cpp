#include "optimize/child.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace syswright::optimize {
namespace {

using testing::HasSubstr;

constexpr ChildLimits modest{.wall_seconds = 20,
                             .cpu_seconds = 10,
                             .memory_bytes = 1u << 30,
                             .output_bytes = 1 << 16,
                             .file_bytes = 1 << 20,
                             .processes = 16};

/// With whatever the kernel grants, and with nothing of it.
class ChildTest : public ::testing::TestWithParam<bool> {
 protected:
  ChildTest() {
    std::string path = (std::filesystem::temp_directory_path() / "syswright-child-XXXXXX").string();
    folder_ = ::mkdtemp(path.data());
    if (GetParam()) isolation_ = probe_isolation();
  }
  ~ChildTest() override { std::filesystem::remove_all(folder_); }

  ChildResult run(const std::string& command, const ChildLimits& limits = modest) const {
    const char* path = std::getenv("PATH");
    return run_child({.command = command,
                      .folder = folder_,
                      .environment = {std::string("PATH=") + (path != nullptr ? path : "/usr/bin:/bin")}},
                     limits, isolation_);
  }

  std::string folder_;
  Isolation isolation_;
};

INSTANTIATE_TEST_SUITE_P(Isolation, ChildTest, testing::Bool(),
                         [](const auto& with) { return with.param ? "AsGranted" : "None"; });

TEST_P(ChildTest, GivesOutputAndExitCode) {
  const ChildResult result = run("echo one; echo two >&2; exit 3");
  EXPECT_EQ(result.end, ChildEnd::exited);
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(result.out, "one\n");
  EXPECT_EQ(result.err, "two\n");
  EXPECT_EQ(describe_end(result, modest), "ended with exit code 3");
}

TEST_P(ChildTest, StartsInItsFolderWithNothingElse) {
  ::setenv("SYSWRIGHT_TEST_SECRET", "swordfish", 1);
  const ChildResult result = run("pwd; env; cat");
  ::unsetenv("SYSWRIGHT_TEST_SECRET");
  EXPECT_EQ(describe_end(result, modest), "");
  EXPECT_THAT(result.out, HasSubstr(folder_ + "\n"));
  EXPECT_THAT(result.out, HasSubstr("PATH="));
  EXPECT_THAT(result.out, testing::Not(HasSubstr("swordfish")));
  EXPECT_THAT(result.out, testing::Not(HasSubstr("HOME")));
}

TEST_P(ChildTest, NoFileOfTheParentIsOpenInIt) {
  const std::ifstream held("/proc/self/stat");
  EXPECT_EQ(run("ls /proc/self/fd | wc -l").out, "4\n");  // three and the one that ls reads the folder with
}

TEST_P(ChildTest, EndsAnInfiniteLoopByCpuTime) {
  ChildLimits limits = modest;
  limits.cpu_seconds = 0.5;
  const ChildResult result = run("while :; do :; done", limits);
  EXPECT_EQ(result.end, ChildEnd::cpu_time);
  EXPECT_LT(result.cpu_seconds, 3);
  EXPECT_THAT(describe_end(result, limits), HasSubstr("of CPU time"));
}

TEST_P(ChildTest, CountsTheCpuTimeOfAllProcessesTogether) {
  ChildLimits limits = modest;
  limits.cpu_seconds = 1.5;  // which none of four reaches alone for a while
  const ChildResult result = run("for i in 1 2 3 4; do (while :; do :; done) & done; wait", limits);
  EXPECT_EQ(result.end, ChildEnd::cpu_time);
}

TEST_P(ChildTest, EndsASleeperByTheClock) {
  ChildLimits limits = modest;
  limits.wall_seconds = 0.3;
  const ChildResult result = run("trap '' TERM INT HUP; sleep 100", limits);
  EXPECT_EQ(result.end, ChildEnd::wall_time);
  EXPECT_LT(result.wall_seconds, 5);
}

TEST_P(ChildTest, EndsInfiniteOutput) {
  for (const char* command : {"yes", "yes >&2", "yes & yes >&2"}) {
    const ChildResult result = run(command);
    EXPECT_EQ(result.end, ChildEnd::output) << command;
    EXPECT_LE(result.out.size() + result.err.size(), modest.output_bytes);
  }
}

TEST_P(ChildTest, OutputUpToTheLimitIsWhole) {
  const ChildResult result = run("head -c 65536 /dev/zero");
  EXPECT_EQ(result.end, ChildEnd::exited);
  EXPECT_EQ(result.out.size(), 65536u);
  EXPECT_EQ(run("head -c 65537 /dev/zero").end, ChildEnd::output);
}

TEST_P(ChildTest, RefusesMemoryBeyondTheLimit) {
  ChildLimits limits = modest;
  limits.memory_bytes = 200u << 20;
  const ChildResult result = run("python3 -c 'x = bytearray(600 << 20); print(len(x))'", limits);
  EXPECT_NE(describe_end(result, limits), "");
  EXPECT_EQ(result.out, "");
}

TEST_P(ChildTest, CountsTheMemoryOfAllProcessesTogether) {
  ChildLimits limits = modest;
  limits.memory_bytes = 300u << 20;
  const ChildResult result = run(
      "for i in 1 2 3; do python3 -c 'import time; x = b\"1\" * (150 << 20); time.sleep(100)' & done; wait", limits);
  EXPECT_EQ(result.end, ChildEnd::memory);
}

/// Never a real fork bomb here: for root the kernel counts no processes (user 0 is exempt from RLIMIT_NPROC even in a
/// user namespace), a watch that looks every few milliseconds loses the race, and the whole machine goes down. This one
/// stops by itself at 60 processes.
TEST_P(ChildTest, EndsABoundedForkBomb) {
  ChildLimits limits = modest;
  limits.wall_seconds = 4;
  const ChildResult result =
      run("f() { [ $1 -gt 5 ] && exec sleep 100; f $(($1 + 1)) & f $(($1 + 1)) & wait; }; f 1", limits);
  // Where the kernel refuses further forks, what is there sleeps until the clock ends it.
  EXPECT_TRUE(result.end == ChildEnd::processes || result.end == ChildEnd::wall_time ||
              (result.end == ChildEnd::exited && result.code != 0))
      << describe_end(result, limits);
}

TEST_P(ChildTest, EndsASlowCrowd) {
  const ChildResult result = run("for i in $(seq 30); do sleep 100 & done; wait");
  // Where the kernel counts, the shell is refused the rest of them; where it does not, the watch sees them.
  EXPECT_TRUE(result.end == ChildEnd::processes || (result.end == ChildEnd::exited && result.code != 0))
      << describe_end(result, modest);
}

/// A process that left the session holds a lock for as long as it lives.
TEST_P(ChildTest, NothingOutlivesIt) {
  const ChildResult result =
      run("touch lock; setsid flock lock sh -c 'echo > held; exec sleep 100' & while [ ! -e held ]; do :; done");
  EXPECT_EQ(describe_end(result, modest), "");
  const int file = ::open((folder_ + "/lock").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(file, 0);
  EXPECT_EQ(::flock(file, LOCK_EX | LOCK_NB), 0) << "it is alive";
  ::close(file);
}

TEST_P(ChildTest, WritesNoFileBeyondTheLimit) {
  run("head -c 3000000 /dev/zero > large");
  EXPECT_LE(std::filesystem::file_size(folder_ + "/large"), modest.file_bytes);
}

TEST_P(ChildTest, SaysWhichSignalEndedIt) {
  const ChildResult result = run("kill -SEGV $$");
  EXPECT_EQ(result.end, ChildEnd::signalled);
  EXPECT_EQ(result.code, SIGSEGV);
  EXPECT_THAT(describe_end(result, modest), HasSubstr("signal 11"));
}

TEST_P(ChildTest, EndsWhenAskedTo) {
  std::stop_source source;
  source.request_stop();
  const ChildResult result =
      run_child({.command = "sleep 100", .folder = folder_, .environment = {}}, modest, isolation_, source.get_token());
  EXPECT_EQ(result.end, ChildEnd::stopped);
}

TEST_P(ChildTest, ManyAtOnceDoNotWaitForEachOther) {
  std::vector<std::jthread> threads;
  std::vector<std::string> outputs(8);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 5; ++k) outputs[i] += run("echo " + std::to_string(i)).out;
    });
  }
  threads.clear();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    std::string expected;
    for (int k = 0; k < 5; ++k) expected += std::to_string(i) + "\n";
    EXPECT_EQ(outputs[i], expected);
  }
}

TEST(Isolation, SeesNoNetworkWhereItIsGranted) {
  const Isolation isolation = probe_isolation();
  if (!isolation.network) GTEST_SKIP() << isolation.refused;
  const ChildResult result =
      run_child({.command = "cat /proc/self/net/route /proc/self/net/dev | grep -v -e '|' -e Iface",
                 .folder = "/",
                 .environment = {}},
                modest, isolation);
  // The loopback interface alone, which is down, and no route.
  EXPECT_THAT(result.out, HasSubstr("lo:"));
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1);
}

}  // namespace
}  // namespace syswright::optimize
