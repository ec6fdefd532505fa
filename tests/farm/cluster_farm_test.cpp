#include "farm/cluster_farm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <new>
#include <thread>

#include "farm/thread_farm.h"
#include "policy/compile.h"
#include "tests/farm/mailboxes.h"
#include "tests/support/synthetic_scenario.h"
#include "tests/support/toy_domain.h"

namespace syswright {
namespace {

using testing::HasSubstr;
using testing_support::all_pairs;
using testing_support::Mailboxes;
using testing_support::SyntheticScenario;

using Hook = std::function<void(const Policy&, const EvaluationOptions&)>;

Suite synthetic(const Hook& hook = {}) {
  const auto scenario = [&](const char* name, std::uint64_t events) {
    return std::make_shared<SyntheticScenario>(name, events, hook);
  };
  return {"synthetic", {scenario("short", 1), scenario("long", 5000)}, {scenario("middle", 200)}, {}};
}

/// A leader and its workers, each with a suite of its own that is made alike.
class Cluster {
 public:
  using MakeSuite = std::function<Suite(int rank)>;

  Cluster(int size, unsigned threads, const MakeSuite& make, const DispatchOptions& options = {})
      : mailboxes_(size), leader_(mailboxes_.end(0)), suite_(make(0)) {
    for (int rank = 1; rank < size; ++rank) {
      workers_.emplace_back([this, rank, threads, make] {
        Mailboxes::End end = mailboxes_.end(rank);
        if (!wait_to_begin(end)) return;
        try {
          work_for_leader(end, domain_, make(rank), threads);
        } catch (const Error& error) {
          excuse_from_work(end, error.what());
        }
      });
    }
    const Digest digest = digest_of(suite_);
    for (auto* part : {&suite_.train, &suite_.validation, &suite_.test}) {
      for (ScenarioPtr& one : *part) one = book_.enter(std::move(one));
    }
    try {
      farm_.emplace(leader_, messages::Begin{"/", {"design"}}, book_, digest, threads, options);
    } catch (...) {
      tell_all_to_leave(leader_);
      throw;
    }
  }
  ~Cluster() { tell_all_to_leave(leader_); }

  ClusterFarm& farm() { return *farm_; }
  std::vector<ScenarioPtr> scenarios() const {
    std::vector<ScenarioPtr> all = suite_.train;
    all.insert(all.end(), suite_.validation.begin(), suite_.validation.end());
    return all;
  }
  const toy::ToyDomain& domain() const { return domain_; }

