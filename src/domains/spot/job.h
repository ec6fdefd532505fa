#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/digest.h"

/// The rules of the market: what a job is, and what becomes of it in one tick. Times are whole milliseconds, so that
/// nothing is rounded.
namespace syswright::spot {

using Milliseconds = std::int64_t;

/// What a job runs on, and the actions of the decision `instance`, in the order of its signature. Asking for spot where
/// there is none is idling.
enum class Mode : std::uint8_t { spot, idle, on_demand };

/// Who may overrule a policy so that the deadline is kept, once the work that is left, with one start, fills the ticks
/// that are left.
enum class Net : std::uint8_t {
  /// As the public simulator: on demand; but a spot instance that has started up and did run in the tick before is
  /// asked for again even where it is gone. That tick is then lost, and with it, perhaps, the deadline.
  gamble,
  /// On demand; but a spot instance that has started up and is still there runs on. Never misses a deadline that could
  /// be kept at the start (tests/domains/spot/net_test.cpp).
  strict,
};

/// What is the same for all jobs of a scenario.
struct Setting {
  Milliseconds tick = 600'000;
  Milliseconds job = 48 * 3'600'000;       ///< work
  Milliseconds deadline = 52 * 3'600'000;  ///< from the start
  Milliseconds overhead = 180'000;         ///< of a start, whatever is started: time without work
  Net net = Net::gamble;

  /// Whole ticks before the deadline.
  std::int64_t ticks() const { return deadline / tick; }
  /// Ticks that any job may take, whatever its policy asks for: at the deadline the net takes over for good.
  std::int64_t most_ticks() const { return ticks() + (job + 2 * overhead) / tick + 4; }
  friend bool operator==(const Setting&, const Setting&) = default;
};

/// One place and kind of instance over time. Immutable once made.
struct Series {
  std::string name;                     ///< "us-west-2a_v100_1"
  std::vector<std::uint8_t> available;  ///< [ticks] 1: a spot instance can be had throughout the tick
  std::vector<double> spot_prices;      ///< [ticks] dollars an hour; empty: a constant
  double on_demand_price = 0;           ///< dollars an hour; 0: not told
  std::int64_t first_tick = 0;          ///< of a longer series that it was cut from
};
using SeriesPtr = std::shared_ptr<const Series>;

/// One run of a job: it starts at a tick of a series. Beyond the end of the series there is no spot.
struct Instance {
  SeriesPtr series;
  std::size_t start = 0;
  std::string name;

  bool available(std::int64_t tick) const {
    const std::size_t at = start + static_cast<std::size_t>(tick);
    return at < series->available.size() && series->available[at] != 0;
  }
};

/// Everything but the policy.
struct Setup {
  Setting setting;
  double spot_price = 0.9731;     ///< dollars an hour, where a series has no prices
  double on_demand_price = 3.06;  ///< dollars an hour, where a series has none
  std::vector<Instance> instances;
  std::string label;
  std::string name;  ///< of the setting: "deadline 52h, overhead 3min"
};

/// What a job is like between two ticks. A plain value.
struct Job {
  std::int64_t tick = 0;     ///< that begins now
  Milliseconds done = 0;     ///< work
  Milliseconds pending = 0;  ///< start-up time still to be spent by what runs
  Mode last = Mode::idle;    ///< in the tick before
};

/// What runs still: a spot instance ends where there is no spot.
constexpr Mode surviving(const Job& job, bool available) {
  return job.last == Mode::spot && !available ? Mode::idle : job.last;
}

constexpr std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

/// Ticks that begin and end before the deadline; negative behind it.
constexpr std::int64_t ticks_left(const Setting& setting, const Job& job) {
  return floor_divide(setting.deadline - job.tick * setting.tick, setting.tick);
}
/// Ticks that the work left takes on an instance that is started `starts` times.
constexpr std::int64_t ticks_needed(const Setting& setting, const Job& job, int starts) {
  return ceil_divide(setting.job - job.done + starts * setting.overhead, setting.tick);
}

/// Whether the net answers instead of the policy.
constexpr bool net_rules(const Setting& setting, const Job& job) {
  return ticks_needed(setting, job, 1) >= ticks_left(setting, job);
}
/// What it answers.
constexpr Mode net_answer(const Setting& setting, const Job& job, bool available) {
  const Mode held = setting.net == Net::gamble ? job.last : surviving(job, available);
  return held == Mode::spot && job.pending == 0 ? Mode::spot : Mode::on_demand;
}

/// Runs one tick. asked: the answer, the policy's or the net's. Returns what ran: it is paid for the whole tick.
constexpr Mode run_tick(const Setting& setting, Job& job, Mode asked, bool available) {
  const Mode runs = asked == Mode::spot && !available ? Mode::idle : asked;
  if (runs != Mode::idle) {
    if (runs != surviving(job, available)) job.pending = setting.overhead;
    const Milliseconds started = job.pending < setting.tick ? job.pending : setting.tick;
    job.pending -= started;
    const Milliseconds left = setting.job - job.done;
    job.done += left < setting.tick - started ? left : setting.tick - started;
  }
  job.last = runs;
  ++job.tick;
  return runs;
}

constexpr bool finished(const Setting& setting, const Job& job) { return job.done >= setting.job; }
/// Of a finished job.
constexpr bool missed(const Setting& setting, const Job& job) { return job.tick * setting.tick > setting.deadline; }

/// Work done less what is due `ahead` from now, if the job is spread evenly up to the deadline: in milliseconds, and
/// its sign is exact.
constexpr double lead(const Setting& setting, const Job& job, Milliseconds ahead) {
  using Wide = __int128;
  const Wide due = Wide{job.tick * setting.tick + ahead} * setting.job;
  return static_cast<double>(Wide{job.done} * setting.deadline - due) / static_cast<double>(setting.deadline);
}

/// Dollars for one tick of an instance of a scenario.
class Prices {
 public:
  explicit Prices(const Setup& setup) : setup_(&setup), hours_(static_cast<double>(setup.setting.tick) / 3'600'000) {}
  double on_demand(const Instance& instance) const { return on_demand_hour(instance) * hours_; }
  double spot(const Instance& instance, std::int64_t tick) const { return spot_hour(instance, tick) * hours_; }
  double on_demand_hour(const Instance& instance) const {
    return instance.series->on_demand_price > 0 ? instance.series->on_demand_price : setup_->on_demand_price;
  }
  /// The last price stays in force behind the end of the series.
  double spot_hour(const Instance& instance, std::int64_t tick) const {
    const std::vector<double>& prices = instance.series->spot_prices;
    if (prices.empty()) return setup_->spot_price;
    const std::size_t at = instance.start + static_cast<std::size_t>(tick);
    return at < prices.size() ? prices[at] : prices.back();
  }

 private:
  const Setup* setup_;
  double hours_;
};

/// Added to the cost of a job that is late: ten times what it would have cost on demand from start to end.
double lateness_penalty(const Setup& setup, const Instance& instance);

/// Content address of everything that an evaluation depends on.
Digest digest_of(const Setup& setup);

/// Throws InputError if no policy can keep the deadline, or a value makes no sense.
void check(const Setup& setup);

}  // namespace syswright::spot
