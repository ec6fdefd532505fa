#include <benchmark/benchmark.h>

#include <cmath>
#include <stdexcept>

#include "domains/cache/lru_sizes.h"
#include "domains/cache/native.h"
#include "trace/generator.h"
#include "trace/stack_distance.h"

// Miss-ratio curves of the reference Zipf trace, single thread: stack distances exactly and by SHARDS from raw keys,
// and LRU at ten sizes in one pass beside LRU at one. items_per_second are requests. Answers are checked before timing.
namespace {

using namespace syswright;
using namespace syswright::cache;

const std::vector<std::uint64_t> sizes{1000, 2000, 5000, 10'000, 20'000, 50'000, 100'000, 200'000, 400'000, 700'000};

const trace::CacheTrace& zipf(std::uint64_t requests) {
  static trace::CacheTrace trace;
  if (trace.size() != requests) trace = trace::reference_zipf(requests);
  return trace;
}

void count(benchmark::State& state, std::uint64_t requests) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * requests));
}

void stack_distances(benchmark::State& state) {
  constexpr std::uint64_t requests = 1'000'000;
  const auto& keys = zipf(requests).keys;
  for (auto _ : state) benchmark::DoNotOptimize(trace::lru_curve(keys, sizes).misses.data());
  count(state, requests);
}

void shards(benchmark::State& state, double rate) {
  constexpr std::uint64_t requests = 10'000'000;
  const auto& keys = zipf(requests).keys;
  const trace::MissRatioCurve exact = trace::lru_curve(keys, sizes);
  const double error = trace::mean_absolute_error(exact, trace::shards_curve(keys, sizes, rate));
  for (auto _ : state) benchmark::DoNotOptimize(trace::shards_curve(keys, sizes, rate).misses.data());
  count(state, requests);
  state.counters["mean_absolute_error"] = error;
}

void shards_of_size(benchmark::State& state) {
  constexpr std::uint64_t requests = 10'000'000;
  const auto& keys = zipf(requests).keys;
  const trace::MissRatioCurve exact = trace::lru_curve(keys, sizes);
  const double error = trace::mean_absolute_error(exact, trace::shards_curve_of_size(keys, sizes, 8192));
  for (auto _ : state) benchmark::DoNotOptimize(trace::shards_curve_of_size(keys, sizes, 8192).misses.data());
  count(state, requests);
  state.counters["mean_absolute_error"] = error;
}

/// items: 0, ten sizes in one pass; else LRU at the one size.
void lru_sizes(benchmark::State& state) {
  constexpr std::uint64_t request_count = 20'000'000;
  static const auto requests = prepare(trace::reference_zipf(request_count));
  const Window window{0, 0, requests->size()};
  const auto one = static_cast<std::uint64_t>(state.range(0));
  if (one == 0) {
    const std::vector<Counts> counts = replay_lru_sizes(*requests, window, sizes);
    if (counts[4] != replay_native("lru", *requests, window, {sizes[4], false}).counts) {
      throw std::runtime_error("ten sizes at once give other counts than one alone");
    }
    for (auto _ : state) benchmark::DoNotOptimize(replay_lru_sizes(*requests, window, sizes).data());
  } else {
    for (auto _ : state) benchmark::DoNotOptimize(replay_native("lru", *requests, window, {one, false}));
  }
  count(state, request_count);
}

BENCHMARK(stack_distances)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(shards, rate_0_01, 0.01)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(shards, rate_0_001, 0.001)->Unit(benchmark::kMillisecond);
BENCHMARK(shards_of_size)->Unit(benchmark::kMillisecond);
BENCHMARK(lru_sizes)->Arg(0)->Arg(1000)->Arg(20'000)->Arg(100'000)->Arg(700'000)->Unit(benchmark::kMillisecond);

}  // namespace
