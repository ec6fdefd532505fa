#include "tests/domains/llm_serving/plain_cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "domains/llm_serving/cluster.h"
#include "tests/domains/llm_serving/linear_step_time.h"

// The machine against the plain one, on small random cases: every time of every request, to the bit.
namespace syswright::llm_serving {
namespace {

enum class Kind { plain, shared, questions, everything };

RequestsPtr random_requests(Random& random, bool shared) {
  auto made = std::make_shared<Requests>();
  made->block_tokens = 1 + static_cast<std::uint32_t>(random.below(9));
  made->blocks_cover_output = shared && random.chance(0.5);
  const std::size_t count = 1 + random.below(Accounts::most_blocks);
  const double gap = random.chance(0.3) ? 0 : random.uniform(0.001, 0.1);
  const std::uint64_t longest = 1 + random.below(60);
  double arrival = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Request request;
    if (random.chance(0.7)) arrival += gap * random.exponential();
    request.arrival = arrival;
    request.prompt = 1 + static_cast<std::uint32_t>(random.below(longest));
    request.output = 1 + static_cast<std::uint32_t>(random.below(1 + random.below(50)));
    request.priority = static_cast<std::int32_t>(random.below(3));
    if (shared && random.chance(0.8)) {
      const std::uint32_t named = request.prompt + (made->blocks_cover_output ? request.output : 0);
      request.first_block = static_cast<std::uint32_t>(made->blocks.size());
      request.block_count = (named + made->block_tokens - 1) / made->block_tokens;
      const std::uint64_t family = random.below(3);
      const std::uint64_t same = random.below(request.block_count + 1);
      for (std::uint32_t block = 0; block < request.block_count; ++block) {
        made->blocks.push_back(block < same ? family * 1000 + block : 100000 + i * 1000 + block);
      }
    }
    made->list.push_back(request);
  }
  return made;
}

Setup random_setup(std::uint64_t seed, Kind kind) {
  Random random(seed, "random setup");
  Setup setup;
  setup.seed = seed;
  setup.requests = random_requests(random, kind == Kind::shared || kind == Kind::everything);
  ReplicaGroup group;
  ReplicaSettings& replica = group.replica;
  replica.step_time = std::make_shared<TestStepTime>();
  replica.scheduler = static_cast<Scheduler>(random.below(4));
  replica.max_running = 1 + static_cast<std::uint32_t>(random.below(12));
  replica.token_budget = 1 + static_cast<std::uint32_t>(random.below(random.chance(0.5) ? 20 : 200));
  if (random.chance(0.3)) replica.long_prefill = 1 + static_cast<std::uint32_t>(random.below(20));
  replica.chunked = random.chance(0.85);
  replica.block_size = 1 + static_cast<std::uint32_t>(random.below(8));
  const std::uint64_t tight = 110 / replica.block_size + 1;
  replica.kv_blocks = static_cast<std::uint32_t>(tight + random.below(random.chance(0.8) ? 1 + tight / 2 : 20 * tight));
  replica.prefix_caching = kind == Kind::plain ? false : random.chance(0.8);
  replica.whole_sequence = random.chance(0.3);
  replica.watermark = random.chance(0.3) ? 0.05 : 0;
  replica.host_overhead = random.chance(0.3) ? 0.001 : 0;
  if (random.chance(0.25)) replica.drafts = 1 + static_cast<std::uint32_t>(random.below(4));
  replica.acceptance = random.uniform();
  const bool vllm = replica.scheduler == Scheduler::vllm || replica.scheduler == Scheduler::vllm_priority;
  replica.async_scheduling = vllm && random.chance(0.5);
  group.count = 1 + static_cast<std::uint32_t>(random.below(3));
  setup.cluster.groups = {group};
  setup.weights = {.e2e = 1, .ttft = 3, .refused = 0};
  return setup;
}

plain::Answers random_answers(std::uint64_t seed) {
  const auto score = [seed](std::uint64_t what, std::uint64_t of) {
    return static_cast<double>(mix64(mix64(seed + what) + of) >> 11);
  };
  plain::Answers answers;
  const std::uint64_t which = mix64(seed);
  if (which & 1) answers.route = [=](std::uint64_t request, std::uint64_t replica) { return score(replica, request); };
  if (which & 2) answers.order = [=](std::uint64_t request) { return score(100, request); };
  if (which & 4) answers.victim = [=](std::uint64_t request) { return score(200, request); };
  if (which & 8) {
    answers.release = [=](std::uint64_t request, std::size_t in_flight) {
      return in_flight < 1 + (request ^ seed) % 6;
    };
  }
  if (which & 16) answers.chunk = [=](std::size_t running) { return static_cast<double>((running * seed) % 40); };
  return answers;
}

/// Runs the cluster, looking for faults now and then.
Evaluation run_cluster(const SetupPtr& setup, const plain::Answers& answers, bool look) {
  Cluster cluster(setup, answers.asked());
  ProgramState state;
  Counter counter(*llm_serving_signature(), nullptr);
  Ask ask;
  std::vector<double> out;
  while (cluster.next(ask, state)) {
    if (look) {
      EXPECT_EQ(cluster.fault(), "");
    }
    out.resize(answers_wanted(*llm_serving_signature(), ask));
    const auto rank = [&](auto score) {
      std::transform(ask.candidates.begin(), ask.candidates.end(), out.begin(), score);
    };
    switch (static_cast<Question>(ask.decision)) {
      case Question::route:
        rank([&](std::uint64_t replica) { return answers.route(cluster.asked_sequence().request, replica); });
        break;
      case Question::admit:
        out[0] = answers.release(ask.subject, cluster.replicas()[cluster.asked_replica()].in_flight()) ? 1 : 0;
        break;
      case Question::order:
        rank(answers.order);
        break;
      case Question::victim:
        rank(answers.victim);
        break;
      case Question::chunk:
        out[0] = answers.chunk(cluster.engine(cluster.asked_replica()).running().size());
        break;
      case Question::scale:
        ADD_FAILURE() << "scale was asked";
        break;
    }
    const std::optional<Reply> reply = counter.accept(ask, out);
    if (!reply) throw std::runtime_error(counter.failure());
    cluster.reply(*reply);
  }
  EXPECT_EQ(cluster.fault(), "");
  return cluster.result();
}

double detail(const Evaluation& evaluation, std::string_view name) {
  for (const auto& [key, value] : evaluation.details) {
    if (key == name) return value;
  }
  return -1;
}

void compare(Kind kind, std::uint64_t seed, std::uint64_t& preempted, std::uint64_t& hits) {
  const auto setup = std::make_shared<Setup>(random_setup(seed, kind));
  check_setup(*setup);
  const bool questions = kind == Kind::questions || kind == Kind::everything;
  const plain::Answers answers = questions ? random_answers(seed) : plain::Answers{};
  const plain::Result slow = plain::run(*setup, answers);
  const Evaluation fast = run_cluster(setup, answers, seed % 8 == 0);
  const std::string where = "seed " + std::to_string(seed) + ", kind " + std::to_string(static_cast<int>(kind));
  ASSERT_EQ(fast.blocks.size(), setup->requests->list.size()) << where;
  for (std::size_t i = 0; i < fast.blocks.size(); ++i) {
    const double arrival = setup->requests->list[i].arrival;
    const double cost =
        slow.first_tokens[i] < 0 ? 0 : (slow.last_tokens[i] - arrival) + 3 * (slow.first_tokens[i] - arrival);
    ASSERT_EQ(fast.blocks[i].cost, cost) << where << ", request " << i << ", apart by " << fast.blocks[i].cost - cost;
  }
  ASSERT_EQ(detail(fast, "steps"), static_cast<double>(slow.steps)) << where;
  ASSERT_EQ(detail(fast, "preemptions"), static_cast<double>(slow.preemptions)) << where;
  ASSERT_EQ(detail(fast, "computed_tokens"), static_cast<double>(slow.computed)) << where;
  ASSERT_EQ(detail(fast, "recomputed_tokens"), static_cast<double>(slow.recomputed)) << where;
  ASSERT_EQ(detail(fast, "hit_tokens"), static_cast<double>(slow.hits)) << where;
  preempted += slow.preemptions > 0;
  hits += slow.hits > 0;
}

class PlainCluster : public testing::TestWithParam<Kind> {};

TEST_P(PlainCluster, gives_the_same_schedule) {
  std::uint64_t preempted = 0;
  std::uint64_t hits = 0;
  constexpr std::uint64_t cases = 2000;
  for (std::uint64_t seed = 1; seed <= cases; ++seed) {
    compare(GetParam(), seed, preempted, hits);
    if (HasFailure()) return;
  }
  // The cases are worth something only if they come to what is hard.
  EXPECT_GT(preempted, cases / 8);
  if (GetParam() == Kind::shared || GetParam() == Kind::everything) {
    EXPECT_GT(hits, cases / 4);
  }
}

INSTANTIATE_TEST_SUITE_P(kinds, PlainCluster,
                         testing::Values(Kind::plain, Kind::shared, Kind::questions, Kind::everything));

}  // namespace
}  // namespace syswright::llm_serving
