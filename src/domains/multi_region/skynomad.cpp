#include "domains/multi_region/skynomad.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace syswright::multi_region {
namespace {

// Constants of the artifact.
constexpr double reference_margin = 1.2;
constexpr double progress_window = 10;     ///< hours
constexpr double reference_egress = 0.02;  ///< dollars a GB of each switch in the reference plan
constexpr double margin_base = 0.5;        ///< dollars an hour by which a move must be better
constexpr double margin_per_gb = 0.0002;
constexpr double margin_per_value = 0.05;
constexpr double never = -std::numeric_limits<double>::infinity();

double in_hours(Milliseconds time) { return static_cast<double>(time) / 3'600'000; }

class SkyNomad final : public Native {
 public:
  SkyNomad(const Market& market, const SkyNomadOptions& options)
      : options_(options),
        tick_(in_hours(market.setting().tick)),
        overhead_(in_hours(market.setting().overhead)),
        interval_(std::max<std::int64_t>(options.probe_every / market.setting().tick, 1)),
        regions_(market.fleet().size(), SkyNomadRegion(tick_)),
        probed_(market.fleet().size(), false),
        failed_(market.fleet().size(), false),
        next_probe_(market.fleet().size(), 0) {}

  void order(const Market& market, std::span<double> scores) override;
  Action instance(const Market& market, int region) override;
  bool probe(const Market& market, int region) override;

 private:
  struct Choice {
    double value;
    Mode mode;
    int region;
  };
  enum class Last { keep, idle, on_demand };

  int count() const { return static_cast<int>(regions_.size()); }
  double now(const Market& market) const { return static_cast<double>(market.job().tick) * tick_; }
  void read_events(const Market& market);
  void read(const Event& event);
  void detect_loss(const Market& market);
  void plan(const Market& market);
  void add_spot(const Market& market, double value, double holds, std::vector<Choice>& choices) const;
  void add_on_demand(const Market& market, double value, double holds, std::vector<Choice>& choices) const;
  double spot_utility(const Market& market, int region, double value, bool runs) const;
  double margin(const Market& market, double value) const;
  int origin(const Market& market) const { return market.job().region >= 0 ? market.job().region : last_region_; }
  double lifetime(const Market& market, int region, bool capped) const;

  double work_value(const Market& market) const;
  double reference_value(const Market& market) const;
  double on_demand_share(const Market& market) const;
  double recent_rate(const Market& market) const;
  double cheapest_on_demand(const Market& market) const;

  SkyNomadOptions options_;
  double tick_;      ///< hours
  double overhead_;  ///< hours
  std::int64_t interval_;
  std::vector<SkyNomadRegion> regions_;
  std::vector<bool> probed_;  ///< a probe found spot, and no job ran there since
  std::vector<bool> failed_;  ///< a start in this tick
  std::vector<std::int64_t> next_probe_;
  std::vector<Milliseconds> done_at_;  ///< work done at the start of each tick
  std::size_t read_ = 0;
  int last_region_ = -1;
  int active_ = -1;  ///< in which spot runs
  bool by_us_ = false;

