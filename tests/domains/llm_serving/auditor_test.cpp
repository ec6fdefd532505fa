#include "domains/llm_serving/auditor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "domains/llm_serving/accounts.h"
#include "domains/llm_serving/features.h"
#include "domains/llm_serving/native.h"
#include "domains/llm_serving/scenario.h"
#include "domains/llm_serving/step_time_linear.h"

namespace syswright::llm_serving {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

StepTimePtr linear() {
  LinearOptions options;
  options.base = 0.02;
  options.decode = 0.001;
  options.prefill = 0.0002;
  options.kv_bytes_per_token = 1000;
  return make_linear_step_time(options);
}

/// A cluster and a workload drawn anew: every kind of scheduler, role, cache, failure and shortage.
Setup drawn(std::uint64_t seed) {
  Random random(seed, "audited cluster");
  const auto flip = [&](double chance) { return random.chance(chance); };
  auto requests = std::make_shared<Requests>();
  requests->block_tokens = 32;
  requests->blocks_cover_output = flip(0.5);
  requests->tenants = {"a", "b"};
  const bool shares = flip(0.6);
  double now = 0;
  const std::uint64_t count = 8 + random.below(30);
  for (std::uint64_t i = 0; i < count; ++i) {
    Request request;
    now += flip(0.3) ? 0 : random.exponential(3);
    request.arrival = now;
    request.prompt = static_cast<std::uint32_t>(1 + random.below(flip(0.2) ? 300 : 90));
    request.output = static_cast<std::uint32_t>(1 + random.below(60));
    request.priority = static_cast<std::int32_t>(random.below(3));
    request.tenant = static_cast<std::uint16_t>(random.below(2));
    if (shares && flip(0.8)) {
      const std::uint32_t length = request.prompt + (requests->blocks_cover_output ? request.output : 0);
      request.first_block = static_cast<std::uint32_t>(requests->blocks.size());
      request.block_count = (length + 31) / 32;
      const std::uint64_t family = random.below(3);
      const std::uint64_t common = random.below(request.block_count + 1);
      for (std::uint64_t b = 0; b < request.block_count; ++b) {
        requests->blocks.push_back(b < common ? family * 1000 + b : 100'000 + i * 1000 + b);
      }
    }
    requests->list.push_back(request);
  }
  requests->digest = DigestBuilder().add(seed).finish();

  ReplicaGroup group;
  ReplicaSettings& replica = group.replica;
  replica.step_time = linear();
  replica.scheduler = static_cast<Scheduler>(random.below(4));
  replica.block_size = flip(0.5) ? 16 : 8;
  replica.kv_blocks = static_cast<std::uint32_t>(12 + random.below(40));
  replica.max_running = static_cast<std::uint32_t>(2 + random.below(8));
  replica.token_budget = static_cast<std::uint32_t>(8 + random.below(150));
  replica.long_prefill = flip(0.3) ? 20 : 0;
  replica.chunked = flip(0.8);
  replica.prefix_caching = flip(0.6);
  replica.whole_sequence = flip(0.3);
  replica.watermark = flip(0.3) ? 0.05 : 0;
  replica.host_overhead = flip(0.3) ? 0.003 : 0;
  replica.drafts = flip(0.25) ? 2 : 0;
  const bool vllm = replica.scheduler == Scheduler::vllm || replica.scheduler == Scheduler::vllm_priority;
  replica.async_scheduling = vllm && flip(0.5);
  group.count = static_cast<std::uint32_t>(1 + random.below(3));
  group.least = 1;
  group.most = group.count + static_cast<std::uint32_t>(random.below(3));
  Setup setup;
  setup.cluster.groups = {group};
  if (flip(0.3)) {
    setup.cluster.groups[0].role = Role::prefill;
    setup.cluster.groups.push_back(group);
    setup.cluster.groups[1].role = flip(0.5) ? Role::decode : Role::mixed;
    setup.cluster.groups[1].replica.kv_blocks += 10;
    setup.cluster.link_bandwidth = flip(0.5) ? 1e5 : 0;
    setup.cluster.link_latency = 0.01;
  }
  setup.cluster.scaling_interval = flip(0.5) ? 1.5 : 0;
  setup.cluster.start_up = 1;
  setup.cluster.mean_time_between_failures = flip(0.4) ? 8 : 0;
  setup.cluster.repair_time = 2;
  setup.requests = std::move(requests);
  setup.limits.e2e = 5;
  setup.weights = {.e2e = 1, .ttft = 0.5, .tpot = 3, .miss = 2, .recompute = 0.01, .gpu = 0.1};
  setup.seed = seed;
  setup.label = setup.setting = "drawn";
  return setup;
}

/// Answers every question at random, within the rules.
Evaluation run_wildly(const SetupPtr& setup, std::uint64_t seed, DecisionLog& log) {
  Random random(seed, "wild answers");
  const NativeAnswers<Cluster> wild = [&](const Cluster&, const Ask& ask, std::span<double> answers) {
    const auto question = static_cast<Question>(ask.decision);
    for (double& answer : answers) answer = random.uniform();
    if (question == Question::admit) answers[0] = random.chance(0.6) ? 1 : 0;
    if (question == Question::scale) answers[0] = static_cast<double>(random.below(6));
    if (question == Question::chunk) answers[0] = static_cast<double>(random.below(60));
  };
  const QuestionSet asked = random.chance(0.3) ? static_cast<QuestionSet>(random.below(64)) : every_question;
  return evaluate_native(Cluster(setup, asked), *llm_serving_signature(), wild, {.log = &log});
}

TEST(ServingAuditor, RecomputesEveryRunOfManyClusters) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const auto setup = std::make_shared<const llm_serving::Setup>(drawn(seed));
    DecisionLog log;
    const Evaluation evaluation = run_wildly(setup, seed, log);
    ASSERT_EQ(evaluation.status, Evaluation::Status::ok) << evaluation.failure << ", seed " << seed;
    const Audit found = audit(*setup, log);
    ASSERT_THAT(found.violations, IsEmpty()) << "seed " << seed;
    for (std::size_t i = 0; i < measure_count; ++i) {
      ASSERT_DOUBLE_EQ(found.metrics[i], evaluation.metrics[i]) << serving_metrics()[i].name << ", seed " << seed;
    }
  }
}

