#include <benchmark/benchmark.h>

#include <cmath>
#include <stdexcept>

#include "domains/broker/problem.h"
#include "domains/broker/solver.h"
#include "policy/compile.h"

// Placing generated jobs of 3 to 20 tasks on the built-in catalogue, one thread. Each answer is checked before it is
// timed.
namespace {

using namespace syswright;
using namespace syswright::broker;

constexpr std::uint64_t jobs = 40;

std::vector<Instance> make_jobs(Shape shape, Objective objective) {
  const auto market = std::make_shared<Catalogue>(built_in_catalogue());
  std::vector<Instance> all;
  for (std::uint64_t i = 0; i < jobs; ++i) {
    all.push_back(generate({.seed = 1, .number = i, .shape = shape}, market));
    all.back().objective = objective;
  }
  return all;
}

/// Items are tasks placed.
void evaluate_program(benchmark::State& state) {
  const auto scenario = std::make_shared<InstanceScenario<Problem>>(
      InstanceSetup<Problem>{make_jobs(Shape::dag, {true, 0}), "bench", "bench", 1, 5'000});
  const Policy policy =
      Policy::of(policy::compile(Problem::exemplars()[1], "bench", std::vector{Problem::signature()}));
  DecisionLog log;
  const Evaluation evaluation = scenario->evaluate(policy, {.log = &log});
  const Audit audit = scenario->audit(log);
  if (!audit.violations.empty() || std::abs(audit.metrics[0] / evaluation.metrics[0] - 1) > 1e-12) {
    throw std::runtime_error("wrong answer");
  }
  for (auto _ : state) benchmark::DoNotOptimize(scenario->evaluate(policy));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * scenario->events()));
}
BENCHMARK(evaluate_program)->Unit(benchmark::kMillisecond);

/// The argument chooses the objective: 0 cost, 1 time, 2 cost and $5 an hour.
Objective objective_of(const benchmark::State& state) {
  return state.range(0) == 0 ? Objective{true, 0} : state.range(0) == 1 ? Objective{false, 1} : Objective{true, 5};
}

/// Times a solver on all jobs, reductions included; its totals are compared with those of `solve`. Items are jobs.
template <typename Solver>
void plan(benchmark::State& state, Shape shape, Solver solver) {
  const std::vector<Instance> all = make_jobs(shape, objective_of(state));
  for (const Instance& job : all) {
    const double best = solve({&job, {}, {}, {}}, {}).total;
    if (std::abs(solver(Reduced({&job, {}, {}, {}})).total / best - 1) > 1e-6) throw std::runtime_error("not the best");
  }
  for (auto _ : state) {
    for (const Instance& job : all) benchmark::DoNotOptimize(solver(Reduced({&job, {}, {}, {}})));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * all.size()));
}

void chains_by_dynamic_programming(benchmark::State& state) {
  plan(state, Shape::chain, [](const Reduced& problem) { return *solve_chain(problem); });
}
BENCHMARK(chains_by_dynamic_programming)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

void chains_by_cbc(benchmark::State& state) {
  plan(state, Shape::chain, [](const Reduced& problem) { return solve_by_cbc(problem, {}); });
}
BENCHMARK(chains_by_cbc)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

void dags_by_cbc(benchmark::State& state) {
  plan(state, Shape::dag, [](const Reduced& problem) { return solve_by_cbc(problem, {}); });
}
BENCHMARK(dags_by_cbc)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

/// As the baseline `optimal` does it: branch and bound, then branch and cut where it does not end.
void dags(benchmark::State& state) {
  const std::vector<Instance> all = make_jobs(Shape::dag, objective_of(state));
  for (const Instance& job : all) {
    if (!solve({&job, {}, {}, {}}, {}).proved) throw std::runtime_error("not proved");
  }
  for (auto _ : state) {
    for (const Instance& job : all) benchmark::DoNotOptimize(solve({&job, {}, {}, {}}, {}));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * all.size()));
}
BENCHMARK(dags)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

}  // namespace