  std::vector<int> spots_;  ///< to be tried in this tick, in this order
  Last last_ = Last::keep;  ///< what comes behind them
  int on_demand_ = -1;
  bool idled_ = false;  ///< the answer of this tick was to idle
};

void SkyNomad::read(const Event& event) {
  const double at = static_cast<double>(event.tick) * tick_;
  const auto region = static_cast<std::size_t>(event.region);
  switch (event.kind) {
    case Event::Kind::started_spot:
      regions_[region].start(at, SkyNomadRegion::Source::run);
      active_ = event.region;
      by_us_ = false;
      last_region_ = event.region;
      failed_[region] = false;
      break;
    case Event::Kind::started_on_demand:
      last_region_ = event.region;
      break;
    case Event::Kind::refused:
      failed_[region] = true;
      regions_[region].miss();
      break;
    case Event::Kind::left:
      if (active_ == event.region) by_us_ = true;
      break;
    case Event::Kind::probe_found:
      if (!probed_[region]) regions_[region].start(at, SkyNomadRegion::Source::probe);
      probed_[region] = true;
      break;
    case Event::Kind::probe_refused:
      if (probed_[region]) regions_[region].end(at, true);
      probed_[region] = false;
      regions_[region].miss();
      break;
    case Event::Kind::preempted:
      break;
  }
}

void SkyNomad::read_events(const Market& market) {
  for (; read_ < market.events().size(); ++read_) read(market.events()[read_]);
}

void SkyNomad::detect_loss(const Market& market) {
  if (active_ < 0) return;
  const Job& job = market.job();
  if (job.runs == Mode::spot && job.region == active_) return;
  regions_[static_cast<std::size_t>(active_)].end(now(market), !by_us_);
  active_ = -1;
  by_us_ = false;
}

void SkyNomad::order(const Market& market, std::span<double> scores) {
  done_at_.push_back(market.job().done);
  // What has just been preempted is read in the next tick: the loss of this one is seen by what runs.
  read_events(market);
  std::fill(failed_.begin(), failed_.end(), false);
  detect_loss(market);
  for (SkyNomadRegion& region : regions_) region.update(now(market), tick_);
  plan(market);
  std::fill(scores.begin(), scores.end(), -static_cast<double>(scores.size()) - 1);
  for (std::size_t i = 0; i < spots_.size(); ++i) scores[static_cast<std::size_t>(spots_[i])] = -static_cast<double>(i);
}

void SkyNomad::plan(const Market& market) {
  const Job& job = market.job();
  const double value = work_value(market);
  double holds = 0;
  if (job.runs == Mode::spot) holds = spot_utility(market, job.region, value, true);
  if (job.runs == Mode::on_demand) {
    holds = value - market.fleet().regions[static_cast<std::size_t>(job.region)].on_demand_price;
  }
  if (job.region >= 0) last_region_ = job.region;

  std::vector<Choice> choices{{0, Mode::idle, -1}};
  add_spot(market, value, holds, choices);
  add_on_demand(market, value, holds, choices);
  std::stable_sort(choices.begin(), choices.end(), [](const Choice& a, const Choice& b) { return a.value > b.value; });

  spots_.clear();
  last_ = Last::keep;
  idled_ = false;
  for (const Choice& choice : choices) {
    if (choice.value <= holds) return;
    if (choice.mode == job.runs && choice.region == job.region && choice.mode != Mode::idle) continue;
    if (choice.mode == Mode::spot) {
      spots_.push_back(choice.region);
      continue;
    }
    last_ = choice.mode == Mode::idle ? Last::idle : Last::on_demand;
    on_demand_ = choice.region;
    return;
  }
}

void SkyNomad::add_spot(const Market& market, double value, double holds, std::vector<Choice>& choices) const {
  const Job& job = market.job();
  const int from = origin(market);
  for (int region = 0; region < count(); ++region) {
    const bool runs = job.runs == Mode::spot && region == job.region;
    double utility = spot_utility(market, region, value, runs);
    if (from >= 0 && from != region) {
      const double moving = in_hours(market.fleet().transfer_to(from, region)) * value;
      utility -= (moving + market.fleet().egress_to(from, region)) / std::max(lifetime(market, region, true), 1e-6);
    }
    if (!(utility >= 0)) continue;
    if (job.region >= 0 && region != job.region && utility <= holds + margin(market, value)) continue;
    choices.push_back({utility, Mode::spot, region});
  }
}

void SkyNomad::add_on_demand(const Market& market, double value, double holds, std::vector<Choice>& choices) const {
  const Job& job = market.job();
  const int from = origin(market);
  for (int region = 0; region < count(); ++region) {
    double utility = value - market.fleet().regions[static_cast<std::size_t>(region)].on_demand_price;
    if (from >= 0 && from != region) {
      const double moving = overhead_ + in_hours(market.fleet().transfer_to(from, region));
      utility -= moving * value + market.fleet().egress_to(from, region);
    }
    if (!(utility >= 0)) continue;
    if (job.runs == Mode::on_demand && job.region == region) continue;
    if (job.region >= 0 && utility <= holds + margin(market, value)) continue;
    choices.push_back({utility, Mode::on_demand, region});
  }
}

double SkyNomad::margin(const Market& market, double value) const {
  return margin_base + margin_per_gb * market.setting().checkpoint_gb + margin_per_value * value;
}

double SkyNomad::spot_utility(const Market& market, int region, double value, bool runs) const {
  const double hours = lifetime(market, region, true);
  const double useful = runs ? hours : hours - overhead_;
  if (!(useful > 0)) return never;
  return (value * useful - market.spot_price(region) * hours) / hours;
}

/// capped: by the time that is left.
double SkyNomad::lifetime(const Market& market, int region, bool capped) const {
  const double left = in_hours(market.setting().deadline - elapsed(market.setting(), market.job()));
  if (!options_.knows_lifetimes) {
    const double hours = regions_[static_cast<std::size_t>(region)].expected(now(market));
    return std::min({hours, options_.longest_prediction, left});
  }
  std::int64_t tick = market.job().tick;
  while (market.instance().available(static_cast<std::size_t>(region), tick)) ++tick;
  const double hours = static_cast<double>(tick - market.job().tick) * tick_;
  // The reference caps where it plans, not where it chooses.
  return capped ? hours : std::min(hours, left);
}

Action SkyNomad::instance(const Market& market, int region) {
  if (!market.exhausted() && market.asked() < spots_.size()) {
    if (probed_[static_cast<std::size_t>(region)]) {
      regions_[static_cast<std::size_t>(region)].end(now(market), false);
      probed_[static_cast<std::size_t>(region)] = false;
    }
    return Action::spot;
  }
  if (last_ == Last::on_demand) return region == on_demand_ ? Action::on_demand : Action::next;
  if (last_ == Last::idle) {
    // In the artifact idling never ends what runs; it forgets where that is, and probes there as well.
    idled_ = true;
    read_events(market);
    last_region_ = -1;
    const Job& job = market.job();
    if (job.runs == Mode::spot && !options_.knows_lifetimes) {
      const auto at = static_cast<std::size_t>(job.region);
      if (!probed_[at] && !failed_[at] && job.tick >= next_probe_[at]) {
        regions_[at].start(now(market), SkyNomadRegion::Source::probe);
        probed_[at] = true;
        next_probe_[at] = job.tick + interval_;
      }
    }
  }
  return Action::keep;
}

bool SkyNomad::probe(const Market& market, int region) {
  read_events(market);
  const auto at = static_cast<std::size_t>(region);
  if (options_.knows_lifetimes || (region == market.settled_region() && !idled_)) return false;
  if (probed_[at] && !options_.probes_again) return false;
  if (failed_[at] || market.job().tick < next_probe_[at]) return false;
  next_probe_[at] = market.job().tick + interval_;
  return true;
}

double SkyNomad::cheapest_on_demand(const Market& market) const {
  double least = std::numeric_limits<double>::infinity();
  for (const Region& region : market.fleet().regions) least = std::min(least, region.on_demand_price);
  return least;
}

/// Dollars an hour.
double SkyNomad::work_value(const Market& market) const {
  if (options_.value == WorkValue::reference) return reference_value(market);
  const Setting& setting = market.setting();
  const Job& job = market.job();
  const double required =
      static_cast<double>(setting.job - job.done) / static_cast<double>(setting.deadline - elapsed(setting, job));
  double rate = static_cast<double>(setting.job) / static_cast<double>(setting.deadline);
  if (options_.value == WorkValue::printed && job.done > 0) {
    rate = static_cast<double>(job.done) / static_cast<double>(elapsed(setting, job));
  }
  double cheapest_spot = std::numeric_limits<double>::infinity();
  for (int region = 0; region < count(); ++region) cheapest_spot = std::min(cheapest_spot, market.spot_price(region));
  return std::max(cheapest_on_demand(market) * (required / rate), cheapest_spot);
}

/// 1.2 times the price an hour of a plan for the work that is left: a share on demand, the rest on spot in the regions
/// with the lowest price for an hour of work, as far as their availability goes; and the egress between them.
double SkyNomad::reference_value(const Market& market) const {
  struct Source {
    double price;  ///< an hour of work
    double hours;  ///< of work that it can do
  };
  const Setting& setting = market.setting();
  const double work = in_hours(setting.job - market.job().done);
  const double left = in_hours(setting.deadline - elapsed(setting, market.job()));
  std::vector<Source> sources;
  for (int region = 0; region < count(); ++region) {
    const double hours = lifetime(market, region, false);
    if (hours <= overhead_) continue;
    const double useful = hours - overhead_;
    const double can_do =
        regions_[static_cast<std::size_t>(region)].availability(now(market)) * left * (useful / hours);
    if (can_do > 0) sources.push_back({market.spot_price(region) * hours / std::max(useful, 1e-6), can_do});
  }
  std::stable_sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.price < b.price; });
  const double dear = cheapest_on_demand(market);
  double on_demand = on_demand_share(market) * work;
  const double wanted = std::max(0.0, work - on_demand);
  double assigned = 0;
  double cost = on_demand * dear;
  double spot_cost = 0;
  int used = 0;
  for (const Source& source : sources) {
    if (assigned >= wanted) break;
    const double part = std::min(source.hours, wanted - assigned);
    if (part <= 0) continue;
    ++used;
    spot_cost += part * source.price;
    assigned += part;
  }
  if (assigned < wanted) {
    cost += (wanted - assigned) * dear;
    on_demand += wanted - assigned;
  }
  const double hours = std::max(work, 1e-6);
  double price = (cost + spot_cost) / hours;
  if (on_demand > 0) ++used;
  if (used > 1) price += (used - 1) * setting.checkpoint_gb * reference_egress / hours;
  return reference_margin * price;
}

