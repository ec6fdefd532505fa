// Miss-ratio curves: every policy at many cache sizes, from one read of the trace.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "domains/cache/cache_domain.h"
#include "domains/cache/lru_sizes.h"
#include "domains/cache/scenario.h"
#include "trace/stack_distance.h"

namespace syswright::cache {
namespace {

constexpr std::size_t most_points = 200;
/// At which SHARDS is drawn beside the exact curve, as its authors do.
constexpr double shards_rate = 0.01;
constexpr std::uint64_t fewest_sampled_objects = 100;

/// Sizes evenly spread on the logarithmic scale, from a thousandth of the footprint (or what holds a few objects of the
/// sample) to all of it.
std::vector<std::uint64_t> sizes_of(const Requests& requests, bool in_bytes, const SweepOptions& options) {
  const double all =
      in_bytes ? static_cast<double>(requests.footprint_bytes) : static_cast<double>(requests.object_count());
  const double object = all / static_cast<double>(requests.object_count());
  const double fewest = options.rate < 1 ? CacheScenario::min_miniature_objects / options.rate : 1;
  const double least = std::min(all, std::max(all / 1000, std::ceil(fewest * object)));
  std::vector<std::uint64_t> sizes;
  for (std::size_t i = 0; i < options.points; ++i) {
    const double place = options.points == 1 ? 1 : static_cast<double>(i) / static_cast<double>(options.points - 1);
    const double size = std::round(least * std::pow(all / least, place));
    sizes.push_back(std::max<std::uint64_t>(1, static_cast<std::uint64_t>(size)));
  }
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  return sizes;
}

/// The first scenario's setup at each size, of the whole trace or of a sample that all share.
void add_scenarios(Sweep& sweep, const ScenarioSetup& whole, const std::vector<std::uint64_t>& sizes, double rate) {
  ScenarioSetup setup = whole;
  if (rate < 1) {
    setup.capacity.amount = sizes.back();
    const ScenarioPtr sampled = CacheScenario(setup).miniature(rate);
    if (sampled == nullptr) {
      throw InputError(fmt::format("a sample of {:g} % of {} is too small to say anything; give a higher rate, up to 1",
                                   100 * rate, whole.requests->trace.name));
    }
    setup = dynamic_cast<const CacheScenario&>(*sampled).setup();
  }
  for (const std::uint64_t size : sizes) {
    const Capacity shown{size, whole.capacity.in_bytes};
    setup.capacity = {
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::round(static_cast<double>(size) * setup.share))),
        whole.capacity.in_bytes};
    setup.setting = describe(with_thousands(size), shown);
    setup.label = fmt::format("{}, {}", whole.requests->trace.name, setup.setting);
    sweep.places.push_back(static_cast<double>(size));
    sweep.labels.push_back(whole.capacity.in_bytes ? format_bytes(size) : with_thousands(size));
    sweep.scenarios.push_back(std::make_shared<CacheScenario>(setup));
  }
}

/// Ratios stay ratios.
std::vector<double> clamped(std::vector<double> metrics) {
  for (const std::size_t ratio : {0, 1}) metrics[ratio] = std::clamp(metrics[ratio], 0.0, 1.0);
  return metrics;
}

/// What a sample is off by, it is for one policy much as for another: a popular object is in it or not. How far it is
/// off for LRU is known, and taken from the others (a control variate).
void control_by(Sweep& sweep, const Sweep::Known& exact, const SweepOptions& options) {
  const double share = dynamic_cast<const CacheScenario&>(*sweep.scenarios.front()).setup().share;
  std::vector<std::vector<double>> offsets;
  double error = 0;
  for (std::size_t i = 0; i < sweep.scenarios.size(); ++i) {
    std::vector<double> offset = exact.metrics[i];
    const Evaluation sampled = sweep.scenarios[i]->evaluate(Policy::native("lru"), {.stop = options.stop});
    if (sampled.status != Evaluation::Status::ok) return;
    for (const std::size_t ratio : {0, 1}) offset[ratio] -= sampled.metrics[ratio];
    offset[2] -= sampled.metrics[2] / share;
    error += std::abs(offset[0]) / static_cast<double>(sweep.scenarios.size());
    offsets.push_back(std::move(offset));
  }
  sweep.corrected = [share, offsets](std::size_t place, std::vector<double> metrics) {
    metrics[2] /= share;
    for (std::size_t i = 0; i < metrics.size(); ++i) metrics[i] += offsets[place][i];
    metrics[2] = std::max(metrics[2], 0.0);
    return clamped(std::move(metrics));
  };
  sweep.notes.push_back(fmt::format(
      "the sample is off by {:.4f} on average for LRU, whose curve is known exactly; that was taken from the others",
      error));
}

