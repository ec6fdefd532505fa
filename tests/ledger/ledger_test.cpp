#include "ledger/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <limits>
#include <thread>

#include "base/file.h"
#include "base/random.h"
#include "tests/ledger/temporary_folder.h"

namespace syswright {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

EvaluationKey key(std::uint64_t policy, std::uint64_t scenario = 1, std::string version = "1") {
  return {{0, policy}, {7, scenario}, std::move(version)};
}

Evaluation evaluation(double objective) {
  return {.metrics = {objective, 0.25}, .blocks = {{1, 2}, {3, 4.5}}, .details = {{"evictions", 17}}, .events = 99};
}

/// What open() says, for a ledger that cannot be opened.
std::string refusal(const std::string& path, double wait_seconds = 0) {
  try {
    const Ledger ledger(path, wait_seconds);
  } catch (const LedgerError& error) {
    return error.what();
  }
  return "opened";
}

/// Runs SQL on a file, as another program would.
class OtherProgram {
 public:
  explicit OtherProgram(const std::string& path) { EXPECT_EQ(sqlite3_open(path.c_str(), &handle_), SQLITE_OK); }
  ~OtherProgram() { sqlite3_close(handle_); }
  void run(const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle_);
  }

 private:
  sqlite3* handle_ = nullptr;
};

TEST(Ledger, RemembersWhatWasRecorded) {
  Ledger ledger(":memory:");
  EXPECT_FALSE(ledger.find(key(1)));
  ledger.record({.evaluations = {{key(1), evaluation(0.5), 0.01}, {key(2), evaluation(0.7), std::nullopt}}});
  EXPECT_EQ(ledger.find(key(1)), evaluation(0.5));
  EXPECT_EQ(ledger.find(key(2)), evaluation(0.7));
  EXPECT_FALSE(ledger.find(key(3)));
  EXPECT_EQ(ledger.summary().evaluations, 2u);
}

TEST(Ledger, EveryPartOfTheKeyCounts) {
  Ledger ledger(":memory:");
  ledger.record({.evaluations = {{key(1, 1, "1"), evaluation(0.1), {}},
                                 {key(1, 2, "1"), evaluation(0.2), {}},
                                 {key(1, 1, "2"), evaluation(0.3), {}}}});
  EXPECT_EQ(ledger.find(key(1, 1, "1")), evaluation(0.1));
  EXPECT_EQ(ledger.find(key(1, 2, "1")), evaluation(0.2));
  EXPECT_EQ(ledger.find(key(1, 1, "2")), evaluation(0.3));
  EXPECT_FALSE(ledger.find(key(1, 1, "3")));
  EXPECT_FALSE(ledger.find(key(1, 2, "2")));
}

TEST(Ledger, FailuresAreRememberedWithTheirReason) {
  Ledger ledger(":memory:");
  Evaluation failed = evaluation(1);
  failed.status = Evaluation::Status::failed;
  failed.failure = "the score is not finite: 'a' / 0\nsecond line";
  ledger.record({.evaluations = {{key(1), failed, {}}}});
  EXPECT_EQ(ledger.find(key(1)), failed);
}

TEST(Ledger, NumbersComeBackBitForBit) {
  using Limits = std::numeric_limits<double>;
  Evaluation odd;
  odd.metrics = {Limits::quiet_NaN(), -0.0, Limits::infinity(), Limits::denorm_min()};
  odd.events = ~std::uint64_t{0};
  Ledger ledger(":memory:");
  ledger.record({.evaluations = {{key(1), odd, {}}}});
  const Evaluation back = *ledger.find(key(1));
  EXPECT_TRUE(std::isnan(back.metrics[0]));
  EXPECT_TRUE(std::signbit(back.metrics[1]));
  EXPECT_EQ(back.metrics[2], Limits::infinity());
  EXPECT_EQ(back.metrics[3], Limits::denorm_min());
  EXPECT_EQ(back.events, odd.events);
}

