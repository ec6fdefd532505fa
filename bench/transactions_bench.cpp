#include <benchmark/benchmark.h>

#include <stdexcept>

#include "domains/transactions/auditor.h"
#include "domains/transactions/bounds.h"
#include "domains/transactions/problem.h"
#include "domains/transactions/search.h"
#include "policy/compile.h"

// Ordering generated batches of 100 transactions, one thread. Each answer is audited before it is timed.
namespace {

using namespace syswright;
using namespace syswright::transactions;

std::shared_ptr<const InstanceScenario<Problem>> scenario_of(Kind kind, std::uint64_t batches) {
  InstanceSetup<Problem> setup{.label = "bench", .setting = "bench"};
  for (std::uint64_t i = 0; i < batches; ++i) setup.instances.push_back(generate({kind, 1, i, 100}));
  return std::make_shared<InstanceScenario<Problem>>(std::move(setup));
}

void audit_once(const syswright::Scenario& scenario, const Policy& policy) {
  DecisionLog log;
  const Evaluation evaluation = scenario.evaluate(policy, {.log = &log});
  const Audit audit = scenario.audit(log);
  if (!audit.violations.empty() || audit.metrics[0] != evaluation.metrics[0]) throw std::runtime_error("wrong answer");
}

/// 40 batches: one evaluation of a program, items are decisions.
void evaluate_program(benchmark::State& state, const std::string& body) {
  const auto scenario = scenario_of(Kind::dense, 40);
  const Policy policy = Policy::of(policy::compile("policy bench for transactions { rank next(" + body + " }", "bench",
                                                   std::vector{Problem::signature()}));
  audit_once(*scenario, policy);
  for (auto _ : state) benchmark::DoNotOptimize(scenario->evaluate(policy));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * scenario->events()));
}
BENCHMARK_CAPTURE(evaluate_program, growth, "growth) { return -growth; }")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(evaluate_program, push, "growth, push) { return -(growth + push); }")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(evaluate_program, keys, "start, busiest_key) { return busiest_key - start; }")
    ->Unit(benchmark::kMillisecond);

/// Items are moves tried.
void search_moves(benchmark::State& state) {
  const Instance batch = generate({static_cast<Kind>(state.range(0)), 1, 0, 100});
  constexpr std::uint64_t moves = 200'000;
  if (makespan_of(batch, search_order(batch, {1, moves, {}})) < makespan_bounds(batch).best()) {
    throw std::runtime_error("below its bound");
  }
  for (auto _ : state) benchmark::DoNotOptimize(search_order(batch, {1, moves, {}}));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * moves));
}
BENCHMARK(search_moves)->Arg(0)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);

void bounds(benchmark::State& state) {
  const Instance batch = generate({static_cast<Kind>(state.range(0)), 1, 0, 100});
  for (auto _ : state) benchmark::DoNotOptimize(makespan_bounds(batch));
}
BENCHMARK(bounds)->Arg(0)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);

void audit_batches(benchmark::State& state) {
  const auto scenario = scenario_of(Kind::dense, 40);
  DecisionLog log;
  scenario->evaluate(Policy::native("greedy"), {.log = &log});
  for (auto _ : state) benchmark::DoNotOptimize(scenario->audit(log));
}
BENCHMARK(audit_batches)->Unit(benchmark::kMillisecond);

}  // namespace
