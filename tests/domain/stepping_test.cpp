#include "domain/stepping.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/random.h"
#include "policy/compile.h"

namespace syswright {
namespace {

/// Serves jobs one or two at a time: `pick` ranks those that wait by their work, `wait` says how long to rest between.
std::shared_ptr<const policy::Signature> make_signature() {
  using policy::Scope;
  using policy::ValueKind;
  policy::Decision pick;
  pick.name = "pick";
  pick.features = {
      {"served", Scope::global, ValueKind::number, number_dimension, 0, 0, 1e6, "so far"},
      {"work", Scope::candidate, ValueKind::number, time_dimension, 0, 0, 100, "of the job"},
      {"unused", Scope::candidate, ValueKind::number, number_dimension, 0, 0, 1, "filled only when it is read"}};
  policy::Decision rest;
  rest.name = "rest";
  rest.kind = policy::DecisionKind::value;
  rest.dimension = time_dimension;
  rest.low = 0;
  rest.high = 10;
  rest.features = {{"served", Scope::global, ValueKind::number, number_dimension, 0, 0, 1e6, "so far"}};
  policy::Decision lamp;
  lamp.name = "lamp";
  lamp.kind = policy::DecisionKind::value;
  lamp.actions = {"off", "on"};
  auto signature = std::make_shared<policy::Signature>();
  signature->domain = "jobs";
  signature->decisions = {pick, rest, lamp};
  signature->signals = {{"done", Scope::global, time_dimension, 0, 100, "work of a job when it is done"},
                        {"passed_over", Scope::candidate, number_dimension, 0, 1, "1 for each job that was not taken"}};
  return signature;
}

class Machine {
 public:
  Machine(std::vector<double> jobs, std::size_t take) : jobs_(std::move(jobs)), take_(take) {
    for (std::size_t i = 0; i < jobs_.size(); ++i) waiting_.push_back(i);
  }

  bool next(Ask& ask, ProgramState& state) {
    for (const auto& [job, taken] : news_) {
      taken ? state.report(0, jobs_[job]) : state.report(1, job, 1);
    }
    news_.clear();
    ask.clear();
    ask.event = served_;
    if (stage_ == 0 && waiting_.empty()) return false;
    ask.decision = stage_;
    ask.subject = served_;
    ask.take = take_;
    ask.globals = {static_cast<double>(served_)};
    if (stage_ != 0) return true;
    ask.candidates.assign(waiting_.begin(), waiting_.end());
    for (const std::size_t job : waiting_) ask.columns.push_back(jobs_[job]);
    const bool unused = state.reads(0, 2);
    filled_unused_ = filled_unused_ || unused;
    for (std::size_t i = 0; i < waiting_.size(); ++i) ask.columns.push_back(unused ? 0.5 : 0);
    return true;
  }

  void reply(const Reply& reply) {
    if (stage_ == 0) {
      std::vector<std::size_t> left;
      for (std::size_t i = 0; i < waiting_.size(); ++i) {
        const bool taken = std::find(reply.taken.begin(), reply.taken.end(), i) != reply.taken.end();
        news_.emplace_back(waiting_[i], taken);
        if (!taken) left.push_back(waiting_[i]);
      }
      for (const std::uint32_t place : reply.taken) {
        now_ += jobs_[waiting_[place]];
        cost_ += now_;
        ++served_;
      }
      waiting_ = left;
    } else if (stage_ == 1) {
      now_ += reply.value;
    } else {
      lit_ += reply.value;
    }
    stage_ = (stage_ + 1) % 3;
  }

  void default_answers(const Ask& ask, std::span<double> answers) const {
    for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = ask.decision == 0 ? -static_cast<double>(i) : 0;
  }

  Evaluation result() const {
    return {.metrics = {cost_, lit_, filled_unused_ ? 1.0 : 0.0}, .blocks = {{cost_, 1}}, .events = served_};
  }
  Evaluation failed(std::string why) const {
    return {.status = Evaluation::Status::failed,
            .failure = std::move(why),
            .metrics = {std::numeric_limits<double>::max(), 0, 0}};
  }
  double work_of(std::size_t job) const { return jobs_[job]; }

