#include "judge/explain/contrast.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "domains/cache/cache_domain.h"
#include "domains/cache/scenario.h"
#include "judge/explain/contrast_driver.h"
#include "tests/domains/cache/sample_traces.h"
#include "tests/judge/explain/explain_ground.h"

namespace syswright::judge {
namespace {

using ::testing::HasSubstr;

class ContrastTest : public ::testing::Test {
 protected:
  const toy::ToyScenario& scenario() const { return dynamic_cast<const toy::ToyScenario&>(*toy.scenarios[0]); }

  /// Cost of the jobs of a batch served in Smith's order from `now` on, `first` before all others.
  double cost_from(std::vector<std::size_t> waiting, double now, std::size_t first) const {
    const auto& jobs = scenario().jobs();
    std::stable_sort(waiting.begin(), waiting.end(), [&](std::size_t a, std::size_t b) {
      return jobs[a].cost / jobs[a].work > jobs[b].cost / jobs[b].work;
    });
    std::stable_partition(waiting.begin(), waiting.end(), [&](std::size_t job) { return job == first; });
    double cost = 0;
    for (const std::size_t job : waiting) {
      now += jobs[job].work;
      cost += jobs[job].cost * now;
    }
    return cost;
  }

  ToyGround toy;
};

TEST_F(ContrastTest, CostsAfterwardsAreThoseOfTheOtherOrder) {
  // The horizon is a fifth of the run: it covers the rest of the batch, and what follows is the same for both.
  const Contrast result = contrast(toy.scenarios[0], toy.smith(), toy.shortest(), {.divergences = 40, .horizon = 0.2});
  ASSERT_EQ(result.divergences.size(), 40u);
  const auto& jobs = scenario().jobs();
  for (const Divergence& divergence : result.divergences) {
    const std::size_t batch = divergence.event / toy::jobs_per_batch;
    std::vector<std::size_t> waiting;
    for (std::size_t i = 0; i < toy::jobs_per_batch; ++i) waiting.push_back(batch * toy::jobs_per_batch + i);
    std::stable_sort(waiting.begin(), waiting.end(), [&](std::size_t a, std::size_t b) {
      return jobs[a].cost / jobs[a].work > jobs[b].cost / jobs[b].work;
    });
    double now = 0;
    for (std::size_t served = 0; served < divergence.event % toy::jobs_per_batch; ++served) {
      now += jobs[waiting.front()].work;
      waiting.erase(waiting.begin());
    }
    EXPECT_EQ(divergence.candidate_a, waiting.front());
    const double expected = cost_from(waiting, now, divergence.candidate_b) - cost_from(waiting, now, waiting.front());
    EXPECT_NEAR(divergence.cost_b - divergence.cost_a, expected, 1e-6 * divergence.cost_a);
    EXPECT_GE(expected, 0) << "Smith's order is optimal";
    EXPECT_LT(jobs[divergence.candidate_b].work, jobs[divergence.candidate_a].work);
  }
  EXPECT_GT(result.extra_cost.low, 0);
}

TEST_F(ContrastTest, DivergencesAreSpreadOverTheRun) {
  const Contrast result = contrast(toy.scenarios[0], toy.smith(), toy.shortest(), {.divergences = 8});
  ASSERT_EQ(result.divergences.size(), 8u);
  const double run = static_cast<double>(toy.scenarios[0]->events());
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(static_cast<double>(result.divergences[i].event) / run, (static_cast<double>(i) + 0.5) / 8, 0.06);
  }
}

TEST_F(ContrastTest, CountsEveryDifferingAnswer) {
  const policy::ProgramPtr smith = toy.smith();
  const policy::ProgramPtr shortest = toy.shortest();
  const Contrast result = contrast(toy.scenarios[0], smith, shortest, {.divergences = 0});
  std::uint64_t different = 0;
  std::uint64_t questions = 0;
  drive(*toy.scenarios[0], smith, {}, [&](const Question& question, const Simulation&) {
    const auto best = [](const std::vector<double>& scores) {
      return std::max_element(scores.begin(), scores.end()) - scores.begin();
    };
    ++questions;
    different += best(interpret_answers(*smith, question)) != best(interpret_answers(*shortest, question)) ? 1 : 0;
  });
  ASSERT_EQ(result.decisions.size(), 1u);
  EXPECT_EQ(result.decisions[0].questions, questions);
  EXPECT_EQ(result.decisions[0].different, different);
  EXPECT_GT(different, 0u);
  EXPECT_TRUE(result.divergences.empty());
}

TEST_F(ContrastTest, SaysWhatTheChoicesHaveInCommon) {
  const Contrast result = contrast(toy.scenarios[0], toy.smith(), toy.shortest());
  const std::vector<DivergingFeature>& typical = result.decisions[0].typical;
  const auto work = std::find_if(typical.begin(), typical.end(),
                                 [](const DivergingFeature& one) { return one.feature.name == "work"; });
  ASSERT_NE(work, typical.end());
  EXPECT_GT(work->mean_a, work->mean_b);
  EXPECT_GT(work->contrast, 0);
  // Noise comes after what either program looks at.
  EXPECT_TRUE(typical[0].feature.name == "work" || typical[0].feature.name == "cost") << typical[0].feature.name;
  for (const DivergingFeature& one : typical) EXPECT_FALSE(one.feature.global);
}

TEST_F(ContrastTest, ProgramsThatChooseAlikeDoNotDiffer) {
  const policy::ProgramPtr twice =
      toy.program("rank dispatch(work, cost) by all { return 3 * log(cost / work * 1s^2 / $1); }");
  const Contrast result = contrast(toy.scenarios[0], toy.smith(), twice);
  EXPECT_EQ(result.decisions[0].different, 0u);
  EXPECT_TRUE(result.divergences.empty());
  EXPECT_EQ(result.extra_cost, Interval{});
}

TEST_F(ContrastTest, ActionsAreContrastedToo) {
  const policy::ProgramPtr calm = toy.program("value gear(waiting) { return waiting > 20 ? turbo : normal; }");
  const policy::ProgramPtr hasty = toy.program("value gear(work) { return work > 20s ? turbo : normal; }");
  const Contrast result = contrast(toy.scenarios[0], calm, hasty, {.horizon = 0.2});
  ASSERT_FALSE(result.divergences.empty());
  for (const Divergence& divergence : result.divergences) {
    EXPECT_EQ(divergence.decision, 1u);
    EXPECT_EQ(divergence.answer_a, 0);
    EXPECT_EQ(divergence.answer_b, 1);
    // The fee is never worth the time: at most 10 dollars a second for 10 jobs and 25 seconds... but here it is 1000.
    EXPECT_LT(divergence.cost_b - divergence.cost_a, 1000);
    EXPECT_GT(divergence.features_a[1], 20);  // work
  }
}

TEST_F(ContrastTest, TheDriverKeepsTheStatisticsOfBoth) {
  const policy::ProgramPtr a = toy.program(
      "stat pace = ewma(finished_work, 0.5); rank dispatch(work, cost) by all { return cost * (pace - work); }");
  const policy::ProgramPtr b = toy.program(
      "stat usual = mean(finished_work, 4); stat pace = ewma(finished_work, 0.5);"
      "rank dispatch(work, cost) by all { return cost * max(usual - work, pace - usual); }");
  // To the end of the run: the cost before a divergence and after it is that of the whole run.
  const Contrast result = contrast(toy.scenarios[0], a, b, {.divergences = 1, .horizon = 2});
  ASSERT_EQ(result.divergences.size(), 1u);
  const policy::ProgramPtr driver = driver_of(*a, *b, std::vector<std::size_t>{1});
  EXPECT_EQ(driver->statistics().size(), 2u);
  Answerer answers(a, *driver);
  const auto simulation = toy.scenarios[0]->start(driver);
  double before = 0;
  while (const Question* question = simulation->next()) {
    if (question->event == result.divergences[0].event) {
      for (const Block& block : simulation->result().blocks) before += block.cost;
    }
    simulation->answer(answers.answer(*question));
  }
  const Evaluation whole = toy.scenarios[0]->evaluate(Policy::of(a));
  EXPECT_EQ(simulation->result(), whole);
  const double jobs = static_cast<double>(toy.scenarios[0]->events());
  EXPECT_NEAR(before + result.divergences[0].cost_a, whole.objective() * jobs, 1e-6 * whole.objective() * jobs);
}

TEST_F(ContrastTest, NothingInCommonIsAnError) {
  const policy::ProgramPtr gear = toy.program("value gear(work) { return work > 20s ? turbo : normal; }");
  try {
    contrast(toy.scenarios[0], toy.smith(), gear);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("answer no decision in common"));
  }
  const cache::CacheDomain cache;
  const policy::ProgramPtr other =
      compiled(cache, "policy lru for cache { rank evict(recency) by sample { return recency; } }");
  try {
    contrast(toy.scenarios[0], toy.smith(), other);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("only programs of one domain can be contrasted"));
  }
}

