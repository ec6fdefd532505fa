#include <gtest/gtest.h>

#include <algorithm>

#include "domains/broker/problem.h"
#include "domains/broker/solver.h"
#include "policy/compile.h"
#include "tests/domains/broker/sample_jobs.h"

namespace syswright::broker {
namespace {

/// Places of features among the globals or the columns of `place`.
enum Global : std::size_t { money_counts, hour_worth, left, parents, children, data_in, data_out, slack, ruled_out };
enum Column : std::size_t {
  price,
  rent,
  run_time,
  moving_cost,
  moving_time,
  onward_cost,
  onward_time,
  delay,
  spot,
  at_home,
  tries_here
};

/// A machine, and the question that it asks, with every feature.
class Asked {
 public:
  explicit Asked(const Instance& job) : machine_(job) { ask(); }

  void choose(std::uint32_t place) {
    machine_.reply({1, std::span(&place, 1)});
    ask();
  }
  double column(Column which, std::size_t place) const { return ask_.columns[which * ask_.candidates.size() + place]; }
  double global(Global which) const { return ask_.globals[which]; }
  /// Of an offer that is a candidate.
  std::uint32_t place_of(std::uint64_t offer) const {
    const auto at = std::find(ask_.candidates.begin(), ask_.candidates.end(), offer);
    EXPECT_NE(at, ask_.candidates.end());
    return static_cast<std::uint32_t>(at - ask_.candidates.begin());
  }
  const Ask& question() const { return ask_; }
  const Machine& machine() const { return machine_; }