/// Where the line of recent progress meets the line that on-demand must take to be in time: the share of the time left
/// that lies behind.
double SkyNomad::on_demand_share(const Market& market) const {
  const Setting& setting = market.setting();
  const double job = in_hours(setting.job);
  const double deadline = in_hours(setting.deadline);
  const double done = in_hours(market.job().done);
  const double at = now(market);
  if (at <= 0) return 0;
  if (std::abs(done - at) * 3600 < 1e-6) return 0.5;
  const double rate = recent_rate(market);
  if (std::abs(rate - 1) < 1e-6) return 0;
  const double meets = (rate * at - done + (job + 2 * overhead_ - deadline)) / (rate - 1);
  if (meets >= deadline) return 0;
  if (meets <= 0) return 1;
  return std::clamp((deadline - meets) / (deadline - at), 0.0, 1.0);
}

/// Work done an hour of late.
double SkyNomad::recent_rate(const Market& market) const {
  const double at = now(market);
  const double done = in_hours(market.job().done);
  if (at < 600.0 / 3600) return at > 0 ? done / at : 0;
  const double from = std::max(0.0, at - progress_window);
  // The artifact's list of work done has an entry before the first tick.
  const auto first = static_cast<std::size_t>(from / tick_ + 1e-9);
  const double before = in_hours(done_at_[first == 0 ? 0 : first - 1]);
  return std::clamp((done - before) / (at - from), 0.0, 1.0);
}

}  // namespace

std::unique_ptr<Native> make_skynomad(const Market& market, const SkyNomadOptions& options) {
  return std::make_unique<SkyNomad>(market, options);
}

}  // namespace syswright::multi_region