 private:
  std::vector<double> jobs_;
  std::size_t take_;
  std::vector<std::size_t> waiting_;
  std::vector<std::pair<std::size_t, bool>> news_;
  std::size_t stage_ = 0;
  std::size_t served_ = 0;
  double now_ = 0;
  double cost_ = 0;
  double lit_ = 0;
  bool filled_unused_ = false;
};

class Stepping : public testing::Test {
 protected:
  policy::ProgramPtr program(const std::string& body) const {
    return policy::compile("policy test for jobs { " + body + " }", "test", std::vector{signature_});
  }
  Evaluation run(const std::string& body, std::size_t take = 1, DecisionLog* log = nullptr) const {
    return evaluate_program(Machine({3, 1, 2}, take), program(body), {.log = log});
  }
  std::shared_ptr<const policy::Signature> signature_ = make_signature();
};

TEST_F(Stepping, DecisionsLeftOpenAreAnsweredByDefault) {
  // Nothing about `pick` is said: in order of arrival, 3 + 4 + 6.
  EXPECT_EQ(run("value lamp() { return on; }").metrics, (std::vector<double>{13, 3, 0}));
}

TEST_F(Stepping, TheHighestScoresAreTakenAndTiesGoToTheFirst) {
  EXPECT_EQ(run("rank pick(work) { return -work; }").metrics[0], 1 + 3 + 6);
  EXPECT_EQ(run("rank pick(work) { return 0 * work; }").metrics[0], 3 + 4 + 6);
  DecisionLog log;
  EXPECT_EQ(run("rank pick(work) { return -work; }", 2, &log).metrics[0], 1 + 3 + 6);
  std::vector<std::uint64_t> order;
  for (const DecisionLog::Record& record : log.records) {
    if (record.decision == 0) order.push_back(record.subject);
  }
  EXPECT_EQ(order, (std::vector<std::uint64_t>{1, 2, 0}));
}

TEST_F(Stepping, NumbersAreClampedToTheRangeOfTheDecision) {
  // A rest of 10 at most: 3, 3+10+1, 14+10+2.
  EXPECT_EQ(run("value rest(served) { return 50s + served * 1s; }").metrics[0], 3 + 14 + 26);
}

TEST_F(Stepping, OnlyWhatIsReadMustBeFilled) {
  EXPECT_EQ(run("rank pick(work) { return -work; }").metrics[2], 0);
  EXPECT_EQ(run("rank pick(unused) { return unused; }").metrics[2], 1);
}

TEST_F(Stepping, StatisticsFollowTheSignals) {
  // After the first job (3 s) the mean is 3: rests of 3, 2 and (not counted) 2.
  EXPECT_EQ(run("stat pace = mean(done, 10); value rest(served) { return pace; }").metrics[0], 3 + 7 + 11);
  // Who was passed over most is served first; nobody was at first, so in order of arrival: a tie.
  EXPECT_EQ(run("stat rounds = count(passed_over, 10); rank pick(work) { return rounds; }").metrics[0], 3 + 4 + 6);
  // The longest job is the 1.0-percentile: taken first while it is above 2.
  EXPECT_EQ(run("stat top = percentile(work, 0.99); rank pick(work) { return work >= top ? 1 : 0; }").metrics[0],
            3 + 5 + 6);
}

TEST_F(Stepping, WhatIsForgottenIsAsIfItWereNeverReported) {
  const policy::ProgramPtr one = program(
      "stat pace = mean(done, 2); stat rounds = count(passed_over, 3); stat top = percentile(work, 0.5); "
      "rank pick(work) { return rounds * work - pace - top; }");
  const auto values = [&](ProgramState& state) {
    Ask ask;
    ask.candidates = {4, 5};
    ask.globals = {0};
    state.append_statistics(ask);
    return std::pair(ask.globals, ask.columns);
  };
  ProgramState fresh(one, true);
  ProgramState used(one, true);
  used.report(0, 7);
  used.report(1, 4, 1);
  EXPECT_NE(values(used), values(fresh));
  used.forget();
  EXPECT_EQ(values(used), values(fresh));
}

TEST_F(Stepping, ASimulationDrivenByTheProgramEqualsItsEvaluation) {
  Random random(7, "stepping test", 0);
  const std::vector<std::string> bodies = {"rank pick(work, unused) { return unused - work / 1s; }",
                                           "value rest(served) { return served * 1s; }",
                                           "stat pace = ewma(done, 0.5); stat rounds = count(passed_over, 3); "
                                           "rank pick(work) { return rounds * work - pace; } value rest(served) { "
                                           "return pace; } value lamp() { return on; }"};
  for (const std::string& body : bodies) {
    for (const std::size_t take : {1, 2, 5}) {
      std::vector<double> jobs;
      for (int i = 0; i < 20; ++i) jobs.push_back(random.uniform(0, 10));
      const policy::ProgramPtr one = program(body);
      DecisionLog expected_log;
      const Evaluation expected = evaluate_program(Machine(jobs, take), one, {.log = &expected_log});
      DecisionLog log;
      SteppedSimulation<Machine> simulation(Machine(jobs, take), one);
      simulation.log_to(&log);
      std::unique_ptr<Simulation> fork;
      for (std::size_t asked = 0; const Question* question = simulation.next(); ++asked) {
        if (asked == 3) fork = simulation.fork();
        simulation.answer(interpret_answers(*one, *question));
      }
      ASSERT_NE(fork, nullptr);
      while (const Question* question = fork->next()) fork->answer(interpret_answers(*one, *question));
      EXPECT_EQ(simulation.result().blocks, expected.blocks) << body;
      EXPECT_EQ(fork->result(), simulation.result()) << body;
      EXPECT_EQ(log.records, expected_log.records) << body;
    }
  }
}

TEST_F(Stepping, NativePoliciesLookAtTheMechanism) {
  const NativeAnswers<Machine> shortest = [](const Machine& machine, const Ask& ask, std::span<double> answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      answers[i] = ask.decision == 0 ? -machine.work_of(ask.candidates[i]) : 0;
    }
  };
  EXPECT_EQ(evaluate_native(Machine({3, 1, 2}, 1), *signature_, shortest, {}).metrics[0], 1 + 3 + 6);
}

TEST_F(Stepping, UnusableAnswersFailTheRunAndSayWhy) {
  const auto native = [&](double answer) {
    const NativeAnswers<Machine> all = [=](const Machine&, const Ask&, std::span<double> answers) {
      std::fill(answers.begin(), answers.end(), answer);
    };
    return evaluate_native(Machine({3, 1, 2}, 1), *signature_, all, {});
  };
  EXPECT_EQ(native(0).status, Evaluation::Status::ok);
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), 0.5, 2.0, -1.0}) {
    const Evaluation evaluation = native(bad);
    EXPECT_EQ(evaluation.status, Evaluation::Status::failed) << bad;
    EXPECT_FALSE(evaluation.failure.empty());
    EXPECT_EQ(evaluation.metrics[0], std::numeric_limits<double>::max());
  }
  SteppedSimulation<Machine> simulation(Machine({3, 1, 2}, 1), program("rank pick(work) { return work; }"));
  EXPECT_THROW(simulation.answer(std::vector<double>{1}), InputError);
  ASSERT_NE(simulation.next(), nullptr);
  simulation.answer(std::vector<double>{1});
  EXPECT_EQ(simulation.next(), nullptr);
  EXPECT_EQ(simulation.result().status, Evaluation::Status::failed);
}

TEST_F(Stepping, AStopCancels) {
  std::stop_source source;
  source.request_stop();
  EXPECT_EQ(
      evaluate_program(Machine({3, 1, 2}, 1), program("value lamp() { return on; }"), {.stop = source.get_token()})
          .status,
      Evaluation::Status::cancelled);
}

}  // namespace
}  // namespace syswright