TEST(Ledger, TheFirstRecordStays) {
  Ledger ledger(":memory:");
  ledger.record({.evaluations = {{key(1), evaluation(0.5), {}}, {key(1), evaluation(0.6), {}}}});
  ledger.record({.evaluations = {{key(1), evaluation(0.7), {}}}});
  EXPECT_EQ(ledger.find(key(1)), evaluation(0.5));
  EXPECT_EQ(ledger.summary().evaluations, 1u);
}

TEST(Ledger, KeepsEverythingWhenOpenedAgain) {
  const TemporaryFolder folder;
  const std::string path = folder.file("deep/er/ledger.db");
  RunId run = 0;
  {
    Ledger ledger(path);
    ledger.record({.policies = {{{0, 1}, "cache", "keep_small", "policy keep_small for cache {}"}},
                   .scenarios = {{{7, 1}, "cache", "OLTP, 1000 objects"}},
                   .evaluations = {{key(1), evaluation(0.5), 0.25}}});
    run = ledger.begin_run("design cache", "{\"size\":\"1%\"}", ~std::uint64_t{0});
    ledger.record_proposals(std::vector<ProposalRecord>{{run, {0, 1}, {{1, 2}, {3, 4}}, "crossover", 0.5, 12.5}});
    ledger.record_verdict({run, "audit", {0, 1}, {7, 1}, "misses are 12", true, "{}"});
    ledger.record_progress({.run = run, .seconds = 1.5, .spent = 12.5, .fraction = 0.25, .note = "generation 1"});
    ledger.record_progress(
        {.run = run, .seconds = 2.5, .spent = 20, .fraction = 0.5, .best = 0.5, .policy = Digest{0, 1}, .note = "2"});
    ledger.end_run(run, "{\"best\":0.5}");
  }
  const Ledger ledger(path);
  const std::vector<ProgressRecord> progress = ledger.progress(run);
  ASSERT_EQ(progress.size(), 2u);
  EXPECT_EQ(progress[0].best, std::nullopt);
  EXPECT_EQ(progress[0].policy, std::nullopt);
  EXPECT_EQ(progress[0].note, "generation 1");
  EXPECT_EQ(progress[1].seconds, 2.5);
  EXPECT_EQ(progress[1].spent, 20);
  EXPECT_EQ(progress[1].fraction, 0.5);
  EXPECT_EQ(progress[1].best, 0.5);
  EXPECT_EQ(progress[1].policy, (Digest{0, 1}));
  EXPECT_EQ(ledger.find_run(run)->outcome, "{\"best\":0.5}");
  EXPECT_FALSE(ledger.find_run(run + 1).has_value());
  EXPECT_EQ(ledger.find(key(1)), evaluation(0.5));
  EXPECT_EQ(ledger.find_policy({0, 1})->source, "policy keep_small for cache {}");
  EXPECT_TRUE(ledger.knows_program({0, 1}));
  EXPECT_FALSE(ledger.knows_program({0, 2}));
  const LedgerSummary summary = ledger.summary();
  EXPECT_EQ(summary.policies, 1u);
  EXPECT_EQ(summary.scenarios, 1u);
  ASSERT_EQ(ledger.runs().size(), 1u);
  const RunRecord back = ledger.runs("design cache").front();
  EXPECT_EQ(back.seed, ~std::uint64_t{0});
  EXPECT_EQ(back.options, "{\"size\":\"1%\"}");
  EXPECT_EQ(back.outcome, "{\"best\":0.5}");
  EXPECT_THAT(back.started, testing::MatchesRegex("....-..-..T..:..:..Z"));
  EXPECT_FALSE(back.ended.empty());
  EXPECT_THAT(ledger.runs("run cache"), IsEmpty());
  const std::vector<ProposalRecord> proposals = ledger.proposals(run);
  ASSERT_EQ(proposals.size(), 1u);
  EXPECT_EQ(proposals[0].parents, (std::vector<Digest>{{1, 2}, {3, 4}}));
  EXPECT_EQ(proposals[0].origin, "crossover");
  EXPECT_EQ(proposals[0].spent, 12.5);
  ASSERT_EQ(ledger.verdicts({0, 1}).size(), 1u);
  EXPECT_TRUE(ledger.verdicts({0, 1})[0].holds);
  EXPECT_THAT(ledger.verdicts({0, 2}), IsEmpty());
  EXPECT_THAT(ledger.check(), IsEmpty());
}

