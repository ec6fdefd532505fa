#include "ledger/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

namespace syswright {
namespace {

using ::testing::HasSubstr;

class View : public ::testing::Test {
 protected:
  View() { std::filesystem::remove_all(path_); }
  ~View() override {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
  }
  void run_sql(const std::string& sql) const {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &handle), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
    sqlite3_close(handle);
  }
  static Evaluation result(double objective) { return {.metrics = {objective, 2}, .blocks = {{objective, 1}}}; }
  static EvaluationRecord record(std::uint64_t policy, std::uint64_t scenario, double objective,
                                 const std::string& code = "1") {
    return {{{0, policy}, {0, scenario}, code}, result(objective), {}};
  }
  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("syswright-view-" + std::to_string(::getpid()) + ".db")).string();
};

TEST_F(View, MakesAnEmptyLedgerWhereThereIsNone) {
  const LedgerView view(path_);
  EXPECT_TRUE(view.runs(10).empty());
  EXPECT_TRUE(view.scenarios("").empty());
  EXPECT_EQ(view.summary().evaluations, 0u);
  const Ledger ledger(path_);
  EXPECT_TRUE(ledger.check().empty());
}

TEST_F(View, BringsAnOlderLedgerUpToDate) {
  {
    const Ledger ledger(path_);
  }
  run_sql("DROP TABLE progress; ALTER TABLE run DROP COLUMN invocation; PRAGMA user_version = 3");
  const LedgerView view(path_);
  EXPECT_TRUE(view.runs(10).empty());
}

TEST_F(View, RefusesWhatIsNoLedgerOrANewerOne) {
  run_sql("CREATE TABLE other (id INTEGER)");
  EXPECT_THROW(LedgerView{path_}, LedgerError);
  std::filesystem::remove(path_);
  {
    const Ledger ledger(path_);
  }
  run_sql("PRAGMA user_version = 99");
  try {
    const LedgerView view(path_);
    FAIL() << "a newer ledger was opened";
  } catch (const LedgerError& error) {
    EXPECT_THAT(error.what(), HasSubstr("written by a newer Syswright"));
  }
}

TEST_F(View, SeesWhatAnotherConnectionCommits) {
  Ledger ledger(path_);
  const LedgerView view(path_);
  const std::int64_t before = view.state();
  const RunId run = ledger.begin_run("design cache", R"({"designer":"evolve","budget":"60s"})", 7, "{}");
  EXPECT_NE(view.state(), before);
  ASSERT_EQ(view.runs(10).size(), 1u);
  EXPECT_EQ(view.runs(10)[0].designer, "evolve");
  EXPECT_EQ(view.runs(10)[0].run.invocation, "{}");
  EXPECT_FALSE(view.run(run)->last);
  ledger.record_progress({.run = run, .seconds = 1, .spent = 10, .best = 0.5, .policy = Digest{0, 1}, .note = "one"});
  EXPECT_EQ(view.run(run)->last->note, "one");
  ledger.end_run(run, R"({"verdict":"good","policy":{"digest":"ab","name":"it"}})");
  const RunLine line = *view.run(run);
  EXPECT_EQ(line.verdict, "good");
  EXPECT_EQ(line.policy, "ab");
  EXPECT_EQ(line.policy_name, "it");
  EXPECT_THAT(view.outcome(run), HasSubstr("good"));
  EXPECT_FALSE(view.run(run + 1));
}

TEST_F(View, RunsWithOddTextsAreStillListed) {
  Ledger ledger(path_);
  const RunId run = ledger.begin_run("study x", "not JSON {", ~std::uint64_t{0});
  ledger.end_run(run, "neither");
  const LedgerView view(path_);
  EXPECT_EQ(view.runs(10)[0].verdict, "");
  EXPECT_EQ(view.runs(10)[0].run.seed, ~std::uint64_t{0});
}

TEST_F(View, ThinsProgressAndKeepsTheLast) {
  Ledger ledger(path_);
  const RunId run = ledger.begin_run("design cache", "{}", 1);
  for (int i = 1; i <= 100; ++i) ledger.record_progress({.run = run, .seconds = double(i), .note = ""});
  const LedgerView view(path_);
  EXPECT_EQ(view.progress(run, 1000).size(), 100u);
  const std::vector<ProgressRecord> few = view.progress(run, 7);
  ASSERT_EQ(few.size(), 7u);
  EXPECT_EQ(few.back().seconds, 100);
  for (std::size_t i = 1; i < few.size(); ++i) EXPECT_LT(few[i - 1].seconds, few[i].seconds);
}

