#include <benchmark/benchmark.h>

#include <stdexcept>
#include <vector>

#include "domains/broadcast/broadcast.h"
#include "domains/broadcast/exemplars.h"
#include "domains/broadcast/generate.h"
#include "domains/broadcast/planners.h"
#include "domains/broadcast/scenario.h"
#include "domains/broadcast/solver.h"
#include "policy/compile.h"

// Over the generated network of 36 regions: 6 destinations, 10 partitions.
namespace syswright::broadcast {
namespace {

OrderPtr sample_order(std::uint64_t index) {
  static const NetworkPtr network = generate_network(1);
  static const std::vector<Transfer> transfers = draw_transfers(
      *network, {.provider = "", .destinations = 6, .volume_gb = 300, .partitions = 10}, 8, 1, "bench", {});
  return std::make_shared<const Order>(network, transfers[index], Machines{});
}

std::shared_ptr<const BroadcastScenario> sample_scenario() {
  auto orders = std::make_shared<Orders>();
  for (std::uint64_t i = 0; i < 8; ++i) orders->push_back(sample_order(i));
  return std::make_shared<BroadcastScenario>(orders, "bench", "bench");
}

void require(bool holds) {
  if (!holds) throw std::runtime_error("the answer is wrong: nothing is measured");
}

/// One program, by its place among the exemplars; time an event is that of planning one partition.
void evaluate_program(benchmark::State& state) {
  const auto scenario = sample_scenario();
  const std::string& text = broadcast_exemplars()[static_cast<std::size_t>(state.range(0))];
  const Policy policy =
      Policy::of(policy::compile(text, "exemplar", std::vector{make_broadcast_domain()->signature()}));
  require(scenario->evaluate(policy).metrics[0] >= scenario->bounds()[0].value);
  state.SetLabel(policy.name());
  for (auto _ : state) benchmark::DoNotOptimize(scenario->evaluate(policy));
  state.counters["partitions/s"] = benchmark::Counter(
      static_cast<double>(scenario->events()) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(evaluate_program)->DenseRange(0, 7)->Unit(benchmark::kMillisecond);

void evaluate_planner(benchmark::State& state) {
  const auto scenario = sample_scenario();
  const Policy policy = Policy::native(std::string(planners()[static_cast<std::size_t>(state.range(0))].name));
  require(scenario->evaluate(policy).metrics[0] >= scenario->bounds()[0].value);
  state.SetLabel(policy.name());
  for (auto _ : state) benchmark::DoNotOptimize(scenario->evaluate(policy));
}
BENCHMARK(evaluate_planner)->DenseRange(0, 4)->Unit(benchmark::kMillisecond);

/// All cheapest trees to all 64 sets of destinations.
void fill_steiner_table(benchmark::State& state) {
  const OrderPtr order = sample_order(0);
  const Network& network = order->network();
  const std::vector<Region>& destinations = order->transfer().destinations;
  require(SteinerTable(network.prices(), network.size(), destinations).cost(63, order->transfer().source) > 0);
  for (auto _ : state) benchmark::DoNotOptimize(SteinerTable(network.prices(), network.size(), destinations));
}
BENCHMARK(fill_steiner_table)->Unit(benchmark::kMicrosecond);

void cost_a_plan(benchmark::State& state) {
  const OrderPtr order = sample_order(0);
  const Plan plan{{steiner_plan(*order)[0].tree, 6}, {direct_plan(*order)[0].tree, 4}};
  require(cost_of(*order, plan).total() >= order->solution().lower_bound);
  for (auto _ : state) benchmark::DoNotOptimize(cost_of(*order, plan));
}
BENCHMARK(cost_a_plan)->Unit(benchmark::kNanosecond);

/// Bound and plan of one transfer.
void solve_a_transfer(benchmark::State& state) {
  const OrderPtr order = sample_order(static_cast<std::uint64_t>(state.range(0)));
  const Solution solution = solve(*order);
  require(solution.lower_bound <= solution.cost.total());
  state.counters["gap %"] = 100 * (solution.cost.total() / solution.lower_bound - 1);
  for (auto _ : state) benchmark::DoNotOptimize(solve(*order));
}
BENCHMARK(solve_a_transfer)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace syswright::broadcast