 private:
  toy::ToyDomain domain_;
  Mailboxes mailboxes_;
  Mailboxes::End leader_;
  std::vector<std::jthread> workers_;
  AddressBook book_;
  Suite suite_;
  std::optional<ClusterFarm> farm_;
};

TEST(ClusterFarm, GivesWhatOneThreadGivesForAnyNumberOfProcesses) {
  const std::vector<Evaluation> expected =
      SerialEvaluator().evaluate(all_pairs(30, Cluster(1, 1, [](int) { return synthetic(); }).scenarios()));
  for (const int size : {1, 2, 4, 7}) {
    for (const unsigned threads : {1u, 3u}) {
      Cluster cluster(size, threads, [](int) { return synthetic(); });
      EXPECT_EQ(cluster.farm().threads(), static_cast<unsigned>(size) * threads);
      const std::vector<Job> jobs = all_pairs(30, cluster.scenarios());
      for (int round = 0; round < 5; ++round) {
        ASSERT_EQ(cluster.farm().evaluate(jobs), expected) << size << " processes of " << threads;
      }
      EXPECT_TRUE(cluster.farm().evaluate({}).empty());
    }
  }
}

// Programs are sent as text, and miniatures by how they were cut.
TEST(ClusterFarm, EvaluatesProgramsOnMiniaturesElsewhere) {
  const auto make = [](int) {
    const toy::ToyDomain domain;
    return Suite{"toy", {domain.scenario({.batches = 64, .seed = 5})}, {}, {}};
  };
  Cluster cluster(3, 1, make);
  const std::vector<std::shared_ptr<const policy::Signature>> signatures{cluster.domain().signature()};
  const ScenarioPtr whole = cluster.scenarios().front();
  const std::vector<ScenarioPtr> scenarios{whole, whole->miniature(0.5), whole->miniature(0.5)->miniature(0.25)};
  std::vector<Job> jobs;
  for (int i = 0; i < 40; ++i) {
    const policy::ProgramPtr program =
        policy::compile("policy p for toy { rank dispatch(work, cost) by all { return cost / work + cost / " +
                            std::to_string(i + 1) + "s; } }",
                        "p", signatures);
    for (const ScenarioPtr& scenario : scenarios) jobs.push_back({Policy::of(program), scenario});
    jobs.push_back({Policy::native("smith"), whole});
  }
  EXPECT_EQ(cluster.farm().evaluate(jobs), SerialEvaluator().evaluate(jobs));
  EXPECT_GT(cluster.farm().counts().remote, 20u);
}

TEST(ClusterFarm, RunsWhatOthersDoNotHaveItself) {
  Cluster cluster(3, 1, [](int) { return synthetic(); });
  const auto stranger = std::make_shared<SyntheticScenario>("stranger");
  const std::vector<Job> jobs = all_pairs(10, {stranger});
  EXPECT_EQ(cluster.farm().evaluate(jobs), SerialEvaluator().evaluate(jobs));
  EXPECT_EQ(cluster.farm().counts().remote, 0u);
}

// A worker that hangs, for as long as the test wants: the others give the answers.
TEST(ClusterFarm, DoesNotWaitForAProcessThatHangs) {
  std::mutex mutex;
  std::condition_variable changed;
  bool released = false;
  std::atomic<int> hanging = 0;
  {
    Cluster cluster(3, 1, [&](int rank) {
      if (rank != 2) return synthetic();
      return synthetic([&](const Policy&, const EvaluationOptions&) {
        ++hanging;
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return released; });
      });
    });
    const std::vector<Job> jobs = all_pairs(20, cluster.scenarios());
    EXPECT_EQ(cluster.farm().evaluate(jobs), SerialEvaluator().evaluate(jobs));
    EXPECT_EQ(cluster.farm().evaluate(jobs), SerialEvaluator().evaluate(jobs));
    EXPECT_EQ(hanging, 1);
    EXPECT_GT(cluster.farm().counts().reissued + cluster.farm().counts().stolen, 0u);
    const std::lock_guard lock(mutex);
    released = true;
    changed.notify_all();
  }
}

TEST(ClusterFarm, ThrowsTheFirstErrorInTheOrderOfTheJobs) {
  const Hook hook = [](const Policy& policy, const EvaluationOptions&) {
    if (policy.name() == "p3") throw InputError("three");
    if (policy.name() == "p7") throw Error("seven");
  };
  Cluster cluster(4, 1, [&](int) { return synthetic(hook); });
  const std::vector<Job> jobs = all_pairs(10, cluster.scenarios());
  for (int round = 0; round < 5; ++round) {
    try {
      cluster.farm().evaluate(jobs);
      FAIL();
    } catch (const InputError& error) {
      EXPECT_STREQ(error.what(), "three");
    }
  }
}

TEST(ClusterFarm, RunsItselfWhatAWorkerHasNoMemoryFor) {
  Cluster cluster(3, 1, [](int rank) {
    if (rank == 0) return synthetic();
    return synthetic([](const Policy&, const EvaluationOptions&) { throw std::bad_alloc(); });
  });
  const std::vector<Job> jobs = all_pairs(20, cluster.scenarios());
  EXPECT_EQ(cluster.farm().evaluate(jobs), SerialEvaluator().evaluate(jobs));
}

