#include "domains/broker/job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "tests/domains/broker/sample_jobs.h"

namespace syswright::broker {
namespace {

using testing::HasSubstr;

TEST(BrokerJobReader, ReadsTasksInAnyOrder) {
  const auto market = small_market();
  const Instance job = read_job(R"({"name": "pipeline", "tasks": [
      {"name": "train", "after": [{"task": "prepare", "gb": 40}], "hours": {"large": 2}, "clouds": ["b"],
       "outputs": [{"region": "a:1", "gb": 1.5}]},
      {"name": "prepare", "hours": {"small": 4, "large": 1}, "regions": ["a:1", "b:2"], "spot": false,
       "inputs": [{"region": "a:1", "gb": 300}]}],
      "unavailable": ["b:1/large/spot"]})",
                                "job.json", market, 1.25);
  EXPECT_EQ(job.name, "pipeline");
  ASSERT_EQ(job.tasks.size(), 2u);
  EXPECT_EQ(job.tasks[0].name, "prepare");
  const auto names = [&](const Task& task) {
    std::vector<std::string> all;
    for (const Candidate& candidate : task.candidates) all.push_back(market->offer_name(candidate.offer));
    return all;
  };
  EXPECT_EQ(names(job.tasks[0]), (std::vector<std::string>{"a:1/small", "a:1/large", "b:2/small", "b:2/large"}));
  EXPECT_EQ(job.tasks[0].candidates[0].hours, 4);
  EXPECT_EQ(names(job.tasks[1]),
            (std::vector<std::string>{"b:1/large", "b:1/large/spot", "b:2/large", "b:2/large/spot"}));
  EXPECT_EQ(job.tasks[1].candidates[1].hours, 2.5) << "a spot instance takes longer by the stretch";
  ASSERT_EQ(job.tasks[1].parents.size(), 1u);
  EXPECT_EQ(job.tasks[1].parents[0].parent, 0u);
  EXPECT_EQ(job.tasks[1].parents[0].gb, 40);
  EXPECT_EQ(job.tasks[1].outputs[0].region, 0u);
  EXPECT_EQ(std::count(job.blocked.begin(), job.blocked.end(), 1), 1);
  EXPECT_EQ(job.blocked[job.tasks[1].candidates[1].offer], 1);
}

TEST(BrokerJobReader, SaysWhatIsWrongAndHowToMendIt) {
  const auto message = [](const std::string& text) -> std::string {
    try {
      read_job(text, "job.json", small_market(), 1);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  const auto with = [&](const std::string& tasks) { return message(R"({"tasks": [)" + tasks + "]}"); };
  EXPECT_THAT(message("{"), HasSubstr("job.json: is no JSON"));
  EXPECT_THAT(message("[]"), HasSubstr("is no object with a list 'tasks'"));
  EXPECT_THAT(message("{}"), HasSubstr("the job has no list 'tasks'"));
  EXPECT_THAT(with(""), HasSubstr("'tasks' is empty"));
  EXPECT_THAT(with(R"({"hours": {"small": 1}})"), HasSubstr("task 1 has no 'name'"));
  EXPECT_THAT(with(R"({"name": "a"})"), HasSubstr("task 'a' has no 'hours'"));
  EXPECT_THAT(with(R"({"name": "a", "hours": {"huge": 1}})"), HasSubstr("the catalogue offers no 'huge'"));
  EXPECT_THAT(with(R"({"name": "a", "hours": {"smal": 1}})"), HasSubstr("no 'smal'; did you mean 'small'?"));
  EXPECT_THAT(with(R"({"name": "a", "hours": {"small": 1}, "spot": "no"})"),
              HasSubstr("task 'a': 'spot' is neither true nor false"));
  EXPECT_THAT(with(R"({"name": "a", "hours": {"small": 1}, "input": []})"),
              HasSubstr("task 'a' has the key 'input', which nobody reads; did you mean 'inputs'?"));
  EXPECT_THAT(message(R"({"tasks": [{"name": "a", "hours": {"small": 1}}], "unavailible": []})"),
              HasSubstr("the job has the key 'unavailible', which nobody reads; did you mean 'unavailable'?"));
  EXPECT_THAT(with(R"({"name": "a", "hours": {"small": 1e999}})"), HasSubstr("job.json: is no JSON"));
  EXPECT_THAT(with(R"({"name": "a", "hours": {"small": -1}})"), HasSubstr("no number 'small' that is not negative"));
  EXPECT_THAT(with(R"({"name": "a", "hours": {"small": 1}, "clouds": ["z"]})"), HasSubstr("task 'a' can run nowhere"));
  EXPECT_THAT(with(R"({"name": "a", "hours": {"small": 1}, "regions": ["b:3"]})"),
              HasSubstr("names the region 'b:3', which neither catalogue nor egress prices have; did you mean 'b:1'?"));
  EXPECT_THAT(with(R"({"name": "a", "hours": {"small": 1}}, {"name": "a", "hours": {"small": 1}})"),
              HasSubstr("two tasks are named 'a'"));
  EXPECT_THAT(with(R"({"name": "prep", "hours": {"small": 1}},
                      {"name": "b", "hours": {"small": 1}, "after": [{"task": "prop", "gb": 1}]})"),
              HasSubstr("task 'b' waits for 'prop', and there is no such task; did you mean 'prep'?"));
  EXPECT_THAT(with(R"({"name": "a", "hours": {"small": 1}, "after": [{"task": "a", "gb": 1}]})"),
              HasSubstr("wait for each other in a circle"));
  EXPECT_THAT(with(R"({"name": "a", "hours": {"small": 1}, "inputs": [{"region": "a:1"}]})"), HasSubstr("'gb'"));
  EXPECT_THAT(message(R"({"tasks": [{"name": "a", "hours": {"small": 1}}], "unavailable": ["a:1/smal"]})"),
              HasSubstr("'unavailable' names 'a:1/smal', which is no offer; they read region/instance or "
                        "region/instance/spot; did you mean 'a:1/small'?"));
  EXPECT_THAT(message(R"({"tasks": [{"name": "a", "hours": {"small": 1}, "regions": ["a:1"], "spot": false}],
                          "unavailable": ["a:1/small"]})"),
              HasSubstr("every offer for task 'a' is unavailable"));
}

TEST(BrokerJob, RefusesDataThatWouldMoveAtAnUnknownPrice) {
  auto market = std::make_shared<Catalogue>(*small_market());
  market->egress[0 * 3 + 2] = std::numeric_limits<double>::quiet_NaN();
  Instance job;
  job.name = "two";
  job.catalogue = market;
  job.tasks = {anywhere(*market, "first", 1), anywhere(*market, "second", 1)};
  EXPECT_NO_THROW(finished(job)) << "nothing moves";
  job.tasks[1].parents = {{0, 5}};
  try {
    finished(job);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("task 'second' may need data from a:1 in b:2, and no egress price is known"));
  }
}