TEST(Ledger, RemembersExchanges) {
  const TemporaryFolder folder;
  const ExchangeRecord failed{.key = {1, 2}, .model = "small", .request = "{\"a\":1}", .reply = "{\"problem\":\"☃\"}"};
  ExchangeRecord answered = failed;
  answered.answered = true;
  answered.reply = "{\"text\":\"yes\"}";
  {
    Ledger ledger(folder.file("ledger.db"));
    EXPECT_FALSE(ledger.find_exchange({1, 2}));
    ledger.record_exchange(failed);
    EXPECT_EQ(ledger.find_exchange({1, 2})->reply, failed.reply);
    ledger.record_exchange(answered);
    ledger.record_exchange(failed);
  }
  const Ledger ledger(folder.file("ledger.db"));
  const auto back = ledger.find_exchange({1, 2});
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->answered) << "an answer stays";
  EXPECT_EQ(back->reply, answered.reply);
  EXPECT_EQ(back->request, failed.request);
  EXPECT_EQ(back->model, "small");
  EXPECT_FALSE(ledger.find_exchange({1, 3}));
  EXPECT_EQ(ledger.summary().exchanges, 1u);
  EXPECT_THAT(ledger.check(), IsEmpty());
}

// Version 1 had no exchanges and no choices, and is otherwise the same.
TEST(Ledger, OneOfTheFirstVersionIsBroughtUpToDate) {
  const TemporaryFolder folder;
  const std::string path = folder.file("ledger.db");
  {
    Ledger ledger(path);
    ledger.record({.evaluations = {{key(1), evaluation(0.5), {}}}});
  }
  OtherProgram(path).run(
      "DROP TABLE exchange; DROP TABLE choice; DROP TABLE progress; ALTER TABLE run DROP COLUMN invocation; PRAGMA "
      "user_version = 1");
  {
    Ledger ledger(path);
    EXPECT_EQ(ledger.find(key(1)), evaluation(0.5));
    ledger.record_exchange({.key = {1, 2}, .model = "small", .request = "{}", .answered = true, .reply = "{}"});
  }
  const Ledger ledger(path);
  EXPECT_EQ(ledger.summary().exchanges, 1u);
  EXPECT_EQ(ledger.summary().evaluations, 1u);
  EXPECT_THAT(ledger.check(), IsEmpty());
}

// Version 2 had no choices.
TEST(Ledger, OneOfTheSecondVersionIsBroughtUpToDate) {
  const TemporaryFolder folder;
  const std::string path = folder.file("ledger.db");
  {
    Ledger ledger(path);
    ledger.record({.evaluations = {{key(1), evaluation(0.5), {}}}});
  }
  OtherProgram(path).run(
      "DROP TABLE choice; DROP TABLE progress; ALTER TABLE run DROP COLUMN invocation; PRAGMA user_version = 2");
  Ledger ledger(path);
  EXPECT_EQ(ledger.find(key(1)), evaluation(0.5));
  ledger.record_choice(ledger.begin_run("design cache", "{}", 1), {1, 1}, {2, 2});
  EXPECT_THAT(ledger.choices({1, 1}, {}), ElementsAre(Digest{2, 2}));
}

