#include "domains/multi_region/optimum.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace syswright::multi_region {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr Milliseconds most_units = 4096;

/// Cheapest way to each amount of lost time, in units.
using Costs = std::vector<double>;

/// to[i + shift] = min(itself, from[i] + price): the hot loop, of independent elements.
void relax(Costs& to, const Costs& from, std::size_t shift, double price) {
  if (shift >= to.size()) return;
  double* out = to.data() + shift;
  const double* in = from.data();
  const std::size_t count = to.size() - shift;
  for (std::size_t i = 0; i < count; ++i) out[i] = std::min(out[i], in[i] + price);
}

/// A region: cheapest ways to stand there at the start of a tick.
struct Place {
  Costs idle;               ///< the checkpoint is there
  std::vector<Costs> spot;  ///< by how many ticks of the start are over; the last runs on without loss
  std::vector<Costs> on_demand;
  Costs any;  ///< the least of all these
};

class Programme {
 public:
  Programme(const Setup& setup, const Instance& instance) : setup_(setup), instance_(instance) {
    const Setting& setting = setup.setting;
    const Milliseconds slack = setting.ticks() * setting.tick - setting.job;
    Milliseconds overhead = setting.overhead;
    unit_ = std::gcd(setting.tick, overhead);
    if (slack / unit_ > most_units) {
      const Milliseconds coarse = std::max<Milliseconds>(setting.tick / 20, 1);
      overhead -= overhead % coarse;
      unit_ = std::gcd(setting.tick, overhead);
    }
    units_ = static_cast<std::size_t>(slack / unit_) + 1;
    for (Milliseconds left = overhead; left > 0; left -= setting.tick) {
      start_losses_.push_back(in_units(std::min(left, setting.tick)));
    }
    if (start_losses_.empty()) start_losses_.push_back(0);
    hours_ = static_cast<double>(setting.tick) / 3'600'000;
  }

  double run() {
    const Costs none(units_, never);
    const std::vector<Costs> stages(start_losses_.size(), none);
    now_.assign(setup_.fleet.size(), {none, stages, stages, none});
    next_ = now_;
    fresh_ = none;
    fresh_[0] = 0;
    double best = never;
    for (std::int64_t tick = 0; tick < setup_.setting.ticks(); ++tick) {
      step(tick);
      best = std::min(best, cheapest_finished((tick + 1) * setup_.setting.tick));
    }
    // Dollars are added in another order than the market adds them.
    return best * (1 - 1e-12);
  }

 private:
  std::size_t in_units(Milliseconds time) const { return static_cast<std::size_t>(time / unit_); }

  void step(std::int64_t tick) {
    const std::size_t lost = in_units(setup_.setting.tick);
    for (Place& place : now_) {
      place.any = place.idle;
      for (const Costs& costs : place.spot) relax(place.any, costs, 0, 0);
      for (const Costs& costs : place.on_demand) relax(place.any, costs, 0, 0);
    }
    for (std::size_t to = 0; to < now_.size(); ++to) {
      Place& next = next_[to];
      std::fill(next.idle.begin(), next.idle.end(), never);
      relax(next.idle, now_[to].any, lost, 0);
      arrive_ = fresh_;
      for (std::size_t from = 0; from < now_.size(); ++from) {
        relax(arrive_, now_[from].any, 0, setup_.fleet.egress_to(static_cast<int>(from), static_cast<int>(to)));
      }
      enter(next.on_demand, now_[to].on_demand, true, setup_.fleet.regions[to].on_demand_price * hours_);
      enter(next.spot, now_[to].spot, instance_.available(to, tick), instance_.spot_price(to, tick) * hours_);
    }
    Costs waited(units_, never);
    relax(waited, fresh_, lost, 0);
    fresh_ = std::move(waited);
    std::swap(now_, next_);
  }

  /// Runs on, or starts from wherever the job is.
  void enter(std::vector<Costs>& next, const std::vector<Costs>& now, bool possible, double price) {
    for (Costs& costs : next) std::fill(costs.begin(), costs.end(), never);
    if (!possible) return;
    const std::size_t last = now.size() - 1;
    for (std::size_t stage = 0; stage < last; ++stage) {
      relax(next[stage + 1], now[stage], start_losses_[stage + 1], price);
    }
    relax(next[last], now[last], 0, price);
    relax(next[0], arrive_, start_losses_[0], price);
  }

  /// All work is done where no more time is lost than the job leaves free.
  double cheapest_finished(Milliseconds elapsed) const {
    if (elapsed < setup_.setting.job) return never;
    const std::size_t end = std::min(units_, in_units(elapsed - setup_.setting.job) + 1);
    double best = never;
    for (const Place& place : now_) {
      for (const auto* stages : {&place.spot, &place.on_demand}) {
        for (const Costs& costs : *stages) {
          best = std::min(best, *std::min_element(costs.begin(), costs.begin() + static_cast<std::ptrdiff_t>(end)));
        }
      }
    }
    return best;
  }

  const Setup& setup_;
  const Instance& instance_;
  Milliseconds unit_ = 1;
  std::size_t units_ = 0;
  std::vector<std::size_t> start_losses_;  ///< [stages] units lost in each tick of a start
  double hours_ = 0;
  std::vector<Place> now_;
  std::vector<Place> next_;
  Costs fresh_;   ///< the job never ran
  Costs arrive_;  ///< ways to bring it to a region
};

}  // namespace

double cheapest_in_time(const Setup& setup, const Instance& instance) { return Programme(setup, instance).run(); }

}  // namespace syswright::multi_region
