#include "judge/explain/explain.h"

#include <gmock/gmock.h>

#include "domains/cache/cache_domain.h"
#include "domains/cache/scenario.h"
#include "tests/domains/cache/sample_traces.h"
#include "tests/judge/explain/explain_ground.h"

namespace syswright::judge {
namespace {

TEST(Explain, AllPartsOnOneGround) {
  ToyGround toy;
  std::vector<std::string> parts;
  ExplainOptions options;
  options.began = [&](std::string_view part) { parts.emplace_back(part); };
  const Explanation result = explain(toy.ground(),
                                     {.program = toy.cluttered(),
                                      .reference = Policy::of(toy.shortest()),
                                      .validation = {toy.domain.scenario({.batches = 40, .seed = 3})},
                                      .rival = {}},
                                     options);
  EXPECT_TRUE(result.complete);
  EXPECT_THAT(parts, ::testing::ElementsAre("ablate", "slice", "contrast", "attribute", "distil"));
  EXPECT_FALSE(result.ablations.dead(*toy.cluttered()).empty());
  EXPECT_EQ(result.slices.size(), 1u);
  ASSERT_TRUE(result.contrast.has_value());
  EXPECT_GT(result.contrast->extra_cost.low, 0);
  EXPECT_GT(result.attribution.gain, 0);
  EXPECT_GT(result.distillation.chosen, 0u);
  // Programs that several parts need are run once.
  EXPECT_EQ(result.runs, toy.evaluator.jobs);
}

TEST(Explain, ANativeReferenceIsNotContrasted) {
  ToyGround toy;
  const Explanation result = explain(
      toy.ground(), {.program = toy.smith(), .reference = Policy::native("fifo"), .validation = {}, .rival = {}});
  EXPECT_TRUE(result.complete);
  EXPECT_FALSE(result.contrast.has_value());
  EXPECT_THAT(result.no_contrast, ::testing::HasSubstr("'fifo' is native"));
}

TEST(Explain, AStopKeepsWhatIsDone) {
  ToyGround toy;
  std::stop_source source;
  Ground ground = toy.ground();
  ground.stop = source.get_token();
  ExplainOptions options;
  options.began = [&](std::string_view part) {
    if (part == "contrast") source.request_stop();
  };
  const Explanation result =
      explain(ground, {.program = toy.smith(), .reference = Policy::of(toy.shortest()), .validation = {}, .rival = {}},
              options);
  EXPECT_FALSE(result.complete);
  EXPECT_TRUE(result.ablations.complete);
  EXPECT_FALSE(result.ablations.ablations.empty());
  EXPECT_TRUE(result.distillation.front.empty());
}

TEST(Explain, ACachePolicy) {
  const cache::CacheDomain domain;
  cache::ScenarioSetup setup;
  setup.requests = cache::sample_requests(2, {.requests = 20'000, .objects = 1000});
  setup.window = {0, 0, setup.requests->size()};
  setup.capacity = {150, false};
  setup.label = "sample";
  const ScenarioPtr scenario = std::make_shared<cache::CacheScenario>(std::move(setup));
  SerialEvaluator evaluator;
  const policy::ProgramPtr program = compiled(domain, R"(policy p for cache {
    stat pace = ewma(gap, 0.9);
    rank evict(recency, gap, accesses, entries, fill) by sample {
      return (recency + min(gap, 4 * entries)) / accesses + 0.000001 * fill + 0.0000001 * min(pace, 10);
    }
  })");
  const policy::ProgramPtr lru =
      compiled(domain, "policy lru for cache { rank evict(recency) by sample { return recency; } }");
  const Explanation result = explain({.domain = domain, .scenarios = {scenario}, .evaluator = evaluator},
                                     {.program = program, .reference = Policy::of(lru), .validation = {}, .rival = {}});
  EXPECT_TRUE(result.complete);
  EXPECT_THAT(result.ablations.dead(*program), ::testing::Contains(::testing::HasSubstr("fill")));
  double sum = 0;
  for (const Share& share : result.attribution.shares) sum += share.value;
  EXPECT_NEAR(sum, result.attribution.gain, 1e-12);
  EXPECT_LT(result.distillation.front[result.distillation.chosen].size, program->size());
  ASSERT_TRUE(result.contrast.has_value());
  EXPECT_EQ(result.contrast->decisions[0].mode, "sample");
}

}  // namespace
}  // namespace syswright::judge
