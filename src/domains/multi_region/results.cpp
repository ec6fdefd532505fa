#include <algorithm>

#include "domains/multi_region/market.h"

namespace syswright::multi_region {

Evaluation evaluation_of(const Setup& setup, std::span<const Account> accounts) {
  Evaluation evaluation;
  evaluation.metrics.assign(measure_count, 0);
  const auto add = [&](Measure measure, double value) {
    evaluation.metrics[static_cast<std::size_t>(measure)] += value;
  };
  const double tick = static_cast<double>(setup.setting.tick) / 1000;
  const double penalty = lateness_penalty(setup);
  double probes = 0;
  double last_ticks = 0;
  for (const Account& account : accounts) {
    const double cost = account.spend() + (account.late ? penalty : 0);
    evaluation.blocks.push_back({cost, 1});
    add(Measure::cost, cost);
    add(Measure::deadline_misses, account.late);
    add(Measure::compute, account.compute);
    add(Measure::egress_spend, account.egress);
    add(Measure::probing, account.probing);
    add(Measure::on_demand_time, static_cast<double>(account.on_demand_ticks) * tick);
    add(Measure::spot_time, static_cast<double>(account.spot_ticks) * tick);
    add(Measure::migrations, static_cast<double>(account.migrations));
    add(Measure::preemptions, static_cast<double>(account.preemptions));
    probes += static_cast<double>(account.probes);
    last_ticks += account.last_tick;
  }
  const auto jobs = static_cast<double>(std::max<std::size_t>(accounts.size(), 1));
  for (std::size_t i = 0; i < measure_count; ++i) {
    if (i != static_cast<std::size_t>(Measure::deadline_misses)) evaluation.metrics[i] /= jobs;
  }
  evaluation.details = {{"jobs", static_cast<double>(accounts.size())},
                        {"probes_a_job", probes / jobs},
                        {"last_tick_spend", last_ticks / jobs}};
  evaluation.events = setup.instances.size() * static_cast<std::uint64_t>(setup.setting.ticks());
  return evaluation;
}

Evaluation failed_evaluation(const Setup& setup, std::string why) {
  // Every tick in the dearest way, a move and a probe of every region in each: more than anyone can spend.
  const auto ticks = static_cast<double>(setup.setting.ticks() + 2);
  const double hours = static_cast<double>(setup.setting.tick) / 3'600'000;
  const double probe_hours = static_cast<double>(setup.setting.probe_charge) / 3'600'000;
  double dearest = 0;
  double farthest = 0;
  for (const Region& region : setup.fleet.regions) dearest = std::max(dearest, region.on_demand_price);
  for (const double egress : setup.fleet.egress) farthest = std::max(farthest, egress);
  for (const Instance& instance : setup.instances) {
    for (const auto& prices : instance.recording->spot_prices) {
      dearest = std::max(dearest, *std::max_element(prices.begin(), prices.end()));
    }
  }
  Account worst;
  worst.compute = dearest * hours * ticks;
  worst.egress = farthest * ticks;
  worst.probing = dearest * probe_hours * ticks * static_cast<double>(setup.fleet.size());
  worst.spot_ticks = worst.on_demand_ticks = worst.migrations = worst.preemptions = setup.setting.ticks() + 2;
  worst.late = true;
  Evaluation evaluation = evaluation_of(setup, std::vector<Account>(setup.instances.size(), worst));
  evaluation.status = Evaluation::Status::failed;
  evaluation.failure = std::move(why);
  evaluation.details.clear();
  // Of time on spot more is better.
  evaluation.metrics[static_cast<std::size_t>(Measure::spot_time)] = 0;
  return evaluation;
}

}  // namespace syswright::multi_region
