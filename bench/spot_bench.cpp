#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "domains/spot/exemplars.h"
#include "domains/spot/features.h"
#include "domains/spot/optimum.h"
#include "domains/spot/scenario.h"
#include "domains/spot/workload.h"
#include "policy/compile.h"

// 1,080 jobs on one core: a policy, native or compiled, and the optimal programmes. With SYSWRIGHT_DATA set these are
// the scenarios of the public score, and the answer is checked against the published one; else as many of a drawn
// market. Items are ticks: the time an event is its inverse.
namespace {

using namespace syswright;
using namespace syswright::spot;

const std::vector<ScenarioPtr>& scenarios() {
  static const std::vector<ScenarioPtr> made = [] {
    const SpotDomain domain;
    const char* data = std::getenv("SYSWRIGHT_DATA");
    if (data == nullptr || *data == 0) return domain.open({})->scenarios();
    return domain
        .open({.workload = std::string(data) + "/cloud/cant_be_late_windows.csv", .options = {{"set", "public"}}})
        ->scenarios();
  }();
  return made;
}

bool is_public() { return scenarios().front()->label().find("public set") != std::string::npos; }

double mean_cost(const Policy& policy) {
  double sum = 0;
  for (const ScenarioPtr& scenario : scenarios()) sum += scenario->evaluate(policy).objective();
  return sum / static_cast<double>(scenarios().size());
}

void measure(benchmark::State& state, const Policy& policy, double published) {
  if (is_public() && std::abs(mean_cost(policy) - published) > 5e-4) throw std::runtime_error("wrong mean cost");
  for (auto _ : state) benchmark::DoNotOptimize(mean_cost(policy));
  std::int64_t ticks = 0;
  for (const ScenarioPtr& scenario : scenarios()) ticks += static_cast<std::int64_t>(scenario->events());
  state.SetItemsProcessed(state.iterations() * ticks);
}

Policy exemplar(const std::string& name) {
  for (const std::string& text : spot_exemplars()) {
    const policy::ProgramPtr program = policy::compile(text, "exemplar", std::array{spot_signature()});
    if (program->name() == name) return Policy::of(program);
  }
  throw std::runtime_error("no exemplar " + name);
}

void native_greedy(benchmark::State& state) { measure(state, Policy::native("greedy"), 119.0345); }
void native_uniform_progress(benchmark::State& state) { measure(state, Policy::native("uniform_progress"), 101.683); }
void program_greedy(benchmark::State& state) { measure(state, exemplar("greedy_wait"), 119.0345); }
void program_even_progress_held(benchmark::State& state) { measure(state, exemplar("even_progress_held"), 101.683); }
/// Statistics over windows, reported every tick.
void program_with_statistics(benchmark::State& state) {
  const Policy policy = exemplar("wary_of_change");
  measure(state, policy, mean_cost(policy));
}

void optimal_programmes(benchmark::State& state) {
  for (auto _ : state) {
    double sum = 0;
    for (const ScenarioPtr& scenario : scenarios()) sum += scenario->bounds().front().value;
    const double mean = sum / static_cast<double>(scenarios().size());
    if (is_public() && std::abs(mean - 92.162) > 5e-4) throw std::runtime_error("wrong optimum");
  }
}

}  // namespace

BENCHMARK(native_greedy)->Unit(benchmark::kMillisecond);
BENCHMARK(native_uniform_progress)->Unit(benchmark::kMillisecond);
BENCHMARK(program_greedy)->Unit(benchmark::kMillisecond);
BENCHMARK(program_even_progress_held)->Unit(benchmark::kMillisecond);
BENCHMARK(program_with_statistics)->Unit(benchmark::kMillisecond);
BENCHMARK(optimal_programmes)->Unit(benchmark::kMillisecond);