struct Logged {
  Setup setup = drawn(3);
  DecisionLog log;
  Logged() {
    setup.cluster.groups.resize(1);
    setup.cluster.groups[0].role = Role::mixed;
    setup.cluster.groups[0].count = setup.cluster.groups[0].most = 3;
    ServingScenario(setup).evaluate(Policy::native("head_room_admission"), {.log = &log});
  }
  std::vector<std::string> violations() const { return audit(setup, log).violations; }
  DecisionLog::Record& first(Question question) {
    for (DecisionLog::Record& record : log.records) {
      if (record.decision == static_cast<std::uint32_t>(question)) return record;
    }
    throw Error("the log has no such decision");
  }
};

TEST(ServingAuditor, FindsNothingInAnHonestLog) {
  const Logged logged;
  ASSERT_FALSE(logged.log.records.empty());
  EXPECT_THAT(logged.violations(), IsEmpty());
}

TEST(ServingAuditor, ObjectsToReplicasThatAreNotThere) {
  Logged logged;
  logged.first(Question::route).subject = 7;
  EXPECT_THAT(logged.violations(), Contains(HasSubstr("'route' picks 7, which is not among the 3")));
}

TEST(ServingAuditor, ObjectsToAnswersAboutOthers) {
  Logged logged;
  logged.first(Question::admit).subject += 1;
  EXPECT_THAT(logged.violations(), Contains(HasSubstr("'admit' was asked about")));
}

TEST(ServingAuditor, ObjectsToAnswersThatAreNone) {
  Logged logged;
  logged.first(Question::admit).answer = 0.5;
  EXPECT_THAT(logged.violations(), Contains(HasSubstr("0 is hold and 1 release")));
}

TEST(ServingAuditor, ObjectsToMissingAnswers) {
  Logged logged;
  logged.log.records.pop_back();
  EXPECT_THAT(logged.violations(), Contains(HasSubstr("no answer to")));
}

TEST(ServingAuditor, ObjectsToAnswersThatNobodyAskedFor) {
  Logged logged;
  logged.log.records.push_back(logged.log.records.back());
  EXPECT_THAT(logged.violations(), Contains(HasSubstr("nobody asked for")));
}

}  // namespace
}  // namespace syswright::llm_serving