TEST_F(View, ProposalsGiveWayToLaterOnesOfTheirRun) {
  Ledger ledger(path_);
  const LedgerView view(path_);
  const RunId one = ledger.begin_run("design cache", "{}", 1);
  const RunId other = ledger.begin_run("design cache", "{}", 2);
  ledger.record_proposals(std::vector<ProposalRecord>{{one, {0, 1}, {}, "seed", 0.5, 1}});
  ledger.record_proposals(std::vector<ProposalRecord>{{other, {0, 9}, {}, "seed", 0.5, 1}});
  ledger.record_proposals(
      std::vector<ProposalRecord>{{one, {0, 1}, {}, "seed", 0.5, 1}, {one, {0, 2}, {{0, 1}}, "insert", 0.4, 2}});
  ASSERT_EQ(view.proposals(one).size(), 2u);
  EXPECT_EQ(view.proposals(one)[1].parents, (std::vector<Digest>{{0, 1}}));
  EXPECT_EQ(view.proposals(other).size(), 1u);
  EXPECT_EQ(view.runs_with({0, 1}), (std::vector<RunId>{one}));
}

TEST_F(View, OfSeveralCodeVersionsTheLatestCounts) {
  Ledger ledger(path_);
  ledger.record({.scenarios = {{{0, 5}, "cache", "five"}, {{0, 6}, "cache", "six"}},
                 .evaluations = {record(1, 5, 0.9, "old"), record(2, 5, 0.3, "old"), record(1, 5, 0.2, "new"),
                                 record(1, 6, 0.7, "old")}});
  const LedgerView view(path_);
  const std::vector<KeptEvaluation> of_one = view.evaluations_of({0, 1});
  ASSERT_EQ(of_one.size(), 2u);
  EXPECT_EQ(of_one[0].evaluation.objective(), 0.2);
  EXPECT_EQ(of_one[0].evaluation.blocks.size(), 1u);
  EXPECT_EQ(of_one[1].evaluation.objective(), 0.7);
  const std::vector<KeptEvaluation> rising = view.evaluations_on({0, 5}, true, 10);
  ASSERT_EQ(rising.size(), 2u);
  EXPECT_EQ(rising[0].policy, (Digest{0, 1}));
  EXPECT_EQ(rising[0].evaluation.objective(), 0.2);
  EXPECT_EQ(view.evaluations_on({0, 5}, false, 10)[0].policy, (Digest{0, 2}));
  EXPECT_EQ(view.evaluations_on({0, 5}, true, 1).size(), 1u);
  EXPECT_TRUE(view.evaluations_on({0, 7}, true, 10).empty());
}

TEST_F(View, CountsScenariosAnewWhenTheLedgerChanges) {
  Ledger ledger(path_);
  ledger.record({.scenarios = {{{0, 5}, "cache", "five"}, {{0, 6}, "spot", "six"}}, .evaluations = {record(1, 5, 1)}});
  const LedgerView view(path_);
  ASSERT_EQ(view.scenarios("").size(), 1u);
  ledger.record({.evaluations = {record(2, 5, 1), record(1, 6, 1)}});
  EXPECT_EQ(view.scenarios("", 3600).size(), 1u) << "counted lately enough";
  EXPECT_EQ(view.scenarios("", 0).size(), 2u);
  EXPECT_EQ(view.scenarios("cache", 0)[0].evaluations, 2u);
  EXPECT_EQ(view.scenarios("spot", 0).size(), 1u);
}

TEST_F(View, FindsPoliciesByNameAndDigestAndTakesTextAsItStands) {
  Ledger ledger(path_);
  ledger.record({.policies = {{{0xabc, 1}, "cache", "lru", ""},
                              {{0xdef, 2}, "cache", "a_lru", "policy a_lru for cache {}"},
                              {{0x111, 3}, "spot", "100%", "policy"}}});
  const LedgerView view(path_);
  EXPECT_EQ(view.policies("", "", 10).size(), 3u);
  EXPECT_EQ(view.policies("cache", "lru", 10)[0].name, "lru") << "baselines first";
  EXPECT_EQ(view.policies("", "%", 10).size(), 1u);
  EXPECT_EQ(view.policies("", "a_l", 10).size(), 1u);
  EXPECT_EQ(view.policies("", "_", 10).size(), 1u);
  EXPECT_EQ(view.policies("", "0000000000000def", 10)[0].name, "a_lru");
  EXPECT_EQ(view.policies("", "'; DROP TABLE policy; --", 10).size(), 0u);
  EXPECT_EQ(view.policies("", "", 2).size(), 2u);
}

}  // namespace
}  // namespace syswright
