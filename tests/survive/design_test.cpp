// A design run that is killed, starved of disk, or deprived of its trace: nothing that was acknowledged is lost, the
// error says what to do, and `syswright resume` ends with what the uninterrupted run ends with.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
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

class SurvivingDesign : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    reference_folder_ = new Folder;
    reference_ = new Left;
    begin(*reference_folder_);
    const Ended ended = run(*reference_folder_, design);
    expect_ended(ended);
    reference_seconds_ = ended.seconds;
    *reference_ = left_in(*reference_folder_);
  }
  static void TearDownTestSuite() {
    delete reference_;
    delete reference_folder_;
  }
  static void begin(const Folder& folder) { std::ofstream(folder / "trace.csv") << small_trace(3000); }

  static Folder* reference_folder_;
  static Left* reference_;
  static double reference_seconds_;
};
Folder* SurvivingDesign::reference_folder_ = nullptr;
Left* SurvivingDesign::reference_ = nullptr;
double SurvivingDesign::reference_seconds_ = 0;

/// How many moments: $SYSWRIGHT_KILLS, or what a test suite has time for.
int moments() {
  const char* wanted = std::getenv("SYSWRIGHT_KILLS");
  return wanted == nullptr ? 20 : std::atoi(wanted);
}

TEST_F(SurvivingDesign, EndsTheSameWhenKilledAtAnyMoment) {
  int before_the_run = 0;
  int during = 0;
  int after = 0;
  for (int moment = 0; moment < moments(); ++moment) {
    const Folder folder;
    begin(folder);
    Random random(17, "moments", static_cast<std::uint64_t>(moment));
    const Ended ended = run(folder, design, {.kill_after = reference_seconds_ * random.uniform(0, 1.1)});
    if (ended.signal != SIGKILL) {
      ++after;
    } else if (!std::filesystem::exists(folder / "ledger.db")) {
      ++before_the_run;
      continue;
    } else {
      expect_sound(folder);
      const Ended resumed = run(folder, resume);
      if (resumed.code == 2) {  // killed before it was written down that it runs, or after its end
        EXPECT_THAT(resumed.err, HasSubstr("no run in it was killed or interrupted")) << moment;
        const Ended again = run(folder, {"ledger", "runs", "--ledger", "ledger.db"});
        if (again.out.find("ended") == std::string::npos) {
          ++before_the_run;
          continue;
        }
      } else {
        ++during;
        expect_ended(resumed);
        EXPECT_THAT(resumed.err, HasSubstr("going on with run 1"));
      }
    }
    expect_sound(folder);
    ASSERT_EQ(left_in(folder), *reference_) << "moment " << moment;
  }
  RecordProperty("before", before_the_run);
  RecordProperty("during", during);
  RecordProperty("after", after);
  std::printf("killed before the run began %d, during it %d, not before its end %d\n", before_the_run, during, after);
  EXPECT_GT(during, moments() / 4);
}

TEST_F(SurvivingDesign, MayBeKilledAgainAndAgain) {
  const Folder folder;
  begin(folder);
  Ended ended = run(folder, design, {.kill_after = reference_seconds_ * 0.4});
  for (int round = 0; round < 4 && ended.signal == SIGKILL; ++round) {
    ended = run(folder, resume, {.kill_after = reference_seconds_ * 0.25 * (round + 1)});
  }
  if (ended.code == -1) ended = run(folder, resume);
  if (ended.code != 2) expect_ended(ended);
  EXPECT_EQ(left_in(folder), *reference_);
}

// What earlier runs left is part of such a run's input, and what it has itself recorded before it was killed is not.
TEST_F(SurvivingDesign, WithAMemoryGoesOnFromWhatItKnewWhenItBegan) {
  const std::vector<std::string> with_memory = with(design, {"--memory"});
  Left expected;
  double seconds = 0;
  {
    const Folder folder;
    begin(folder);
    expect_ended(run(folder, design));
    const Ended ended = run(folder, with_memory);
    expect_ended(ended);
    seconds = ended.seconds;
    expected = left_in(folder);
  }
  for (const double part : {0.3, 0.5, 0.7}) {
    const Folder folder;
    begin(folder);
    expect_ended(run(folder, design));
    const Ended killed = run(folder, with_memory, {.kill_after = part * seconds});
    if (killed.signal == SIGKILL) run(folder, resume);
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
  const Ended killed = run(folder, design, {.kill_after = reference_seconds_ * 0.5});
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
  const std::string clock = std::string(SYSWRIGHT_BINARY_DIR) + "/bin/libjumping_clock.so";
  ASSERT_TRUE(std::filesystem::exists(clock));
  const Ended ended = run(folder, design, {.environment = {"LD_PRELOAD=" + clock}});
  expect_ended(ended);
  EXPECT_EQ(left_in(folder), *reference_);
  const Ended runs = run(folder, {"ledger", "runs", "--ledger", "ledger.db"});
  EXPECT_THAT(runs.out, Not(HasSubstr(" 202"))) << "the clock did not jump";
}

}  // namespace
}  // namespace syswright::survive