/// Worked by hand on the small market: 3,600 GB take an hour between regions.
TEST(BrokerJob, BillsRentEgressAndTime) {
  Instance job;
  job.name = "two";
  job.catalogue = small_market();
  job.tasks = {anywhere(*job.catalogue, "first", 2), anywhere(*job.catalogue, "second", 3)};
  job.tasks[0].inputs = {{0, 360}};    // a:1 → b:1: 0.1 h, $36
  job.tasks[1].parents = {{0, 1800}};  // b:1 → b:2: 0.5 h, $36
  job.tasks[1].outputs = {{0, 720}};   // b:2 → a:1: 0.2 h, $72
  job = finished(std::move(job));
  // Offers of b:1 are 4 (small), 5 (small spot), …; of b:2 8, 9, 10 (large).
  const Bill bill = bill_of(job, {4, 10}, {0, 0.25});
  EXPECT_DOUBLE_EQ(bill.egress, 36 + 36 + 72);
  EXPECT_DOUBLE_EQ(bill.dollars, 2 * 1 + 3 * 3.6 + 144);
  EXPECT_DOUBLE_EQ(bill.hours, (0.1 + 2) + 0.5 + 0.25 + (3 + 0.2));
  EXPECT_DOUBLE_EQ(bill.total({true, 0}), bill.dollars);
  EXPECT_DOUBLE_EQ(bill.total({false, 1}), bill.hours);
  EXPECT_DOUBLE_EQ(bill.total({true, 10}), bill.dollars + 10 * bill.hours);
}

TEST(BrokerGenerator, MakesWhatItSays) {
  const auto market = std::make_shared<Catalogue>(built_in_catalogue());
  bool wide = false;
  for (std::uint64_t number = 0; number < 30; ++number) {
    for (const Shape shape : {Shape::chain, Shape::dag}) {
      const Instance job = generate({.seed = 9, .number = number, .shape = shape}, market);
      EXPECT_GE(job.tasks.size(), 3u);
      EXPECT_LE(job.tasks.size(), 20u);
      for (std::size_t i = 0; i < job.tasks.size(); ++i) {
        const Task& task = job.tasks[i];
        EXPECT_GE(task.candidates.size(), 30u) << task.name;
        EXPECT_LE(task.candidates.size(), 100u) << task.name;
        EXPECT_TRUE(!task.parents.empty() || !task.inputs.empty());
        const std::size_t of_chain = i == 0 ? 0 : 1;
        EXPECT_TRUE(shape == Shape::dag || task.parents.size() == of_chain);
        wide = wide || task.parents.size() > 1;
      }
    }
  }
  EXPECT_TRUE(wide);
}

TEST(BrokerGenerator, BlocksAboutTheShareAndLeavesEveryTaskACandidate) {
  const auto market = std::make_shared<Catalogue>(built_in_catalogue());
  double blocked = 0;
  for (std::uint64_t number = 0; number < 20; ++number) {
    const Instance job = with_blocked(generate({.seed = 9, .number = number}, market), 0.3, 1);
    blocked += static_cast<double>(std::count(job.blocked.begin(), job.blocked.end(), 1));
    for (const Task& task : job.tasks) {
      EXPECT_TRUE(std::any_of(task.candidates.begin(), task.candidates.end(),
                              [&](const Candidate& one) { return job.blocked[one.offer] == 0; }));
    }
  }
  // 3,900 draws of probability 0.17 to 0.47, 0.3 in the middle: two hundredths are over two standard deviations.
  EXPECT_NEAR(blocked / 20 / static_cast<double>(market->offers.size()), 0.32, 0.04);
  EXPECT_NO_THROW(with_blocked(generate({.seed = 9, .number = 0}, market), 0.9, 1));
}

}  // namespace
}  // namespace syswright::broker
