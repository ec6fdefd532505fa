#include "domains/llm_serving/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "domains/llm_serving/cluster.h"
#include "tests/domains/llm_serving/linear_step_time.h"

// Schedules worked out by hand. Every step takes a second.
namespace syswright::llm_serving {
namespace {

using testing::ElementsAre;

struct Course {
  std::map<std::uint32_t, double> first, last;
  std::map<std::uint32_t, std::uint32_t> restarts;
  std::vector<std::uint32_t> tokens;  ///< [steps]
  Accounts accounts;
};

Request request(double arrival, std::uint32_t prompt, std::uint32_t output, std::int32_t priority = 0) {
  Request made;
  made.arrival = arrival;
  made.prompt = prompt;
  made.output = output;
  made.priority = priority;
  return made;
}

ReplicaSettings settings() {
  ReplicaSettings made;
  made.step_time = std::make_shared<UnitStepTime>();
  made.kv_blocks = 1000;
  made.block_size = 4;
  made.prefix_caching = false;
  return made;
}

/// One engine, alone. Faults are looked for after every step.
Course run(const ReplicaSettings& settings, const Requests& requests) {
  Setup setup;
  setup.requests = std::make_shared<Requests>(requests);
  Course course;
  course.accounts = Accounts(setup);
  Engine engine(settings, Role::mixed, *setup.requests, 1, 0);
  StepOutcome outcome;
  std::size_t next = 0;
  double now = 0;
  while (next < requests.list.size() || !engine.idle()) {
    now = engine.stepping() ? engine.step_end() : requests.list[next].arrival;
    if (engine.stepping()) {
      outcome.clear();
      engine.finish(course.accounts, outcome);
      EXPECT_EQ(engine.fault(), "");
      for (const Sequence& sequence : outcome.completed) {
        course.first[sequence.request] = sequence.first_token;
        course.last[sequence.request] = sequence.last_token;
        course.restarts[sequence.request] = sequence.restarts;
      }
    }
    for (; next < requests.list.size() && requests.list[next].arrival <= now; ++next) {
      const Request& arrived = requests.list[next];
      Sequence sequence;
      sequence.request = static_cast<std::uint32_t>(next);
      sequence.prompt = arrived.prompt;
      sequence.output = arrived.output;
      sequence.arrival = arrived.arrival;
      sequence.priority = arrived.priority;
      sequence.named_blocks = named_blocks_of(requests, arrived, settings);
      engine.enqueue(sequence, now);
    }
    if (engine.idle()) continue;
    EXPECT_EQ(engine.begin(now), Engine::Pause::done);
    course.tokens.push_back(engine.shape().tokens());
  }
  return course;
}

Requests requests(std::vector<Request> list) {
  Requests made;
  made.list = std::move(list);
  return made;
}

TEST(Engine, gives_a_token_with_the_prompt_and_one_a_step_from_then_on) {
  const Course only = run(settings(), requests({request(0, 10, 3)}));
  EXPECT_EQ(only.first.at(0), 1);
  EXPECT_EQ(only.last.at(0), 3);
  EXPECT_THAT(only.tokens, ElementsAre(10, 1, 1));
  EXPECT_EQ(only.accounts.computed_tokens, 12);  // the last token is never computed
}

TEST(Engine, cuts_prompts_to_the_budget_and_lets_decodes_go_first) {
  ReplicaSettings replica = settings();
  replica.token_budget = 8;
  // 0: 5 tokens at once. 1 gets the 3 that are left, then 7 beside the decode of 0, then its last 2.
  const Course both = run(replica, requests({request(0, 5, 3), request(0, 12, 1)}));
  EXPECT_THAT(both.tokens, ElementsAre(8, 8, 3));
  EXPECT_EQ(both.first.at(0), 1);
  EXPECT_EQ(both.last.at(0), 3);
  EXPECT_EQ(both.first.at(1), 3);
}

TEST(Engine, cuts_long_prompts_further_where_it_is_told_to) {
  ReplicaSettings replica = settings();
  replica.long_prefill = 4;
  // Both prompts fit into the budget; the longer one goes by fours beside the shorter.
  const Course both = run(replica, requests({request(0, 10, 1), request(0, 3, 2)}));
  EXPECT_THAT(both.tokens, ElementsAre(7, 5, 2));
  EXPECT_EQ(both.first.at(1), 1);
  EXPECT_EQ(both.first.at(0), 3);
}

TEST(Engine, limits_the_sequences_of_a_step) {
  ReplicaSettings replica = settings();
  replica.max_running = 1;
  const Course both = run(replica, requests({request(0, 1, 2), request(0, 1, 2)}));
  EXPECT_EQ(both.last.at(0), 2);
  EXPECT_EQ(both.first.at(1), 3);
}

TEST(Engine, preempts_the_last_admitted_and_computes_it_again) {
  ReplicaSettings replica = settings();
  replica.kv_blocks = 4;  // of 4 tokens
  // Step 1 computes both prompts, 2 blocks each: full. In step 2, 0 needs a third block for its ninth token: 1 is
  // preempted with 8 tokens and one generated. 0 has 8 + k tokens in step 1 + k and ends with step 5 (5 outputs: the
  // prompt's and 4 more), holding 3 blocks. 1 needs 3 blocks for 9 tokens, so that it starts in step 6 with the 9
  // tokens it has, and its other 3 outputs follow: 6, 7, 8 and the first at 1.
  const Course both = run(replica, requests({request(0, 8, 5), request(0, 8, 4)}));
  EXPECT_THAT(both.tokens, ElementsAre(16, 1, 1, 1, 1, 9, 1, 1));
  EXPECT_EQ(both.last.at(0), 5);
  EXPECT_EQ(both.first.at(1), 1);
  EXPECT_EQ(both.last.at(1), 8);
  EXPECT_EQ(both.restarts.at(1), 1);
  EXPECT_EQ(both.accounts.preemptions, 1);
  EXPECT_EQ(both.accounts.recomputed_tokens, 8);  // the ninth had not been computed
}

TEST(Engine, admits_nobody_in_a_step_that_preempts) {
  ReplicaSettings replica = settings();
  replica.kv_blocks = 4;
  // As before; 2 would fit beside 0 from step 2 on (a block is left), but stands behind 1, which does not.
  const Course three = run(replica, requests({request(0, 8, 5), request(0, 8, 4), request(0.5, 2, 1)}));
  EXPECT_EQ(three.first.at(2), 6);
  EXPECT_THAT(three.tokens, ElementsAre(16, 1, 1, 1, 1, 11, 1, 1));
}

TEST(Engine, preempts_the_least_urgent_under_priority_order) {
  ReplicaSettings replica = settings();
  replica.kv_blocks = 4;
  replica.scheduler = Scheduler::vllm_priority;
  // 1 is the more urgent and admitted first; 0 is the victim though it came earlier.
  const Course both = run(replica, requests({request(0, 8, 5, 2), request(0, 8, 4, 1)}));
  EXPECT_EQ(both.restarts.at(0), 1);
  EXPECT_EQ(both.restarts.at(1), 0);
  EXPECT_EQ(both.last.at(1), 4);
}

TEST(Engine, waits_for_the_whole_sequence_where_it_is_told_to) {
  ReplicaSettings replica = settings();
  replica.kv_blocks = 5;
  replica.token_budget = 9;
  // Step 1: 9 tokens of 0 in 3 blocks. Step 2: its last 2, and a chunk of 7 of request 1 in the 2 blocks left. Step 3:
  // 1 wants a third block and there is none, so that it preempts itself; 0 ends. Steps 4 and 5: 1 once more.
  const Requests two = requests({request(0, 11, 2), request(0.5, 11, 1)});
  const Course early = run(replica, two);
  EXPECT_THAT(early.tokens, ElementsAre(9, 9, 1, 9, 2));
  EXPECT_EQ(early.restarts.at(1), 1);
  replica.whole_sequence = true;
  const Course late = run(replica, two);
  EXPECT_THAT(late.tokens, ElementsAre(9, 2, 1, 9, 2));
  EXPECT_EQ(late.restarts.at(1), 0);
}

TEST(Engine, keeps_the_watermark_free) {
  ReplicaSettings replica = settings();
  replica.kv_blocks = 10;
  const Requests two = requests({request(0, 16, 2), request(0, 20, 1)});  // 4 and 5 blocks
  EXPECT_EQ(run(replica, two).first.at(1), 1);
  replica.watermark = 0.2;
  EXPECT_EQ(run(replica, two).first.at(1), 3);
}

TEST(Engine, runs_prompts_alone_under_orca) {
  ReplicaSettings replica = settings();
  replica.scheduler = Scheduler::orca;
  // The prompt of 1 stops the decode of 0 for a step.
  const Course both = run(replica, requests({request(0, 4, 4), request(1.5, 6, 2)}));
  EXPECT_THAT(both.tokens, ElementsAre(4, 1, 6, 2, 1));
  EXPECT_EQ(both.last.at(0), 5);
  EXPECT_EQ(both.last.at(1), 4);
}

TEST(Engine, holds_whole_prompts_under_sarathi) {
  ReplicaSettings replica = settings();
  replica.scheduler = Scheduler::sarathi;
  replica.token_budget = 8;
  replica.kv_blocks = 7;
  // 0 takes 4 blocks for 16 tokens at once, though it computes 8 a step; 1 wants 4 and waits until 0 is done.
  EXPECT_EQ(run(replica, requests({request(0, 16, 1), request(0, 16, 1)})).first.at(1), 4);
  replica.scheduler = Scheduler::vllm;
  EXPECT_EQ(run(replica, requests({request(0, 16, 1), request(0, 16, 1)})).first.at(1), 4);
  replica.kv_blocks = 8;
  replica.token_budget = 12;
  // With room for both: 12, then 4 of 0 and 8 of 1, then 8 of 1.
  EXPECT_THAT(run(replica, requests({request(0, 16, 1), request(0, 16, 1)})).tokens, ElementsAre(12, 12, 8));
}

TEST(Engine, finds_equal_prompts_in_its_cache) {
  ReplicaSettings replica = settings();
  replica.prefix_caching = true;
  Requests two = requests({request(0, 12, 1), request(1, 12, 1), request(2, 10, 1)});
  two.block_tokens = 4;
  two.blocks = {1, 2, 3};
  for (Request& one : two.list) one.block_count = 3;
  // At least one token is computed: 12 tokens hit 2 blocks of 3; 10 tokens hit their 2 full ones.
  const Course all = run(replica, two);
  EXPECT_THAT(all.tokens, ElementsAre(12, 4, 2));
  EXPECT_EQ(all.accounts.hit_tokens, 16);
  EXPECT_EQ(all.accounts.prompt_tokens, 34);
}

TEST(Engine, a_preempted_request_finds_what_it_computed) {
  ReplicaSettings replica = settings();
  replica.kv_blocks = 4;
  replica.prefix_caching = true;
  // As in preempts_the_last_admitted…: 1 has two full blocks. 0 takes one for its ninth token, the tail of 1, which was
  // released first. 1 finds its first block again and computes 5 of 9 tokens: 4 of them once more.
  const Course both = run(replica, requests({request(0, 8, 5), request(0, 8, 4)}));
  EXPECT_THAT(both.tokens, ElementsAre(16, 1, 1, 1, 1, 5, 1, 1));
  EXPECT_EQ(both.accounts.recomputed_tokens, 4);
}

TEST(Engine, verifies_drafts_and_reserves_their_blocks) {
  ReplicaSettings replica = settings();
  replica.drafts = 3;
  replica.acceptance = 1;
  // The prompt's token, then 4 a step: 9 outputs in 3 steps; 4 tokens computed a step.
  const Course all = run(replica, requests({request(0, 4, 9)}));
  EXPECT_THAT(all.tokens, ElementsAre(4, 4, 4));
  replica.acceptance = 0;
  EXPECT_EQ(run(replica, requests({request(0, 4, 9)})).tokens.size(), 9);
  // 4 + 4 tokens want two blocks, though only 5 are kept.
  EXPECT_EQ(all.accounts.kv_peak, 3.0 / 1000);
}

}  // namespace
}  // namespace syswright::llm_serving
