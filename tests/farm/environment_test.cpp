#include "farm/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "domain/registry.h"
#include "domains/cache/cache.h"
#include "domains/domains.h"
#include "domains/spot/spot.h"
#include "policy/compile.h"
#include "tests/domains/cache/sample_traces.h"
#include "tests/farm/environment_driver.h"

namespace syswright {
namespace {

using testing::HasSubstr;
using testing_support::DrivenEnvironment;

/// A workload that is run in a moment. What is not listed is opened as it comes, and made smaller.
ScenarioRequest small_request(const std::string& domain) {
  static const cache::SampleFile trace(cache::sample_trace(2, {.sizes = true, .times = true}), "sized.csv");
  if (domain == "cache") return {.workload = trace.path(), .options = {{"size", "100"}, {"unit", "yes"}}};
  if (domain == "flash_cache") {
    return {.workload = trace.path(), .options = {{"dram", "4%"}, {"flash", "10%"}, {"region", "5KB"}}};
  }
  if (domain == "tiering") {
    return {.options = {{"program", "gups"}, {"pages", "96"}, {"ticks", "448"}, {"period", "8"}, {"accesses", "250"}}};
  }
  if (domain == "llm_serving") {
    return {.options = {{"generate", "sharegpt requests=240"},
                        {"hardware", "linear:30ms,0.2ms,0.19ms,11.6ms"},
                        {"replicas", "2"},
                        {"kv-blocks", "130"},
                        {"max-length", "1500"},
                        {"token-budget", "512"},
                        {"max-running", "12"},
                        {"min-replicas", "1"},
                        {"max-replicas", "3"},
                        {"scaling-interval", "2s"},
                        {"start-up", "5s"},
                        {"rate", "12/s"}}};
  }
  return {};
}

std::vector<ScenarioPtr> small_scenarios(const Domain& domain, std::uint64_t most_events = 4000) {
  ScenarioPtr scenario = domain.open(small_request(domain.name()))->suite().train.front();
  while (scenario->events() > most_events) {
    const double share = static_cast<double>(most_events) / static_cast<double>(scenario->events());
    ScenarioPtr smaller = scenario->miniature(std::max(share, 0.01));
    if (smaller == nullptr || smaller->events() >= scenario->events()) break;
    scenario = std::move(smaller);
  }
  return {scenario};
}

double sum_of_costs(const Evaluation& evaluation) {
  double sum = 0;
  for (const Block& block : evaluation.blocks) sum += block.cost;
  return sum;
}

std::vector<policy::ProgramPtr> exemplars(const Domain& domain) {
  std::vector<policy::ProgramPtr> programs;
  for (const std::string& text : domain.exemplars()) {
    programs.push_back(policy::compile(text, "exemplar", std::vector{domain.signature()}));
  }
  return programs;
}

policy::ProgramPtr compile(const Domain& domain, const std::string& text) {
  return policy::compile(text, "test", std::vector{domain.signature()});
}

std::shared_ptr<const EnvironmentPlan> plan_of(const Domain& domain, std::vector<ScenarioPtr> scenarios,
                                               EnvironmentOptions options) {
  return std::make_shared<const EnvironmentPlan>(domain, std::move(scenarios), std::move(options));
}

class EveryDomain : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { register_domains(registry_); }
  const Domain& domain() const { return registry_.find(GetParam()); }

  /// Runs the program's answers to one of its decisions, from observations, and compares with the evaluation.
  void compare(const std::vector<ScenarioPtr>& scenarios, const policy::ProgramPtr& program, const policy::Rule& rule,
               Rewards rewards) {
    const policy::Decision& decision = domain().signature()->decisions[rule.decision];
    const auto plan =
        plan_of(domain(), scenarios,
                {.decision = decision.name, .candidates = 256, .scores = true, .rewards = rewards, .program = program});
    DrivenEnvironment driven(plan);
    driven.environment().reset(1, driven.view());
    EXPECT_LE(driven.environment().candidates(), 256u);
    const double total = driven.run(rule);
    const Evaluation expected = scenarios.front()->evaluate(Policy::of(program));
    EXPECT_EQ(driven.environment().result(), expected) << program->name() << ", " << decision.name;
    const double sign = domain().metrics().front().lower_is_better ? -1 : 1;
    const double cost = sum_of_costs(expected);
    EXPECT_NEAR(total, sign * cost, 1e-9 * std::max(1.0, std::abs(cost))) << program->name() << ", " << decision.name;
  }