// Version 3 had no progress.
TEST(Ledger, OneOfTheThirdVersionIsBroughtUpToDate) {
  const TemporaryFolder folder;
  const std::string path = folder.file("ledger.db");
  RunId run = Ledger(path).begin_run("design cache", "{}", 1);
  OtherProgram(path).run("DROP TABLE progress; ALTER TABLE run DROP COLUMN invocation; PRAGMA user_version = 3");
  Ledger ledger(path);
  ledger.record_progress({.run = run, .seconds = 1, .spent = 2, .fraction = 0.5, .note = ""});
  EXPECT_EQ(ledger.progress(run).size(), 1u);
  EXPECT_THROW(ledger.record_progress({.run = run + 1, .note = ""}), LedgerError);
}

TEST(Ledger, KeepsWhatSearchesChoseTheLatestFirst) {
  Ledger ledger(":memory:");
  const RunId one = ledger.begin_run("design cache", "{}", 1);
  const RunId other = ledger.begin_run("design cache", "{}", 2);
  ledger.record_choice(one, {1, 1}, {2, 2});
  ledger.record_choice(one, {1, 2}, {2, 3});
  ledger.record_choice(other, {1, 1}, {2, 4});
  EXPECT_THAT(ledger.choices({1, 1}, {}), ElementsAre(Digest{2, 4}, Digest{2, 2}));
  ledger.record_choice(other, {1, 1}, {2, 2});
  EXPECT_THAT(ledger.choices({1, 1}, {}), ElementsAre(Digest{2, 2}, Digest{2, 4}));
  EXPECT_THAT(ledger.choices({9, 9}, {}), IsEmpty());
  EXPECT_THROW(ledger.record_choice(99, {1, 1}, {2, 2}), LedgerError);
}

TEST(Ledger, ARunThatIsNotThereCannotEnd) {
  Ledger ledger(":memory:");
  EXPECT_THROW(ledger.end_run(5, "{}"), LedgerError);
  EXPECT_THROW(ledger.record_proposals(std::vector<ProposalRecord>{{.run = 5}}), LedgerError);
}

TEST(Ledger, MayBeUsedFromManyThreads) {
  Ledger ledger(":memory:");
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t t = 0; t < 4; ++t) {
      threads.emplace_back([&ledger, t] {
        for (std::uint64_t i = 0; i < 200; ++i) {
          ledger.record({.evaluations = {{key(i, t), evaluation(static_cast<double>(i)), {}}}});
          EXPECT_EQ(ledger.find(key(i, t)), evaluation(static_cast<double>(i)));
        }
      });
    }
  }
  EXPECT_EQ(ledger.summary().evaluations, 800u);
}

TEST(Ledger, MayBeSharedByProcesses) {
  const TemporaryFolder folder;
  const std::string path = folder.file("ledger.db");
  std::vector<pid_t> children;
  for (std::uint64_t child = 0; child < 4; ++child) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    try {
      Ledger ledger(path);
      // Half of the keys are each child's own, half are everybody's.
      for (std::uint64_t i = 0; i < 50; ++i) {
        ledger.record({.evaluations = {{key(i, child + 10), evaluation(0.5), {}}, {key(i), evaluation(0.7), {}}}});
        if (!ledger.find(key(i))) ::_exit(2);
      }
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      ::_exit(1);
    }
    ::_exit(0);
  }
  for (pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  const Ledger ledger(path);
  EXPECT_EQ(ledger.summary().evaluations, 5u * 50u);
  EXPECT_THAT(ledger.check(), IsEmpty());
}

TEST(LedgerErrors, NotADatabase) {
  const TemporaryFolder folder;
  const std::string path = folder.file("notes.txt");
  write_file_atomically(path, std::string(5000, 'x'));
  EXPECT_THAT(refusal(path), testing::AllOf(HasSubstr("ledger '" + path + "'"), HasSubstr("it is not a ledger")));
  EXPECT_EQ(read_file(path), std::string(5000, 'x'));
}

TEST(LedgerErrors, ADatabaseOfAnotherProgramIsLeftAlone) {
  const TemporaryFolder folder;
  const std::string path = folder.file("bookmarks.db");
  OtherProgram(path).run("CREATE TABLE bookmark (url TEXT)");
  const std::string before = read_file(path);
  EXPECT_THAT(refusal(path), HasSubstr("a database of another program"));
  EXPECT_EQ(read_file(path), before);
}

