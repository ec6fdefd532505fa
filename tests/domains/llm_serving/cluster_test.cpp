#include "domains/llm_serving/cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "policy/compile.h"
#include "tests/domains/llm_serving/linear_step_time.h"

namespace syswright::llm_serving {
namespace {

/// GoogleTest has a Setup of its own.
using World = llm_serving::Setup;

using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;

Request request(double arrival, std::uint32_t prompt, std::uint32_t output) {
  Request made;
  made.arrival = arrival;
  made.prompt = prompt;
  made.output = output;
  return made;
}

ReplicaGroup group(std::uint32_t count, std::shared_ptr<const StepTime> step_time = std::make_shared<UnitStepTime>()) {
  ReplicaGroup made;
  made.count = count;
  made.replica.kv_blocks = 100;
  made.replica.step_time = std::move(step_time);
  return made;
}

World setup(std::vector<Request> list, std::vector<ReplicaGroup> groups) {
  auto requests = std::make_shared<Requests>();
  requests->list = std::move(list);
  World made;
  made.requests = std::move(requests);
  made.cluster.groups = std::move(groups);
  return made;
}

std::vector<Request> drawn(std::size_t count, double rate, std::uint64_t seed = 1) {
  Random random(seed, "cluster test");
  std::vector<Request> list;
  double arrival = 0;
  for (std::size_t i = 0; i < count; ++i) {
    arrival += random.exponential(rate);
    list.push_back(request(arrival, 1 + static_cast<std::uint32_t>(random.below(200)),
                           1 + static_cast<std::uint32_t>(random.below(100))));
    list.back().predicted = list.back().output;
  }
  return list;
}

using Answer = std::function<void(const Cluster&, const Ask&, std::span<double>)>;

/// Runs to the end; an answer that is not given is the default. Looks for faults at every question.
Evaluation run(const World& made, QuestionSet asked = 0, const Answer& answer = {}) {
  check_setup(made);
  const auto shared = std::make_shared<World>(made);
  Cluster cluster(shared, asked);
  ProgramState state;
  Counter counter(*llm_serving_signature(), nullptr);
  Ask ask;
  std::vector<double> answers;
  while (cluster.next(ask, state)) {
    EXPECT_EQ(cluster.fault(), "");
    answers.resize(answers_wanted(*llm_serving_signature(), ask));
    if (answer) {
      answer(cluster, ask, answers);
    } else {
      cluster.default_answers(ask, answers);
    }
    cluster.reply(*counter.accept(ask, answers));
  }
  EXPECT_EQ(cluster.fault(), "");
  EXPECT_EQ(cluster.accounts().completed() + cluster.accounts().refused(), made.requests->list.size());
  return cluster.result();
}

double metric(const Evaluation& evaluation, Measure measure) {
  return evaluation.metrics[static_cast<std::size_t>(measure)];
}
double detail(const Evaluation& evaluation, std::string_view name) {
  for (const auto& [key, value] : evaluation.details) {
    if (key == name) return value;
  }
  return std::nan("");
}

TEST(Cluster, sums_up_what_came_of_the_requests) {
  // Replica 0 gets request 0, 1 gets request 1: tokens at 1, 2, 3 and at 1.5, 2.5.
  World made = setup({request(0, 16, 3), request(0.5, 32, 2)}, {group(2)});
  made.limits.e2e = 2.5;
  made.weights.miss = 10;
  const Evaluation two = run(made);
  EXPECT_DOUBLE_EQ(metric(two, Measure::ttft), 1);
  EXPECT_DOUBLE_EQ(metric(two, Measure::tpot), 1);
  EXPECT_DOUBLE_EQ(metric(two, Measure::itl), 1);
  EXPECT_DOUBLE_EQ(metric(two, Measure::e2e), 2.5);
  EXPECT_DOUBLE_EQ(metric(two, Measure::makespan), 3);
  EXPECT_DOUBLE_EQ(metric(two, Measure::attainment), 0.5);
  EXPECT_DOUBLE_EQ(metric(two, Measure::goodput), 1.0 / 3);
  EXPECT_DOUBLE_EQ(metric(two, Measure::throughput), 5.0 / 3);
  EXPECT_DOUBLE_EQ(metric(two, Measure::gpu_time), 6);
  EXPECT_DOUBLE_EQ(metric(two, Measure::objective), 2.5 + 10 / 2.0);
  // Blocks in use: 1, 2, 2 of replica 0 and 2, 3 of replica 1, each for a second, of 100 blocks for 3 s each.
  EXPECT_DOUBLE_EQ(metric(two, Measure::kv_mean), 10.0 / 600);
  EXPECT_DOUBLE_EQ(metric(two, Measure::kv_peak), 0.03);
  EXPECT_THAT(two.blocks, ElementsAre(Block{13, 1}, Block{2, 1}));
}

TEST(Cluster, refuses_what_fits_nowhere) {
  World made = setup({request(0, 1600, 1), request(0, 1600, 0 + 1), request(0, 1599, 1)}, {group(1)});
  made.weights.refused = 50;
  const Evaluation three = run(made);
  EXPECT_DOUBLE_EQ(metric(three, Measure::refused), 2.0 / 3);
  EXPECT_DOUBLE_EQ(metric(three, Measure::e2e), 1);
  EXPECT_DOUBLE_EQ(metric(three, Measure::objective), 101.0 / 3);
}

TEST(Cluster, holds_the_head_and_all_behind_it) {
  // Held until the first has ended at 2; then both go.
  const World made = setup({request(0, 4, 2), request(0.1, 4, 1), request(0.2, 4, 1)}, {group(1)});
  std::vector<std::uint64_t> asked;
  const Evaluation all =
      run(made, question_bit(Question::admit), [&](const Cluster& cluster, const Ask& ask, std::span<double> answers) {
        asked.push_back(ask.subject);
        answers[0] = cluster.now() >= 2;
      });
  // At 2 nothing is in flight: 1 is released unasked, 2 is asked about.
  EXPECT_THAT(asked, ElementsAre(1, 1, 2));
  EXPECT_DOUBLE_EQ(metric(all, Measure::held), (0 + 1.9 + 1.8) / 3);
}

TEST(Cluster, a_policy_that_always_holds_serves_one_after_another) {
  const World made = setup(drawn(50, 5), {group(3)});
  const Evaluation all = run(made, question_bit(Question::admit),
                             [](const Cluster&, const Ask&, std::span<double> answers) { answers[0] = 0; });
  EXPECT_EQ(detail(all, "completed"), 50);
}

TEST(Cluster, sends_the_cache_from_prefill_to_decode) {
  ReplicaGroup prefill = group(1);
  prefill.role = Role::prefill;
  ReplicaGroup decode = group(1);
  decode.role = Role::decode;
  World made = setup({request(0, 32, 3), request(0, 16, 1)}, {prefill, decode});
  made.cluster.link_bandwidth = 64;  // bytes a second; a token has 1 byte
  made.cluster.link_latency = 0.25;
  // First tokens of both at 1. 32 tokens take 0.5 + 0.25 s; tokens at 2.75 and 3.75. The other one ends where it is.
  const Evaluation both = run(made);
  EXPECT_DOUBLE_EQ(metric(both, Measure::ttft), 1);
  EXPECT_DOUBLE_EQ(metric(both, Measure::makespan), 3.75);
  EXPECT_EQ(detail(both, "computed_tokens"), 32 + 16 + 2);
  EXPECT_EQ(detail(both, "recomputed_tokens"), 0);
}

TEST(Cluster, transfers_of_a_replica_go_one_after_another) {
  ReplicaGroup prefill = group(1);
  prefill.role = Role::prefill;
  ReplicaGroup decode = group(2);
  decode.role = Role::decode;
  World made = setup({request(0, 32, 2), request(0, 32, 2)}, {prefill, decode});
  made.cluster.link_bandwidth = 64;
  // Sent by 1.5 and by 2: the ends are 2.5 and 3.
  EXPECT_DOUBLE_EQ(metric(run(made), Measure::e2e), 2.75);
}

TEST(Cluster, starts_and_drains_replicas) {
  ReplicaGroup scaled = group(1);
  scaled.most = 3;
  scaled.least = 1;
  World made = setup({request(0, 4, 20), request(4.2, 4, 4), request(4.3, 4, 4)}, {scaled});
  made.cluster.scaling_interval = 1;
  made.cluster.start_up = 2;
  // Two more are wanted at 1 and are there at 3; requests 1 and 2 go to them. From 6 on one is wanted: the others end
  // with their requests, at 8.2 and 8.3.
  const Evaluation all = run(
      made, question_bit(Question::scale),
      [](const Cluster& cluster, const Ask&, std::span<double> answers) { answers[0] = cluster.now() < 6 ? 3 : 1; });
  EXPECT_DOUBLE_EQ(metric(all, Measure::gpu_time), 20 + (8.2 - 1) + (8.3 - 1));
  EXPECT_DOUBLE_EQ(metric(all, Measure::e2e), (20 + 4 + 4) / 3.0);
}

TEST(Cluster, computes_again_what_a_failure_lost) {
  World made = setup(drawn(400, 2), {group(3, std::make_shared<TestStepTime>())});
  const Evaluation sound = run(made);
  made.cluster.mean_time_between_failures = 30;
  made.cluster.repair_time = 5;
  const Evaluation failing = run(made);
  EXPECT_GT(detail(failing, "lost_to_failures"), 5);
  EXPECT_GT(detail(failing, "recomputed_tokens"), 0);
  EXPECT_GT(metric(failing, Measure::e2e), metric(sound, Measure::e2e));
  EXPECT_EQ(run(made), failing);
  made.seed = 2;
  EXPECT_NE(run(made), failing);
}

/// Everything at once: scaling, failures, roles, two models, questions with arbitrary answers. Every request ends, and
/// the books are in order at every question.
TEST(Cluster, survives_whatever_it_is_told) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Random random(seed, "torture");
    std::vector<Request> list = drawn(150, random.uniform(0.5, 20), seed);
    auto requests = std::make_shared<Requests>();
    requests->models = {"a", "b"};
    requests->tenants = {"x", "y"};
    for (Request& one : list) {
      one.model = static_cast<std::uint16_t>(random.below(2));
      one.tenant = static_cast<std::uint16_t>(random.below(2));
      one.priority = static_cast<std::int32_t>(random.below(3));
      if (random.chance(0.5)) {
        one.first_block = static_cast<std::uint32_t>(requests->blocks.size());
        one.block_count = one.prompt / 512 + 1;
        for (std::uint32_t i = 0; i < one.block_count; ++i) requests->blocks.push_back(random.below(3));
      }
    }
    requests->list = list;
    World made;
    made.seed = seed;
    made.requests = requests;
    for (std::uint16_t model = 0; model < 2; ++model) {
      for (const Role role : {Role::mixed, Role::prefill, Role::decode}) {
        ReplicaGroup one = group(1 + static_cast<std::uint32_t>(random.below(2)), std::make_shared<TestStepTime>());
        one.role = role;
        one.model = model;
        one.least = 1;
        one.most = one.count + static_cast<std::uint32_t>(random.below(3));
        one.replica.scheduler = static_cast<Scheduler>(random.below(4));
        one.replica.kv_blocks = 20 + static_cast<std::uint32_t>(random.below(40));
        one.replica.prefix_caching = random.chance(0.5);
        one.replica.drafts = random.chance(0.3) ? 2 : 0;
        made.cluster.groups.push_back(one);
      }
    }
    made.check = seed % 2 == 0;
    made.cluster.scaling_interval = 3;
    made.cluster.start_up = 2;
    made.cluster.link_bandwidth = 1e8;
    made.cluster.link_latency = 0.01;
    made.cluster.mean_time_between_failures = random.chance(0.5) ? 20 : 0;
    made.cluster.repair_time = 3;
    const Evaluation all = run(made, every_question, [&](const Cluster&, const Ask& ask, std::span<double> answers) {
      for (double& answer : answers) answer = random.uniform();
      const Question question = static_cast<Question>(ask.decision);
      if (question == Question::admit) answers[0] = random.chance(0.7);
      if (question == Question::scale) answers[0] = static_cast<double>(random.below(5));
      if (question == Question::chunk) answers[0] = static_cast<double>(random.below(300));
    });
    ASSERT_EQ(all.status, Evaluation::Status::ok) << seed << ": " << all.failure;
    ASSERT_GE(detail(all, "completed"), 150 - detail(all, "refused")) << seed;
    for (const double value : all.metrics) ASSERT_TRUE(std::isfinite(value)) << seed;
    ASSERT_THAT(metric(all, Measure::fairness), AllOf(Ge(0.5), Le(1.0 + 1e-12)));
  }
}

