#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "base/random.h"
#include "domains/cache/cache.h"
#include "domains/spot/spot.h"
#include "farm/environments.h"
#include "policy/compile.h"

// Steps of environments through the C++ vector interface, on one thread: items are steps. Spot by the public windows
// where SYSWRIGHT_DATA is set, else by the drawn market. Before it is timed, an episode whose actions are a program's
// answers must come to what the scenario's evaluation gives.
namespace {

using namespace syswright;

constexpr std::size_t environment_count = 256;

struct Arrays {
  explicit Arrays(const EnvironmentPlan& plan, std::size_t count)
      : globals(count * plan.space().globals.size()),
        columns(count * plan.space().candidates * plan.space().columns.size()),
        mask(count * plan.space().candidates),
        rewards(count),
        ended(count) {}
  std::vector<double> globals;
  std::vector<double> columns;
  std::vector<std::uint8_t> mask;
  std::vector<double> rewards;
  std::vector<std::uint8_t> ended;
  EnvironmentBuffers buffers() { return {globals, columns, mask, rewards, ended, {}}; }
};

std::vector<ScenarioPtr> spot_scenarios(const Domain& domain) {
  const char* data = std::getenv("SYSWRIGHT_DATA");
  if (data == nullptr || *data == 0) return domain.open({})->suite().train;
  return domain
      .open({.workload = std::string(data) + "/cloud/cant_be_late_windows.csv", .options = {{"set", "public"}}})
      ->scenarios();
}

/// Spot where there is some and else on demand: its answers can be read off the observation.
void check_spot(const Domain& domain, const std::shared_ptr<const EnvironmentPlan>& plan) {
  const policy::ProgramPtr program = policy::compile(
      "policy eager for spot { value instance(spot_available) { if (spot_available) { return spot; } return on_demand; "
      "} }",
      "bench", std::vector{domain.signature()});
  const std::size_t available = *domain.signature()->decisions[0].find_feature("spot_available");
  Environment environment(plan, 0);
  std::vector<double> globals(plan->space().globals.size());
  environment.reset(1, {globals, {}, {}});
  const Evaluation expected = plan->scenarios()[environment.scenario()]->evaluate(Policy::of(program));
  double total = 0;
  for (bool ended = false; !ended;) {
    const double action = globals[available] != 0 ? 0 : 2;
    const Environment::Step step = environment.step({&action, 1}, {globals, {}, {}});
    total += step.reward;
    ended = step.ended;
  }
  double cost = 0;
  for (const Block& block : expected.blocks) cost += block.cost;
  if (environment.result() != expected || std::abs(total + cost) > 1e-9 * cost) throw std::runtime_error("wrong total");
}

/// Whole rounds of steps with actions that were drawn before: by chance, as a learner begins.
template <typename Draw>
void measure(benchmark::State& state, const std::shared_ptr<const EnvironmentPlan>& plan, Draw draw) {
  Environments environments(plan, environment_count);
  Arrays arrays(*plan, environment_count);
  Random random(1, "actions of a benchmark");
  std::vector<std::vector<std::int64_t>> actions(64, std::vector<std::int64_t>(environment_count));
  for (auto& round : actions) {
    for (std::int64_t& action : round) action = draw(random);
  }
  environments.reset(1, arrays.buffers());
  std::size_t round = 0;
  for (auto _ : state) {
    environments.step(actions[round++ % actions.size()], arrays.buffers());
    benchmark::DoNotOptimize(arrays.rewards.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * environment_count));
}

void spot_steps(benchmark::State& state) {
  const auto domain = spot::make_spot_domain();
  const auto plan = std::make_shared<const EnvironmentPlan>(*domain, spot_scenarios(*domain), EnvironmentOptions{});
  check_spot(*domain, plan);
  measure(state, plan, [](Random& random) { return static_cast<std::int64_t>(random.below(3)); });
}

/// 64 candidates with all features: for scale.
void cache_evictions(benchmark::State& state) {
  const auto domain = cache::make_cache_domain();
  const auto plan = std::make_shared<const EnvironmentPlan>(*domain, domain->open({})->suite().train,
                                                            EnvironmentOptions{.decision = "evict"});
  measure(state, plan, [](Random& random) { return static_cast<std::int64_t>(random.below(64)); });
}

}  // namespace

BENCHMARK(spot_steps)->Unit(benchmark::kMicrosecond);
BENCHMARK(cache_evictions)->Unit(benchmark::kMicrosecond);
