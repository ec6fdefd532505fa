#include "domains/spot/optimum.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace syswright::spot {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr Milliseconds most_units = Milliseconds{1} << 14;

/// Cheapest way to each amount of lost time, in units.
using Costs = std::vector<double>;

/// target[i + shift] = min(itself, source[i] + price): the hot loop, of independent elements.
void relax(Costs& target, const Costs& source, std::size_t shift, double price) {
  if (shift >= target.size()) return;
  double* to = target.data() + shift;
  const double* from = source.data();
  const std::size_t count = target.size() - shift;
  for (std::size_t i = 0; i < count; ++i) {
    const double cost = from[i] + price;
    to[i] = cost < to[i] ? cost : to[i];
  }
}

class Programme {
 public:
  Programme(const Setup& setup, const Instance& instance)
      : instance_(instance), prices_(setup), setting_(setup.setting) {
    const Milliseconds slack = setting_.ticks() * setting_.tick - setting_.job;
    unit_ = std::gcd(setting_.tick, setting_.overhead);
    if (slack / unit_ > most_units) {
      const Milliseconds coarse = std::max<Milliseconds>(setting_.tick / 100, 1);
      setting_.overhead -= setting_.overhead % coarse;
      unit_ = std::gcd(setting_.tick, setting_.overhead);
    }
    units_ = static_cast<std::size_t>(slack / unit_) + 1;
    for (Milliseconds left = setting_.overhead; left > 0; left -= setting_.tick) {
      start_losses_.push_back(in_units(std::min(left, setting_.tick)));
    }
    if (start_losses_.empty()) start_losses_.push_back(0);
  }

  double run() {
    // Of spot and on-demand: by how many ticks of a start are over; the last stage runs on without loss.
    const std::size_t stages = start_losses_.size();
    idle_.assign(units_, never);
    idle_[0] = 0;
    spot_.assign(stages, Costs(units_, never));
    on_demand_ = spot_;
    double best = never;
    for (std::int64_t tick = 0; tick < setting_.ticks(); ++tick) {
      step(tick);
      best = std::min(best, cheapest_finished((tick + 1) * setting_.tick));
    }
    return best;
  }

 private:
  std::size_t in_units(Milliseconds time) const { return static_cast<std::size_t>(time / unit_); }

  void step(std::int64_t tick) {
    const bool available = instance_.available(tick);
    next_idle_.assign(units_, never);
    next_spot_.assign(spot_.size(), Costs(units_, never));
    next_on_demand_ = next_spot_;
    const std::size_t lost = in_units(setting_.tick);
    relax(next_idle_, idle_, lost, 0);
    for (const Costs& costs : spot_) relax(next_idle_, costs, lost, 0);
    for (const Costs& costs : on_demand_) relax(next_idle_, costs, lost, 0);
    run_on(next_on_demand_, on_demand_, prices_.on_demand(instance_));
    start(next_on_demand_, spot_, prices_.on_demand(instance_));
    if (available) {
      run_on(next_spot_, spot_, prices_.spot(instance_, tick));
      start(next_spot_, on_demand_, prices_.spot(instance_, tick));
    }
    std::swap(idle_, next_idle_);
    std::swap(spot_, next_spot_);
    std::swap(on_demand_, next_on_demand_);
  }

  void run_on(std::vector<Costs>& next, const std::vector<Costs>& now, double price) const {
    const std::size_t last = now.size() - 1;
    for (std::size_t stage = 0; stage < last; ++stage)
      relax(next[stage + 1], now[stage], start_losses_[stage + 1], price);
    relax(next[last], now[last], 0, price);
  }
  /// From idling, or from the other kind.
  void start(std::vector<Costs>& next, const std::vector<Costs>& other, double price) const {
    relax(next[0], idle_, start_losses_[0], price);
    for (const Costs& costs : other) relax(next[0], costs, start_losses_[0], price);
  }

  /// All work is done where no more time is lost than the job leaves free.
  double cheapest_finished(Milliseconds elapsed) const {
    if (elapsed < setting_.job) return never;
    const std::size_t end = std::min(units_, in_units(elapsed - setting_.job) + 1);
    const auto cheapest = [end](const Costs& costs) {
      return *std::min_element(costs.begin(), costs.begin() + static_cast<std::ptrdiff_t>(end));
    };
    double best = never;
    for (const Costs& costs : spot_) best = std::min(best, cheapest(costs));
    for (const Costs& costs : on_demand_) best = std::min(best, cheapest(costs));
    return best;
  }

  const Instance& instance_;
  Prices prices_;
  Setting setting_;
  Milliseconds unit_ = 1;
  std::size_t units_ = 0;
  std::vector<std::size_t> start_losses_;  ///< [stages] units lost in each tick of a start
  Costs idle_;
  Costs next_idle_;
  std::vector<Costs> spot_;
  std::vector<Costs> next_spot_;
  std::vector<Costs> on_demand_;
  std::vector<Costs> next_on_demand_;
};

}  // namespace

double cheapest_in_time(const Setup& setup, const Instance& instance) { return Programme(setup, instance).run(); }

}  // namespace syswright::spot
