// What it costs to certify a rule of about 30 operations over six features: the share of the box that is decided, and
// how soon. Each benchmark checks the verdict before it times it.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "judge/certify/certify.h"
#include "policy/compile.h"

namespace syswright::judge {
namespace {

policy::Feature feature(const char* name, Dimension dimension, double low, double high) {
  return {.name = name, .dimension = dimension, .low = low, .high = high};
}

std::shared_ptr<const policy::Signature> cache_signature() {
  auto signature = std::make_shared<policy::Signature>();
  signature->domain = "cache";
  policy::Decision evict{.name = "evict"};
  evict.features = {feature("hits", number_dimension, 0, 1e4),    feature("age", time_dimension, 0, 86400),
                    feature("size", bytes_dimension, 1, 1 << 30), feature("resident", time_dimension, 0, 86400),
                    feature("gap", time_dimension, 0, 86400),     feature("fill", number_dimension, 0, 1)};
  signature->decisions = {evict};
  return signature;
}

policy::ProgramPtr compiled(const std::string& ensure) {
  const auto signature = cache_signature();
  const std::string text = "policy typical for cache { rank evict(hits, age, size, resident, gap, fill) {" + ensure +
                           R"(
    let heat = hits / max(resident / 1s, 1);
    let staleness = age / (gap + resident * 0.25 + 1s);
    let cost = sqrt(size / 1KiB + 1);
    let young = resident < 10min;
    let worth = young ? heat * 3 + 0.5 : heat - staleness * 0.1;
    return min(worth, 1000) / cost - staleness * fill * 0.01;
  } })";
  return policy::compile(text, "bench.pol", {&signature, 1});
}

void certifies(benchmark::State& state, const std::string& ensure, Ruling expected, double least_decided) {
  const policy::ProgramPtr program = compiled(ensure);
  CertifyOptions options;
  const PropertyCertificate property = certify(*program, options).rules[0].properties[0];
  const double decided = property.proved + property.refuted;
  if (property.ruling != expected || decided < least_decided) {
    state.SkipWithError("the verdict is not the expected one");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(certify(*program, options));
  state.counters["nodes"] = static_cast<double>(program->size());
  state.counters["boxes"] = static_cast<double>(property.boxes);
  state.counters["decided"] = decided;
  state.counters["time_per_box"] = benchmark::Counter(
      static_cast<double>(property.boxes), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// A bound that falls with one feature: found by halving.
void range_over_six_features(benchmark::State& state) {
  certifies(state, "ensure output <= 2000 / (1 + size / 1MiB);", Ruling::proved, 0.999);
}
BENCHMARK(range_over_six_features)->Unit(benchmark::kMillisecond);

/// A bound that touches: what halving leaves goes to Z3.
void touching_bound(benchmark::State& state) {
  certifies(state, "ensure output <= 3 * hits * (1s / max(resident, 1s)) + 0.5001;", Ruling::proved, 0.999);
}
BENCHMARK(touching_bound)->Unit(benchmark::kMillisecond);

void monotone_in_one_of_six(benchmark::State& state) {
  certifies(state, "ensure decreasing in age;", Ruling::proved, 0.999);
}
BENCHMARK(monotone_in_one_of_six)->Unit(benchmark::kMillisecond);

void robust_in_one_of_six(benchmark::State& state) {
  certifies(state, "ensure robust in size: 1% -> 8;", Ruling::proved, 0.999);
}
BENCHMARK(robust_in_one_of_six)->Unit(benchmark::kMillisecond);

/// False somewhere: how much of the box is proved, to 1e-3.
void fraction_over_six_features(benchmark::State& state) {
  certifies(state, "ensure output <= 5;", Ruling::refuted, 0.999);
}
BENCHMARK(fraction_over_six_features)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace syswright::judge
