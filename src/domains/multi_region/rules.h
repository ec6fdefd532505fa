#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/digest.h"

/// What a job is, where it can run, and what becomes of it in one tick. Times are whole milliseconds, so that nothing
/// is rounded.
namespace syswright::multi_region {

using Milliseconds = std::int64_t;

/// What a job runs on.
enum class Mode : std::uint8_t { spot, on_demand, idle };

/// What is the same for all jobs of a scenario.
struct Setting {
  Milliseconds tick = 600'000;
  Milliseconds job = 30 * 3'600'000;       ///< work
  Milliseconds deadline = 45 * 3'600'000;  ///< from the start
  Milliseconds overhead = 360'000;         ///< of a start: time without work, the download of the checkpoint included
  double checkpoint_gb = 50;
  Milliseconds probe_charge = 60'000;        ///< of spot, paid for a probe that succeeds
  Milliseconds probe_every = 2 * 3'600'000;  ///< what the mechanism itself does where nobody answers `probe`

  constexpr std::int64_t ticks() const { return deadline / tick; }
  friend bool operator==(const Setting&, const Setting&) = default;
};

/// A zone, in which spot is one market. Called a region throughout, as in the literature.
struct Region {
  std::string name;            ///< "us-central1-a"
  std::string area;            ///< cloud region that it lies in: "us-central1"; checkpoints move for nothing within it
  std::string continent;       ///< "us"
  double on_demand_price = 0;  ///< dollars an hour
  friend bool operator==(const Region&, const Region&) = default;
};

/// Regions and the ways between them.
struct Fleet {
  std::vector<Region> regions;
  std::vector<double> egress;           ///< [from * regions + to] dollars for one checkpoint; 0 within an area
  std::vector<Milliseconds> transfers;  ///< [from * regions + to] added to the overhead of a start; 0 within an area

  std::size_t size() const { return regions.size(); }
  double egress_to(int from, int to) const {
    return from < 0 ? 0 : egress[static_cast<std::size_t>(from) * size() + static_cast<std::size_t>(to)];
  }
  Milliseconds transfer_to(int from, int to) const {
    return from < 0 ? 0 : transfers[static_cast<std::size_t>(from) * size() + static_cast<std::size_t>(to)];
  }
};

/// What a job's start in a fleet may see: availability and prices of all regions, tick by tick.
struct Recording {
  std::vector<std::vector<std::uint8_t>> available;  ///< [regions][ticks] 1: spot can be had throughout the tick
  std::vector<std::vector<double>> spot_prices;      ///< [regions][ticks, or 1 for all] dollars an hour
};
using RecordingPtr = std::shared_ptr<const Recording>;

/// One run of a job: it starts at a tick of a recording. Beyond its end there is no spot.
struct Instance {
  RecordingPtr recording;
  std::size_t start = 0;
  std::string name;

