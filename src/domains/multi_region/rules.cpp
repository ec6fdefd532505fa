#include "domains/multi_region/rules.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <limits>
#include <span>

#include "base/error.h"
#include "base/text.h"

namespace syswright::multi_region {
namespace {

std::string duration(Milliseconds time) { return format_duration(static_cast<double>(time) / 1000); }
bool usable(double price) { return std::isfinite(price) && price >= 0 && price < 1e6; }

void check_setting(const Setting& setting) {
  if (setting.tick <= 0 || setting.job <= 0 || setting.overhead < 0 || setting.probe_charge < 0) {
    throw InputError("a tick and a job must last longer than nothing, an overhead and a probe not less than nothing");
  }
  if (!(setting.checkpoint_gb >= 0 && setting.checkpoint_gb < 1e6)) {
    throw InputError("a checkpoint must be of 0 to a million GB");
  }
  if (ceil_divide(setting.job + setting.overhead, setting.tick) > setting.ticks()) {
    throw InputError(fmt::format(
        "a job of {} that takes {} to start cannot be done within {} in ticks of {}: give a later deadline",
        duration(setting.job), duration(setting.overhead), duration(setting.deadline), duration(setting.tick)));
  }
}

void check_fleet(const Fleet& fleet) {
  constexpr std::size_t most_regions = 64;
  if (fleet.size() == 0 || fleet.size() > most_regions) {
    throw InputError(fmt::format("{} regions; a job needs one to {}", fleet.size(), most_regions));
  }
  for (const Region& region : fleet.regions) {
    if (!usable(region.on_demand_price) || region.on_demand_price == 0) {
      throw InputError(fmt::format("{}: the on-demand price must be a number of dollars an hour above 0", region.name));
    }
  }
}

int cheapest_on_demand(const Setting& setting, const Fleet& fleet, const Job& job) {
  const double hours = static_cast<double>(setting.job - job.done) / 3'600'000;
  int best = -1;
  double least = std::numeric_limits<double>::infinity();
  for (int region = 0; region < static_cast<int>(fleet.size()); ++region) {
    if (fleet.transfer_to(job.home, region) > 0) continue;
    const double cost =
        fleet.regions[static_cast<std::size_t>(region)].on_demand_price * hours + fleet.egress_to(job.home, region);
    if (cost < least) {
      least = cost;
      best = region;
    }
  }
  return best;
}

}  // namespace

int net_region(const Setting& setting, const Fleet& fleet, const Job& job) {
  const bool in_time = ceil_divide(setting.job - job.done + job.pending, setting.tick) <= ticks_left(setting, job);
  if (job.runs == Mode::on_demand && in_time) return job.region;
  if (job.runs != Mode::idle && fleet.transfer_to(job.home, job.region) == 0) return job.region;
  return cheapest_on_demand(setting, fleet, job);
}

double lateness_penalty(const Setup& setup) {
  double dearest = 0;
  for (const Region& region : setup.fleet.regions) dearest = std::max(dearest, region.on_demand_price);
  return 10 * dearest * static_cast<double>(setup.setting.job) / 3'600'000;
}

Digest digest_of(const Setup& setup) {
  const Setting& setting = setup.setting;
  DigestBuilder builder;
  builder.add("multi-region scenario")
      .add(setting.tick)
      .add(setting.job)
      .add(setting.deadline)
      .add(setting.overhead)
      .add(setting.checkpoint_gb)
      .add(setting.probe_charge)
      .add(setting.probe_every)
      .add(setup.fleet.size());
  for (const Region& region : setup.fleet.regions) {
    builder.add(region.name).add(region.area).add(region.continent).add(region.on_demand_price);
  }
  builder.add_column(std::span(setup.fleet.egress)).add_column(std::span(setup.fleet.transfers));
  // The whole of a recording: the reference that knows how long spot lasts may look beyond the deadline.
  const Recording* last = nullptr;
  for (const Instance& instance : setup.instances) {
    builder.add(instance.start).add(instance.recording.get() == last);
    if (instance.recording.get() == last) continue;
    last = instance.recording.get();
    for (const auto& column : last->available) builder.add_column(std::span(column));
    for (const auto& column : last->spot_prices) builder.add_column(std::span(column));
  }
  return builder.finish();
}

void check(const Setup& setup) {
  check_setting(setup.setting);
  check_fleet(setup.fleet);
  if (setup.instances.empty()) throw InputError("a scenario without jobs: give a trace that is long enough for one");
  for (const Instance& instance : setup.instances) {
    for (std::size_t region = 0; region < setup.fleet.size(); ++region) {
      const std::vector<double>& prices = instance.recording->spot_prices[region];
      if (prices.empty() || !std::all_of(prices.begin(), prices.end(), usable)) {
        throw InputError(
            fmt::format("{}: spot prices must be there, finite and not negative", setup.fleet.regions[region].name));
      }
    }
  }
}

std::string area_of(const std::string& zone) {
  if (zone.size() < 3 || std::isalpha(static_cast<unsigned char>(zone.back())) == 0) return zone;
  const char before = zone[zone.size() - 2];
  if (before == '-') return zone.substr(0, zone.size() - 2);
  if (std::isdigit(static_cast<unsigned char>(before)) != 0) return zone.substr(0, zone.size() - 1);
  return zone;
}

std::string continent_of(const std::string& area) { return area.substr(0, area.find('-')); }

}  // namespace syswright::multi_region
