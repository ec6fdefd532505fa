#include "domains/spot/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "domains/spot/baselines.h"
#include "domains/spot/cheats.h"
#include "domains/spot/exemplars.h"
#include "domains/spot/features.h"
#include "domains/spot/scenario.h"
#include "domains/spot/skypilot_strategy.h"
#include "domains/spot/spot.h"

namespace syswright::spot {
namespace {

/// The series of the public score; of each, `windows` of the 300 windows there are.
constexpr std::array<const char*, 6> public_series{"us-west-2a_k80_8",  "us-west-2b_k80_1",  "us-west-2b_k80_8",
                                                   "us-west-2a_v100_1", "us-west-2a_v100_8", "us-west-2b_v100_1"};

bool is_public(const std::string& name) {
  return std::find(public_series.begin(), public_series.end(), name) != public_series.end();
}

std::string short_time(Milliseconds time) { return format_quantity(static_cast<double>(time) / 1000, time_dimension); }

/// Place i of `count` in 0 … last, first and last included.
std::size_t spread(std::size_t i, std::size_t count, std::size_t last) {
  if (count < 2) return last / 2;
  return static_cast<std::size_t>(
      std::llround(static_cast<double>(i) * static_cast<double>(last) / static_cast<double>(count - 1)));
}

}  // namespace

std::unique_ptr<const Domain> make_spot_domain() { return std::make_unique<SpotDomain>(); }

SpotDomain::SpotDomain()
    : metrics_{{"cost", money_dimension, true,
                "mean dollars a job; a job that is late pays ten times its price on demand besides"},
               {"deadline_misses", number_dimension, true, "jobs that were late, of all of the scenario"},
               {"spend", money_dimension, true, "mean dollars a job for instances alone"},
               {"on_demand_time", time_dimension, true, "mean time a job that was paid on demand"},
               {"spot_time", time_dimension, false, "mean time a job that was paid on spot"},
               {"preemptions", number_dimension, true, "mean number a job of spot instances lost while in use"}} {
  for (const NativePolicy& policy : native_policies()) {
    baselines_.push_back({std::string(policy.name), std::string(policy.doc), std::string(policy.source)});
  }
}

const std::shared_ptr<const policy::Signature>& SpotDomain::signature() const { return spot_signature(); }
std::span<const std::string> SpotDomain::exemplars() const { return spot_exemplars(); }
std::span<const Cheat> SpotDomain::cheats() const { return spot_cheats(); }

std::span<const HostExport> SpotDomain::host_exports() const {
  static const std::array<HostExport, 1> hosts{
      {{"skypilot-strategy", "python", ".py",
        "a strategy class and Solution for the public Can't-Be-Late simulator and its leaderboard",
        write_skypilot_strategy}}};
  return hosts;
}

std::unique_ptr<Workload> SpotDomain::open(const ScenarioRequest& request) const {
  SpotOptions options = read_options(request);
  if (request.workload.empty()) {
    if (options.prices == "trace") throw InputError("prices: the generated market has none; name a trace that has");
    if (options.cut != Cut::split) {
      throw InputError("set: the generated market has no public windows; name the folder that has them by --trace");
    }
  }
  const bool from_trace = options.prices == "trace";
  MarketTrace trace = request.workload.empty() ? generate_market(request.seed)
                                               : read_market_trace(request.workload, {.format = request.format,
                                                                                      .polarity = options.polarity,
                                                                                      .tick = options.tick,
                                                                                      .trace_prices = from_trace});
  if (!options.prices.empty() && !from_trace) add_prices(trace, options.prices);
  return std::make_unique<SpotWorkload>(std::move(trace), std::move(options));
}

SpotWorkload::SpotWorkload(MarketTrace trace, SpotOptions options)
    : trace_(std::move(trace)), options_(std::move(options)) {
  summary_.name = trace_.name;
  summary_.warnings = trace_.warnings;
  if (options_.cut == Cut::published) {
    summary_.warnings.emplace_back(
        "set: a search over the public scenarios is judged on the same ones, as the published policies were; nothing "
        "is "
        "held out (--set unseen holds them out)");
  }
  std::size_t windows = 0;
  std::int64_t ticks = 0;
  for (const Place& place : trace_.places) {
    windows += place.windows.size();
    ticks += place.ticks();
  }
  const auto fact = [this](const char* name, std::string value) {
    summary_.facts.emplace_back(name, std::move(value));
  };
  fact("format", trace_.format);
  fact("series", with_thousands(static_cast<std::uint64_t>(trace_.places.size())));
  if (windows > 0) fact("windows", with_thousands(static_cast<std::uint64_t>(windows)));
  fact("ticks", with_thousands(ticks));
  fact("tick", short_time(trace_.tick));
  fact("spot available", fmt::format("{:.1f}% ({})", 100 * trace_.availability(), trace_.polarity));
  for (const Milliseconds deadline : options_.deadlines) needed_ = std::max(needed_, deadline / trace_.tick);
  if (needed_ == 0) throw InputError("deadline: shorter than a tick of the trace");
}

std::vector<SpotWorkload::Stretch> SpotWorkload::everywhere() const {
  std::vector<Stretch> stretches;
  for (const Place& place : trace_.places) stretches.push_back({&place, 0, 1});
  return stretches;
}

std::vector<Instance> SpotWorkload::jobs_in(const std::vector<Stretch>& stretches, const std::string& part) const {
  std::vector<Instance> jobs;
  for (const Stretch& stretch : stretches) {
    const auto ticks = static_cast<double>(stretch.place->ticks());
    const auto from = static_cast<std::int64_t>(std::ceil(stretch.from * ticks));
    const auto to = static_cast<std::int64_t>(stretch.to * ticks);
    if (const SeriesPtr& whole = stretch.place->whole) {
      if (to - from < needed_) continue;
      const auto last = static_cast<std::size_t>(to - from - needed_);
      const std::size_t count = std::min(options_.windows, last + 1);
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t start = static_cast<std::size_t>(from) + spread(i, count, last);
        jobs.push_back({whole, start, fmt::format("{} from tick {}", whole->name, start)});
      }
      continue;
    }
    std::vector<const Place::Window*> inside;
    for (const Place::Window& window : stretch.place->windows) {
      const std::int64_t first = window.series->first_tick;
      const auto length = static_cast<std::int64_t>(window.series->available.size());
      if (first >= from && first + needed_ <= to && length >= needed_) inside.push_back(&window);
    }
    const std::size_t count = std::min(options_.windows, inside.size());
    for (std::size_t i = 0; i < count; ++i) {
      const Place::Window& window = *inside[spread(i, count, inside.size() - 1)];
      jobs.push_back({window.series, 0, fmt::format("{} window {}", stretch.place->name, window.name)});
    }
  }
  if (jobs.empty()) {
    throw InputError(fmt::format(
        "{}: no series is long enough for a job in {}, which may take {} ticks of {}; give a longer trace, or an "
        "earlier deadline",
        trace_.name, part, needed_, short_time(trace_.tick)));
  }
  return jobs;
}

