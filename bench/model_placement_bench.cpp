#include <benchmark/benchmark.h>

#include <stdexcept>

#include "domains/model_placement/exact.h"
#include "domains/model_placement/problem.h"
#include "policy/compile.h"

// Placing generated fleets of 5 to 9 GPUs, one thread. Each answer is checked before it is timed.
namespace {

using namespace syswright;
using namespace syswright::model_placement;

/// Items are models placed.
void evaluate_program(benchmark::State& state) {
  InstanceSetup<Problem> setup{.label = "bench", .setting = "bench"};
  for (std::uint64_t i = 0; i < 60; ++i) setup.instances.push_back(generate({.seed = 1, .number = i}));
  const auto scenario = std::make_shared<InstanceScenario<Problem>>(std::move(setup));
  const Policy policy =
      Policy::of(policy::compile(Problem::exemplars()[1], "bench", std::vector{Problem::signature()}));
  DecisionLog log;
  const Evaluation evaluation = scenario->evaluate(policy, {.log = &log});
  const Audit audit = scenario->audit(log);
  if (!audit.violations.empty() || audit.metrics[0] != evaluation.metrics[0]) throw std::runtime_error("wrong answer");
  for (auto _ : state) benchmark::DoNotOptimize(scenario->evaluate(policy));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * scenario->events()));
}
BENCHMARK(evaluate_program)->Unit(benchmark::kMillisecond);

/// Items are fleets solved; the argument is the fill in percent.
void exact(benchmark::State& state) {
  std::vector<Instance> fleets;
  for (std::uint64_t i = 0; i < 60; ++i) {
    fleets.push_back(generate({.seed = 1, .number = i, .fill = static_cast<double>(state.range(0)) / 100}));
    if (!place_exactly(fleets.back(), {}).proved) throw std::runtime_error("not proved");
  }
  for (auto _ : state) {
    for (const Instance& fleet : fleets) benchmark::DoNotOptimize(place_exactly(fleet, {}));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * fleets.size()));
}
BENCHMARK(exact)->Arg(49)->Arg(80)->Unit(benchmark::kMillisecond);

}  // namespace
