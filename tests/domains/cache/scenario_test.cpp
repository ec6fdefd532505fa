#include "domains/cache/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "domains/cache/cache_domain.h"
#include "policy/compile.h"
#include "tests/domains/cache/sample_traces.h"
#include "tests/domains/cache/small_traces.h"

namespace syswright::cache {
namespace {

policy::ProgramPtr compile(const std::string& rules) {
  return policy::compile("policy test for cache {" + rules + "}", "test", std::array{cache_signature()});
}

CacheScenario whole_scenario(std::shared_ptr<const Requests> requests, Capacity capacity) {
  const Window window = whole(*requests);
  return CacheScenario({.requests = std::move(requests), .window = window, .capacity = capacity, .label = "whole"});
}

TEST(CacheScenario, RefusesProgramsOfOtherDomains) {
  auto signature = std::make_shared<policy::Signature>(*cache_signature());
  signature->domain = "router";
  const policy::ProgramPtr program =
      policy::compile("policy other for router { rank evict(hits) { return hits; } }", "other",
                      std::array{std::shared_ptr<const policy::Signature>(signature)});
  const CacheScenario scenario = whole_scenario(requests_of({1, 2, 3}), {1, false});
  EXPECT_THROW(scenario.evaluate(Policy::of(program)), InputError);
  EXPECT_THROW(scenario.start(program), InputError);
}

TEST(CacheScenario, AWarmUpFillsTheCacheAndIsNotCounted) {
  const auto requests = requests_of({1, 2, 3, 1, 2, 3});
  const CacheScenario cold({.requests = requests, .window = {3, 3, 6}, .capacity = {3, false}});
  const CacheScenario warm({.requests = requests, .window = {0, 3, 6}, .capacity = {3, false}});
  for (const Policy& policy : {Policy::native("lru"), Policy::of(compile("value admit(fill) { return take; }"))}) {
    EXPECT_EQ(cold.evaluate(policy).objective(), 1);
    EXPECT_EQ(warm.evaluate(policy).objective(), 0);
    EXPECT_EQ(warm.evaluate(policy).metrics[2], 0);
    EXPECT_EQ(warm.evaluate(policy).events, 6u);
  }
}

TEST(CacheScenario, DigestsTellApartWhatResultsDependOn) {
  const auto requests = sample_requests(1, {.sizes = true});
  const ScenarioSetup base{.requests = requests, .window = {0, 500, 3000}, .capacity = {10, false}, .seed = 1};
  std::vector<ScenarioSetup> others(5, base);
  others[0].window.counted = 400;
  others[1].capacity.amount = 11;
  others[2].capacity.in_bytes = true;
  others[3].seed = 2;
  others[4].requests = sample_requests(2, {.sizes = true});
  std::set<Digest> digests{CacheScenario(base).digest()};
  for (const ScenarioSetup& other : others) EXPECT_TRUE(digests.insert(CacheScenario(other).digest()).second);
  ScenarioSetup named = base;
  named.label = "another name";
  EXPECT_EQ(CacheScenario(named).digest(), CacheScenario(base).digest());
}

/// Zipf-like popularity over many objects, so that no few of them decide the miss ratio.
std::shared_ptr<const Requests> many_objects() {
  return sample_requests(11, {.requests = 200'000, .objects = 20'000, .times = true});
}

TEST(CacheMiniature, PredictsTheMissRatiosOfTheWhole) {
  const CacheScenario scenario = whole_scenario(many_objects(), {2000, false});
  const ScenarioPtr small = scenario.miniature(1.0 / 8);
  ASSERT_NE(small, nullptr);
  EXPECT_NEAR(static_cast<double>(small->events()), 200'000.0 / 8, 200'000.0 / 8 * 0.1);
  const std::vector<Policy> policies{
      Policy::native("lru"), Policy::native("fifo"), Policy::native("s3fifo"),
      Policy::of(compile("rank evict(recency, gap) by sample { return recency + gap; }")),
      // Constants in requests, in time and in objects must mean the same in the miniature.
      Policy::of(
          compile("rank evict(recency, age, hits) by sample { return recency > 3000 or age > 5min ? 1 : -hits; }")),
      Policy::of(compile("rank evict(recency, entries) by queue { return recency - entries; }"))};
  for (const Policy& policy : policies) {
    const double whole_ratio = scenario.evaluate(policy).objective();
    EXPECT_NEAR(small->evaluate(policy).objective(), whole_ratio, 0.04 * whole_ratio) << policy.name();
  }
}

TEST(CacheMiniature, SmallerOnesKeepSubsets) {
  const CacheScenario scenario = whole_scenario(many_objects(), {2000, false});
  const auto keys = [&](double fraction) {
    const auto small = std::dynamic_pointer_cast<const CacheScenario>(scenario.miniature(fraction));
    return std::set<std::uint64_t>(small->setup().requests->keys.begin(), small->setup().requests->keys.end());
  };
  const std::set<std::uint64_t> quarter = keys(0.25);
  const std::set<std::uint64_t> sixteenth = keys(1.0 / 16);
  EXPECT_TRUE(std::includes(quarter.begin(), quarter.end(), sixteenth.begin(), sixteenth.end()));
  const auto twice = scenario.miniature(0.25)->miniature(0.25);
  const auto small = std::dynamic_pointer_cast<const CacheScenario>(twice);
  EXPECT_EQ(std::set<std::uint64_t>(small->setup().requests->keys.begin(), small->setup().requests->keys.end()),
            sixteenth);
  EXPECT_EQ(small->setup().capacity.amount, 125u);
}

TEST(CacheMiniature, IsNotMadeWhereItWouldHoldTooLittle) {
  const CacheScenario scenario = whole_scenario(many_objects(), {64, false});
  EXPECT_NE(scenario.miniature(0.25), nullptr);  // 16 objects
  EXPECT_EQ(scenario.miniature(0.24), nullptr);
  const CacheScenario brief({.requests = many_objects(), .window = {0, 0, 1000}, .capacity = {500, false}});
  EXPECT_EQ(brief.miniature(0.1), nullptr);
}

TEST(CacheWorkload, SplitsTheTraceAndWarmsEachPartByTheOneBefore) {
  const SampleFile file(sample_trace(1, {.requests = 3001}), "t.txt");
  const auto workload = CacheDomain().open({.workload = file.path(), .options = {{"size", "20,10%"}}});
  const Suite suite = workload->suite();
  const auto window = [](const ScenarioPtr& scenario) {
    return std::dynamic_pointer_cast<const CacheScenario>(scenario)->setup().window;
  };
  ASSERT_EQ(suite.train.size(), 2u);
  EXPECT_EQ(window(suite.train[0]), (Window{0, 0, 1000}));
  EXPECT_EQ(window(suite.validation[1]), (Window{0, 1000, 2000}));
  EXPECT_EQ(window(suite.test[0]), (Window{1000, 2000, 3001}));
  EXPECT_EQ(window(workload->scenarios()[0]), (Window{0, 0, 3001}));
  EXPECT_EQ(suite.test[0]->label(), "t.txt, 20 objects, requests 2,001 to 3,001");
  EXPECT_EQ(suite.test[0]->setting(), "20 objects");
}

TEST(CacheWorkload, TooShortATraceIsRefused) {
  const SampleFile file(requests_of({1, 2})->trace, "t.txt");
  const auto workload = CacheDomain().open({.workload = file.path(), .options = {{"size", "1"}}});
  EXPECT_EQ(workload->scenarios().size(), 1u);
  EXPECT_THROW(workload->suite(), InputError);
}

TEST(CacheWorkload, SummarisesTheTrace) {
  const SampleFile file(sample_trace(1, {.sizes = true, .times = true}), "t.oracleGeneral");
  const WorkloadSummary summary = CacheDomain().open({.workload = file.path()})->summary();
  EXPECT_EQ(summary.name, "t.oracleGeneral");
  const std::vector<std::pair<std::string, std::string>>& facts = summary.facts;
  ASSERT_GE(facts.size(), 5u);
  EXPECT_EQ(facts[1], std::pair(std::string("requests"), std::string("3,000")));
}

/// Sets an environment variable for as long as it lives.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() { old_.has_value() ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

TEST(BundledWorkload, IsFoundWhereTheEnvironmentSays) {
  const SampleFile file(sample_trace(1, {}), "own_build.txt");
  const std::filesystem::path folder = std::filesystem::path(file.path()).parent_path();
  std::filesystem::create_directories(folder / "cache");
  std::filesystem::copy_file(file.path(), folder / "cache" / "own_build.txt");
  const Environment environment("SYSWRIGHT_WORKLOADS", folder.string());
  EXPECT_EQ(bundled_workload(), (folder / "cache" / "own_build.txt").string());
  EXPECT_EQ(CacheDomain().open({.options = {{"size", "10"}}})->summary().name, "own_build.txt");
}

}  // namespace
}  // namespace syswright::cache