std::vector<Instance> SpotWorkload::published() const {
  std::vector<Instance> jobs;
  for (const char* name : public_series) {
    const auto place =
        std::find_if(trace_.places.begin(), trace_.places.end(), [name](const Place& p) { return p.name == name; });
    if (place == trace_.places.end() || place->windows.size() < options_.windows) {
      throw InputError(fmt::format(
          "set: the public scenarios need {} windows of the series {}, and {} has {}; give the folder or the CSV file "
          "that has them all",
          options_.windows, name, trace_.name, place == trace_.places.end() ? 0 : place->windows.size()));
    }
    for (std::size_t i = 0; i < options_.windows; ++i) {
      const Place::Window& window = place->windows[spread(i, options_.windows, place->windows.size() - 1)];
      jobs.push_back({window.series, 0, fmt::format("{} window {}", name, window.name)});
    }
  }
  return jobs;
}

std::vector<ScenarioPtr> SpotWorkload::made(const std::vector<Instance>& jobs, const std::string& part) const {
  std::vector<ScenarioPtr> scenarios;
  for (const Milliseconds deadline : options_.deadlines) {
    for (const Milliseconds overhead : options_.overheads) {
      Setup setup;
      setup.setting = {
          .tick = trace_.tick, .job = options_.job, .deadline = deadline, .overhead = overhead, .net = options_.net};
      setup.spot_price = options_.spot_price;
      setup.on_demand_price = options_.on_demand_price;
      setup.instances = jobs;
      setup.name = fmt::format("deadline {}, overhead {}", short_time(deadline), short_time(overhead));
      setup.label = fmt::format("{}, {}, {} jobs, {}", trace_.name, part, jobs.size(), setup.name);
      scenarios.push_back(std::make_shared<SpotScenario>(std::move(setup)));
    }
  }
  return scenarios;
}

std::vector<ScenarioPtr> SpotWorkload::scenarios() const {
  if (options_.cut == Cut::published) return made(published(), "public set");
  return made(jobs_in(everywhere(), "the whole trace"), "whole");
}

Suite SpotWorkload::suite() const {
  Suite suite{.name = trace_.name};
  if (options_.cut == Cut::published) {
    suite.train = suite.validation = suite.test = made(published(), "public set");
    return suite;
  }
  std::vector<Stretch> train;
  std::vector<Stretch> validation;
  std::vector<Stretch> test;
  if (options_.cut == Cut::unseen) {
    for (const Place& place : trace_.places) {
      if (is_public(place.name)) continue;
      train.push_back({&place, 0, 0.5});
      validation.push_back({&place, 0.5, 1});
    }
    suite.test = made(published(), "public set");
  } else {
    std::set<std::string> zones;
    for (const Place& place : trace_.places) zones.insert(place.zone());
    const std::size_t kept = zones.size() - (zones.size() + 2) / 3;
    for (const Place& place : trace_.places) {
      const auto rank = static_cast<std::size_t>(std::distance(zones.begin(), zones.find(place.zone())));
      if (zones.size() == 1) {
        train.push_back({&place, 0, 1.0 / 3});
        validation.push_back({&place, 1.0 / 3, 2.0 / 3});
        test.push_back({&place, 2.0 / 3, 1});
      } else if (rank < kept) {
        train.push_back({&place, 0, 0.5});
        validation.push_back({&place, 0.5, 1});
      } else {
        test.push_back({&place, 0.5, 1});
      }
    }
    suite.test = made(jobs_in(test, "the test part"), "test");
  }
  suite.train = made(jobs_in(train, "the training part"), "training");
  suite.validation = made(jobs_in(validation, "the validation part"), "validation");
  return suite;
}

}  // namespace syswright::spot
