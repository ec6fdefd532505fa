// A design run that is killed, starved of disk, or deprived of its trace: nothing that was acknowledged is lost, the
// error says what to do, and `syswright resume` ends with what the uninterrupted run ends with.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "tests/survive/program.h"

namespace syswright::survive {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> design{"design",   "cache",    "--trace",   "trace.csv", "--size",   "10%",
                                      "--budget", "300evals", "--threads", "2",         "--ledger", "ledger.db",
                                      "--report", "report",   "-o",        "best.pol",  "--seed",   "3"};
const std::vector<std::string> resume{"resume", "--ledger", "ledger.db"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// The exit code says what the judges think of the policy: 0 or 1.
void expect_ended(const Ended& ended) { EXPECT_THAT(ended.code, testing::AnyOf(0, 1)) << ended.err << ended.signal; }

void expect_sound(const Folder& folder) {
  const Ended checked = run(folder, {"ledger", "check", "--ledger", "ledger.db"});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
}

/// What has a library of the tests loaded before all others.
std::string library(const std::string& name) {
  const std::string path = fmt::format("{}/bin/lib{}.so", SYSWRIGHT_BINARY_DIR, name);
  EXPECT_TRUE(std::filesystem::exists(path)) << path;
  return "LD_PRELOAD=" + path;
}

/// Kills the process at its n-th write, flush, renaming or removal of a file; a write is half done.
std::vector<std::string> fatal_write(long n) {
  return {library("fatal_write"), fmt::format("SYSWRIGHT_FATAL_WRITE={}", n)};
}

/// How often a run writes, flushes, renames or removes.
long writes_of(const Folder& folder, const std::vector<std::string>& arguments) {
  expect_ended(run(folder, arguments, {.environment = {library("fatal_write"), "SYSWRIGHT_COUNT_WRITES=count"}}));
  return std::stol(read_file(folder / "count"));
}

class SurvivingDesign : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    reference_folder_ = new Folder;
    reference_ = new Left;
    begin(*reference_folder_);
    writes_ = writes_of(*reference_folder_, design);
    *reference_ = left_in(*reference_folder_);
  }
  static void TearDownTestSuite() {
    delete reference_;
    delete reference_folder_;
  }
  static void begin(const Folder& folder) { std::ofstream(folder / "trace.csv") << small_trace(3000); }

  static Folder* reference_folder_;
  static Left* reference_;
  static long writes_;
};
Folder* SurvivingDesign::reference_folder_ = nullptr;
Left* SurvivingDesign::reference_ = nullptr;
long SurvivingDesign::writes_ = 0;

/// How many moments: $SYSWRIGHT_KILLS, or what a test suite has time for.
int moments() {
  const char* wanted = std::getenv("SYSWRIGHT_KILLS");
  return wanted == nullptr ? 25 : std::atoi(wanted);
}

// Moments are drawn among what the run does to files, not from the clock: how fast the machine is does not matter, and
// each lies within or between two of them.
TEST_F(SurvivingDesign, EndsTheSameWhenKilledAtAnyMoment) {
  const long writes = writes_;
  int before = 0;
  int during = 0;
  int at_the_end = 0;
  for (int moment = 0; moment < moments(); ++moment) {
    const Folder folder;
    begin(folder);
    Random random(17, "moments", static_cast<std::uint64_t>(moment));
    const long fatal = 1 + static_cast<long>(random.below(static_cast<std::uint64_t>(writes)));
    const Ended ended = run(folder, design, {.environment = fatal_write(fatal)});
    if (ended.signal == SIGKILL) expect_sound(folder);
    const Ended resumed = run(folder, resume);
    if (resumed.code != 2) {
      ++during;
      expect_ended(resumed);
      EXPECT_THAT(resumed.err, HasSubstr("going on with run 1")) << moment;
    } else if (std::filesystem::exists(folder / "report/report.html")) {
      ++at_the_end;  // it had ended
    } else {
      ++before;  // it was not written down yet that it runs
      EXPECT_THAT(resumed.err, HasSubstr("no run in it was killed or interrupted")) << moment;
      expect_ended(run(folder, design));
    }
    expect_sound(folder);
    ASSERT_EQ(left_in(folder), *reference_) << "moment " << moment << ", write " << fatal << " of " << writes;
  }
  fmt::print("of {} moments {} before the run was written down, {} during it, {} after its end\n", moments(), before,
             during, at_the_end);
  EXPECT_GT(during, moments() / 4);
}

TEST_F(SurvivingDesign, MayBeKilledAgainAndAgain) {
  const Folder folder;
  begin(folder);
  Ended ended = run(folder, design, {.environment = fatal_write(writes_ / 3)});
  for (int round = 1; round <= 4; ++round) {
    ASSERT_EQ(ended.signal, SIGKILL) << round;
    ended = run(folder, resume, {.environment = fatal_write(6 * round)});
  }
  expect_ended(run(folder, resume));
  EXPECT_EQ(left_in(folder), *reference_);
}

