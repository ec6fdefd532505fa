#include "domains/cache/host.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

#include "domains/cache/auditor.h"
#include "domains/cache/exemplars.h"
#include "domains/cache/scenario.h"
#include "policy/compile.h"
#include "tests/domains/cache/sample_traces.h"
#include "tests/domains/cache/small_traces.h"
#include "tests/support/random_program.h"

namespace syswright::cache {
namespace {

policy::ProgramPtr compile(const std::string& rules) {
  return policy::compile("policy test for cache {" + rules + "}", "test", std::array{cache_signature()});
}

policy::ProgramPtr random_cache_program(Random& random) {
  const policy::Signature& signature = *cache_signature();
  std::vector<policy::Statistic> statistics;
  const std::uint64_t count = random.below(5);
  for (std::uint64_t i = 0; i < count; ++i) {
    statistics.push_back(support::detail::random_statistic(random, signature, "s" + std::to_string(i)));
  }
  std::vector<policy::Rule> rules;
  if (random.chance(0.9)) {
    rules.push_back(support::detail::random_rule(random, signature, evict_decision, statistics, 25));
  }
  if (rules.empty() || random.chance(0.3)) {
    rules.push_back(support::detail::random_rule(random, signature, admit_decision, statistics, 15));
  }
  return std::make_shared<policy::Program>("random", cache_signature(), std::move(statistics), std::move(rules));
}

ScenarioSetup random_setup(Random& random, std::uint64_t seed) {
  const bool sizes = random.chance(0.5);
  ScenarioSetup setup;
  setup.requests = sample_requests(seed, {.requests = 800 + random.below(800),
                                          .objects = 50 + random.below(400),
                                          .sizes = sizes,
                                          .times = random.chance(0.5),
                                          .changing_sizes = random.chance(0.5)});
  setup.window = {random.below(100), 0, setup.requests->size() - random.below(100)};
  setup.window.counted = setup.window.begin + random.below(400);
  setup.capacity = sizes ? Capacity{1000 + random.below(60'000), true} : Capacity{1 + random.below(120), false};
  setup.seed = seed;
  return setup;
}

/// The host, with native code or interpreted, must do what the simulation does when an interpreter answers it.
TEST(Host, RandomProgramsDoInASimulationWhatTheyDoInTheHost) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Random random(seed, "host test");
    const policy::ProgramPtr program = random_cache_program(random);
    const CacheScenario scenario(random_setup(random, seed));
    DecisionLog log;
    const Evaluation evaluation = scenario.evaluate(Policy::of(program), {.log = &log});
    ASSERT_EQ(evaluation.status, Evaluation::Status::ok) << evaluation.failure;
    const auto simulation = scenario.start(program);
    while (const Question* question = simulation->next()) simulation->answer(interpret_answers(*program, *question));
    ASSERT_EQ(simulation->result(), evaluation) << "seed " << seed << "\n" << policy::to_source(*program);
    const Audit audit = scenario.audit(log);
    ASSERT_TRUE(audit.violations.empty()) << "seed " << seed << ": " << audit.violations.front();
    ASSERT_EQ(audit.metrics, evaluation.metrics) << "seed " << seed;
  }
}

template <typename Mode>
std::vector<DecisionLog::Record> decisions(const ScenarioSetup& setup, const HostPlan& plan, const ProgramCode& code) {
  Host<Mode> host(setup.host(), plan, code.evict(), code.admit());
  DecisionLog log;
  LogListener listener(*setup.requests, log);
  replay(*setup.requests, setup.window, setup.capacity, host, listener);
  return log.records;
}

TEST(Host, NativeCodeAndInterpreterTakeTheSameDecisions) {
  for (std::uint64_t seed = 1000; seed < 1040; ++seed) {
    Random random(seed, "host test");
    const policy::ProgramPtr program = random_cache_program(random);
    const ScenarioSetup setup = random_setup(random, seed);
    const HostPlan plan = HostPlan::of(*program);
    const ProgramCode interpreted(program, 0);
    const ProgramCode compiled(program, ~std::uint64_t{0} >> 20);
    const bool same =
        plan.mode == RankingMode::sample
            ? decisions<SampleMode>(setup, plan, interpreted) == decisions<SampleMode>(setup, plan, compiled)
            : decisions<QueueMode>(setup, plan, interpreted) == decisions<QueueMode>(setup, plan, compiled);
    ASSERT_TRUE(same) << "seed " << seed << "\n" << policy::to_source(*program);
  }
}

struct Twin {
  const char* native;
  const char* rules;
};

/// Programs that say in the language what a native policy does.
const Twin twins[] = {
    {"fifo", "rank evict(inserted) by queue { return -inserted; }"},
    {"fifo", "rank evict(residence) by sample { return residence; }"},
    {"lru", "rank evict(last_access) by queue { return -last_access; }"},
    {"lru", "rank evict(now) by queue { return -now; }"},
    {"lru", "rank evict(recency) by sample { return recency; }"},
    {"lru", "value admit(fill) { return take; }"},
    {"lfu", "rank evict(hits) by queue { return -hits; }"},
};

TEST(Host, ProgramsThatSayWhatANativeDoesDoIt) {
  for (const Twin& twin : twins) {
    const policy::ProgramPtr program = compile(twin.rules);
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      Random random(seed, "twin test");
      ScenarioSetup setup = random_setup(random, seed);
      // Up to 64 residents are all ranked, so that a sample is no sample.
      if (HostPlan::of(*program).mode == RankingMode::sample) {
        setup.capacity = {1 + random.below(64), false};
      }
      const CacheScenario scenario(setup);
      DecisionLog log;
      DecisionLog native_log;
      const Evaluation evaluation = scenario.evaluate(Policy::of(program), {.log = &log});
      ASSERT_EQ(evaluation, scenario.evaluate(Policy::native(twin.native), {.log = &native_log}))
          << twin.rules << ", seed " << seed;
      ASSERT_EQ(log.records, native_log.records) << twin.rules << ", seed " << seed;
    }
  }
}

TEST(Host, OnOltpALazyQueueCountsAsTheReferenceDoes) {
  const auto path = data_file("OLTP.lis.zst");
  if (!path.has_value()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  const auto requests = prepare(trace::read_cache_trace(*path));
  const CacheScenario scenario({.requests = requests, .window = whole(*requests), .capacity = {1000, false}});
  const auto misses = [&](const char* rules) { return scenario.evaluate(Policy::of(compile(rules))).details[1]; };
  // Counts of an independent simulator: see docs/domains/cache_baselines.md.
  EXPECT_EQ(misses(twins[0].rules), std::pair(std::string("misses"), 653340.0));
  EXPECT_EQ(misses(twins[2].rules), std::pair(std::string("misses"), 614023.0));
  EXPECT_EQ(misses(twins[6].rules), std::pair(std::string("misses"), 787687.0));
}

TEST(Host, ASampleOfManyIsNearTheExactOrder) {
  const auto requests = sample_requests(3, {.requests = 60'000, .objects = 4000});
  const CacheScenario scenario({.requests = requests, .window = whole(*requests), .capacity = {500, false}});
  const double exact = scenario.evaluate(Policy::native("lru")).objective();
  const double sampled = scenario.evaluate(Policy::of(compile(twins[4].rules))).objective();
  EXPECT_NEAR(sampled, exact, 0.01 * exact);
  EXPECT_NE(sampled, exact);
}

TEST(Host, TheSeedPicksTheSample) {
  const auto requests = sample_requests(3, {.requests = 20'000, .objects = 2000});
  ScenarioSetup setup{.requests = requests, .window = whole(*requests), .capacity = {300, false}};
  const Policy policy = Policy::of(compile(twins[4].rules));
  const Evaluation first = CacheScenario(setup).evaluate(policy);
  setup.seed = 2;
  EXPECT_NE(CacheScenario(setup).evaluate(policy), first);
}

TEST(Host, ARefusedObjectIsRemembered) {
  // Taken in at the second request only, as the first is in the ghost list by then.
  const policy::ProgramPtr second_hit = compile("value admit(ghost) { return ghost ? take : refuse; }");
  const auto requests = requests_of({1, 1, 1, 2, 1, 2, 2});
  const CacheScenario scenario({.requests = requests, .window = whole(*requests), .capacity = {2, false}});
  DecisionLog log;
  const Evaluation evaluation = scenario.evaluate(Policy::of(second_hit), {.log = &log});
  // Misses: 1 (refused), 1 (taken), 2 (refused), 2 (taken).
  EXPECT_DOUBLE_EQ(evaluation.objective(), 4.0 / 7);
  const std::vector<DecisionLog::Record> expected{{0, admit_decision, 1, 0}, {3, admit_decision, 2, 0}};
  EXPECT_EQ(log.records, expected);
}

TEST(Host, StatisticsOfObjectsThatWouldNotFitInMemoryFailThePolicy) {
  // Six means over 59 to 64 values: some 3.5 KB for each of 400,000 ghosts.
  std::string rules;
  std::string sum;
  for (int window = 59; window <= 64; ++window) {
    rules += fmt::format("stat long{0} = mean(gap, {0});", window);
    sum += fmt::format(" + long{}", window);
  }
  const policy::ProgramPtr greedy = compile(rules + "rank evict(recency) by sample { return recency" + sum + "; }");
  const auto requests = sample_requests(1, {.requests = 400'000, .objects = 400'000});
  const CacheScenario scenario({.requests = requests, .window = whole(*requests), .capacity = {200'000, false}});
  const Evaluation evaluation = scenario.evaluate(Policy::of(greedy));
  EXPECT_EQ(evaluation.status, Evaluation::Status::failed);
  EXPECT_NE(evaluation.failure.find("use shorter windows"), std::string::npos) << evaluation.failure;
  EXPECT_EQ(evaluation.metrics, (std::vector<double>{1, 1, 400'000}));
}

TEST(Host, StatisticsOfAnObjectOutliveItsStay) {
  // Object 1 is asked for every third request, object 2 and others in between push it out of a cache of one.
  const policy::ProgramPtr program = compile(
      "stat pause = ewma(gap, 0.5);"
      "rank evict(recency) by queue { return recency + pause; }");
  const auto requests = requests_of({1, 2, 3, 1, 4, 5, 1, 6});
  const CacheScenario scenario({.requests = requests, .window = whole(*requests), .capacity = {2, false}});
  const auto simulation = scenario.start(program);
  const SlotLayout layout(cache_signature()->decisions[evict_decision], program->statistics());
  const std::size_t pause = layout.slot({policy::Input::Source::statistic, 0, 0, policy::Scope::candidate});
  std::vector<double> seen;
  while (const Question* question = simulation->next()) {
    if (question->candidates[0] == 1) seen.push_back(question->columns[pause]);
    simulation->answer(std::array{static_cast<double>(question->event)});
  }
  EXPECT_EQ(seen, (std::vector<double>{0, 3, 3}));
}

}  // namespace
}  // namespace syswright::cache
