#include "judge/drift/drift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domains/cache/cache_domain.h"
#include "domains/cache/scenario.h"
#include "policy/compile.h"
#include "tests/support/toy_domain.h"
#include "trace/generator.h"

namespace syswright::judge {
namespace {

using testing::Contains;
using testing::Each;
using testing::Field;

policy::ProgramPtr compiled(const Domain& domain, const std::string& text) {
  const std::vector<std::shared_ptr<const policy::Signature>> signatures{domain.signature()};
  return policy::compile(text, "test.pol", signatures);
}

/// The machine at twice the speed always: worth it as long as the fee is small.
class DriftOfTheFee : public testing::Test {
 protected:
  DriftResult run(double old_fee, double new_fee, std::size_t batches = 120) {
    const std::vector<ScenarioPtr> older{domain.scenario({.batches = batches, .seed = 1, .turbo_fee = old_fee})};
    const std::vector<ScenarioPtr> newer{domain.scenario({.batches = batches, .seed = 2, .turbo_fee = new_fee})};
    return drift(domain, Policy::of(turbo), Policy::of(normal), older, newer, evaluator);
  }
  /// The fee at which the speed pays for itself, on the newer workload.
  double fair_fee() {
    const auto free = domain.scenario({.batches = 120, .seed = 2, .turbo_fee = 0});
    return free->evaluate(Policy::of(normal)).objective() - free->evaluate(Policy::of(turbo)).objective();
  }
  toy::ToyDomain domain;
  SerialEvaluator evaluator;
  policy::ProgramPtr turbo = compiled(
      domain, "policy fast for toy { rank dispatch(work) { return -work; } value gear(work) { return turbo; } }");
  policy::ProgramPtr normal = compiled(domain, "policy slow for toy { rank dispatch(work) { return -work; } }");
};

TEST_F(DriftOfTheFee, AnAdvantageThatHolds) {
  const DriftResult result = run(0, 0);
  EXPECT_EQ(result.hold, Hold::holds);
  const ScenarioDrift& scenario = result.scenarios[0];
  EXPECT_EQ(scenario.before.verdict, Verdict::better);
  EXPECT_EQ(scenario.now.verdict, Verdict::better);
  // Twice the speed halves every delay, in any workload.
  EXPECT_NEAR(scenario.now.interval.estimate, 0.5, 1e-12);
  EXPECT_NEAR(scenario.change.estimate, 0, 1e-12);
  EXPECT_TRUE(scenario.change.contains(0));
  EXPECT_EQ(result.driver, "fast");
}

TEST_F(DriftOfTheFee, AnAdvantageThatTurnedIntoALoss) {
  const DriftResult result = run(0, 4 * fair_fee());
  EXPECT_EQ(result.hold, Hold::reversed);
  EXPECT_LT(result.scenarios[0].now.interval.high, 0);
  EXPECT_LT(result.scenarios[0].change.high, 0);
  // The fee is no feature: nothing that the policy sees has moved.
  for (const FeatureShift& shift : result.scenarios[0].features) EXPECT_FALSE(shift.moved) << shift.name;
}

TEST_F(DriftOfTheFee, AnAdvantageThatIsGone) {
  const DriftResult result = run(0, fair_fee());
  EXPECT_EQ(result.hold, Hold::gone);
  EXPECT_TRUE(result.scenarios[0].now.interval.contains(0));
}

TEST_F(DriftOfTheFee, WhereThereNeverWasAnAdvantageNothingCanBeTold) {
  EXPECT_EQ(run(fair_fee(), fair_fee()).hold, Hold::cannot_tell);
}

TEST_F(DriftOfTheFee, TheWorstOfSeveralScenariosCounts) {
  const ScenarioPtr cheap = domain.scenario({.batches = 60, .seed = 1, .turbo_fee = 0});
  const ScenarioPtr dear = domain.scenario({.batches = 60, .seed = 2, .turbo_fee = 4 * fair_fee()});
  const DriftResult result = drift(domain, Policy::of(turbo), Policy::of(normal), std::vector{cheap, cheap},
                                   std::vector{cheap, dear}, evaluator, {.features = false});
  EXPECT_EQ(result.scenarios[0].hold, Hold::holds);
  EXPECT_EQ(result.scenarios[1].hold, Hold::reversed);
  EXPECT_EQ(result.hold, Hold::reversed);
  EXPECT_TRUE(result.scenarios[0].features.empty());
}

TEST_F(DriftOfTheFee, APolicyThatFailsOnTheNewerWorkloadHasLost) {
  const std::vector<ScenarioPtr> older{domain.scenario({.batches = 40, .seed = 1})};
  const std::vector<ScenarioPtr> newer{domain.scenario({.batches = 40, .seed = 2, .max_nodes = 2})};
  const auto large =
      compiled(domain, "policy smith for toy { rank dispatch(work, cost) by all { return cost / work; } }");
  const DriftResult result = drift(domain, Policy::of(large), Policy::native("fifo"), older, newer, evaluator);
  EXPECT_EQ(result.scenarios[0].before.verdict, Verdict::better);
  EXPECT_EQ(result.hold, Hold::reversed);
}

TEST_F(DriftOfTheFee, NativePoliciesAreSeenThroughAnExemplar) {
  const std::vector<ScenarioPtr> older{domain.scenario({.batches = 40, .seed = 1})};
  const std::vector<ScenarioPtr> newer{domain.scenario({.batches = 40, .seed = 2})};
  const DriftResult result = drift(domain, Policy::native("smith"), Policy::native("fifo"), older, newer, evaluator);
  EXPECT_EQ(result.hold, Hold::holds);
  EXPECT_EQ(result.driver, "shortest");
  EXPECT_FALSE(result.scenarios[0].features.empty());
  for (const FeatureShift& shift : result.scenarios[0].features) {
    EXPECT_EQ(shift.clock, shift.name == "dispatch.served") << shift.name;
  }
}

TEST_F(DriftOfTheFee, RefusesWorkloadsThatDoNotPairAndStopsWhenAsked) {
  const std::vector<ScenarioPtr> one{domain.scenario({.batches = 20, .seed = 1})};
  EXPECT_THAT([&] { drift(domain, Policy::of(turbo), Policy::of(normal), one, {}, evaluator); },
              testing::ThrowsMessage<InputError>(testing::HasSubstr("gives 1 and the newer 0")));
  std::stop_source source;
  source.request_stop();
  const DriftResult result =
      drift(domain, Policy::of(turbo), Policy::of(normal), one, one, evaluator, {}, source.get_token());
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.hold, Hold::cannot_tell);
}

/// A cache that keeps what was asked for often, and traces from a generator.
class DriftOfACache : public testing::Test {
 protected:
  static trace::GeneratorOptions usual(std::uint64_t seed) {
    trace::GeneratorOptions options;
    options.requests = 60'000;
    options.objects = 6'000;
    options.scan_share = 0.2;
    options.scan_length = 300;
    options.sizes = {};
    options.seed = seed;
    return options;
  }
  static ScenarioPtr scenario(const trace::GeneratorOptions& options) {
    const auto requests = cache::prepare(trace::generate_cache_trace(options));
    cache::ScenarioSetup setup;
    setup.requests = requests;
    setup.window = {0, 0, requests->size()};
    setup.capacity = {500, false};
    setup.label = "generated";
    setup.setting = "500 objects";
    return std::make_shared<cache::CacheScenario>(std::move(setup));
  }
  DriftResult run(const trace::GeneratorOptions& newer) {
    return drift(domain, Policy::of(frequent), Policy::native("lru"), std::vector{scenario(usual(1))},
                 std::vector{scenario(newer)}, evaluator);
  }
  cache::CacheDomain domain;
  SerialEvaluator evaluator;
  policy::ProgramPtr frequent = compiled(
      domain, "policy frequent for cache { rank evict(hits, residence) by sample { return residence / (hits + 1); } }");
};

TEST_F(DriftOfACache, AnotherDayLikeTheFirstMovesNothing) {
  const DriftResult result = run(usual(2));
  EXPECT_EQ(result.hold, Hold::holds);
  EXPECT_TRUE(result.scenarios[0].change.contains(0));
  for (const FeatureShift& shift : result.scenarios[0].features) {
    EXPECT_FALSE(shift.moved) << shift.name << " p " << shift.corrected_p;
  }
}

TEST_F(DriftOfACache, PopularityThatFlattensIsSeenWhereThePolicyLooks) {
  trace::GeneratorOptions flat = usual(2);
  flat.alpha = 0.5;
  const DriftResult result = run(flat);
  const std::vector<FeatureShift>& features = result.scenarios[0].features;
  EXPECT_THAT(features, Contains(testing::AllOf(Field(&FeatureShift::name, "evict.hits"),
                                                Field(&FeatureShift::moved, true), Field(&FeatureShift::read, true))));
  // Hits are fewer, and those that moved come first, the farthest at the head.
  for (const FeatureShift& shift : features) {
    if (shift.name != "evict.hits") continue;
    EXPECT_LE(shift.newer[2], shift.older[2]);
  }
  for (std::size_t i = 1; i < features.size(); ++i) {
    EXPECT_GE(features[i - 1].moved, features[i].moved);
    if (features[i - 1].moved != features[i].moved || features[i].clock) continue;
    EXPECT_GE(features[i - 1].distance, features[i].distance);
  }
}

TEST_F(DriftOfACache, ADeterministicFunctionOfItsInputs) {
  trace::GeneratorOptions fewer_scans = usual(3);
  fewer_scans.scan_share = 0.05;
  const DriftResult one = run(fewer_scans);
  const DriftResult other = run(fewer_scans);
  ASSERT_EQ(one.scenarios[0].features.size(), other.scenarios[0].features.size());
  EXPECT_EQ(one.scenarios[0].change, other.scenarios[0].change);
  for (std::size_t i = 0; i < one.scenarios[0].features.size(); ++i) {
    EXPECT_EQ(one.scenarios[0].features[i].p_value, other.scenarios[0].features[i].p_value);
    EXPECT_EQ(one.scenarios[0].features[i].name, other.scenarios[0].features[i].name);
  }
}

}  // namespace
}  // namespace syswright::judge