 private:
  Registry<Domain> registry_{"domain"};
};

TEST_P(EveryDomain, AnEpisodeComesToWhatEvaluateGives) {
  const std::vector<ScenarioPtr> scenarios = small_scenarios(domain());
  for (const policy::ProgramPtr& program : exemplars(domain())) {
    for (const policy::Rule& rule : program->rules()) compare(scenarios, program, rule, Rewards::automatic);
  }
}

TEST_P(EveryDomain, RewardsAtEachStepAddUpToTheSame) {
  const std::vector<ScenarioPtr> scenarios = small_scenarios(domain(), 1000);
  const policy::ProgramPtr program = exemplars(domain()).front();
  compare(scenarios, program, program->rules().front(), Rewards::increments);
  compare(scenarios, program, program->rules().front(), Rewards::terminal);
}

/// Else the comparisons above would hold for an environment that does not listen.
TEST_P(EveryDomain, AnswersMatter) {
  const std::vector<ScenarioPtr> scenarios = small_scenarios(domain());
  std::vector<Evaluation> results;
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    const auto plan = plan_of(domain(), scenarios, {.candidates = 256, .scores = true});
    DrivenEnvironment driven(plan);
    driven.environment().reset(seed, driven.view());
    Random random(seed, "answers of a test");
    const EnvironmentSpace& space = plan->space();
    for (bool ended = false; !ended;) {
      std::vector<double> action(space.action_width());
      for (double& number : action) {
        number = space.action == ActionKind::choice ? static_cast<double>(random.below(space.actions.size()))
                                                    : random.uniform();
      }
      ended = driven.environment().step(action, driven.view()).ended;
    }
    results.push_back(driven.environment().result());
    EXPECT_EQ(results.back().status, Evaluation::Status::ok) << results.back().failure;
  }
  EXPECT_FALSE(results[0] == results[1] && results[1] == results[2]);
}

std::vector<std::string> domain_names() {
  Registry<Domain> registry("domain");
  register_domains(registry);
  std::vector<std::string> names;
  for (const auto& domain : registry.items()) names.push_back(domain->name());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Registered, EveryDomain, testing::ValuesIn(domain_names()),
                         [](const auto& chosen) { return chosen.param; });

class SpotEnvironment : public testing::Test {
 protected:
  std::unique_ptr<const Domain> domain_ = spot::make_spot_domain();
  std::vector<ScenarioPtr> scenarios_ = small_scenarios(*domain_);
};

TEST_F(SpotEnvironment, TellsItsSpace) {
  const auto plan = plan_of(*domain_, scenarios_, {});
  const EnvironmentSpace& space = plan->space();
  EXPECT_EQ(space.decision, "instance");
  EXPECT_EQ(space.action, ActionKind::choice);
  EXPECT_THAT(space.actions, testing::ElementsAre("spot", "idle", "on_demand"));
  EXPECT_EQ(space.candidates, 0u);
  ASSERT_EQ(space.globals.size(), domain_->signature()->decisions[0].features.size());
  EXPECT_EQ(space.globals[1].name, "done");
  EXPECT_EQ(space.globals[1].dimension, time_dimension);
  EXPECT_TRUE(space.dense);
  EXPECT_THAT(space.reward, HasSubstr("minus"));
}

/// On demand is paid by the tick: every reward is the price of one, until the job runs out.
TEST_F(SpotEnvironment, RewardsAreWhatTheTickCost) {
  const auto plan = plan_of(*domain_, scenarios_, {});
  DrivenEnvironment driven(plan);
  driven.environment().reset(1, driven.view());
  const std::vector<double> on_demand{2};
  for (int tick = 0; tick < 20; ++tick) {
    const double price = driven.globals()[23] * driven.globals()[10];  // dollars a second, seconds
    const Environment::Step step = driven.environment().step(on_demand, driven.view());
    EXPECT_NEAR(step.reward, -price, 1e-12);
    EXPECT_FALSE(step.ended);
  }
}

TEST_F(SpotEnvironment, ShowsTheStatisticsOfTheProgramThatPlaysAlong) {
  const policy::ProgramPtr program =
      compile(*domain_,
              "policy p for spot { stat pace = mean(available, 8);\n"
              "  value instance() { if (pace > 0.5) { return spot; } return on_demand; } }");
  const auto plan = plan_of(*domain_, scenarios_, {.program = program});
  ASSERT_EQ(plan->space().globals.back().name, "pace");
  DrivenEnvironment driven(plan);
  driven.environment().reset(1, driven.view());
  double seen = 0;
  for (int tick = 0; tick < 8; ++tick) {
    seen += driven.globals()[13];
    EXPECT_NEAR(driven.globals().back(), seen / (tick + 1), 1e-12);
    driven.environment().step(std::vector<double>{1}, driven.view());
  }
}

TEST_F(SpotEnvironment, WhatIsNoAnswerEndsTheEpisodeAsTheWorst) {
  for (const double bad : {std::nan(""), 3.0, -1.0, 0.5}) {
    const auto plan = plan_of(*domain_, scenarios_, {});
    DrivenEnvironment driven(plan);
    driven.environment().reset(1, driven.view());
    double total = driven.environment().step(std::vector<double>{2}, driven.view()).reward;
    const Environment::Step step = driven.environment().step(std::vector<double>{bad}, driven.view());
    total += step.reward;
    EXPECT_TRUE(step.ended) << bad;
    const Evaluation worst = scenarios_.front()->failed("");
    EXPECT_EQ(driven.environment().result().metrics, worst.metrics);
    EXPECT_NEAR(total, -sum_of_costs(worst), 1e-9 * sum_of_costs(worst));
    EXPECT_EQ(driven.globals(), std::vector<double>(driven.globals().size(), 0));
    EXPECT_THROW(driven.environment().step(std::vector<double>{2}, driven.view()), InputError);
    driven.environment().reset(driven.view());
    EXPECT_NE(driven.globals(), std::vector<double>(driven.globals().size(), 0));
  }
}

