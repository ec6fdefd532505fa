#include "domains/multi_region/drawing.h"

#include <fmt/format.h>

#include <algorithm>

#include "domains/multi_region/market.h"

namespace syswright::multi_region {
namespace {

const char* name_of(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::refused:
      return "no spot";
    case Event::Kind::preempted:
      return "preempted";
    case Event::Kind::probe_found:
      return "probe: spot";
    case Event::Kind::probe_refused:
      return "probe: none";
    case Event::Kind::started_spot:
    case Event::Kind::started_on_demand:
    case Event::Kind::left:
      break;
  }
  return nullptr;  // shown by the spans
}

}  // namespace

void Drawing::begin(std::size_t number) {
  begun_ = true;
  number_ = number;
  const std::string group = fmt::format("job {}: {}", number + 1, setup_.instances[number].name);
  decider_ = timeline_.add_row(group, "who decides");
  work_ = timeline_.add_row(group, "work done, hours");
  timeline_.level(work_, 0, 0);
  regions_.clear();
  availability_.clear();
  for (const Region& region : setup_.fleet.regions) regions_.push_back(timeline_.add_row(group, region.name));
  for (const Region& region : setup_.fleet.regions) {
    availability_.push_back(timeline_.add_row(group, "spot in " + region.name));
  }
  rescued_at_.reset();
  stay_.reset();
}

void Drawing::ran(std::size_t number, std::int64_t tick, const Ran& ran, const Job& job, Milliseconds starting,
                  double dollars, double egress) {
  if (!begun_) begin(number);
  const double now = seconds(tick);
  if (job.rescued && !rescued_at_) rescued_at_ = now;
  if (ran.started || ran.mode == Mode::idle) end_stay(now);
  if (ran.mode == Mode::idle) return;
  const auto region = static_cast<std::size_t>(ran.region);
  if (ran.started) stay_ = {ran.mode, region, now, now + static_cast<double>(starting) / 1000, 0};
  stay_->dollars += dollars;
  if (ran.started && ran.from >= 0 && ran.from != ran.region) {
    timeline_.mark(regions_[region], "checkpoint moves here", now,
                   {{"from", setup_.fleet.regions[static_cast<std::size_t>(ran.from)].name}, {"egress, $", egress}});
  }
  timeline_.level(work_, seconds(tick + 1), static_cast<double>(job.done) / 3'600'000);
}

void Drawing::end_stay(double at) {
  if (!stay_) return;
  const Timeline::Row row = regions_[stay_->region];
  const std::string_view mode = stay_->mode == Mode::spot ? "spot" : "on demand";
  const double works_from = std::min(stay_->works_from, at);
  if (works_from > stay_->from) timeline_.span(row, "start", stay_->from, works_from, {{"on", mode}});
  if (at > works_from) timeline_.span(row, mode, works_from, at, {{"paid since the start, $", stay_->dollars}});
  stay_.reset();
}

void Drawing::draw_availability(std::int64_t ticks) {
  const Instance& instance = setup_.instances[number_];
  for (std::size_t region = 0; region < availability_.size(); ++region) {
    StateRow row(timeline_, availability_[region]);
    for (std::int64_t tick = 0; tick < ticks; ++tick) {
      row.enter(instance.available(region, tick) ? "spot" : "", seconds(tick));
    }
    row.finish(seconds(ticks));
  }
}

void Drawing::finish(const Job& job, const Account& account, std::span<const Event> events) {
  const double end = seconds(job.tick);
  end_stay(end);
  for (const Event& event : events) {
    if (const char* name = name_of(event.kind)) {
      timeline_.mark(regions_[static_cast<std::size_t>(event.region)], name, seconds(event.tick));
    }
  }
  draw_availability(job.tick);
  const double policy_end = rescued_at_.value_or(end);
  if (policy_end > 0) timeline_.span(decider_, "policy", 0, policy_end);
  if (end > policy_end) timeline_.span(decider_, "safety net", policy_end, end);
  timeline_.mark(decider_, account.late ? "done, late" : "done", end,
                 {{"paid, $", account.spend()},
                  {"instances, $", account.compute},
                  {"egress, $", account.egress},
                  {"probes, $", account.probing}});
  begun_ = false;
}

}  // namespace syswright::multi_region