TEST(LedgerErrors, ANewerSchema) {
  const TemporaryFolder folder;
  const std::string path = folder.file("ledger.db");
  {
    const Ledger ledger(path);
  }
  OtherProgram(path).run("PRAGMA user_version = 99");
  EXPECT_THAT(refusal(path),
              testing::AllOf(HasSubstr("newer Syswright"), HasSubstr("schema is 99"), HasSubstr("update")));
}

TEST(LedgerErrors, LockedByAnotherProcess) {
  const TemporaryFolder folder;
  const std::string path = folder.file("ledger.db");
  Ledger ledger(path, 0);
  OtherProgram other(path);
  other.run("BEGIN IMMEDIATE");
  try {
    ledger.record({.evaluations = {{key(1), evaluation(0.5), {}}}});
    FAIL();
  } catch (const LedgerError& error) {
    EXPECT_THAT(error.what(), HasSubstr("another process is writing to it: wait until it ends"));
  }
  EXPECT_FALSE(ledger.find(key(1)));
  other.run("COMMIT");
  ledger.record({.evaluations = {{key(1), evaluation(0.5), {}}}});
  EXPECT_EQ(ledger.find(key(1)), evaluation(0.5));
}

TEST(LedgerErrors, AFolderThatCannotBe) {
  const TemporaryFolder folder;
  write_file_atomically(folder.file("file"), "");
  EXPECT_THAT(refusal(folder.file("file/ledger.db")), HasSubstr("cannot create folder"));
  EXPECT_THAT(refusal(testing::TempDir()), HasSubstr("unable to open database file"));
}

// As root nothing is read-only, so a child gives its rights away first.
TEST(LedgerErrors, AReadOnlyFolder) {
  const TemporaryFolder folder;
  const std::string path = folder.file("sub/ledger.db");
  {
    const Ledger ledger(path);
  }
  ::chmod(path.c_str(), 0444);
  ::chmod(folder.file("sub").c_str(), 0555);
  ::chmod(folder.file("").c_str(), 0755);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) ::_exit(2);
    const std::string message = refusal(path);
    const bool clear = message.find("may not be written") != message.npos ||
                       message.find("may you write in the folder") != message.npos;
    if (!clear) std::fprintf(stderr, "%s\n", message.c_str());
    ::_exit(clear ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::chmod(folder.file("sub").c_str(), 0755);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 2) GTEST_SKIP() << "cannot give root's rights away";
  EXPECT_EQ(status, 0);
}

TEST(LedgerErrors, DamageIsReported) {
  const TemporaryFolder folder;
  const std::string path = folder.file("ledger.db");
  {
    Ledger ledger(path);
    ledger.record({.evaluations = {{key(1), evaluation(0.5), {}}}});
  }
  OtherProgram(path).run("UPDATE evaluation SET blocks = x'00112233'");
  const Ledger ledger(path);
  EXPECT_THROW(ledger.find(key(1)), LedgerError);
  EXPECT_THAT(ledger.check(), testing::ElementsAre(HasSubstr("it is damaged")));
}

TEST(LedgerErrors, OverwrittenPagesAreFound) {
  const TemporaryFolder folder;
  const std::string path = folder.file("ledger.db");
  {
    Ledger ledger(path);
    LedgerBatch batch;
    for (std::uint64_t i = 0; i < 500; ++i) batch.evaluations.push_back({key(i), evaluation(0.5), {}});
    ledger.record(batch);
  }
  std::string bytes = read_file(path);
  for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 20'000; ++i) bytes[i] = '\x5A';
  write_file_atomically(path, bytes);
  std::vector<std::string> problems;
  try {
    problems = Ledger(path).check();
  } catch (const LedgerError& error) {
    problems.emplace_back(error.what());
  }
  EXPECT_THAT(problems, testing::Not(IsEmpty()));
}

}  // namespace
}  // namespace syswright
