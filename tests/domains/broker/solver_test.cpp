#include "domains/broker/solver.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/domains/broker/sample_jobs.h"

namespace syswright::broker {
namespace {

const std::array objectives{Objective{true, 0}, Objective{false, 1}, Objective{true, 3}};

TEST(BrokerSolver, AllAgreeWithTryingEveryPlanOnSmallDags) {
  for (std::uint64_t number = 0; number < 60; ++number) {
    const Objective objective = objectives[number % 3];
    const Instance job = random_job(1, number, 2 + number % 4, 6, Shape::dag, objective);
    const Situation situation{&job, {}, {}, {}};
    const double least = least_by_trying_all(situation);
    const Reduced problem(situation);
    const Solution searched = branch_and_bound(problem, {});
    EXPECT_TRUE(searched.proved);
    EXPECT_NEAR(searched.total, least, 1e-9 * least) << "job " << number;
    const Solution programmed = solve_by_cbc(problem, {});
    EXPECT_TRUE(programmed.proved);
    EXPECT_NEAR(programmed.total, least, 1e-6 * least) << "job " << number;
    EXPECT_LE(relaxed_bound(problem), least);
    EXPECT_LE(programmed.bound, least);
    EXPECT_LE(searched.bound, least);
    for (const Solution& solution : {searched, programmed}) {
      EXPECT_NEAR(bill_of(job, solution.plan).total(objective), solution.total, 1e-9 * least);
    }
  }
}

TEST(BrokerSolver, DynamicProgrammingAgreesOnChains) {
  for (std::uint64_t number = 0; number < 60; ++number) {
    const Instance job = random_job(2, number, 1 + number % 5, 6, Shape::chain, objectives[number % 3]);
    const Situation situation{&job, {}, {}, {}};
    const std::optional<Solution> chain = solve_chain(Reduced(situation));
    ASSERT_TRUE(chain.has_value());
    const double least = least_by_trying_all(situation);
    EXPECT_NEAR(chain->total, least, 1e-9 * least) << "job " << number;
    EXPECT_NEAR(bill_of(job, chain->plan).total(job.objective), chain->total, 1e-9 * least);
  }
}

TEST(BrokerSolver, DynamicProgrammingEqualsTheProgrammeOnGeneratedChains) {
  const auto market = std::make_shared<Catalogue>(built_in_catalogue());
  for (std::uint64_t number = 0; number < 12; ++number) {
    Instance job = generate({.seed = 3, .number = number, .shape = Shape::chain}, market);
    job.objective = objectives[number % 3];
    const Reduced problem({&job, {}, {}, {}});
    const Solution chain = *solve_chain(problem);
    const Solution programmed = solve_by_cbc(problem, {});
    ASSERT_TRUE(programmed.proved);
    EXPECT_NEAR(chain.total, programmed.total, 1e-6 * chain.total) << "job " << number;
  }
}

TEST(BrokerSolver, SearchEqualsTheProgrammeOnGeneratedDags) {
  const auto market = std::make_shared<Catalogue>(built_in_catalogue());
  int compared = 0;
  for (std::uint64_t number = 0; number < 18; ++number) {
    Instance job = generate({.seed = 4, .number = number, .most_tasks = 10}, market);
    job.objective = objectives[number % 3];
    const Reduced problem({&job, {}, {}, {}});
    const Solution searched = branch_and_bound(problem, {20'000, {}});
    const Solution programmed = solve_by_cbc(problem, {});
    ASSERT_TRUE(programmed.proved);
    EXPECT_LE(programmed.total, searched.total * (1 + 1e-6));
    if (!searched.proved) continue;
    ++compared;
    EXPECT_NEAR(searched.total, programmed.total, 1e-6 * searched.total) << "job " << number;
  }
  EXPECT_GE(compared, 12);
}

TEST(BrokerSolver, KeepsWhatIsPlacedAndAvoidsWhatIsGone) {
  for (std::uint64_t number = 0; number < 40; ++number) {
    const Instance job = random_job(5, number, 4, 6, Shape::dag, objectives[number % 3]);
    Situation situation{&job, std::vector<std::uint8_t>(job.catalogue->offers.size()), {0}, {0.5, 0, 0.25}};
    // The first task's offer is gone, which matters no more to it; and one of the second's, if it has two.
    situation.blocked[job.tasks[0].candidates[0].offer] = 1;
    for (std::size_t task = 1; task < 4; ++task) {
      const bool others = std::any_of(job.tasks[task].candidates.begin(), job.tasks[task].candidates.end(),
                                      [&](const Candidate& one) { return situation.blocked[one.offer] == 0; });
      if (!others) situation.blocked.assign(situation.blocked.size(), 0);
    }
    const double least = least_by_trying_all(situation);
    const Solution solution = solve(situation, {});
    EXPECT_NEAR(solution.total, least, 2e-6 * least) << "job " << number;
    EXPECT_EQ(solution.plan.at(0), 0u);
    for (std::size_t task = 1; task < 4; ++task) {
      EXPECT_EQ(situation.blocked[job.tasks[task].candidates[solution.plan[task]].offer], 0);
    }
  }
}

TEST(BrokerSolver, AnUnfinishedSearchStatesABoundThatHolds) {
  const auto market = std::make_shared<Catalogue>(built_in_catalogue());
  bool any = false;
  for (std::uint64_t number = 0; number < 8; ++number) {
    Instance job = generate({.seed = 6, .number = number, .least_tasks = 8, .most_tasks = 12}, market);
    job.objective = {true, 20};
    const Reduced problem({&job, {}, {}, {}});
    const Solution little = branch_and_bound(problem, {30, {}});
    const Solution whole = solve({&job, {}, {}, {}}, {});
    any = any || !little.proved;
    EXPECT_LE(little.nodes, 30u);
    EXPECT_LE(little.bound, whole.total);
    EXPECT_TRUE(whole.proved);
    EXPECT_LE(whole.total, little.total);
  }
  EXPECT_TRUE(any) << "no search was cut short: the test tests nothing";
}

/// Worked by hand. Two tasks of 2 h on the small market, 10 GB between them, the first reads 100 GB from b:1. In b:1 on
/// spot both cost 2 * $0.5: $2 in all, and nothing moves. In a:1 the same and $10 of egress.
TEST(BrokerSolver, StaysWithTheData) {
  Instance job;
  job.name = "two";
  job.catalogue = small_market();
  job.tasks = {anywhere(*job.catalogue, "first", 2), anywhere(*job.catalogue, "second", 2)};
  job.tasks[0].inputs = {{1, 100}};
  job.tasks[1].parents = {{0, 10}};
  job = finished(std::move(job));
  const Solution solution = solve({&job, {}, {}, {}}, {});
  EXPECT_DOUBLE_EQ(solution.total, 2);
  for (std::size_t task = 0; task < 2; ++task) {
    EXPECT_EQ(job.catalogue->offer_name(job.tasks[task].candidates[solution.plan[task]].offer), "b:1/small/spot");
  }
  // With b:1 gone, b:2 costs 4 * $0.6 and 100 GB * $0.02; a:1 would cost $2 and $10.
  std::vector<std::uint8_t> blocked(job.catalogue->offers.size());
  for (std::size_t i = 0; i < blocked.size(); ++i) blocked[i] = job.catalogue->offers[i].region == 1 ? 1 : 0;
  EXPECT_DOUBLE_EQ(solve({&job, blocked, {}, {}}, {}).total, 2.4 + 2);
}

TEST(BrokerSolver, NoChainNoDynamicProgramme) {
  const Instance job = random_job(7, 0, 1, 6, Shape::dag, objectives[0]);
  EXPECT_TRUE(solve_chain(Reduced({&job, {}, {}, {}})).has_value());
  Instance fork;
  fork.name = "fork";
  fork.catalogue = small_market();
  for (const char* name : {"root", "left", "right"}) fork.tasks.push_back(anywhere(*fork.catalogue, name, 1));
  fork.tasks[1].parents = {{0, 1}};
  fork.tasks[2].parents = {{0, 1}};
  fork = finished(std::move(fork));
  EXPECT_FALSE(solve_chain(Reduced({&fork, {}, {}, {}})).has_value());
}

}  // namespace
}  // namespace syswright::broker
