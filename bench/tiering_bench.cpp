#include <benchmark/benchmark.h>

#include <cstdlib>
#include <vector>

#include "domains/tiering/bounds.h"
#include "domains/tiering/exemplars.h"
#include "domains/tiering/features.h"
#include "domains/tiering/scenario.h"
#include "domains/tiering/tiering.h"
#include "policy/compile.h"

namespace syswright::tiering {
namespace {

const TieringScenario& gups() {
  static const std::unique_ptr<Workload> workload = make_tiering_domain()->open({.options = {{"program", "gups"}}});
  static const ScenarioPtr scenario = workload->scenarios().front();
  return dynamic_cast<const TieringScenario&>(*scenario);
}

/// Accesses of the program a second. The answer is checked first: by the auditor, from the raw accesses.
void evaluate(benchmark::State& state, const Policy& policy) {
  DecisionLog log;
  const Evaluation evaluation = gups().evaluate(policy, {.log = &log});
  const Audit audit = gups().audit(log);
  if (!audit.violations.empty() || audit.metrics[0] != evaluation.metrics[0]) std::abort();
  for (auto _ : state) benchmark::DoNotOptimize(gups().evaluate(policy));
  state.SetItemsProcessed(static_cast<std::int64_t>(gups().setup().run->accesses()) * state.iterations());
}

void tiering_static(benchmark::State& state) { evaluate(state, Policy::native("static")); }
void tiering_hemem(benchmark::State& state) { evaluate(state, Policy::native("hemem")); }
void tiering_arms(benchmark::State& state) { evaluate(state, Policy::native("arms")); }
void tiering_program(benchmark::State& state) {
  evaluate(state,
           Policy::of(policy::compile(tiering_exemplars().front(), "exemplar", std::vector{tiering_signature()})));
}
void tiering_statistics(benchmark::State& state) {
  evaluate(state, Policy::of(policy::compile(tiering_exemplars()[3], "exemplar", std::vector{tiering_signature()})));
}
void tiering_bound(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(offline_bound(gups().setup()));
  state.SetItemsProcessed(static_cast<std::int64_t>(gups().setup().run->accesses()) * state.iterations());
}

BENCHMARK(tiering_static)->Unit(benchmark::kMillisecond);
BENCHMARK(tiering_hemem)->Unit(benchmark::kMillisecond);
BENCHMARK(tiering_arms)->Unit(benchmark::kMillisecond);
BENCHMARK(tiering_program)->Unit(benchmark::kMillisecond);
BENCHMARK(tiering_statistics)->Unit(benchmark::kMillisecond);
BENCHMARK(tiering_bound)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace syswright::tiering