TEST_F(SpotEnvironment, DrawsItsEpisodesByTheSeedOrTakesThemInOrder) {
  const std::vector<ScenarioPtr> many = domain_->open({.options = {{"deadline", "52h,60h,70h,80h"}}})->suite().train;
  ASSERT_GE(many.size(), 4u);
  const auto order_of = [&](bool in_order, std::uint64_t seed, std::uint64_t number) {
    DrivenEnvironment driven(plan_of(*domain_, many, {.in_order = in_order}), number);
    driven.environment().reset(seed, driven.view());
    std::vector<std::size_t> order{driven.environment().scenario()};
    for (int i = 0; i < 11; ++i) {
      driven.environment().reset(driven.view());
      order.push_back(driven.environment().scenario());
    }
    return order;
  };
  const auto in_order = order_of(true, 1, 2);
  for (std::size_t i = 0; i < in_order.size(); ++i) EXPECT_EQ(in_order[i], (i + 2) % many.size());
  EXPECT_EQ(order_of(false, 5, 1), order_of(false, 5, 1));
  EXPECT_NE(order_of(false, 5, 1), order_of(false, 6, 1));
  EXPECT_NE(order_of(false, 5, 1), order_of(false, 5, 2));
}

TEST_F(SpotEnvironment, RefusesWhatCannotBe) {
  const auto expect = [&](std::vector<ScenarioPtr> scenarios, EnvironmentOptions options, const std::string& text) {
    try {
      plan_of(*domain_, std::move(scenarios), std::move(options));
      ADD_FAILURE() << "no error: " << text;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr(text));
    }
  };
  expect(scenarios_, {.decision = "instanse"}, "did you mean 'instance'");
  expect({}, {}, "needs at least one scenario");
  const auto cache = cache::make_cache_domain();
  expect(scenarios_, {.program = exemplars(*cache).front()}, "for the domain 'cache', not for 'spot'");
}

class CacheEnvironment : public testing::Test {
 protected:
  std::unique_ptr<const Domain> domain_ = cache::make_cache_domain();
  std::vector<ScenarioPtr> scenarios_ = small_scenarios(*domain_);
  policy::ProgramPtr least_recent_ =
      compile(*domain_, "policy p for cache { rank evict(recency) { return recency; } }");
};

TEST_F(CacheEnvironment, APlaceTakesTheCandidateInThatRow) {
  const auto plan = plan_of(*domain_, scenarios_, {.decision = "evict", .program = least_recent_});
  EXPECT_EQ(plan->space().action, ActionKind::place);
  EXPECT_EQ(plan->space().candidates, 64u);  // the sample that docs/domains/cache.md describes
  EXPECT_FALSE(plan->space().dense);
  DrivenEnvironment driven(plan);
  driven.environment().reset(1, driven.view());
  driven.run(*least_recent_->rule_for(plan->decision()));
  EXPECT_EQ(driven.environment().result(), scenarios_.front()->evaluate(Policy::of(least_recent_)));
}

/// The oldest of the first eight only: better than chance, worse than the oldest of all.
TEST_F(CacheEnvironment, CandidatesWithoutARowComeBehindAllOthers) {
  std::vector<double> misses;
  for (const std::size_t rows : {1u, 8u, 64u}) {
    const auto plan = plan_of(*domain_, scenarios_,
                              {.decision = "evict", .candidates = rows, .scores = true, .program = least_recent_});
    DrivenEnvironment driven(plan);
    driven.environment().reset(1, driven.view());
    EXPECT_GE(driven.environment().candidates(), 8u);
    EXPECT_EQ(driven.mask(), std::vector<std::uint8_t>(rows, 1));
    driven.run(*least_recent_->rule_for(plan->decision()));
    EXPECT_EQ(driven.environment().result().status, Evaluation::Status::ok);
    misses.push_back(driven.environment().result().objective());
  }
  EXPECT_NE(misses[0], misses[1]);
  EXPECT_NE(misses[1], misses[2]);
}

TEST_F(CacheEnvironment, WantsScoresWhereObjectsAreScoredOneByOne) {
  const policy::ProgramPtr queue =
      compile(*domain_, "policy p for cache { rank evict(hits) by queue { return -hits; } }");
  try {
    plan_of(*domain_, scenarios_, {.decision = "evict", .program = queue});
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("take scores"));
  }
  EXPECT_EQ(plan_of(*domain_, scenarios_, {.decision = "evict", .scores = true, .program = queue})->space().candidates,
            1u);
}

}  // namespace
}  // namespace syswright
