#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "domains/multi_region/exemplars.h"
#include "domains/multi_region/features.h"
#include "domains/multi_region/native.h"
#include "domains/multi_region/optimum.h"
#include "domains/multi_region/scenario.h"
#include "domains/multi_region/workload.h"
#include "farm/thread_farm.h"
#include "policy/compile.h"

// 72 jobs of 30 h, due in 45 h, in all regions: with SYSWRIGHT_DATA set the 13 of the H100 series, else the nine drawn
// ones. All nine native policies on all of them are 648 simulations. Items are ticks: the time an event is its inverse.
namespace {

using namespace syswright;
using namespace syswright::multi_region;

constexpr std::size_t jobs = 72;

bool recorded() {
  const char* data = std::getenv("SYSWRIGHT_DATA");
  return data != nullptr && *data != 0;
}

std::vector<ScenarioPtr> make_scenarios(const std::map<std::string, std::string>& options) {
  ScenarioRequest request{.options = options};
  if (recorded()) request.workload = std::string(std::getenv("SYSWRIGHT_DATA")) + "/cloud/skynomad_h100_full";
  return MultiRegionDomain().open(request)->scenarios();
}

const ScenarioPtr& scenario() {
  static const ScenarioPtr made = make_scenarios({{"set", "all"}, {"jobs", std::to_string(jobs)}}).front();
  return made;
}

/// A mean cost that every policy must keep to: no less than the optimum, no more than on demand throughout (cheapest
/// spot may pay a start more).
void check(const Evaluation& evaluation) {
  static const double optimum = scenario()->bounds().front().value;
  static const double dearest = 1.05 * scenario()->evaluate(Policy::native("on_demand_only")).objective();
  const double cost = evaluation.objective();
  if (!(cost >= optimum && cost <= dearest)) throw std::runtime_error("a cost that cannot be: " + std::to_string(cost));
}

void measure(benchmark::State& state, const Policy& policy) {
  check(scenario()->evaluate(policy));
  for (auto _ : state) benchmark::DoNotOptimize(scenario()->evaluate(policy));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(scenario()->events()));
}

/// 648 simulations: every native policy on every job.
void all_native_policies(benchmark::State& state) {
  ThreadFarm farm(static_cast<unsigned>(state.range(0)));
  std::vector<syswright::Job> evaluations;
  for (const NativePolicy& policy : native_policies()) {
    evaluations.push_back({Policy::native(std::string(policy.name)), scenario()});
  }
  for (const Evaluation& evaluation : farm.evaluate(evaluations)) check(evaluation);
  for (auto _ : state) benchmark::DoNotOptimize(farm.evaluate(evaluations));
  state.counters["simulations"] = static_cast<double>(jobs * evaluations.size());
}

void native(benchmark::State& state, const char* name) { measure(state, Policy::native(name)); }

void program(benchmark::State& state, const char* name) {
  for (const std::string& text : multi_region_exemplars()) {
    const auto compiled = policy::compile(text, "exemplar", std::array{multi_region_signature()});
    if (compiled->name() == name) return measure(state, Policy::of(compiled));
  }
  throw std::runtime_error(std::string("no exemplar ") + name);
}

void optimal_programmes(benchmark::State& state) {
  const auto& setup = dynamic_cast<const MultiRegionScenario&>(*scenario()).setup();
  for (auto _ : state) benchmark::DoNotOptimize(cheapest_in_time(setup, setup.instances.front()));
}

}  // namespace

BENCHMARK(all_native_policies)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(native, up_s, "up_s")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(native, up_ap, "up_ap")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(native, skynomad, "skynomad")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(program, even_progress_elsewhere, "even_progress_elsewhere")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(program, utility, "utility")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(program, lasting_spot, "lasting_spot")->Unit(benchmark::kMillisecond);
BENCHMARK(optimal_programmes)->Unit(benchmark::kMillisecond);
