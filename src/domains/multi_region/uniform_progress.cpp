#include "domains/multi_region/uniform_progress.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace syswright::multi_region {
namespace {

constexpr Milliseconds hour = 3'600'000;
constexpr std::size_t window = 5;

std::int64_t in_ticks(const Market& market, Milliseconds time) {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::llround(static_cast<double>(time) /
                                                                          static_cast<double>(market.setting().tick))));
}

std::vector<int> all_regions(const Market& market) {
  std::vector<int> regions(market.fleet().size());
  std::iota(regions.begin(), regions.end(), 0);
  return regions;
}

bool runs_spot_in(const Market& market, int region) {
  return market.job().runs == Mode::spot && market.job().region == region;
}

}  // namespace

Want uniform_progress(const Market& market, Mode holds, bool spot_expected) {
  const Setting& setting = market.setting();
  const Job& job = market.job();
  const Mode otherwise = lead(setting, job, 0) < 0 ? Mode::on_demand : Mode::idle;
  const bool ahead_by_two = lead(setting, job, 2 * setting.overhead) > 0;
  Want want{spot_expected ? Mode::spot : otherwise, false};
  if (holds == Mode::on_demand && (!spot_expected || !ahead_by_two)) want.mode = Mode::on_demand;
  if (ticks_needed(setting, job, 2) > ticks_left(setting, job) && holds != Mode::spot) want.mode = Mode::on_demand;
  if (ticks_needed(setting, job, 1) >= ticks_left(setting, job)) {
    const bool warm = holds == Mode::spot && job.pending == 0;
    want.mode = warm || (setting.overhead == 0 && spot_expected) ? Mode::spot : Mode::on_demand;
  }
  if (holds == Mode::on_demand && spot_expected && want.mode == Mode::on_demand && ahead_by_two) {
    want = {Mode::spot, true};
  }
  return want;
}

void UniformProgress::order(const Market& market, std::span<double> scores) {
  look(market);
  want_ = uniform_progress(market, market.job().runs, true);
  const std::vector<int> order = ranked(market);
  ranked_count_ = order.size();
  const bool on_spot = market.job().runs == Mode::spot;
  asks_for_spot_ = want_.mode == Mode::spot && !(on_spot && stays(market, order));
  std::fill(scores.begin(), scores.end(), -static_cast<double>(scores.size()) - 1);
  for (std::size_t i = 0; i < order.size(); ++i) scores[static_cast<std::size_t>(order[i])] = -static_cast<double>(i);
}

Action UniformProgress::instance(const Market& market, int region) {
  const auto on_demand_here = [&] { return region == fallback(market) ? Action::on_demand : Action::next; };
  switch (want_.mode) {
    case Mode::idle:
      return Action::idle;
    case Mode::on_demand:
      return market.job().runs == Mode::on_demand ? Action::keep : on_demand_here();
    case Mode::spot:
      break;
  }
  if (!asks_for_spot_) return Action::keep;
  if (!market.exhausted()) {
    return market.asked() < ranked_count_ ? Action::spot : Action::next;
  }
  // No spot anywhere. On-demand was given up for it, if the job was on that.
  if (want_.leaves_on_demand) return Action::idle;
  return uniform_progress(market, Mode::idle, false).mode == Mode::on_demand ? on_demand_here() : Action::idle;
}

int UniformProgress::fallback(const Market& market) const {
  return market.job().runs != Mode::idle ? market.job().region : std::max(market.job().home, 0);
}

void UpSwitching::look(const Market& market) {
  if (market.job().runs != Mode::idle) last_active_ = market.job().region;
}

std::vector<int> UpSwitching::ranked(const Market& market) {
  std::vector<int> order = all_regions(market);
  const auto left_last = [&](int region) {
    const std::vector<Region>& regions = market.fleet().regions;
    return last_active_ >= 0 &&
           regions[static_cast<std::size_t>(region)].area == regions[static_cast<std::size_t>(last_active_)].area;
  };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    if (left_last(a) != left_last(b)) return left_last(b);
    return market.spot_price(a) < market.spot_price(b);
  });
  return order;
}

UpAvailability::UpAvailability(const Market& market)
    : samples_(market.fleet().size()),
      next_probe_(market.fleet().size(), 0),
      next_sample_(market.fleet().size(), 0),
      interval_(in_ticks(market, 2 * hour)) {}

void UpAvailability::record(int region, bool found) {
  std::vector<bool>& samples = samples_[static_cast<std::size_t>(region)];
  if (samples.size() == window) samples.erase(samples.begin());
  samples.push_back(found);
}

double UpAvailability::share(int region) const {
  const std::vector<bool>& samples = samples_[static_cast<std::size_t>(region)];
  if (samples.empty()) return 0.5;
  return static_cast<double>(std::count(samples.begin(), samples.end(), true)) / static_cast<double>(samples.size());
}

