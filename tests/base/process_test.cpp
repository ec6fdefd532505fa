#include "base/process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace syswright {
namespace {

TEST(Process, ThisOneRuns) {
  EXPECT_EQ(this_process(), this_process());
  EXPECT_EQ(still_runs(this_process()), true);
}

TEST(Process, OneThatEndedDoesNotRunBeforeAndAfterItIsWaitedFor) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    ::close(ends[1]);
    [[maybe_unused]] const ssize_t count = ::read(ends[0], &byte, 1);
    ::_exit(0);
  }
  ProcessIdentity other = this_process();
  other.number = child;
  const std::string started = std::exchange(other.started, "1");
  EXPECT_EQ(still_runs(other), false) << "another process has the number, started at another time";
  other.started = started;  // most often in the same tick
  ::close(ends[1]);
  ::close(ends[0]);
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(still_runs(other), false);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(still_runs(other), false);
}

TEST(Process, OfAnotherMachineNothingIsKnownAndOfAnotherBootItIsOver) {
  ProcessIdentity process = this_process();
  process.boot = "another";
  EXPECT_EQ(still_runs(process), false);
  process.host += "x";
  EXPECT_EQ(still_runs(process), std::nullopt);
}

}  // namespace
}  // namespace syswright
