#include <benchmark/benchmark.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "design/evolve.h"
#include "design/variation.h"
#include "domains/cache/cache_domain.h"
#include "domains/cache/scenario.h"
#include "farm/thread_farm.h"
#include "trace/generator.h"

// Time per program made, and programs tried per second by a whole search: scales observed, races, tuning and the
// finalists' validation included.
namespace syswright::design {
namespace {

/// A cache trace of 100,000 requests to train on and 50,000 to select on: Zipf with drift, scans and objects asked for
/// once.
std::shared_ptr<const cache::Requests> requests() {
  trace::GeneratorOptions options;
  options.requests = 150'000;
  options.objects = 20'000;
  options.drift = 0.3;
  options.scan_share = 0.1;
  options.scan_length = 500;
  options.one_hit_share = 0.1;
  options.seed = 3;
  return cache::prepare(trace::generate_cache_trace(options));
}

struct Ground {
  cache::CacheDomain domain;
  std::vector<ScenarioPtr> train;
  std::vector<ScenarioPtr> validation;
  Ground() {
    const auto trace = requests();
    train = {scenario(trace, {0, 0, 100'000})};
    validation = {scenario(trace, {50'000, 100'000, 150'000})};
  }
  static ScenarioPtr scenario(const std::shared_ptr<const cache::Requests>& trace, const cache::Window& window) {
    cache::ScenarioSetup setup;
    setup.requests = trace;
    setup.window = window;
    setup.capacity = {1000, false};
    setup.label = "generated";
    setup.setting = "1,000 objects";
    return std::make_shared<cache::CacheScenario>(std::move(setup));
  }
};

void random_program(benchmark::State& state) {
  const Ground ground;
  const auto& signature = ground.domain.signature();
  const Vocabulary vocabulary(signature, observe_scales(*ground.train[0]->miniature(1.0 / 16), signature, 1));
  const Grammar grammar(vocabulary);
  std::uint64_t number = 0;
  for (auto _ : state) {
    Random random(1, "bench", number++);
    benchmark::DoNotOptimize(grammar.random_program(random));
  }
}
BENCHMARK(random_program)->Unit(benchmark::kMicrosecond);

void variation(benchmark::State& state) {
  const Ground ground;
  const auto& signature = ground.domain.signature();
  const Vocabulary vocabulary(signature, observe_scales(*ground.train[0]->miniature(1.0 / 16), signature, 1));
  const Grammar grammar(vocabulary);
  const Variation variation(grammar);
  std::vector<policy::ProgramPtr> parents;
  for (std::uint64_t i = 0; i < 64; ++i) {
    Random random(2, "bench", i);
    parents.push_back(grammar.random_program(random));
  }
  std::uint64_t number = 0;
  for (auto _ : state) {
    Random random(3, "bench", number++);
    benchmark::DoNotOptimize(variation.vary(random, *parents[number % 64], *parents[number / 64 % 64]));
  }
}
BENCHMARK(variation)->Unit(benchmark::kMicrosecond);

/// Candidates per second of a search with so many threads and evaluations; checks that it beats LRU first.
void search(benchmark::State& state) {
  Ground ground;
  ThreadFarm farm(static_cast<unsigned>(state.range(0)));
  const double lru = ground.validation[0]->evaluate(Policy::native("lru")).objective();
  std::uint64_t candidates = 0;
  for (auto _ : state) {
    const Task task{.domain = ground.domain,
                    .train = ground.train,
                    .validation = ground.validation,
                    .evaluator = farm,
                    .budget = {.evaluations = static_cast<double>(state.range(1))}};
    const Outcome outcome = Evolve().design(task);
    if (outcome.validation.mean >= lru) throw std::runtime_error("the search did not beat LRU");
    candidates += outcome.candidates;
  }
  state.counters["candidates/s"] = benchmark::Counter(static_cast<double>(candidates), benchmark::Counter::kIsRate);
}
BENCHMARK(search)->Args({1, 500})->Args({2, 500})->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

}  // namespace
}  // namespace syswright::design
