#include <algorithm>
#include <limits>

#include "domains/multi_region/market.h"

// What a policy is shown: worked out only where it is read.
namespace syswright::multi_region {
namespace {

constexpr double seconds(Milliseconds time) { return static_cast<double>(time) / 1000; }
constexpr double per_second(double hourly) { return hourly / 3600; }

std::uint64_t bit(std::size_t fact) { return std::uint64_t{1} << fact; }

}  // namespace

void Market::learn_masks(const ProgramState& state) {
  masks_known_ = true;
  if (state.program() == nullptr) return;
  const policy::Signature& signature = *multi_region_signature();
  for (std::size_t decision = 0; decision < signature.decisions.size(); ++decision) {
    for (std::size_t fact = 0; fact < signature.decisions[decision].features.size(); ++fact) {
      if (state.reads(decision, fact)) wanted_[decision] |= bit(fact);
    }
    const std::uint64_t estimates = bit(job_fact_count + static_cast<std::size_t>(RegionFact::lifetime)) |
                                    bit(job_fact_count + static_cast<std::size_t>(RegionFact::volatility));
    estimating_ = estimating_ || (wanted_[decision] & estimates) != 0;
  }
  reporting_ = !state.program()->statistics().empty();
  if (estimating_) {
    lifetimes_.assign(regions(), Lifetimes(hours(setting().tick)));
    new_losses_.assign(regions(), 0);
  }
}

/// Counts the tick that is over for the volatility of every region.
void Market::grow_lifetimes() {
  for (std::size_t region = 0; region < regions(); ++region) {
    const std::int64_t start = sights_[region].run_start;
    const double age = start < 0 ? 0 : hours((job_.tick - start) * setting().tick);
    const double before = std::max(age - hours(setting().tick), 0.0);
    lifetimes_[region].expose(start >= 0, before, age, new_losses_[region]);
    new_losses_[region] = 0;
  }
}

double Market::lifetime(int region) const {
  const std::int64_t start = sights_[static_cast<std::size_t>(region)].run_start;
  const double age = start < 0 ? 0 : hours((job_.tick - start) * setting().tick);
  const double left = seconds(setting().deadline - elapsed(setting(), job_));
  return std::min(lifetimes_[static_cast<std::size_t>(region)].expected(age) * 3600, left);
}

void Market::fill(Ask& ask, int subject, const ProgramState& state) {
  if (!state.reads_any(ask.decision)) return;
  const std::uint64_t wanted = wanted_[ask.decision];
  const bool ranks = subject < 0;
  const std::size_t own = ranks ? 0 : region_fact_count;
  const std::size_t asking = static_cast<Question>(ask.decision) == Question::instance ? asking_fact_count : 0;
  ask.globals.assign(job_fact_count + own + asking, 0);
  for (std::size_t fact = 0; fact < job_fact_count; ++fact) {
    if ((wanted & bit(fact)) != 0) ask.globals[fact] = job_fact(static_cast<JobFact>(fact));
  }
  if (ranks) ask.columns.assign(region_fact_count * regions(), 0);
  for (std::size_t fact = 0; fact < region_fact_count; ++fact) {
    if ((wanted & bit(job_fact_count + fact)) == 0) continue;
    if (!ranks) {
      ask.globals[job_fact_count + fact] = region_fact(static_cast<RegionFact>(fact), subject);
      continue;
    }
    double* column = ask.columns.data() + fact * regions();
    for (std::size_t region = 0; region < regions(); ++region) {
      column[region] = region_fact(static_cast<RegionFact>(fact), static_cast<int>(region));
    }
  }
  if (asking > 0) {
    ask.globals[job_fact_count + region_fact_count + static_cast<std::size_t>(AskingFact::exhausted)] = exhausted();
    ask.globals[job_fact_count + region_fact_count + static_cast<std::size_t>(AskingFact::asked)] =
        static_cast<double>(asked_);
  }
}

double Market::job_fact(JobFact fact) const {
  const Setting& set = setting();
  const Milliseconds passed = elapsed(set, job_);
  const Milliseconds remaining = set.job - job_.done;
  const Milliseconds left = set.deadline - passed;
  const auto cheapest = [this](auto price_of) {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t region = 0; region < regions(); ++region) least = std::min(least, price_of(region));
    return least;
  };
  const auto on_demand = [this](std::size_t region) { return fleet().regions[region].on_demand_price; };
  const auto spot = [this](std::size_t region) { return spot_price(static_cast<int>(region)); };
  switch (fact) {
    case JobFact::elapsed:
      return seconds(passed);
    case JobFact::done:
      return seconds(job_.done);
    case JobFact::remaining:
      return seconds(remaining);
    case JobFact::time_left:
      return seconds(left);
    case JobFact::slack:
      return seconds(left - remaining);
    case JobFact::reserve:
      return seconds((ticks_left(set, job_) - ticks_needed(set, job_, 1)) * set.tick);
    case JobFact::lead:
      return lead(set, job_, 0) / 1000;
    case JobFact::overhead:
      return seconds(set.overhead);
    case JobFact::pending:
      return job_.runs == Mode::idle ? 0 : seconds(job_.pending);
    case JobFact::tick:
      return seconds(set.tick);
    case JobFact::job:
      return seconds(set.job);
    case JobFact::deadline:
      return seconds(set.deadline);
    case JobFact::running_for:
      return job_.runs == Mode::idle ? 0 : seconds((job_.tick - started_at_) * set.tick);
    case JobFact::holds_spot:
      return job_.runs == Mode::spot;
    case JobFact::holds_on_demand:
      return job_.runs == Mode::on_demand;
    case JobFact::preempted:
      return preempted_;
    case JobFact::value_printed: {
      const double required = static_cast<double>(remaining) / static_cast<double>(left);
      const double achieved = job_.done > 0 ? static_cast<double>(job_.done) / static_cast<double>(passed)
                                            : static_cast<double>(set.job) / static_cast<double>(set.deadline);
      return per_second(cheapest(on_demand) * required / achieved);
    }
    case JobFact::value_planned: {
      const double ratio = static_cast<double>(remaining) * static_cast<double>(set.deadline) /
                           (static_cast<double>(left) * static_cast<double>(set.job));
      return per_second(std::max(cheapest(on_demand) * ratio, cheapest(spot)));
    }
    case JobFact::cheapest_on_demand:
      return per_second(cheapest(on_demand));
    case JobFact::cheapest_spot:
      return per_second(cheapest(spot));
  }
  return 0;
}

