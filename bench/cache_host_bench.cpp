#include <benchmark/benchmark.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/random.h"
#include "domains/cache/features.h"
#include "domains/cache/host.h"
#include "domains/cache/native.h"
#include "domains/cache/scenario.h"
#include "policy/compile.h"
#include "trace/generator.h"

// What a program costs in the hosts, single thread.
// - Queue: replay of the reference Zipf trace by native LFU and by programs in the lazy queue; items are requests.
// - Sample: one eviction of 64 candidates, against drawing 64 residents and fetching one word of each one's line; items
//   are evictions. Done twice each, with all residents in turn from memory, so that the larger ones miss the
//   processor's caches.
// - Search: whole evaluations of a program on 100,000 requests, compilation included, as a designer pays for them.
namespace {

using namespace syswright;
using namespace syswright::cache;

constexpr std::uint64_t request_count = 4'000'000;

std::shared_ptr<const Requests> zipf(std::uint64_t count) {
  static std::uint64_t held = 0;
  static std::shared_ptr<const Requests> requests;
  if (held != count) requests = prepare(trace::reference_zipf(held = count));
  return requests;
}

policy::ProgramPtr program(const std::string& rule) {
  return policy::compile("policy bench for cache { " + rule + " }", "bench", std::array{cache_signature()});
}

const char* const lfu = "rank evict(hits) by queue { return -hits; }";
const char* const lru = "rank evict(last_access) by queue { return -last_access; }";
const char* const aging =
    "rank evict(hits, last_access, gap, entries) by queue { return -(last_access + hits * entries) + sqrt(gap); }";
const char* const hyperbolic = "rank evict(hits, residence) by sample { return residence / (hits + 1); }";
const char* const four_features =
    "rank evict(recency, gap, accesses, hits, entries) by sample {"
    "  return (recency + min(gap, 4 * entries)) / accesses * (hits > 2 ? 0.7 : 1.3); }";

CacheScenario scenario(std::uint64_t requests, std::uint64_t capacity) {
  return CacheScenario({.requests = zipf(requests), .window = {0, 0, requests}, .capacity = {capacity, false}});
}

void native_lfu(benchmark::State& state) {
  const CacheScenario one = scenario(request_count, static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(one.evaluate(Policy::native("lfu")));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * request_count));
}

void queue(benchmark::State& state, const char* rule, const char* same_as) {
  const CacheScenario one = scenario(request_count, static_cast<std::uint64_t>(state.range(0)));
  const Policy policy = Policy::of(program(rule));
  if (same_as != nullptr && one.evaluate(policy).metrics != one.evaluate(Policy::native(same_as)).metrics) {
    throw std::runtime_error(std::string("the program does not do what ") + same_as + " does");
  }
  for (auto _ : state) benchmark::DoNotOptimize(one.evaluate(policy));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * request_count));
}

/// A cache full of residents with features that differ, as a host has it after many requests.
struct FullCache {
  FullCache(std::uint64_t residents, const char* rule)
      : ranked(program(rule)),
        plan(HostPlan::of(*ranked)),
        code(ranked, 1'000'000'000),
        requests(prepare(distinct(residents))),
        contents(setup(), plan),
        mode(setup(), plan, code.evict()) {
    for (std::uint64_t i = 0; i < residents; ++i) {
      contents.begin(i);
      contents.miss(requests->objects[i], 1);
      contents.insert();
    }
  }
  static trace::CacheTrace distinct(std::uint64_t count) {
    trace::CacheTrace trace;
    for (std::uint64_t i = 0; i <= count; ++i) trace.keys.push_back(i);
    return trace;
  }
  HostSetup setup() const { return {*requests, {0, 0, requests->size()}, {requests->size(), false}, 1, {}, 1}; }

  policy::ProgramPtr ranked;
  HostPlan plan;
  ProgramCode code;
  std::shared_ptr<const Requests> requests;
  Contents contents;
  SampleMode mode;
};

/// Draws as many residents as an eviction does, and reads one word of each; what any sampling policy pays.
void fetch_lines(benchmark::State& state) {
  FullCache full(static_cast<std::uint64_t>(state.range(0)), hyperbolic);
  std::uint64_t word = 1;
  std::uint64_t sum = 0;
  std::array<std::uint32_t, sample_size> slots;
  for (auto _ : state) {
    draw_stratified(word++, full.contents.count(), slots);
    for (const std::uint32_t slot : slots) sum += full.contents[slot].last_access;
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

/// Each eviction another one, so that nothing was drawn or fetched ahead.
void rank_sample(benchmark::State& state, const char* rule) {
  FullCache full(static_cast<std::uint64_t>(state.range(0)), rule);
  std::uint64_t sum = 0;
  std::uint64_t eviction = 1;
  for (auto _ : state) sum += full.mode.victim(full.contents, eviction++);
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void search(benchmark::State& state, const char* rule) {
  constexpr std::uint64_t requests = 100'000;
  const CacheScenario one = scenario(requests, static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(one.evaluate(Policy::of(program(rule))));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void search_miniature(benchmark::State& state, const char* rule) {
  const CacheScenario one = scenario(100'000, static_cast<std::uint64_t>(state.range(0)));
  const ScenarioPtr small = one.miniature(1.0 / 16);
  for (auto _ : state) benchmark::DoNotOptimize(small->evaluate(Policy::of(program(rule))));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void compile(benchmark::State& state, const char* rule) {
  const policy::ProgramPtr one = program(rule);
  for (auto _ : state) benchmark::DoNotOptimize(policy::jit_compile(*one));
}

void interpret(benchmark::State& state, const char* rule) {
  const policy::ProgramPtr one = program(rule);
  const policy::Rule& only = one->rules().front();
  std::vector<double> inputs(only.inputs.size(), 3);
  for (auto _ : state) {
    inputs[0] += 1;
    benchmark::DoNotOptimize(policy::interpret(only, inputs));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * only.graph.size()));  // nodes
}

BENCHMARK(native_lfu)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(queue, lru, lru, "lru")->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(queue, lfu, lfu, "lfu")->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(queue, aging, aging, nullptr)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(fetch_lines)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Arg(4'000'000);
BENCHMARK_CAPTURE(rank_sample, hyperbolic, hyperbolic)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Arg(4'000'000);
BENCHMARK_CAPTURE(rank_sample, four_features, four_features)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Arg(4'000'000);
BENCHMARK_CAPTURE(search, hyperbolic, hyperbolic)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, four_features, four_features)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, queue, aging)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search_miniature, four_features, four_features)->Arg(1'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(interpret, four_features, four_features);
BENCHMARK_CAPTURE(compile, hyperbolic, hyperbolic)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(compile, four_features, four_features)->Unit(benchmark::kMillisecond);

}  // namespace