/// LRU by its stack: exactly at every size, and by SHARDS, with what that is off by.
void add_lru(Sweep& sweep, const ScenarioSetup& whole, const std::vector<std::uint64_t>& sizes,
             const SweepOptions& options) {
  const Requests& requests = *whole.requests;
  Sweep::Known exact{.policy = "lru", .method = "exact, one pass", .metrics = {}};
  for (const Counts& counts : replay_lru_sizes(requests, whole.window, sizes, options.stop)) {
    exact.metrics.push_back(metrics_of(counts));
  }
  if (static_cast<double>(requests.object_count()) * shards_rate >= fewest_sampled_objects) {
    const trace::MissRatioCurve curve = trace::shards_curve(requests.trace.keys, sizes, shards_rate, whole.seed);
    double error = 0;
    double largest = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const double off = std::abs(curve.misses[i] - exact.metrics[i][0]);
      error += off / static_cast<double>(sizes.size());
      largest = std::max(largest, off);
    }
    sweep.notes.push_back(fmt::format(
        "LRU by SHARDS at rate {:g} ({} of {} objects) is off by {:.4f} on average over these sizes, {:.4f} at most",
        shards_rate, with_thousands(curve.sampled_objects), with_thousands(std::uint64_t{requests.object_count()}),
        error, largest));
  }
  if (options.rate < 1) control_by(sweep, exact, options);
  sweep.known.push_back(std::move(exact));
}

}  // namespace

Sweep CacheDomain::sweep(const Workload& workload, const SweepOptions& options) const {
  const auto* own = dynamic_cast<const CacheWorkload*>(&workload);
  if (own == nullptr) throw InputError("only workloads of the cache domain have miss-ratio curves");
  if (options.points == 0 || options.points > most_points) {
    throw InputError(fmt::format("a curve of {} points cannot be drawn; give 1 to {}", options.points, most_points));
  }
  if (!(options.rate > 0 && options.rate <= 1)) {
    throw InputError(fmt::format("a share of {:g} of the trace cannot be looked at; give 0 < rate <= 1", options.rate));
  }
  const std::vector<ScenarioPtr> scenarios = own->scenarios();
  const ScenarioSetup& whole = dynamic_cast<const CacheScenario&>(*scenarios.front()).setup();
  const bool in_bytes = whole.capacity.in_bytes;
  const std::vector<std::uint64_t> sizes = sizes_of(*whole.requests, in_bytes, options);
  Sweep sweep{.axis = "cache size", .unit = in_bytes ? "bytes" : "objects"};
  add_scenarios(sweep, whole, sizes, options.rate);
  if (options.rate < 1) {
    sweep.notes.push_back(
        fmt::format("miniature simulation: {} of {} requests, those of a hashed {:g} % of the objects",
                    with_thousands(sweep.scenarios.front()->events()),
                    with_thousands(std::uint64_t{whole.requests->size()}), 100 * options.rate));
  }
  if ((in_bytes || !whole.front.idle(*whole.requests)) && options.rate < 1) {
    const double share = dynamic_cast<const CacheScenario&>(*sweep.scenarios.front()).setup().share;
    sweep.corrected = [share](std::size_t, std::vector<double> metrics) {
      metrics[2] /= share;
      return metrics;
    };
  }
  if (!in_bytes && whole.front.idle(*whole.requests)) add_lru(sweep, whole, sizes, options);
  return sweep;
}

}  // namespace syswright::cache