TEST_F(ContrastTest, AStopLeavesItIncomplete) {
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(contrast(toy.scenarios[0], toy.smith(), toy.shortest(), {.stop = source.get_token()}).complete);
}

TEST(ContrastInACache, QueuesAreAskedAboutSamples) {
  const cache::CacheDomain domain;
  cache::ScenarioSetup setup;
  setup.requests = cache::sample_requests(1, {.requests = 6000});
  setup.window = {0, 0, setup.requests->size()};
  setup.capacity = {80, false};
  setup.label = "sample";
  const auto scenario = std::make_shared<cache::CacheScenario>(std::move(setup));
  const policy::ProgramPtr lru =
      compiled(domain, "policy lru for cache { rank evict(last_access) by queue { return -last_access; } }");
  const policy::ProgramPtr fifo =
      compiled(domain, "policy fifo for cache { rank evict(inserted) by queue { return -inserted; } }");
  const Contrast result = contrast(scenario, lru, fifo, {.divergences = 16});
  ASSERT_EQ(result.decisions.size(), 1u);
  EXPECT_EQ(result.decisions[0].mode, "sample");
  EXPECT_TRUE(result.decisions[0].foreign_mode);
  EXPECT_GT(result.decisions[0].different, 100u);
  ASSERT_EQ(result.divergences.size(), 16u);
  for (const Divergence& divergence : result.divergences) {
    EXPECT_NE(divergence.candidate_a, divergence.candidate_b);
    EXPECT_EQ(divergence.cost_a, std::floor(divergence.cost_a));  // misses
    EXPECT_GE(divergence.until, divergence.event + 290);
  }
  // A pure function of its arguments.
  const Contrast again = contrast(scenario, lru, fifo, {.divergences = 16});
  EXPECT_EQ(again.extra_cost, result.extra_cost);
}

}  // namespace
}  // namespace syswright::judge
