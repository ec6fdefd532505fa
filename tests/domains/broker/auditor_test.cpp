#include "domains/broker/auditor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/domains/broker/sample_jobs.h"

namespace syswright::broker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Two tasks; the first can run in a:1 and b:1 only, offers 0 to 7; b:1/small/spot (5) is not to be had.
Instance job_of_two() {
  Instance job;
  job.name = "two";
  job.catalogue = small_market();
  job.tasks = {anywhere(*job.catalogue, "first", 2), anywhere(*job.catalogue, "second", 3)};
  job.tasks[0].candidates.resize(8);
  job.tasks[1].parents = {{0, 360}};
  job.retry_hours = 0.5;
  job.blocked.assign(job.catalogue->offers.size(), 0);
  job.blocked[5] = 1;
  return finished(std::move(job));
}

struct Audited {
  std::vector<double> metrics;
  std::vector<std::string> violations;
};

Audited audited(std::vector<std::pair<std::uint64_t, std::uint64_t>> tries) {
  const Instance job = job_of_two();
  std::vector<DecisionLog::Record> records;
  for (const auto& [event, offer] : tries) records.push_back({event, 0, offer, 1});
  Violations violations;
  Audited result;
  result.metrics = audit_job(job, records, violations);
  result.violations = violations.take();
  return result;
}

/// By hand: a try that fails (0.5 h), 2 h on b:1/small at $1; 360 GB to a:1 take 0.1 h and $36; 3 h there at $3.
TEST(BrokerAuditor, BillsFromTheTables) {
  const Audited result = audited({{0, 5}, {0, 4}, {1, 2}});
  EXPECT_TRUE(result.violations.empty());
  EXPECT_THAT(result.metrics, ElementsAre(2 + 36 + 9, 2 + 36 + 9, 36, (0.5 + 2 + 0.1 + 3) * 3600, 1));
}

TEST(BrokerAuditor, NamesWhatBreaksTheRules) {
  const auto first = [](const Audited& result) {
    return result.violations.empty() ? std::string("none") : result.violations.front();
  };
  EXPECT_THAT(first(audited({{0, 4}})), HasSubstr("two: 1 of 2 tasks are never placed"));
  EXPECT_THAT(first(audited({})), HasSubstr("2 of 2 tasks are never placed"));
  EXPECT_THAT(first(audited({{0, 9}, {1, 4}})), HasSubstr("task 'first' cannot run on b:2/small/spot"));
  EXPECT_THAT(first(audited({{0, 99}, {0, 4}, {1, 4}})), HasSubstr("there is no offer 99"));
  EXPECT_THAT(first(audited({{0, 4}, {0, 4}, {1, 4}})), HasSubstr("a decision for task 0 comes when task 1 is due"));
  EXPECT_THAT(first(audited({{1, 4}, {0, 4}})), HasSubstr("a decision for task 1 comes when task 0 is due"));
  EXPECT_THAT(first(audited({{0, 5}, {0, 5}, {0, 4}, {1, 4}})),
              HasSubstr("b:1/small/spot is tried for task 'first' after it was found unavailable"));
  EXPECT_THAT(first(audited({{0, 5}, {0, 4}, {1, 5}, {1, 4}})), HasSubstr("task 'second' after it was found"));
  EXPECT_THAT(first(audited({{0, 5}, {1, 4}})), HasSubstr("comes when task 0 is due"))
      << "a task does not run on an offer that is not to be had";
}

}  // namespace
}  // namespace syswright::broker
