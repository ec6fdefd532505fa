#include "domains/llm_serving/arrivals.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "domains/llm_serving/requests_statistics.h"
#include "domains/llm_serving/spec.h"

namespace syswright::llm_serving {
namespace {

using Kind = Arrivals::Kind;

constexpr std::uint64_t most_arrivals = 200'000'000;

struct Named {
  const char* name;
  Kind kind;
  const char* example;
};
constexpr std::array<Named, 7> kinds{{
    {"constant", Kind::constant, "constant:8/s"},
    {"poisson", Kind::poisson, "poisson:8/s"},
    {"gamma", Kind::gamma, "gamma:8/s,cv=3"},
    {"log-normal", Kind::log_normal, "log-normal:7.5/s,sigma=2"},
    {"on-off", Kind::on_off, "on-off:8/s,on=30s,off=60s,idle=0.1"},
    {"diurnal", Kind::diurnal, "diurnal:8/s,period=24h,swing=0.8"},
    {"at-once", Kind::at_once, "at-once"},
}};

void check(bool holds, const char* problem) {
  if (!holds) throw InputError(fmt::format("arrivals: {}", problem));
}

void check(const Arrivals& arrivals) {
  if (arrivals.kind == Kind::recorded || arrivals.kind == Kind::at_once) return;
  check(arrivals.rate > 0 && std::isfinite(arrivals.rate), "the rate must be positive");
  check(arrivals.kind != Kind::gamma || (arrivals.cv > 0 && arrivals.cv <= 100), "'cv' must be in (0, 100]");
  check(arrivals.kind != Kind::log_normal || (arrivals.sigma >= 0 && arrivals.sigma <= 5), "'sigma' must be in [0, 5]");
  check(arrivals.kind != Kind::on_off || (arrivals.on > 0 && arrivals.off > 0), "'on' and 'off' must be positive");
  check(arrivals.kind != Kind::on_off || (arrivals.idle >= 0 && arrivals.idle <= 1), "'idle' must be in [0, 1]");
  check(arrivals.kind != Kind::diurnal || arrivals.period > 0, "'period' must be positive");
  check(arrivals.kind != Kind::diurnal || (arrivals.swing >= 0 && arrivals.swing <= 1), "'swing' must be in [0, 1]");
}

/// A gamma draw of mean `shape`. Source: Marsaglia and Tsang, "A simple method for generating gamma variables",
/// ACM TOMS 26(3), 2000; shapes below 1 by the power of a uniform draw that it gives in section 6.
double draw_gamma(Random& random, double shape) {
  const double boost = shape < 1 ? std::pow(1 - random.uniform(), 1 / shape) : 1;
  const double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = random.normal();
    const double cube = 1 + c * x;
    if (cube <= 0) continue;
    const double v = cube * cube * cube;
    if (std::log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return boost * d * v;
  }
}

double draw_gap(Random& random, const Arrivals& arrivals) {
  const double mean = 1 / arrivals.rate;
  switch (arrivals.kind) {
    case Kind::poisson:
      return random.exponential(arrivals.rate);
    case Kind::gamma: {
      const double shape = 1 / (arrivals.cv * arrivals.cv);
      return mean / shape * draw_gamma(random, shape);
    }
    case Kind::log_normal:
      return mean * std::exp(arrivals.sigma * random.normal() - 0.5 * arrivals.sigma * arrivals.sigma);
    default:
      return mean;
  }
}

/// Independent gaps; the first request comes at 0.
std::vector<double> draw_renewal(const Arrivals& arrivals, std::uint64_t count, double duration, Random random) {
  std::vector<double> times;
  for (double time = 0; times.size() < count && time < duration; time += draw_gap(random, arrivals)) {
    times.push_back(time);
  }
  return times;
}

std::vector<double> draw_on_off(const Arrivals& arrivals, std::uint64_t count, double duration, Random random) {
  const double share = arrivals.on / (arrivals.on + arrivals.off);
  const double busy = arrivals.rate / (share + (1 - share) * arrivals.idle);
  std::vector<double> times;
  bool on = random.chance(share);
  double time = 0;
  while (times.size() < count && time < duration) {
    const double rate = on ? busy : busy * arrivals.idle;
    const double end = time + random.exponential(1 / (on ? arrivals.on : arrivals.off));
    while (rate > 0 && times.size() < count) {
      time += random.exponential(rate);
      if (time >= end || time >= duration) break;
      times.push_back(time);
    }
    time = end;
    on = !on;
  }
  return times;
}

/// Thinning: candidates at the highest rate, each kept with the share that its moment has of it.
std::vector<double> draw_diurnal(const Arrivals& arrivals, std::uint64_t count, double duration, Random random) {
  const double highest = arrivals.rate * (1 + arrivals.swing);
  std::vector<double> times;
  for (double time = 0; times.size() < count;) {
    time += random.exponential(highest);
    if (time >= duration) break;
    const double phase = 2 * std::numbers::pi * time / arrivals.period;
    if (random.chance((1 + arrivals.swing * std::sin(phase)) / (1 + arrivals.swing))) times.push_back(time);
  }
  return times;
}

std::string rate_text(double rate) { return fmt::format("{}/s", rate); }

}  // namespace

const std::vector<std::string>& arrival_examples() {
  static const std::vector<std::string> examples = [] {
    std::vector<std::string> list;
    for (const Named& kind : kinds) list.emplace_back(kind.example);
    return list;
  }();
  return examples;
}

Arrivals arrivals_from(const std::string& text) {
  Spec spec(text);
  Arrivals arrivals;
  const auto named =
      std::find_if(kinds.begin(), kinds.end(), [&](const Named& kind) { return kind.name == spec.name(); });
  if (named == kinds.end()) {
    std::vector<std::string> names;
    for (const Named& kind : kinds) names.emplace_back(kind.name);
    throw InputError(fmt::format("unknown arrivals '{}'{}; there are {}", text, did_you_mean(spec.name(), names),
                                 join(arrival_examples(), "; ")));
  }
  spec.set_example(named->example);
  arrivals.kind = named->kind;
  if (arrivals.kind != Kind::at_once) arrivals.rate = spec.rate();
  if (arrivals.kind == Kind::gamma) arrivals.cv = spec.needed("cv", 1e-3, 100);
  if (arrivals.kind == Kind::log_normal) arrivals.sigma = spec.needed("sigma", 0, 5);
  if (arrivals.kind == Kind::on_off) {
    arrivals.on = spec.seconds("on", arrivals.on);
    arrivals.off = spec.seconds("off", arrivals.off);
    arrivals.idle = spec.number("idle", arrivals.idle, 0, 1);
  }
  if (arrivals.kind == Kind::diurnal) {
    arrivals.period = spec.seconds("period", arrivals.period);
    arrivals.swing = spec.number("swing", arrivals.swing, 0, 1);
  }
  spec.finish();
  return arrivals;
}

std::string to_string(const Arrivals& arrivals) {
  const std::string rate = rate_text(arrivals.rate);
  switch (arrivals.kind) {
    case Kind::constant:
      return "constant:" + rate;
    case Kind::poisson:
      return "poisson:" + rate;
    case Kind::gamma:
      return fmt::format("gamma:{},cv={}", rate, arrivals.cv);
    case Kind::log_normal:
      return fmt::format("log-normal:{},sigma={}", rate, arrivals.sigma);
    case Kind::on_off:
      return fmt::format("on-off:{},on={}s,off={}s,idle={}", rate, arrivals.on, arrivals.off, arrivals.idle);
    case Kind::diurnal:
      return fmt::format("diurnal:{},period={}s,swing={}", rate, arrivals.period, arrivals.swing);
    case Kind::at_once:
      return "at-once";
    case Kind::recorded:
      break;
  }
  return "recorded";
}

Arrivals recorded_arrivals(const Requests& requests) {
  Arrivals arrivals;
  arrivals.kind = Kind::recorded;
  for (const Request& request : requests.list) arrivals.times.push_back(request.arrival);
  return arrivals;
}

Arrivals fit_arrivals(const Requests& requests) {
  const RequestStatistics statistics = request_statistics(requests);
  if (statistics.requests < 3 || statistics.span <= 0) {
    throw InputError(
        fmt::format("{}: arrivals cannot be fitted to {} requests within {} s; at least 3 at different "
                    "times are needed",
                    requests.name, statistics.requests, statistics.span));
  }
  Arrivals arrivals;
  arrivals.rate = static_cast<double>(statistics.requests - 1) / statistics.span;
  arrivals.kind = statistics.gap_cv > 0 ? Kind::gamma : Kind::constant;
  arrivals.cv = statistics.gap_cv;
  return arrivals;
}

std::vector<double> draw_arrivals(const Arrivals& arrivals, std::uint64_t count, double duration, std::uint64_t seed) {
  check(arrivals);
  check(duration > 0, "the duration must be positive");
  check(count <= most_arrivals, "more than 200 million requests");
  const Random random(seed, "llm arrivals");
  switch (arrivals.kind) {
    case Kind::on_off:
      return draw_on_off(arrivals, count, duration, random);
    case Kind::diurnal:
      return draw_diurnal(arrivals, count, duration, random);
    case Kind::at_once:
      return std::vector<double>(count, 0.0);
    case Kind::recorded: {
      const auto end = std::lower_bound(arrivals.times.begin(), arrivals.times.end(), duration);
      const auto length = std::min<std::uint64_t>(count, static_cast<std::uint64_t>(end - arrivals.times.begin()));
      return {arrivals.times.begin(), arrivals.times.begin() + static_cast<std::ptrdiff_t>(length)};
    }
    default:
      return draw_renewal(arrivals, count, duration, random);
  }
}

}  // namespace syswright::llm_serving