  bool available(std::size_t region, std::int64_t tick) const {
    const std::vector<std::uint8_t>& series = recording->available[region];
    const std::size_t at = start + static_cast<std::size_t>(tick);
    return at < series.size() && series[at] != 0;
  }
  /// Dollars an hour. The last price stays in force.
  double spot_price(std::size_t region, std::int64_t tick) const {
    const std::vector<double>& prices = recording->spot_prices[region];
    return prices[std::min(start + static_cast<std::size_t>(tick), prices.size() - 1)];
  }
};

/// Everything but the policy.
struct Setup {
  Setting setting;
  Fleet fleet;
  std::vector<Instance> instances;
  std::string label;
  std::string name;  ///< of the setting: "13 regions, deadline 45h"
};

/// What a job is like at the start of a tick. A plain value.
struct Job {
  std::int64_t tick = 0;     ///< that begins now
  Milliseconds done = 0;     ///< work
  Milliseconds pending = 0;  ///< start-up time still to be spent by what runs
  Mode runs = Mode::idle;
  int region = -1;  ///< in which it runs; -1: nowhere
  /// Where the checkpoint is: in which it ran last; but one that takes time on its way is there when the start is over.
  /// -1: it never ran.
  int home = -1;
  bool rescued = false;  ///< the safety net has taken over, for good
};

constexpr std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

constexpr bool finished(const Setting& setting, const Job& job) { return job.done >= setting.job; }
constexpr bool missed(const Setting& setting, const Job& job) { return job.tick * setting.tick > setting.deadline; }
constexpr Milliseconds elapsed(const Setting& setting, const Job& job) { return job.tick * setting.tick; }

/// Whole ticks before the deadline.
constexpr std::int64_t ticks_left(const Setting& setting, const Job& job) { return setting.ticks() - job.tick; }
/// Ticks that the work left takes on an instance that is started `starts` times.
constexpr std::int64_t ticks_needed(const Setting& setting, const Job& job, int starts) {
  return ceil_divide(setting.job - job.done + starts * setting.overhead, setting.tick);
}
/// The net answers instead of the policy from the first tick on in which one more start would fill the time that is
/// left: on demand until the job is done, in net_region(). It never misses a deadline that can be kept at the start:
/// `needed` does not grow and `left` falls by one a tick, so that it takes over when they are equal, at the latest, and
/// where it goes a start takes no more than `needed` counts. So does the public simulator of the rule.
constexpr bool net_rules(const Setting& setting, const Job& job) {
  return job.rescued || ticks_needed(setting, job, 1) >= ticks_left(setting, job);
}

/// Work done less what is due `ahead` from now if it is spread evenly up to the deadline: in milliseconds, exact sign.
constexpr double lead(const Setting& setting, const Job& job, Milliseconds ahead) {
  using Wide = __int128;
  const Wide due = Wide{elapsed(setting, job) + ahead} * setting.job;
  return static_cast<double>(Wide{job.done} * setting.deadline - due) / static_cast<double>(setting.deadline);
}

/// What a tick did, for the bill.
struct Ran {
  Mode mode = Mode::idle;
  int region = -1;
  bool started = false;
  int from = -1;  ///< where the checkpoint came from, if started; -1: there was none
};

/// Runs one tick on `mode` in `region`. Spot must be there.
inline Ran run_tick(const Setting& setting, const Fleet& fleet, Job& job, Mode mode, int region) {
  Ran ran{mode, mode == Mode::idle ? -1 : region, false, -1};
  if (mode != Mode::idle) {
    if (mode != job.runs || region != job.region) {
      ran.started = true;
      ran.from = job.home;
      job.pending = setting.overhead + fleet.transfer_to(job.home, region);
    }
    const Milliseconds starting = std::min(job.pending, setting.tick);
    job.pending -= starting;
    job.done += std::min(setting.job - job.done, setting.tick - starting);
    if (job.pending == 0 || fleet.transfer_to(job.home, region) == 0) job.home = region;
  }
  job.runs = mode;
  job.region = ran.region;
  ++job.tick;
  return ran;
}

/// Where the net goes. An on-demand instance that can finish in time stays; else on demand where the job runs, if its
/// checkpoint is there; else where the work left and the egress cost least, of the regions that a checkpoint reaches
/// without delay, the first of equals.
int net_region(const Setting& setting, const Fleet& fleet, const Job& job);

/// Added to the cost of a job that is late: ten times its price on demand in the dearest region.
double lateness_penalty(const Setup& setup);

/// Content address of everything that an evaluation depends on.
Digest digest_of(const Setup& setup);

/// Throws InputError if no policy can keep the deadline, or a value makes no sense.
void check(const Setup& setup);

/// "us-central1" of "us-central1-a", "us-east-1" of "us-east-1a"; the whole name where neither form fits.
std::string area_of(const std::string& zone);
/// The part before the first '-'.
std::string continent_of(const std::string& area);

}  // namespace syswright::multi_region
