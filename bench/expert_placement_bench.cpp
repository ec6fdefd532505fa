#include <benchmark/benchmark.h>

#include <stdexcept>

#include "domains/expert_placement/plan.h"
#include "domains/expert_placement/problem.h"
#include "policy/compile.h"

// Placing 58 layers of 256 experts on 32 GPUs, one thread: what the leaderboard's problem does in a step.
namespace {

using namespace syswright;
using namespace syswright::expert_placement;

std::vector<Instance> layers() {
  std::vector<Instance> all;
  for (std::uint64_t layer = 0; layer < 58; ++layer) {
    for (Instance& one : generate({Drift::slow, 1, layer, 2, {}})) all.push_back(std::move(one));
  }
  return all;
}

/// A program asked all its questions. Items are layers.
void evaluate_program(benchmark::State& state) {
  const auto scenario =
      std::make_shared<InstanceScenario<Problem>>(InstanceSetup<Problem>{layers(), "bench", "bench", 1, 1});
  const Policy policy = Policy::of(policy::compile(Problem::exemplars()[static_cast<std::size_t>(state.range(0))],
                                                   "bench", std::vector{Problem::signature()}));
  DecisionLog log;
  const Evaluation evaluation = scenario->evaluate(policy, {.log = &log});
  if (!scenario->audit(log).violations.empty() || !(evaluation.metrics[0] < 0.5))
    throw std::runtime_error("wrong answer");
  for (auto _ : state) benchmark::DoNotOptimize(scenario->evaluate(policy));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * 58));
}
BENCHMARK(evaluate_program)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// A whole plan of a native method, without asking: what a deployment would run. Items are layers.
template <typename Make>
void plan(benchmark::State& state, Make make) {
  const std::vector<Instance> all = layers();
  for (auto _ : state) {
    for (const Instance& layer : all) benchmark::DoNotOptimize(make(layer.cluster, layer.past[0]));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * 58));
}
BENCHMARK_CAPTURE(plan, global, place_globally)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plan, by_group, place_by_group)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plan, exchange, [](const Cluster& cluster, const Loads& loads) {
  return place_by_exchange(cluster, loads, {});
})->Unit(benchmark::kMillisecond);

}  // namespace
