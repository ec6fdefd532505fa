#include <benchmark/benchmark.h>

#include <stdexcept>

#include "domains/column_order/auditor.h"
#include "domains/column_order/problem.h"
#include "policy/compile.h"

// Ordering the cells of generated review tables, one thread. Each answer is audited before it is timed; items are rows.
namespace {

using namespace syswright;
using namespace syswright::column_order;

std::shared_ptr<const InstanceScenario<Problem>> scenario_of(std::uint32_t rows) {
  return std::make_shared<InstanceScenario<Problem>>(
      InstanceSetup<Problem>{{generate({Kind::reviews, 1, 0, rows})}, "bench", "bench", 1, 200});
}

void time_policy(benchmark::State& state, const Policy& policy) {
  const auto scenario = scenario_of(static_cast<std::uint32_t>(state.range(0)));
  DecisionLog log;
  const Evaluation evaluation = scenario->evaluate(policy, {.log = &log});
  const Audit audit = scenario->audit(log);
  if (!audit.violations.empty() || audit.metrics[0] != evaluation.metrics[0]) throw std::runtime_error("wrong answer");
  for (auto _ : state) benchmark::DoNotOptimize(scenario->evaluate(policy));
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["hit_rate"] = evaluation.metrics[1];
}

void program(benchmark::State& state, std::size_t exemplar) {
  time_policy(state,
              Policy::of(policy::compile(Problem::exemplars()[exemplar], "bench", std::vector{Problem::signature()})));
}
BENCHMARK_CAPTURE(program, split, 0)->Arg(400)->Arg(4'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(program, value, 2)->Arg(400)->Arg(4'000)->Unit(benchmark::kMillisecond);

void native(benchmark::State& state, const char* name) { time_policy(state, Policy::native(name)); }
BENCHMARK_CAPTURE(native, original, "original")->Arg(400)->Arg(28'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(native, greedy_split, "greedy_split")->Arg(400)->Arg(28'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(native, greedy_value, "greedy_value")->Arg(400)->Arg(28'000)->Unit(benchmark::kMillisecond);

}  // namespace
