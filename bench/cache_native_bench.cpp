#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <map>
#include <stdexcept>
#include <string>

#include "domains/cache/belady.h"
#include "domains/cache/bounds.h"
#include "domains/cache/native.h"
#include "trace/generator.h"

// Replay of the reference Zipf trace (10 million requests, 763,274 objects) by every native policy, single thread. Each
// answer is checked against the count of an independent simulator before it is timed, where one is known to the integer
// (docs/domains/cache_baselines.md). items_per_second are requests; peak_MiB is the process's, trace included.
namespace {

using namespace syswright;
using namespace syswright::cache;

constexpr std::uint64_t request_count = 10'000'000;

std::shared_ptr<const Requests> zipf() {
  static const std::shared_ptr<const Requests> requests = prepare(trace::reference_zipf(request_count));
  return requests;
}

/// Misses at 10,000 and 100,000 objects.
const std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> known_misses = {
    {"fifo", {4498358, 2526172}},  {"lru", {4149940, 2230432}},   {"clock", {4053888, 2162901}},
    {"slru", {3462697, 1921966}},  {"lfu", {3430549, 1902424}},   {"arc", {3401437, 1901135}},
    {"twoq", {3514291, 1991517}},  {"gdsf", {3683785, 2011722}},  {"s3fifo", {3378268, 1885333}},
    {"sieve", {3421661, 1902424}}, {"belady", {2813871, 1333290}}};

void check_misses(const std::string& name, std::uint64_t capacity, std::uint64_t misses) {
  const auto known = known_misses.find(name);
  if (known == known_misses.end()) return;
  const std::uint64_t expected = capacity == 10'000 ? known->second.first : known->second.second;
  if (misses != expected) throw std::runtime_error(name + ": wrong number of misses");
}

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void finish(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * request_count));
  state.counters["peak_MiB"] = peak_mib();
}

void replay_policy(benchmark::State& state, const std::string& name, std::uint64_t capacity) {
  const auto requests = zipf();
  const Window window{0, 0, requests->size()};
  const auto run = [&] {
    return name == "belady" ? replay_belady(*requests, window, {capacity, false})
                            : replay_native(name, *requests, window, {capacity, false}, {.seed = 1});
  };
  check_misses(name, capacity, run().counts.misses);
  for (auto _ : state) benchmark::DoNotOptimize(run());
  finish(state);
}

void fewest(benchmark::State& state) {
  const auto requests = zipf();
  const Window window{0, 0, requests->size()};
  if (fewest_misses(*requests, window, 10'000) > 2813871) throw std::runtime_error("the bound is above Belady");
  for (auto _ : state) benchmark::DoNotOptimize(fewest_misses(*requests, window, 10'000));
  finish(state);
}

void pfoo(benchmark::State& state) {
  const auto requests = zipf();
  const Window window{0, 0, requests->size()};
  const Capacity capacity{10'000, false};
  if (pfoo_l(*requests, window, capacity).misses > 2813871) throw std::runtime_error("the bound is above Belady");
  for (auto _ : state) benchmark::DoNotOptimize(pfoo_l(*requests, window, capacity));
  finish(state);
}

void prepare_requests(benchmark::State& state) {
  const trace::CacheTrace trace = trace::reference_zipf(request_count);
  for (auto _ : state) {
    state.PauseTiming();
    trace::CacheTrace copy = trace;
    state.ResumeTiming();
    const auto requests = prepare(std::move(copy));
    if (requests->object_count() != 763'274) throw std::runtime_error("wrong number of objects");
  }
  finish(state);
}

/// From raw keys, as a simulator that looks every key up in a hash table starts: numbering and one replay.
void replay_from_keys(benchmark::State& state, const std::string& name) {
  const trace::CacheTrace trace = trace::reference_zipf(request_count);
  for (auto _ : state) {
    state.PauseTiming();
    trace::CacheTrace copy = trace;
    state.ResumeTiming();
    const auto requests = prepare(std::move(copy));
    const Counts counts = replay_native(name, *requests, {0, 0, requests->size()}, {10'000, false}).counts;
    check_misses(name, 10'000, counts.misses);
  }
  finish(state);
}

const bool registered = [] {
  const auto add = [](const std::string& name, std::uint64_t capacity) {
    benchmark::RegisterBenchmark(("replay/" + name + "/" + std::to_string(capacity)).c_str(),
                                 [=](benchmark::State& state) { replay_policy(state, name, capacity); })
        ->Unit(benchmark::kMillisecond);
  };
  for (const NativePolicy& policy : native_policies()) {
    for (const std::uint64_t capacity : {10'000, 100'000}) add(std::string(policy.name), capacity);
  }
  for (const std::uint64_t capacity : {10'000, 100'000}) add("belady", capacity);
  benchmark::RegisterBenchmark("bound/fewest_misses/10000", fewest)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("bound/pfoo_l/10000", pfoo)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("prepare", prepare_requests)->Unit(benchmark::kMillisecond);
  for (const char* name : {"lru", "s3fifo"}) {
    benchmark::RegisterBenchmark((std::string("from_keys/") + name + "/10000").c_str(), [=](benchmark::State& state) {
      replay_from_keys(state, name);
    })->Unit(benchmark::kMillisecond);
  }
  return true;
}();

}  // namespace
