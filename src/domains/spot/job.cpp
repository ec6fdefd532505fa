#include "domains/spot/job.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace syswright::spot {
namespace {

std::string duration(Milliseconds time) { return format_duration(static_cast<double>(time) / 1000); }

}  // namespace

double lateness_penalty(const Setup& setup, const Instance& instance) {
  const double ticks = static_cast<double>(ceil_divide(setup.setting.job, setup.setting.tick));
  return 10 * ticks * Prices(setup).on_demand(instance);
}

Digest digest_of(const Setup& setup) {
  const Setting& setting = setup.setting;
  DigestBuilder builder;
  builder.add("spot scenario")
      .add(setting.tick)
      .add(setting.job)
      .add(setting.deadline)
      .add(setting.overhead)
      .add(static_cast<int>(setting.net))
      .add(setup.spot_price)
      .add(setup.on_demand_price);
  // Only what a job can see counts, so that a window is the same however it was cut.
  const auto length = static_cast<std::size_t>(setting.most_ticks());
  for (const Instance& instance : setup.instances) {
    const auto part = [&](const auto& column) {
      const std::size_t first = std::min(instance.start, column.size());
      return std::span(column).subspan(first, std::min(length, column.size() - first));
    };
    builder.add_column(part(instance.series->available)).add_column(part(instance.series->spot_prices));
    builder.add(instance.series->on_demand_price);
  }
  return builder.finish();
}

void check(const Setup& setup) {
  const Setting& setting = setup.setting;
  if (setting.tick <= 0 || setting.job <= 0 || setting.overhead < 0) {
    throw InputError("a tick and a job must last longer than nothing, and an overhead not less than nothing");
  }
  if (setup.instances.empty()) throw InputError("a scenario without jobs: give a trace with at least one window");
  if (ceil_divide(setting.job + setting.overhead, setting.tick) > setting.ticks()) {
    throw InputError(fmt::format(
        "a job of {} that takes {} to start cannot be done within {} in ticks of {}: give a later deadline",
        duration(setting.job), duration(setting.overhead), duration(setting.deadline), duration(setting.tick)));
  }
  const auto usable = [](double price) { return std::isfinite(price) && price >= 0; };
  bool usable_prices = usable(setup.spot_price) && usable(setup.on_demand_price) && setup.on_demand_price > 0;
  for (const Instance& instance : setup.instances) {
    for (const double price : instance.series->spot_prices) usable_prices = usable_prices && usable(price);
  }
  if (!usable_prices) throw InputError("prices must be finite and not negative, and that of on-demand above 0");
}

}  // namespace syswright::spot
