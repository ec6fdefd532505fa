#include "domains/llm_serving/features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>

#include "domains/llm_serving/cluster.h"
#include "policy/compile.h"
#include "tests/domains/llm_serving/linear_step_time.h"

namespace syswright::llm_serving {
namespace {

const policy::Decision& decision(Question question) {
  return llm_serving_signature()->decisions[static_cast<std::size_t>(question)];
}

/// The facts are numbered as the features stand.
TEST(Features, stand_where_their_facts_say) {
  const auto name = [](Question question, Section section, auto fact) {
    return decision(question).features[section_feature(question, section) + static_cast<std::size_t>(fact)].name;
  };
  EXPECT_EQ(name(Question::route, Section::cluster, ClusterFact::ready_replicas), "ready_replicas");
  EXPECT_EQ(name(Question::route, Section::request, RequestFact::tenant), "tenant");
  EXPECT_EQ(name(Question::route, Section::replica, ReplicaFact::since_start), "since_start");
  EXPECT_EQ(name(Question::admit, Section::pair, PairFact::blocks_needed), "blocks_needed");
  EXPECT_EQ(name(Question::victim, Section::run, RunFact::recomputed), "recomputed");
  EXPECT_EQ(name(Question::victim, Section::run, RunFact::computed), "computed");
  EXPECT_EQ(name(Question::scale, Section::group, GroupFact::recent_ttft), "recent_ttft");
  EXPECT_EQ(name(Question::chunk, Section::replica, ReplicaFact::oldest_wait), "oldest_wait");
  for (const policy::Decision& one : llm_serving_signature()->decisions) {
    std::set<std::string> names;
    for (const policy::Feature& feature : one.features) EXPECT_TRUE(names.insert(feature.name).second) << feature.name;
    EXPECT_LE(one.features.size(), 64);
  }
  EXPECT_EQ(llm_serving_signature()->signals.size(), report_count);
}

policy::ProgramPtr everything() {
  return policy::compile(R"(policy everything for llm_serving {
    rank route(in_flight) { return -in_flight; }
    value admit(in_flight) { if in_flight > 100 { return hold; } return release; }
    rank order(prompt) { return -prompt; }
    rank victim(younger) { return -younger; }
    value scale(wanted) { return wanted; }
    value chunk(token_budget) { return token_budget; }
  })",
                         "test", std::array{llm_serving_signature()});
}

Request request(double arrival, std::uint32_t prompt, std::uint32_t output, std::uint32_t predicted = 0) {
  Request made;
  made.arrival = arrival;
  made.prompt = prompt;
  made.output = output;
  made.predicted = predicted;
  return made;
}

Setup setup(std::vector<Request> list, std::uint32_t replicas) {
  auto requests = std::make_shared<Requests>();
  requests->list = std::move(list);
  Setup made;
  made.requests = requests;
  ReplicaGroup group;
  group.count = replicas;
  group.least = 1;
  group.most = replicas + 1;
  group.replica.kv_blocks = 4;
  group.replica.block_size = 4;
  group.replica.prefix_caching = false;
  group.replica.step_time = std::make_shared<UnitStepTime>();
  made.cluster.groups = {group};
  made.cluster.scaling_interval = 2.5;
  return made;
}

struct Shown {
  Question question;
  std::uint64_t event;
  std::vector<std::uint64_t> candidates;
  std::map<std::string, double> globals;
  std::map<std::string, std::vector<double>> columns;
};

/// Everything that is shown in a run.
std::vector<Shown> shown(const Setup& made) {
  const policy::ProgramPtr program = everything();
  SteppedSimulation<Cluster> simulation(Cluster(std::make_shared<Setup>(made)), program);
  std::vector<Shown> all;
  while (const auto* asked = simulation.next()) {
    Shown one{static_cast<Question>(asked->decision),
              asked->event,
              {asked->candidates.begin(), asked->candidates.end()},
              {},
              {}};
    std::size_t global = 0;
    std::size_t column = 0;
    for (const policy::Feature& feature : decision(one.question).features) {
      if (feature.scope == policy::Scope::global) {
        one.globals[feature.name] = asked->globals[global++];
        EXPECT_GE(one.globals[feature.name], feature.low) << feature.name;
        EXPECT_LE(one.globals[feature.name], feature.high) << feature.name;
      } else {
        const std::size_t count = asked->candidates.size();
        const auto first = asked->columns.begin() + static_cast<std::ptrdiff_t>(column++ * count);
        one.columns[feature.name].assign(first, first + static_cast<std::ptrdiff_t>(count));
      }
    }
    EXPECT_EQ(global, asked->globals.size());
    EXPECT_EQ(column * asked->candidates.size(), asked->columns.size());
    all.push_back(one);
    simulation.answer(interpret_answers(*program, *asked));
  }
  return all;
}

const Shown& nth(const std::vector<Shown>& all, Question question, std::size_t n) {
  for (const Shown& one : all) {
    if (one.question == question && n-- == 0) return one;
  }
  throw std::runtime_error("not asked so often");
}

using testing::ElementsAre;