TEST(Cluster, looking_at_its_books_changes_nothing) {
  World made = setup(drawn(100, 5, 3), {group(2)});
  const Evaluation unchecked = run(made);
  made.check = true;
  EXPECT_EQ(run(made), unchecked);
}

policy::ProgramPtr program(const std::string& text) {
  return policy::compile(text, "test", std::array{llm_serving_signature()});
}

TEST(Cluster, asks_only_what_a_program_answers) {
  const auto made = std::make_shared<World>(setup(drawn(200, 20), {group(2, std::make_shared<TestStepTime>())}));
  DecisionLog log;
  const Evaluation by_program = evaluate_program(
      Cluster(made), program("policy fewest for llm_serving { rank route(in_flight) { return -in_flight; } }"),
      {.log = &log});
  ASSERT_GT(log.records.size(), 100);
  for (const DecisionLog::Record& record : log.records) EXPECT_EQ(record.decision, 0);
  EXPECT_EQ(by_program, run(*made));
}

/// A fork goes on as the original does.
TEST(Cluster, a_copy_is_a_fork) {
  const auto made = std::make_shared<World>(setup(drawn(100, 20), {group(3, std::make_shared<TestStepTime>())}));
  const policy::ProgramPtr both = program(R"(policy p for llm_serving {
    rank route(allocated) { return -allocated; }
    rank order(prompt) { return -prompt; }
  })");
  SteppedSimulation<Cluster> first(Cluster(made), both);
  for (int i = 0; i < 60; ++i) {
    const auto* asked = first.next();
    ASSERT_NE(asked, nullptr);
    first.answer(interpret_answers(*both, *asked));
  }
  const std::unique_ptr<Simulation> fork = first.fork();
  const auto finish = [](Simulation& simulation) {
    while (const auto* question = simulation.next()) {
      std::vector<double> answers(std::max<std::size_t>(question->candidates.size(), 1));
      for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = -static_cast<double>(question->candidates[i] % 7);
      simulation.answer(answers);
    }
    return simulation.result();
  };
  const Evaluation of_fork = finish(*fork);
  EXPECT_EQ(finish(first), of_fork);
}

TEST(SetupCheck, says_what_is_wrong) {
  const auto message = [](const World& made) -> std::string {
    try {
      check_setup(made);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  World made = setup({request(0, 1, 1)}, {group(1)});
  EXPECT_EQ(message(made), "");
  made.cluster.groups[0].replica.kv_blocks = 0;
  EXPECT_THAT(message(made), HasSubstr("kv_blocks is 0"));
  made.cluster.groups[0].replica.kv_blocks = 10;
  made.cluster.groups[0].role = Role::decode;
  EXPECT_THAT(message(made), HasSubstr("no replica takes requests for model 'model'"));
  made.cluster.groups[0].role = Role::prefill;
  EXPECT_THAT(message(made), HasSubstr("none decodes"));
  made.cluster.groups.clear();
  EXPECT_THAT(message(made), HasSubstr("no replica"));
}

}  // namespace
}  // namespace syswright::llm_serving