TEST(ClusterFarm, CancelsWhatIsNotDoneWhenAskedToStop) {
  std::stop_source stop;
  Cluster cluster(3, 1, [&](int rank) {
    return synthetic([&stop, rank](const Policy& policy, const EvaluationOptions& options) {
      if (rank == 0 && policy.name() == "p5") stop.request_stop();
      if (rank == 0) return;
      while (!options.stop.stop_requested()) std::this_thread::yield();
    });
  });
  const std::vector<Evaluation> results = cluster.farm().evaluate(all_pairs(20, cluster.scenarios()), stop.get_token());
  const auto cancelled = [](const Evaluation& one) { return one.status == Evaluation::Status::cancelled; };
  EXPECT_TRUE(std::any_of(results.begin(), results.end(), cancelled));
  const std::vector<Job> few = all_pairs(1, {std::make_shared<SyntheticScenario>("stranger")});
  EXPECT_EQ(cluster.farm().evaluate(few), SerialEvaluator().evaluate(few)) << "late answers to the last batch are told";
}

// What jobs refer to may go when evaluate() returns: here, a counter of evaluations in this process.
TEST(ClusterFarm, LeavesNothingRunningHere) {
  for (int round = 0; round < 50; ++round) {
    auto running = std::make_unique<std::atomic<int>>(0);
    const Hook slow_here = [&](const Policy&, const EvaluationOptions& options) {
      ++*running;
      for (int i = 0; i < 20 && !options.stop.stop_requested(); ++i) std::this_thread::yield();
      --*running;
    };
    Cluster cluster(3, 1, [&](int rank) { return synthetic(rank == 0 ? slow_here : Hook{}); },
                    {.straggler_factor = 0.01, .straggler_seconds = 0});
    cluster.farm().evaluate(all_pairs(6, cluster.scenarios()));
    ASSERT_EQ(*running, 0);
    running.reset();
  }
}

TEST(ClusterFarm, SaysWhichProcessHasAnotherWorkloadOrNone) {
  const auto refusal = [](const Cluster::MakeSuite& make) -> std::string {
    try {
      const Cluster cluster(3, 1, make);
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  };
  const std::string other = refusal([](int rank) {
    return rank == 2 ? Suite{"other", {std::make_shared<SyntheticScenario>("other")}, {}, {}} : synthetic();
  });
  EXPECT_THAT(other, testing::AllOf(HasSubstr("process 2 on "), HasSubstr("another workload")));
  const std::string none = refusal([](int rank) -> Suite {
    if (rank == 1) throw InputError("cannot open 'trace.csv'");
    return synthetic();
  });
  EXPECT_THAT(none, testing::AllOf(HasSubstr("process 1 on "), HasSubstr("cannot open 'trace.csv'")));
}

TEST(Messages, ComeBackAsTheyWereAndBrokenOnesAreRefused) {
  using namespace messages;
  const Answer answer{.ticket = 7,
                      .seconds = 0.25,
                      .kind = Answer::Kind::evaluation,
                      .error = "",
                      .evaluation = {.status = Evaluation::Status::failed,
                                     .failure = "no",
                                     .metrics = {1, 0.5},
                                     .blocks = {{1, 2}, {3, 4}},
                                     .details = {{"a", 1.5}},
                                     .events = 9}};
  const std::string bytes = encode(answer);
  const auto back = std::get<Answer>(decode(bytes));
  EXPECT_EQ(back.evaluation, answer.evaluation);
  EXPECT_EQ(back.ticket, 7u);
  const Order order{.ticket = 3, .scenario = {{1, 2}, {0.5, 0.25}}, .policy = {3, 4}, .native = "", .source = "x"};
  EXPECT_EQ(std::get<Order>(decode(encode(order))).scenario.fractions, order.scenario.fractions);
  const Begin begin{"/home", {"design", "cache"}};
  EXPECT_EQ(std::get<Begin>(decode(encode(begin))).arguments, begin.arguments);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THROW(decode(std::string_view(bytes).substr(0, length)), Error) << length;
  }
  EXPECT_THROW(decode(bytes + "x"), Error);
  EXPECT_THROW(decode(std::string(1, '\x09')), Error);
}

}  // namespace
}  // namespace syswright
