#include <benchmark/benchmark.h>

#include <stdexcept>

#include "domains/bin_packing/problem.h"
#include "policy/compile.h"

// Packing generated Weibull items, 5,000 an instance, one thread. Each answer is checked before it is timed.
namespace {

using namespace syswright;
using namespace syswright::bin_packing;

std::shared_ptr<InstanceScenario<Problem>> make_scenario() {
  InstanceSetup<Problem> setup{.label = "bench", .setting = "bench"};
  for (std::uint64_t i = 0; i < 10; ++i) setup.instances.push_back(generate({.seed = 1, .number = i}));
  return std::make_shared<InstanceScenario<Problem>>(std::move(setup));
}

void run(benchmark::State& state, const Policy& policy) {
  const auto scenario = make_scenario();
  DecisionLog log;
  const Evaluation evaluation = scenario->evaluate(policy, {.log = &log});
  const Audit audit = scenario->audit(log);
  if (!audit.violations.empty() || audit.metrics[0] != evaluation.metrics[0]) throw std::runtime_error("wrong answer");
  for (auto _ : state) benchmark::DoNotOptimize(scenario->evaluate(policy));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * scenario->events()));
}

/// Items are items packed; the argument is an exemplar.
void bin_packing_program(benchmark::State& state) {
  const std::string& text = Problem::exemplars()[static_cast<std::size_t>(state.range(0))];
  run(state, Policy::of(policy::compile(text, "bench", std::vector{Problem::signature()})));
}
BENCHMARK(bin_packing_program)->DenseRange(0, 4)->Unit(benchmark::kMillisecond);

void bin_packing_native(benchmark::State& state) {
  run(state, Policy::native(Problem::methods()[static_cast<std::size_t>(state.range(0))].name));
}
BENCHMARK(bin_packing_native)->DenseRange(0, 6)->Unit(benchmark::kMillisecond);

}  // namespace