TEST(Features, of_replicas_are_those_of_the_moment) {
  // 0 goes to replica 0 at 0 and has 8 + 1 tokens when 1 comes at 2.2: 8 were computed in step 1, one in step 2, the
  // third step runs.
  const std::vector<Shown> all = shown(setup({request(0, 8, 5, 7), request(2.2, 3, 1, 2)}, 2));
  const Shown& first = nth(all, Question::route, 0);
  EXPECT_THAT(first.columns.at("allocated"), ElementsAre(0, 0));
  const Shown& second = nth(all, Question::route, 1);
  EXPECT_EQ(second.event, 1);
  EXPECT_EQ(second.globals.at("prompt"), 3);
  EXPECT_EQ(second.globals.at("predicted"), 2);
  EXPECT_EQ(second.globals.at("prefilled"), 0);
  EXPECT_DOUBLE_EQ(second.globals.at("time"), 2.2);
  EXPECT_THAT(second.columns.at("in_flight"), ElementsAre(1, 0));
  EXPECT_THAT(second.columns.at("allocated"), ElementsAre(3, 0));
  EXPECT_THAT(second.columns.at("kv_free"), ElementsAre(1, 4));
  EXPECT_THAT(second.columns.at("kv_tokens"), ElementsAre(9, 0));
  EXPECT_THAT(second.columns.at("predicted_left"), ElementsAre(5, 0));  // 2 of 7 are generated
  EXPECT_THAT(second.columns.at("step_time"), ElementsAre(1, 0));
  EXPECT_THAT(second.columns.at("blocks_needed"), ElementsAre(1, 1));
  const Shown& admitted = nth(all, Question::admit, 0);
  EXPECT_EQ(admitted.event, 1);
  EXPECT_EQ(admitted.globals.at("allocated"), 0);  // of replica 1, which was chosen
}

TEST(Features, of_victims_are_those_of_the_moment) {
  // Both fill the cache; at 1, request 0 wants a third block.
  const std::vector<Shown> all = shown(setup({request(0, 8, 5, 6), request(0, 7, 4, 3)}, 1));
  const Shown& victim = nth(all, Question::victim, 0);
  EXPECT_THAT(victim.candidates, ElementsAre(1, 0));  // the shorter prompt was admitted first
  EXPECT_THAT(victim.columns.at("computed"), ElementsAre(7, 8));
  EXPECT_THAT(victim.columns.at("generated"), ElementsAre(1, 1));
  EXPECT_THAT(victim.columns.at("blocks"), ElementsAre(2, 2));
  EXPECT_THAT(victim.columns.at("reclaimable"), ElementsAre(2, 2));
  EXPECT_THAT(victim.columns.at("needs_block"), ElementsAre(0, 1));
  EXPECT_THAT(victim.columns.at("scheduled"), ElementsAre(1, 0));
  EXPECT_THAT(victim.columns.at("younger"), ElementsAre(1, 0));
  EXPECT_THAT(victim.columns.at("remaining"), ElementsAre(2, 5));
  EXPECT_THAT(victim.columns.at("running_for"), ElementsAre(1, 1));
  EXPECT_EQ(victim.globals.at("kv_free"), 0);
}

TEST(Features, of_the_queue_and_the_group_are_those_of_the_moment) {
  const std::vector<Shown> all = shown(setup({request(0, 8, 5), request(0.1, 4, 2), request(0.1, 9, 1)}, 1));
  const Shown& order = nth(all, Question::order, 0);
  EXPECT_EQ(order.globals.at("at_router"), 1);
  EXPECT_THAT(order.candidates, ElementsAre(1, 2));
  EXPECT_THAT(order.columns.at("prompt"), ElementsAre(4, 9));
  const Shown& here = nth(all, Question::order, 1);
  EXPECT_EQ(here.globals.at("at_router"), 0);
  EXPECT_EQ(here.globals.at("allocated"), 3);  // the running one has room for its ninth token
  EXPECT_EQ(here.globals.at("pending_tokens"), 13);
  EXPECT_THAT(here.columns.at("blocks_needed"), ElementsAre(1, 3));
  EXPECT_DOUBLE_EQ(here.columns.at("waited").at(0), 0.9);
  const Shown& scale = nth(all, Question::scale, 0);
  EXPECT_DOUBLE_EQ(scale.globals.at("time"), 2.5);
  EXPECT_EQ(scale.globals.at("arrivals"), 3);
  EXPECT_EQ(scale.globals.at("arrival_tokens"), 21);
  EXPECT_EQ(scale.globals.at("ready"), 1);
  EXPECT_EQ(scale.globals.at("most"), 2);
  EXPECT_DOUBLE_EQ(scale.globals.at("busy_share"), 2 / 2.5);
}

/// Workloads that differ in what is not known yet show the same until it is.
TEST(Features, do_not_show_the_length_of_an_answer) {
  std::vector<Request> list;
  for (std::uint32_t i = 0; i < 20; ++i) list.push_back(request(0.01 * i, 1 + i % 7, 4 + i % 3));
  const auto shown_with = [](const std::vector<Request>& requests) {
    auto made = setup(requests, 3);
    made.cluster.groups[0].replica.kv_blocks = 6;  // fits all of them, one or two at a time
    return shown(made);
  };
  const std::vector<Shown> some = shown_with(list);
  for (Request& one : list) one.output += 5;
  const std::vector<Shown> others = shown_with(list);
  // The shortest answer has 4 tokens: nothing can end before 4 s.
  std::size_t compared = 0;
  for (std::size_t i = 0; i < some.size() && some[i].globals.at("time") < 3.9; ++i, ++compared) {
    ASSERT_LT(i, others.size());
    EXPECT_EQ(some[i].question, others[i].question);
    EXPECT_EQ(some[i].candidates, others[i].candidates);
    EXPECT_EQ(some[i].globals, others[i].globals);
    EXPECT_EQ(some[i].columns, others[i].columns);
  }
  EXPECT_GT(compared, 50);
}

}  // namespace
}  // namespace syswright::llm_serving