void UpAvailability::read_events(const Market& market) {
  for (; read_ < market.events().size(); ++read_) {
    const Event& event = market.events()[read_];
    switch (event.kind) {
      case Event::Kind::started_spot:
        record(event.region, true);
        next_sample_[static_cast<std::size_t>(event.region)] = event.tick + interval_;
        main_ = event.region;
        break;
      case Event::Kind::refused:
      case Event::Kind::probe_refused:
        record(event.region, false);
        break;
      case Event::Kind::probe_found:
        record(event.region, true);
        break;
      default:
        break;
    }
  }
}

void UpAvailability::look(const Market& market) {
  read_events(market);
  const Job& job = market.job();
  if (main_ >= 0 && !runs_spot_in(market, main_)) {
    record(main_, false);
    main_ = -1;
  }
  if (main_ < 0 && job.runs == Mode::spot) main_ = job.region;
  if (main_ >= 0 && job.tick >= next_sample_[static_cast<std::size_t>(main_)]) {
    record(main_, true);
    next_sample_[static_cast<std::size_t>(main_)] = job.tick + interval_;
  }
}

std::vector<int> UpAvailability::ranked(const Market& market) {
  std::vector<int> order = all_regions(market);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return share(a) > share(b); });
  return order;
}

bool UpAvailability::stays(const Market& market, const std::vector<int>& order) {
  return share(market.job().region) >= share(order.front()) - 1e-6;
}

bool UpAvailability::probe(const Market& market, int region) {
  read_events(market);
  if (market.settled_mode() != Mode::spot) return false;
  const std::int64_t now = market.job().tick;
  if (chosen_tick_ != now) {
    chosen_tick_ = now;
    chosen_ = -1;
    for (const int one : all_regions(market)) {
      const auto at = static_cast<std::size_t>(one);
      if (one == market.settled_region() || now < next_probe_[at]) continue;
      if (chosen_ < 0 || samples_[at].size() < samples_[static_cast<std::size_t>(chosen_)].size()) chosen_ = one;
    }
  }
  if (region != chosen_) return false;
  next_probe_[static_cast<std::size_t>(region)] = now + interval_;
  return true;
}

UpAvailabilityPrice::UpAvailabilityPrice(const Market& market)
    : found_(market.fleet().size(), 0),
      samples_(market.fleet().size(), 0),
      next_probe_(market.fleet().size(), 0),
      interval_(in_ticks(market, hour)) {}

void UpAvailabilityPrice::record(int region, bool found) {
  ++samples_[static_cast<std::size_t>(region)];
  found_[static_cast<std::size_t>(region)] += found ? 1 : 0;
}

double UpAvailabilityPrice::score(const Market& market, int region) const {
  const auto at = static_cast<std::size_t>(region);
  const double share = samples_[at] == 0 ? 0.5 : static_cast<double>(found_[at]) / static_cast<double>(samples_[at]);
  return share / std::max(market.spot_price(region), 1e-9);
}

void UpAvailabilityPrice::read_events(const Market& market) {
  for (; read_ < market.events().size(); ++read_) {
    const Event& event = market.events()[read_];
    switch (event.kind) {
      case Event::Kind::started_spot:
        record(event.region, true);
        next_probe_[static_cast<std::size_t>(event.region)] = event.tick + interval_;
        main_ = event.region;
        break;
      case Event::Kind::refused:
      case Event::Kind::probe_refused:
        record(event.region, false);
        break;
      case Event::Kind::probe_found:
        record(event.region, true);
        break;
      default:
        break;
    }
  }
}

void UpAvailabilityPrice::look(const Market& market) {
  read_events(market);
  if (main_ >= 0 && !runs_spot_in(market, main_)) {
    record(main_, false);
    main_ = -1;
  }
  if (main_ >= 0 && market.job().tick >= next_probe_[static_cast<std::size_t>(main_)]) {
    record(main_, true);
    next_probe_[static_cast<std::size_t>(main_)] = market.job().tick + interval_;
  }
}

std::vector<int> UpAvailabilityPrice::ranked(const Market& market) {
  std::vector<int> order = all_regions(market);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return score(market, a) > score(market, b); });
  return order;
}

bool UpAvailabilityPrice::stays(const Market& market, const std::vector<int>& order) {
  main_ = market.job().region;
  return score(market, main_) >= 0.9 * score(market, order.front());
}

int UpAvailabilityPrice::fallback(const Market& market) const {
  return market.job().runs != Mode::idle ? market.job().region : 0;
}

bool UpAvailabilityPrice::probe(const Market& market, int region) {
  read_events(market);
  const bool spot_wanted = want_.mode == Mode::spot;
  auto& next = next_probe_[static_cast<std::size_t>(region)];
  if (!spot_wanted || market.job().tick < next) return false;
  next = market.job().tick + interval_;
  return true;
}

}  // namespace syswright::multi_region
