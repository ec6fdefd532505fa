#include "ledger/recording_evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "farm/thread_farm.h"
#include "tests/ledger/temporary_folder.h"
#include "tests/support/synthetic_scenario.h"

namespace syswright {
namespace {

using testing_support::all_pairs;
using testing_support::SyntheticScenario;

/// Counts what it is asked for, and answers by another.
class CountingEvaluator : public Evaluator {
 public:
  std::vector<Evaluation> evaluate(std::span<const Job> jobs, std::stop_token stop) override {
    asked += jobs.size();
    ++batches;
    return serial_.evaluate(jobs, std::move(stop));
  }
  std::size_t asked = 0;
  std::size_t batches = 0;

 private:
  SerialEvaluator serial_;
};

ScenarioPtr scenario(std::string name, SyntheticScenario::Hook hook = {}, std::string version = "1") {
  return std::make_shared<SyntheticScenario>(std::move(name), 10, std::move(hook), std::move(version));
}

class Recording : public testing::Test {
 protected:
  Ledger ledger_{":memory:"};
  CountingEvaluator inner_;
  RecordingEvaluator recording_{inner_, ledger_, "synthetic"};
};

TEST_F(Recording, GivesWhatTheOtherGivesAndAsksOnlyOnce) {
  const std::vector<Job> jobs = all_pairs(20, {scenario("a"), scenario("b")});
  const std::vector<Evaluation> expected = SerialEvaluator().evaluate(jobs);
  EXPECT_EQ(recording_.evaluate(jobs), expected);
  EXPECT_EQ(recording_.evaluate(jobs), expected);
  EXPECT_EQ(inner_.asked, 40u);
  EXPECT_EQ(inner_.batches, 1u);
  EXPECT_EQ(recording_.counts().asked, 80u);
  EXPECT_EQ(recording_.counts().remembered, 40u);
  EXPECT_EQ(recording_.counts().evaluated, 40u);
  EXPECT_EQ(ledger_.summary().evaluations, 40u);
  EXPECT_EQ(ledger_.summary().policies, 20u);
  EXPECT_EQ(ledger_.summary().scenarios, 2u);
}

TEST_F(Recording, EvaluatesOnlyWhatIsMissing) {
  const ScenarioPtr a = scenario("a");
  recording_.evaluate(all_pairs(5, {a}));
  const std::vector<Job> more = all_pairs(8, {a});
  EXPECT_EQ(recording_.evaluate(more), SerialEvaluator().evaluate(more));
  EXPECT_EQ(inner_.asked, 8u);
}

TEST_F(Recording, EvaluatesRepeatsInABatchOnce) {
  std::vector<Job> jobs = all_pairs(3, {scenario("a")});
  // Another object, equal in content.
  for (const Job& job : all_pairs(3, {scenario("a")})) jobs.push_back(job);
  const std::vector<Evaluation> results = recording_.evaluate(jobs);
  EXPECT_EQ(inner_.asked, 3u);
  EXPECT_EQ(recording_.counts().repeated, 3u);
  EXPECT_EQ(results, SerialEvaluator().evaluate(jobs));
}

TEST_F(Recording, KeepsCodeVersionsApart) {
  recording_.evaluate(all_pairs(3, {scenario("a", {}, "1")}));
  recording_.evaluate(all_pairs(3, {scenario("a", {}, "2")}));
  EXPECT_EQ(inner_.asked, 6u);
}

TEST_F(Recording, RemembersAcrossEvaluatorsAndFiles) {
  const TemporaryFolder folder;
  const std::vector<Job> jobs = all_pairs(6, {scenario("a")});
  {
    Ledger ledger(folder.file("ledger.db"));
    RecordingEvaluator(inner_, ledger, "synthetic").evaluate(jobs);
  }
  Ledger ledger(folder.file("ledger.db"));
  EXPECT_EQ(RecordingEvaluator(inner_, ledger, "synthetic").evaluate(jobs), SerialEvaluator().evaluate(jobs));
  EXPECT_EQ(inner_.asked, 6u);
}

TEST_F(Recording, ForgetsCancelledOnes) {
  std::stop_source source;
  int begun = 0;
  const auto stopping = scenario("a", [&](const Policy&, const EvaluationOptions&) {
    if (++begun == 3) source.request_stop();
  });
  const std::vector<Job> jobs = all_pairs(10, {stopping});
  const std::vector<Evaluation> results = recording_.evaluate(jobs, source.get_token());
  EXPECT_EQ(results[2].status, Evaluation::Status::ok);
  EXPECT_EQ(results[3].status, Evaluation::Status::cancelled);
  EXPECT_EQ(ledger_.summary().evaluations, 3u);
  EXPECT_EQ(recording_.evaluate(jobs), SerialEvaluator().evaluate(all_pairs(10, {scenario("a")})));
}

TEST_F(Recording, ForgetsFailuresOfTheMachine) {
  bool memory = false;
  const auto hungry = scenario("a", [&](const Policy&, const EvaluationOptions&) {
    if (!memory) throw std::bad_alloc();
  });
  ThreadFarm farm(2);
  RecordingEvaluator recording(farm, ledger_, "synthetic");
  EXPECT_EQ(recording.evaluate(all_pairs(2, {hungry}))[0].status, Evaluation::Status::failed);
  EXPECT_EQ(ledger_.summary().evaluations, 0u);
  memory = true;
  EXPECT_EQ(recording.evaluate(all_pairs(2, {hungry}))[0].status, Evaluation::Status::ok);
}

TEST_F(Recording, KeepsWhatWasDoneBeforeAnError) {
  const auto failing = scenario("a", [](const Policy& policy, const EvaluationOptions&) {
    if (policy.name() == "p4") throw InputError("not of this domain");
  });
  EXPECT_THROW(recording_.evaluate(all_pairs(9, {failing})), InputError);
  EXPECT_EQ(ledger_.summary().evaluations, 4u);
}

TEST_F(Recording, IsTheSameOnAnyNumberOfThreads) {
  const std::vector<Job> jobs = all_pairs(100, {scenario("a"), scenario("b"), scenario("c")});
  const std::vector<Evaluation> expected = SerialEvaluator().evaluate(jobs);
  for (unsigned threads : {1, 2, 8}) {
    Ledger ledger(":memory:");
    ThreadFarm farm(threads);
    RecordingEvaluator recording(farm, ledger, "synthetic");
    EXPECT_EQ(recording.evaluate(jobs), expected);
    EXPECT_EQ(recording.evaluate(jobs), expected);
    EXPECT_EQ(ledger.summary().evaluations, 300u);
  }
}

/// An evaluator that ran elsewhere: the scenarios here are never asked.
class RemoteEvaluator : public Evaluator {
 public:
  std::vector<Evaluation> evaluate(std::span<const Job> jobs, std::stop_token) override {
    std::vector<Evaluation> results;
    for (const Job& job : jobs) {
      results.push_back(SyntheticScenario(std::string(job.scenario->label())).evaluate(job.policy, {}));
    }
    return results;
  }
};

TEST_F(Recording, RecordsWhatRanElsewhere) {
  RemoteEvaluator remote;
  RecordingEvaluator recording(remote, ledger_, "synthetic");
  const std::vector<Job> jobs = all_pairs(5, {scenario("a")});
  EXPECT_EQ(recording.evaluate(jobs), SerialEvaluator().evaluate(jobs));
  EXPECT_EQ(ledger_.summary().evaluations, 5u);
}

}  // namespace
}  // namespace syswright