double Market::region_fact(RegionFact fact, int region) const {
  const Sight& sight = sights_[static_cast<std::size_t>(region)];
  const Region& place = fleet().regions[static_cast<std::size_t>(region)];
  const Milliseconds tick = setting().tick;
  switch (fact) {
    case RegionFact::spot_price:
      return per_second(spot_price(region));
    case RegionFact::on_demand_price:
      return per_second(place.on_demand_price);
    case RegionFact::egress:
      return fleet().egress_to(job_.home, region);
    case RegionFact::start_time:
      return seconds(setting().overhead + fleet().transfer_to(job_.home, region));
    case RegionFact::home:
      return region == std::max(job_.home, 0);
    case RegionFact::runs_here:
      return region == job_.region;
    case RegionFact::near:
      return job_.home >= 0 && place.area == fleet().regions[static_cast<std::size_t>(job_.home)].area;
    case RegionFact::refused:
      return (refused_ >> region & 1u) != 0;
    case RegionFact::seen:
      return sight.seen > 0;
    case RegionFact::last_available:
      return sight.available;
    case RegionFact::since_seen:
      return seconds((job_.tick - std::max<std::int64_t>(sight.last_tick, 0)) * tick);
    case RegionFact::available_share:
      return sight.share();
    case RegionFact::recent_share:
      return sight.recent_share();
    case RegionFact::age:
      return sight.run_start < 0 ? 0 : seconds((job_.tick - sight.run_start) * tick);
    case RegionFact::lifetime:
      return lifetime(region);
    case RegionFact::volatility:
      return lifetimes_[static_cast<std::size_t>(region)].volatility();
    case RegionFact::losses:
      return static_cast<double>(sight.losses);
  }
  return 0;
}

}  // namespace syswright::multi_region
