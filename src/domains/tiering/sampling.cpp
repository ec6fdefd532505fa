#include "domains/tiering/sampling.h"

#include <cassert>
#include <cmath>

#include "base/random.h"

namespace syswright::tiering {
namespace {

/// Accesses that are passed over before the next sample: geometric.
std::uint64_t gap(Random& random, double log_missed) {
  if (log_missed == -INFINITY) return 0;
  const double passed = std::floor(std::log(1 - random.uniform()) / log_missed);
  return passed < 1e15 ? static_cast<std::uint64_t>(passed) : std::uint64_t{1} << 50;
}

void draw(const PageRun& run, std::uint32_t tick, const std::vector<std::uint32_t>& counts, bool stores,
          double probability, Random& random, Samples& samples) {
  if (probability <= 0) return;
  const double log_missed = probability >= 1 ? -INFINITY : std::log1p(-probability);
  std::uint64_t left = gap(random, log_missed);
  for (std::uint64_t i = run.start[tick]; i < run.start[tick + 1]; ++i) {
    std::uint64_t count = counts[i];
    while (left < count) {
      samples.sample.push_back({run.page[i], stores});
      count -= left + 1;
      left = gap(random, log_missed);
    }
    left -= count;
  }
}

}  // namespace

Samples draw_samples(const PageRun& run, const SamplingOptions& options) {
  assert(options.period >= 1 && options.store_bias >= 0 && options.store_bias <= 1);
  const double load = 1 / options.period;
  const Random random(options.seed, "tiering samples");
  Samples samples;
  samples.start.push_back(0);
  for (std::uint32_t tick = 0; tick < run.ticks(); ++tick) {
    Random draws = random.at(tick);
    draw(run, tick, run.reads, false, load, draws, samples);
    draw(run, tick, run.writes, true, load * options.store_bias, draws, samples);
    samples.start.push_back(samples.sample.size());
  }
  return samples;
}

}  // namespace syswright::tiering
