#include <benchmark/benchmark.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "domains/cache/cache_domain.h"
#include "domains/cache/scenario.h"
#include "farm/thread_farm.h"
#include "judge/explain/explain.h"
#include "policy/compile.h"
#include "trace/generator.h"

// Seconds that an explanation takes of a cache policy on a trace of 1,000,000 requests with two threads: all of it, and
// each part alone. Counters: simulations and the requests in them.
namespace syswright::judge {
namespace {

std::shared_ptr<const cache::Requests> requests(std::uint64_t seed) {
  trace::GeneratorOptions options;
  options.requests = 1'000'000;
  options.objects = 100'000;
  options.drift = 0.3;
  options.scan_share = 0.1;
  options.scan_length = 500;
  options.one_hit_share = 0.1;
  options.seed = seed;
  return cache::prepare(trace::generate_cache_trace(options));
}

ScenarioPtr scenario(std::uint64_t seed) {
  cache::ScenarioSetup setup;
  setup.requests = requests(seed);
  setup.window = {0, 0, setup.requests->size()};
  setup.capacity = {5000, false};
  setup.label = "generated, 5,000 objects";
  setup.setting = "5,000 objects";
  return std::make_shared<cache::CacheScenario>(std::move(setup));
}

policy::ProgramPtr program(const cache::CacheDomain& domain, const std::string& text) {
  return policy::compile(text, "bench.pol", std::span(&domain.signature(), 1));
}

/// Its branch and the product with fill do next to nothing.
constexpr const char* explained = R"(policy explained for cache {
  stat pace = ewma(gap, 0.9);
  rank evict(recency, gap, accesses, entries, heat, fill) by sample {
    let usual = min(gap, 4 * entries);
    let wait = (recency + usual) / accesses;
    if recency > 8 * entries { return 2 * wait * fill; }
    return wait / (1 + heat) + 0.01 * min(pace, 1000);
  }
})";
constexpr const char* lru = "policy lru_sample for cache { rank evict(recency) by sample { return recency; } }";

struct Setting {
  cache::CacheDomain domain;
  ThreadFarm farm{2};
  ScenarioPtr train = scenario(1);
  policy::ProgramPtr policy = program(domain, explained);
  policy::ProgramPtr rival = program(domain, lru);
  Ground ground() { return {.domain = domain, .scenarios = {train}, .evaluator = farm}; }
};

Setting& setting() {
  static Setting one;
  return one;
}

void check(bool right, const char* what) {
  if (!right) throw std::runtime_error(std::string("the explanation is wrong: ") + what);
}

void check_gain(const Attribution& attribution) {
  double sum = 0;
  for (const Share& share : attribution.shares) sum += share.value;
  check(std::abs(sum - attribution.gain) < 1e-12, "shares do not add up to the gain");
}

void report(benchmark::State& state, std::uint64_t runs, std::uint64_t events) {
  state.counters["runs"] = static_cast<double>(runs);
  state.counters["Mrequests"] = static_cast<double>(events) / 1e6;
}

void explain_all(benchmark::State& state) {
  Setting& s = setting();
  const ScenarioPtr validation = scenario(2);
  for (auto _ : state) {
    const Explanation explanation = explain(
        s.ground(), {.program = s.policy, .reference = Policy::of(s.rival), .validation = {validation}, .rival = {}});
    check(explanation.complete && explanation.contrast && !explanation.slices.empty(), "parts are missing");
    check_gain(explanation.attribution);
    report(state, explanation.runs, explanation.events);
    state.counters["nodes"] = static_cast<double>(s.policy->size());
  }
}
BENCHMARK(explain_all)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

void ablation(benchmark::State& state) {
  for (auto _ : state) {
    Experiments experiments(setting().ground());
    const Ablations ablations = ablate(experiments, setting().policy);
    check(ablations.ablations.size() > 10, "terms are missing");
    report(state, experiments.runs(), experiments.events());
  }
}
BENCHMARK(ablation)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

void slices(benchmark::State& state) {
  for (auto _ : state) {
    Experiments experiments(setting().ground());
    const auto result = slice(experiments, setting().policy, Policy::of(setting().rival));
    check(result.front().phases.back().end == 1, "phases are missing");
    report(state, experiments.runs(), experiments.events());
  }
}
BENCHMARK(slices)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

void attribution(benchmark::State& state) {
  for (auto _ : state) {
    Experiments experiments(setting().ground());
    check_gain(attribute(experiments, setting().policy));
    report(state, experiments.runs(), experiments.events());
  }
}
BENCHMARK(attribution)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

void distillation(benchmark::State& state) {
  const Policy reference = Policy::of(setting().rival);
  for (auto _ : state) {
    Experiments experiments(setting().ground());
    const Distillation result = distil(experiments, experiments, setting().policy, &reference);
    check(result.chosen > 0, "nothing was taken out, though a factor is dead");
    report(state, experiments.runs(), experiments.events());
  }
}
BENCHMARK(distillation)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

void contrasting(benchmark::State& state) {
  for (auto _ : state) {
    const Contrast result = contrast(setting().train, setting().policy, setting().rival);
    check(result.divergences.size() == 32, "divergences are missing");
  }
}
BENCHMARK(contrasting)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

}  // namespace
}  // namespace syswright::judge
