#include "trace/generator.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.h"
#include "base/random.h"
#include "trace/zipf.h"

namespace syswright::trace {
namespace {

constexpr std::uint64_t key_space = std::uint64_t{1} << 48;
constexpr std::uint64_t object_keys = 1 * key_space;
constexpr std::uint64_t scan_keys = 2 * key_space;
constexpr std::uint64_t loop_keys = 3 * key_space;
constexpr std::uint64_t one_hit_keys = 4 * key_space;

/// A trace lives in memory, 20 bytes a request.
constexpr std::uint64_t most_requests = 100'000'000'000;

void check(bool holds, const std::string& problem) {
  if (!holds) throw InputError("cannot generate a trace: " + problem);
}

void check_share(double share, const char* name) {
  check(share >= 0 && share <= 1, fmt::format("{} is {}; expected a share from 0 to 1", name, share));
}

void check_sizes(const SizeOptions& sizes) {
  constexpr double largest = std::numeric_limits<std::uint32_t>::max();
  check(sizes.minimum >= 1 && sizes.maximum <= largest && sizes.minimum <= sizes.maximum,
        fmt::format("sizes go from {} to {} bytes; expected at least 1, at most {}, and the smaller first",
                    sizes.minimum, sizes.maximum, largest));
  check(sizes.mean >= 1 && sizes.mean <= largest,
        fmt::format("the mean size is {} bytes; expected 1 to {}", sizes.mean, largest));
  check(std::isfinite(sizes.shape) && sizes.shape > 0,
        fmt::format("the shape of the sizes is {}; expected more than 0", sizes.shape));
  check_share(sizes.large_share, "the share of large objects");
}

void check_options(const GeneratorOptions& options) {
  check(options.requests > 0 && options.requests <= most_requests,
        fmt::format("{} requests are asked for; expected 1 to {}", options.requests, most_requests));
  check(options.objects > 0, "there are 0 objects; expected at least 1");
  check(std::isfinite(options.alpha) && options.alpha >= 0,
        fmt::format("alpha is {}; expected 0 or more", options.alpha));
  check(std::isfinite(options.drift) && options.drift >= 0,
        fmt::format("the drift is {}; expected 0 or more", options.drift));
  check_share(options.scan_share, "the share of scans");
  check_share(options.loop_share, "the share of the loop");
  check_share(options.one_hit_share, "the share of one-hit wonders");
  const double total = options.scan_share + options.loop_share + options.one_hit_share;
  check(total <= 1 + 1e-9, fmt::format("the shares of scans, loop and one-hit wonders add up to {}, beyond 1", total));
  check(options.scan_length > 0 && options.scan_length <= options.scan_objects && options.scan_objects < key_space,
        fmt::format("scans have {} of {} keys; expected at least 1, and no more than there are", options.scan_length,
                    options.scan_objects));
  check(options.loop_length > 0 && options.loop_length < key_space, "the loop has 0 keys; expected at least 1");
  check(std::isfinite(options.rate) && options.rate > 0,
        fmt::format("the rate is {} requests a second; expected more than 0", options.rate));
  check_sizes(options.sizes);
}

/// Draws keys one after another.
class KeySource {
 public:
  explicit KeySource(const GeneratorOptions& options)
      : options_(options),
        zipf_(options.objects, options.alpha),
        order_(options.objects),
        kinds_(options.seed, "kinds of generated requests"),
        ranks_(options.seed, "popularity of generated requests"),
        scans_(options.seed, "places of generated scans") {
    for (std::uint32_t i = 0; i < options.objects; ++i) order_[i] = i;
    // So that neighbouring keys are not of neighbouring popularity.
    Random(options.seed, "order of generated objects").shuffle(std::span(order_));
  }

  std::uint64_t next(std::uint64_t request) {
    double kind = kinds_.uniform();
    if ((kind -= options_.scan_share) < 0) return scan_key();
    if ((kind -= options_.loop_share) < 0) return loop_keys + loop_position_++ % options_.loop_length;
    if ((kind -= options_.one_hit_share) < 0) return one_hit_keys + one_hits_++;
    return popular_key(request);
  }

 private:
  std::uint64_t scan_key() {
    if (scan_left_ == 0) {
      scan_left_ = options_.scan_length;
      scan_position_ = scans_.below(options_.scan_objects - options_.scan_length + 1);
    }
    --scan_left_;
    return scan_keys + scan_position_++;
  }

  std::uint64_t popular_key(std::uint64_t request) {
    const std::uint64_t rank = zipf_.rank_at(ranks_.uniform() * zipf_.total_weight()) - 1;
    const double moved = options_.drift * options_.objects * (static_cast<double>(request) / options_.requests);
    return object_keys + order_[(rank + static_cast<std::uint64_t>(moved)) % options_.objects];
  }