// What earlier runs left is part of such a run's input, and what it has itself recorded before it was killed is not.
TEST_F(SurvivingDesign, WithAMemoryGoesOnFromWhatItKnewWhenItBegan) {
  const std::vector<std::string> with_memory = with(design, {"--memory"});
  Left expected;
  long writes = 0;
  {
    const Folder folder;
    begin(folder);
    expect_ended(run(folder, design));
    writes = writes_of(folder, with_memory);
    expected = left_in(folder);
  }
  for (const long part : {3, 5, 7}) {
    const Folder folder;
    begin(folder);
    expect_ended(run(folder, design));
    ASSERT_EQ(run(folder, with_memory, {.environment = fatal_write(writes * part / 10)}).signal, SIGKILL);
    expect_ended(run(folder, resume));
    EXPECT_EQ(left_in(folder), expected) << part;
  }
}

TEST_F(SurvivingDesign, IsTheSameOnAnyNumberOfThreads) {
  for (const std::string threads : {"1", "8"}) {
    const Folder folder;
    begin(folder);
    std::vector<std::string> arguments = design;
    *(std::find(arguments.begin(), arguments.end(), "--threads") + 1) = threads;
    expect_ended(run(folder, arguments));
    EXPECT_EQ(left_in(folder), *reference_) << threads << " threads";
  }
}

// A file may not grow beyond a limit: what a full disk looks like to a program, without filling one.
TEST_F(SurvivingDesign, OnAFullDiskSaysSoAndGoesOnWhenThereIsRoom) {
  const Folder folder;
  begin(folder);
  const auto small_files = [] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{200'000, 200'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  };
  const Ended ended = run(folder, design, {.prepare = small_files});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("ledger 'ledger.db'"));
  EXPECT_THAT(ended.err, HasSubstr("disk"));
  expect_sound(folder);
  const Ended resumed = run(folder, resume);
  expect_ended(resumed);
  EXPECT_EQ(left_in(folder), *reference_);
}

TEST_F(SurvivingDesign, WithoutAFolderToWriteToSaysSoBeforeAnythingIsSpent) {
  const Folder folder;
  begin(folder);
  std::vector<std::string> arguments = design;
  *(std::find(arguments.begin(), arguments.end(), "--ledger") + 1) = "/proc/syswright/ledger.db";
  const Ended ended = run(folder, arguments);
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("/proc/syswright"));
}

TEST_F(SurvivingDesign, WithADamagedLedgerSaysSo) {
  const Folder folder;
  begin(folder);
  expect_ended(run(folder, design));
  {
    std::fstream file(folder / "ledger.db", std::ios::in | std::ios::out | std::ios::binary);
    const auto size = std::filesystem::file_size(folder / "ledger.db");
    const std::string garbage(4096, '\xA5');
    for (std::uintmax_t page = 4; page + 1 < size / 4096; page += 3) {
      file.seekp(static_cast<std::streamoff>(page * 4096));
      file.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
    }
  }
  const Ended checked = run(folder, {"ledger", "check", "--ledger", "ledger.db"});
  EXPECT_EQ(checked.code, 1) << checked.out;
  EXPECT_THAT(checked.out + checked.err, HasSubstr("damaged"));
  EXPECT_THAT(checked.out + checked.err, HasSubstr("move it away"));
  const Ended again = run(folder, design);
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("move it away"));
}

TEST_F(SurvivingDesign, GoesOnOnlyWithTheTraceThatItBeganWith) {
  const Folder folder;
  begin(folder);
  const Ended killed = run(folder, design, {.environment = fatal_write(writes_ / 2)});
  ASSERT_EQ(killed.signal, SIGKILL);
  std::filesystem::rename(folder / "trace.csv", folder / "away.csv");
  const Ended gone = run(folder, resume);
  EXPECT_EQ(gone.code, 2);
  EXPECT_THAT(gone.err, HasSubstr("trace.csv"));
  std::ofstream(folder / "trace.csv") << small_trace(2000);
  const Ended other = run(folder, resume);
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("not as when it began"));
  EXPECT_THAT(other.err, HasSubstr("scenarios"));
  std::filesystem::rename(folder / "away.csv", folder / "trace.csv");
  expect_ended(run(folder, resume));
  EXPECT_EQ(left_in(folder), *reference_);
}

// A trace is read whole before the run is written down.
TEST_F(SurvivingDesign, DoesNotMindATraceThatVanishesWhileItRuns) {
  const Folder folder;
  begin(folder);
  const Ended ended = run(folder, design, {.meanwhile = [&] {
                            while (!std::filesystem::exists(folder / "ledger.db-wal")) ::usleep(1000);
                            ::usleep(20'000);
                            std::filesystem::remove(folder / "trace.csv");
                          }});
  expect_ended(ended);
  EXPECT_EQ(left_in(folder), *reference_);
}

TEST_F(SurvivingDesign, RefusesToGoOnWithARunThatEndedOrIsNotThere) {
  const Ended ended = run(*reference_folder_, with(resume, {"1"}));
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("run 1 ended at"));
  const Ended none = run(*reference_folder_, with(resume, {"9"}));
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("there is no run 9"));
}

// The clock that people see may jump; nothing measures or decides by it.
TEST_F(SurvivingDesign, DoesNotMindAClockThatJumps) {
  const Folder folder;
  begin(folder);
  const Ended ended = run(folder, design, {.environment = {library("jumping_clock")}});
  expect_ended(ended);
  EXPECT_EQ(left_in(folder), *reference_);
  const Ended runs = run(folder, {"ledger", "runs", "--ledger", "ledger.db"});
  EXPECT_THAT(runs.out, Not(HasSubstr(" 202"))) << "the clock did not jump";
}

}  // namespace
}  // namespace syswright::survive