 private:
  void ask() {
    ask_.clear();
    machine_.next(ask_, state_);
  }
  Machine machine_;
  ProgramState state_{policy::compile("policy p for broker { rank place(price) { return -price; } }", "test",
                                      std::vector{broker_signature()}),
                      true};
  Ask ask_;
};

/// Two tasks of 2 h, 10 GB between them, the first reads 100 GB from b:1; spot in b:1 is not to be had.
Instance two_tasks() {
  Instance job;
  job.name = "two";
  job.catalogue = small_market();
  job.tasks = {anywhere(*job.catalogue, "first", 2), anywhere(*job.catalogue, "second", 2)};
  job.tasks[0].inputs = {{1, 100}};
  job.tasks[1].parents = {{0, 10}};
  job.blocked.assign(job.catalogue->offers.size(), 0);
  job.blocked[5] = 1;
  return finished(std::move(job));
}

TEST(BrokerFeatures, TellWhatADeployedBrokerCouldKnow) {
  const Instance job = two_tasks();
  Instance open = job;
  open.blocked.assign(open.blocked.size(), 0);
  open = finished(std::move(open));
  const Asked asked(job);
  const Asked of_open(open);
  EXPECT_EQ(asked.question().globals, of_open.question().globals)
      << "what is not to be had can be seen before it is tried";
  EXPECT_EQ(asked.question().columns, of_open.question().columns);
  EXPECT_EQ(asked.question().globals, (std::vector<double>{1, 0, 2, 0, 1, 100e9, 10e9, 0, 0}));
  EXPECT_DOUBLE_EQ(asked.column(rent, 4), 2) << "of b:1/small";
  EXPECT_DOUBLE_EQ(asked.column(moving_cost, 0), 10) << "100 GB to a:1";
  EXPECT_DOUBLE_EQ(asked.column(moving_time, 0), 100 * 3600.0 / 3600) << "100 s at 8 Gbit/s";
  EXPECT_DOUBLE_EQ(asked.column(onward_cost, 4), 0) << "the child runs here at the least price there is";
  EXPECT_DOUBLE_EQ(asked.column(onward_cost, 8), 0.2) << "b:2: stay for $0.2 more, or move 10 GB at $0.02";
  EXPECT_EQ(asked.column(spot, 5), 1);
  EXPECT_EQ(asked.column(at_home, 4), 1) << "b:1 is where the data is";
  EXPECT_EQ(asked.column(at_home, 0), 0);
}

TEST(BrokerFeatures, LearnFromATryThatFails) {
  const Instance job = two_tasks();
  Asked asked(job);
  asked.choose(5);
  EXPECT_EQ(asked.global(ruled_out), 1);
  EXPECT_EQ(asked.column(tries_here, asked.place_of(4)), 1);
  EXPECT_EQ(asked.column(tries_here, asked.place_of(0)), 0);
  // The second task has no spot in b:1 either. From there: $2 on demand, or 10 GB to b:2 and $1.2 on spot: $1.4. Of all
  // regions a:1 is the cheapest, $1 on spot; so b:1 costs $0.4 more, and b:2 costs $0.2 more.
  EXPECT_DOUBLE_EQ(asked.column(onward_cost, asked.place_of(4)), 0.4);
  EXPECT_DOUBLE_EQ(asked.column(onward_cost, asked.place_of(8)), 0.2);
  EXPECT_DOUBLE_EQ(asked.column(onward_cost, asked.place_of(0)), 0);
}

/// A chain whose last task runs in a:1 alone. The second would gladly stay in b:1, but then its 100 GB cost $10 to move
/// on; so from b:1 the first one's 10 GB move to a:1 at once, for $1.
TEST(BrokerFeatures, LookAheadBeyondTheNextTask) {
  Instance job;
  job.name = "three";
  job.catalogue = small_market();
  for (const char* name : {"first", "second", "third"}) job.tasks.push_back(anywhere(*job.catalogue, name, 2));
  job.tasks[1].parents = {{0, 10}};
  job.tasks[2].parents = {{1, 100}};
  job.tasks[2].candidates.resize(4);
  job = finished(std::move(job));
  Asked asked(job);
  EXPECT_DOUBLE_EQ(asked.column(onward_cost, 0), 0);
  EXPECT_DOUBLE_EQ(asked.column(onward_cost, 4), 1);
  EXPECT_DOUBLE_EQ(asked.column(onward_cost, 8), 1);
  asked.choose(4);
  EXPECT_DOUBLE_EQ(asked.column(onward_cost, 0), 0);
  EXPECT_DOUBLE_EQ(asked.column(onward_cost, 4), 10);
  EXPECT_DOUBLE_EQ(asked.column(onward_cost, 8), 10);
}

/// Makes of each task but the first a child of one random earlier task.
Instance as_tree(Instance job, Random& random) {
  for (std::uint32_t i = 1; i < job.tasks.size(); ++i) {
    job.tasks[i].parents = {{static_cast<std::uint32_t>(random.below(i)), random.uniform(0, 60)}};
  }
  return finished(std::move(job));
}

/// What one candidate must come to, by trying every plan that goes on from there.
double least_with(const Asked& asked, std::size_t place) {
  const Machine& machine = asked.machine();
  Situation situation{&machine.job(),
                      {machine.known_blocked().begin(), machine.known_blocked().end()},
                      machine.plan(),
                      {machine.lost().begin(), machine.lost().end()}};
  situation.placed.push_back(machine.open()[place]);
  return least_by_trying_all(situation);
}

/// What cost and time come to beyond a task is right up to what no choice of it changes: checked at every question of
/// random runs, tries that fail included.
TEST(BrokerFeatures, AreExactOnTreesAsTryingEveryPlanShows) {
  std::uint64_t failed = 0;
  for (std::uint64_t number = 0; number < 60; ++number) {
    const bool money = number % 2 == 0;
    Random random(11, "random tree", number);
    Instance job = as_tree(random_job(11, number, 2 + number % 4, 6, Shape::chain, {money, money ? 0.0 : 1.0}), random);
    job.retry_hours = 0.25;
    job = with_blocked(std::move(job), 0.3, 1);
    Asked asked(job);
    while (asked.machine().task() < job.tasks.size()) {
      const auto count = static_cast<std::uint32_t>(asked.question().candidates.size());
      double best = least_with(asked, 0);
      for (std::uint32_t i = 1; i < count; ++i) best = std::min(best, least_with(asked, i));
      const auto shown = [&](std::uint32_t i) {
        return money ? asked.column(rent, i) + asked.column(moving_cost, i) + asked.column(onward_cost, i)
                     : asked.column(delay, i) / 3600;
      };
      double least_shown = shown(0);
      for (std::uint32_t i = 1; i < count; ++i) least_shown = std::min(least_shown, shown(i));
      for (std::uint32_t i = 0; i < count; ++i) {
        EXPECT_NEAR(shown(i) - least_shown, least_with(asked, i) - best, 1e-9 * best) << "job " << number;
      }
      asked.choose(static_cast<std::uint32_t>(random.below(count)));
    }
    failed += static_cast<std::uint64_t>(asked.machine().metrics()[retries_measure]);
  }
  EXPECT_GT(failed, 20u) << "too few tries failed to test what is learnt from them";
}

TEST(BrokerFeatures, NeverForeseeALaterEndThanThereMustBe) {
  for (std::uint64_t number = 0; number < 40; ++number) {
    const Instance job = random_job(12, number, 2 + number % 4, 6, Shape::dag, {false, 1});
    const Asked asked(job);
    for (std::size_t i = 0; i < asked.question().candidates.size(); ++i) {
      const double end = asked.column(moving_time, i) + asked.column(run_time, i) + asked.column(onward_time, i);
      EXPECT_LE(end / 3600, least_with(asked, i) * (1 + 1e-12)) << "job " << number;
    }
  }
}

Policy look_ahead_policy() {
  return Policy::of(policy::compile(Problem::exemplars()[1], "exemplar", std::vector{broker_signature()}));
}

double bill_of_policy(const Instance& job, const Policy& policy) {
  const auto scenario =
      std::make_shared<InstanceScenario<Problem>>(InstanceSetup<Problem>{{job}, "test", "test", 1, 5'000});
  return scenario->evaluate(policy).objective();
}

/// One rule with the right features plans as the dynamic programme does.
TEST(BrokerFeatures, MakeARuleOfTheDynamicProgrammeOnChains) {
  const auto market = std::make_shared<Catalogue>(built_in_catalogue());
  for (std::uint64_t number = 0; number < 30; ++number) {
    Instance job = generate({.seed = 13, .number = number, .shape = Shape::chain}, market);
    job.objective = number % 2 == 0 ? Objective{true, 0} : Objective{false, 1};
    const double best = solve_chain(Reduced({&job, {}, {}, {}}))->total;
    EXPECT_NEAR(bill_of_policy(job, look_ahead_policy()), best, 1e-9 * best) << "job " << number;
  }
}

/// Nor does it matter that tries fail: the rule then looks ahead anew, as the planner plans anew.
TEST(BrokerFeatures, MakeARuleOfThePlannerOnChainsWhereTriesFail) {
  const auto market = std::make_shared<Catalogue>(built_in_catalogue());
  for (std::uint64_t number = 0; number < 20; ++number) {
    Instance job = with_blocked(generate({.seed = 14, .number = number, .shape = Shape::chain}, market), 0.4, 1);
    job.objective = {true, 0};
    const double planned = bill_of_policy(job, Policy::native("optimal"));
    EXPECT_NEAR(bill_of_policy(job, look_ahead_policy()), planned, 1e-9 * planned) << "job " << number;
  }
}

}  // namespace
}  // namespace syswright::broker