  const GeneratorOptions& options_;
  Zipf zipf_;
  std::vector<std::uint32_t> order_;
  Random kinds_;
  Random ranks_;
  Random scans_;
  std::uint64_t scan_left_ = 0;
  std::uint64_t scan_position_ = 0;
  std::uint64_t loop_position_ = 0;
  std::uint64_t one_hits_ = 0;
};

/// Standard normal of two hashed words by Box and Muller: a size is a function of the key alone, so that no table of
/// sizes is needed.
double normal_of(double first, double second) {
  return std::sqrt(-2 * std::log(1 - first)) * std::cos(2 * std::numbers::pi * second);
}

class SizeSource {
 public:
  SizeSource(const SizeOptions& options, std::uint64_t seed)
      : options_(options), salt_(Random(seed, "sizes of generated objects").next()) {}

  std::uint32_t size_of(std::uint64_t key) const {
    const double bytes = std::round(draw(key));
    return static_cast<std::uint32_t>(std::clamp(bytes, low_, high_));
  }

 private:
  double draw(std::uint64_t key) const {
    const std::uint64_t word = mix64(key ^ salt_);
    const double u = static_cast<double>(word >> 11) * 0x1.0p-53;
    switch (options_.kind) {
      case SizeKind::uniform:
        return std::floor(options_.minimum + u * (options_.maximum - options_.minimum + 1));
      case SizeKind::log_normal: {
        const double sigma = options_.shape;
        const double second = static_cast<double>(mix64(word) >> 11) * 0x1.0p-53;
        return std::exp(std::log(options_.mean) - sigma * sigma / 2 + sigma * normal_of(u, second));
      }
      case SizeKind::pareto:
        return options_.minimum * std::pow(1 - u, -1 / options_.shape);
      case SizeKind::bimodal:
        return u < options_.large_share ? options_.maximum : options_.minimum;
      case SizeKind::none:
      case SizeKind::constant:
        break;
    }
    return options_.mean;
  }

  SizeOptions options_;
  std::uint64_t salt_;
  // A constant size is what it is; the bounds are for what is drawn.
  double low_ = options_.kind == SizeKind::constant ? 1 : options_.minimum;
  double high_ = options_.kind == SizeKind::constant ? 4294967295.0 : options_.maximum;
};

std::vector<double> arrival_times(const GeneratorOptions& options) {
  std::vector<double> times;
  if (options.arrivals == ArrivalKind::none) return times;
  times.reserve(options.requests);
  Random gaps(options.seed, "gaps between generated requests");
  double now = 0;
  for (std::uint64_t i = 0; i < options.requests; ++i) {
    if (options.arrivals == ArrivalKind::constant) {
      now = static_cast<double>(i) / options.rate;
    } else {
      now += gaps.exponential(options.rate);
    }
    times.push_back(now);
  }
  return times;
}

template <typename Kind>
Kind kind_from(const std::string& name, const std::vector<std::string>& names, const char* what) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<Kind>(found - names.begin());
  throw InputError(
      fmt::format("unknown {} '{}'{}; known are {}", what, name, did_you_mean(name, names), fmt::join(names, ", ")));
}

}  // namespace

CacheTrace generate_cache_trace(const GeneratorOptions& options) {
  check_options(options);
  CacheTrace trace;
  trace.name = "generated";
  trace.format = "generated";
  KeySource keys(options);
  trace.keys.reserve(options.requests);
  for (std::uint64_t i = 0; i < options.requests; ++i) trace.keys.push_back(keys.next(i));
  if (options.sizes.kind != SizeKind::none) {
    const SizeSource sizes(options.sizes, options.seed);
    trace.sizes.reserve(options.requests);
    for (std::uint64_t key : trace.keys) trace.sizes.push_back(sizes.size_of(key));
  }
  trace.times = arrival_times(options);
  return trace;
}

// In the order of the enumerators.
const std::vector<std::string>& size_kind_names() {
  static const std::vector<std::string> names = {"none", "constant", "uniform", "log-normal", "pareto", "bimodal"};
  return names;
}

SizeKind size_kind_from(const std::string& name) {
  return kind_from<SizeKind>(name, size_kind_names(), "distribution of sizes");
}

const std::vector<std::string>& arrival_kind_names() {
  static const std::vector<std::string> names = {"none", "constant", "poisson"};
  return names;
}

ArrivalKind arrival_kind_from(const std::string& name) {
  return kind_from<ArrivalKind>(name, arrival_kind_names(), "kind of arrivals");
}

CacheTrace reference_zipf(std::uint64_t requests) {
  const Zipf zipf(1'000'000, 1.0);
  CacheTrace trace;
  trace.name = "zipf-reference";
  trace.format = "generated";
  trace.keys.resize(requests);
  trace.times.resize(requests);
  trace.sizes.assign(requests, 4096);
  for (std::uint64_t i = 0; i < requests; ++i) {
    const std::uint64_t draw = mix64(42 + i * 0x9E3779B97F4A7C15ull);
    trace.keys[i] = zipf.rank_at(static_cast<double>(draw >> 11) * 0x1.0p-53 * zipf.total_weight());
    trace.times[i] = static_cast<double>(i / 1000);
  }
  return trace;
}

}  // namespace syswright::trace
