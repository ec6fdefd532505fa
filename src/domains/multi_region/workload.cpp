#include "domains/multi_region/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "base/error.h"
#include "base/text.h"
#include "domains/multi_region/cheats.h"
#include "domains/multi_region/exemplars.h"
#include "domains/multi_region/features.h"
#include "domains/multi_region/multi_region.h"
#include "domains/multi_region/native.h"
#include "domains/multi_region/scenario.h"

namespace syswright::multi_region {
namespace {

std::string short_time(Milliseconds time) { return format_quantity(static_cast<double>(time) / 1000, time_dimension); }

/// Place i of `count` in 0 … last, first and last included.
std::size_t spread(std::size_t i, std::size_t count, std::size_t last) {
  if (count < 2) return last / 2;
  return static_cast<std::size_t>(
      std::llround(static_cast<double>(i) * static_cast<double>(last) / static_cast<double>(count - 1)));
}

/// The chosen columns of a recording.
RecordingPtr only(const Recording& recording, const std::vector<std::size_t>& chosen,
                  const std::vector<std::size_t>& availability) {
  auto part = std::make_shared<Recording>();
  for (const std::size_t region : chosen) part->spot_prices.push_back(recording.spot_prices[region]);
  for (const std::size_t region : availability) part->available.push_back(recording.available[region]);
  return part;
}

}  // namespace

std::unique_ptr<const Domain> make_multi_region_domain() { return std::make_unique<MultiRegionDomain>(); }

MultiRegionDomain::MultiRegionDomain()
    : metrics_{
          {"cost", money_dimension, true,
           "mean dollars a job: instances, egress and probes; a late job pays ten times its price on demand besides"},
          {"deadline_misses", number_dimension, true, "jobs that were late, of all of the scenario"},
          {"compute", money_dimension, true, "mean dollars a job for the instances that it ran on"},
          {"egress_spend", money_dimension, true, "mean dollars a job for moving its checkpoint"},
          {"probing", money_dimension, true, "mean dollars a job for probes"},
          {"on_demand_time", time_dimension, true, "mean time a job that was paid on demand"},
          {"spot_time", time_dimension, false, "mean time a job that was paid on spot"},
          {"migrations", number_dimension, true, "mean number a job of starts in another region than the one before"},
          {"preemptions", number_dimension, true, "mean number a job of spot instances lost while in use"}} {
  for (const NativePolicy& policy : native_policies()) {
    baselines_.push_back({std::string(policy.name), std::string(policy.doc), std::string(policy.source)});
  }
}

const std::shared_ptr<const policy::Signature>& MultiRegionDomain::signature() const {
  return multi_region_signature();
}
std::span<const std::string> MultiRegionDomain::exemplars() const { return multi_region_exemplars(); }
std::span<const Cheat> MultiRegionDomain::cheats() const { return multi_region_cheats(); }

std::unique_ptr<Workload> MultiRegionDomain::open(const ScenarioRequest& request) const {
  MultiRegionOptions options = read_options(request);
  if (!request.format.empty() && request.format != "folder") {
    throw InputError(fmt::format("unknown format '{}' of regions (there is: folder)", request.format));
  }
  if (request.workload.empty() && options.windows_only) {
    throw InputError("cut: the generated regions have no numbered windows; name a folder that has by --trace");
  }
  RegionTrace trace =
      request.workload.empty() ? generate_region_trace(request.seed) : read_region_trace(request.workload, options);
  EgressTable egress = options.egress_file.empty() ? EgressTable{} : read_egress(options.egress_file);
  return std::make_unique<MultiRegionWorkload>(std::move(trace), std::move(egress), std::move(options));
}

MultiRegionWorkload::MultiRegionWorkload(RegionTrace trace, EgressTable egress, MultiRegionOptions options)
    : trace_(std::move(trace)), egress_(std::move(egress)), options_(std::move(options)) {
  summary_.name = trace_.name;
  summary_.warnings = trace_.warnings;
  const auto fact = [this](const char* name, std::string value) {
    summary_.facts.emplace_back(name, std::move(value));
  };
  fact("format", trace_.format);
  fact("regions", with_thousands(static_cast<std::uint64_t>(trace_.regions.size())));
  if (trace_.episodes.size() > 1) fact("windows", with_thousands(static_cast<std::uint64_t>(trace_.episodes.size())));
  fact("ticks", with_thousands(static_cast<std::uint64_t>(trace_.episodes.front().ticks)));
  fact("tick", short_time(trace_.tick));
  const double share = trace_.availability();
  fact("spot available", fmt::format("{:.1f}%", 100 * share));
  if (share < 0.35) {
    summary_.warnings.push_back(
        fmt::format("spot is available in only {:.0f}% of all ticks; if that is upside down, say --polarity {}",
                    100 * share, options_.polarity == Polarity::available ? "unavailable" : "available"));
  }
  const auto [first, end] = trace_.episodes.front().unmeasured;
  if (end > 0) fact("not measured", fmt::format("ticks {} to {}", first, end - 1));
  std::vector<std::size_t> every(trace_.regions.size());
  std::iota(every.begin(), every.end(), std::size_t{0});
  const std::size_t missing = make_fleet(trace_, every, 1, egress_, options_).missing;
  if (missing > 0) {
    summary_.warnings.push_back(
        fmt::format("{} of the ways between these regions have no price in {}: they take "
                    "{} dollars a GB (egress-price)",
                    missing, options_.egress_file, options_.egress_price));
  }
}

std::vector<std::size_t> MultiRegionWorkload::regions_of(const std::string& choice, Part part) const {
  std::vector<std::size_t> chosen;
  std::vector<std::string> names;
  for (const Region& region : trace_.regions) names.push_back(region.name);
  if (!choice.empty() && choice.find_first_not_of("0123456789") == std::string::npos) {
    const std::uint64_t count = parse_count(choice, "regions");
    if (count == 0 || count > names.size()) {
      throw InputError(fmt::format("regions: {} of {} that there are", choice, names.size()));
    }
    chosen.resize(count);
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  } else if (choice == "all") {
    chosen.resize(names.size());
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  } else {
    std::string rest = choice;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('+'), rest.size());
      const std::string name = rest.substr(0, end);
      rest.erase(0, end + 1);
      const auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end()) {
        throw InputError(fmt::format("regions: there is no region '{}'{} (there are: {})", name,
                                     did_you_mean(name, names), join(names)));
      }
      const auto place = static_cast<std::size_t>(found - names.begin());
      if (std::count(chosen.begin(), chosen.end(), place) > 0) {
        throw InputError(fmt::format("regions: '{}' names {} twice", choice, name));
      }
      chosen.push_back(place);
    }
  }
  if (options_.cut != Cut::zones || part == Part::all) return chosen;
  if (chosen.size() < 2) throw InputError("set: zones parts the regions, and needs two at least");
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if ((i % 2 == 1) == (part == Part::test)) kept.push_back(chosen[i]);
  }
  return kept;
}

std::vector<MultiRegionWorkload::Start> MultiRegionWorkload::starts(Part part, std::size_t needed) const {
  std::vector<Start> found;
  if (!options_.starts.empty()) {
    for (const std::size_t tick : options_.starts) {
      if (tick + needed > trace_.episodes.front().ticks) {
        throw InputError(fmt::format("starts: a job of {} ticks from tick {} ends behind the last of {}", needed, tick,
                                     trace_.episodes.front().ticks));
      }
      found.push_back({&trace_.episodes.front(), tick});
    }
    return found;
  }
  const auto part_of = [part](std::size_t from, std::size_t middle, std::size_t resume, std::size_t to) {
    const std::size_t quarter = from + (middle - from) / 2;
    switch (part) {
      case Part::train:
        return std::pair{from, quarter};
      case Part::validation:
        return std::pair{quarter, middle};
      case Part::test:
        return std::pair{resume, to};
      case Part::all:
        break;
    }
    return std::pair{from, to};
  };
  if (trace_.episodes.size() > 1) {
    const std::size_t count = trace_.episodes.size();
    const auto [from, to] = part_of(0, count / 2, count / 2, count);
    for (std::size_t i = from; i < to; ++i) {
      if (trace_.episodes[i].ticks >= needed) found.push_back({&trace_.episodes[i], 0});
    }
  } else {
    const Episode& whole = trace_.episodes.front();
    const bool gap = whole.unmeasured.second > 0;
    const auto [from, to] = part_of(0, gap ? whole.unmeasured.first : whole.ticks / 2,
                                    gap ? whole.unmeasured.second : whole.ticks / 2, whole.ticks);
    if (to >= from + needed) {
      const std::size_t last = to - from - needed;
      const std::size_t count = std::min(options_.jobs, last + 1);
      for (std::size_t i = 0; i < count; ++i) found.push_back({&whole, from + spread(i, count, last)});
    }
  }
  if (found.empty()) {
    throw InputError(
        fmt::format("{}: no part of the time is long enough for a job that may take {} ticks of {}; give a longer "
                    "trace, an earlier "
                    "deadline, or set all",
                    trace_.name, needed, short_time(trace_.tick)));
  }
  return found;
}

std::vector<MultiRegionWorkload::Choice> MultiRegionWorkload::practice_of(
    const std::vector<std::size_t>& regions) const {
  constexpr std::size_t fewest = 4;
  if (regions.size() < fewest) return {};
  std::vector<std::size_t> by_price = regions;
  const Recording& recording = *trace_.episodes.front().recording;
  std::stable_sort(by_price.begin(), by_price.end(), [&](std::size_t a, std::size_t b) {
    return recording.spot_prices[a].front() < recording.spot_prices[b].front();
  });
  const std::size_t count = by_price.size();
  std::vector<std::size_t> dearer(by_price.begin() + static_cast<std::ptrdiff_t>((count + 2) / 3), by_price.end());
  std::sort(dearer.begin(), dearer.end());
  std::vector<Choice> choices{{dearer, dearer, ", without the cheapest third"}};
  for (std::size_t quarter = 1; quarter <= 3; ++quarter) {
    Choice choice{by_price, {}, fmt::format(", availability exchanged by {}", quarter * count / 4)};
    for (std::size_t i = 0; i < count; ++i) choice.availability.push_back(by_price[(i + quarter * count / 4) % count]);
    choices.push_back(std::move(choice));
  }
  return choices;
}

std::vector<ScenarioPtr> MultiRegionWorkload::made(Part part) const {
  const bool practice = options_.practice && (part == Part::train || part == Part::validation);
  std::vector<ScenarioPtr> scenarios;
  for (const std::string& name : options_.regions) {
    const std::vector<std::size_t> regions = regions_of(name, part);
    add({regions, regions, ""}, part, scenarios);
    if (!practice) continue;
    for (const Choice& choice : practice_of(regions)) add(choice, part, scenarios);
  }
  return scenarios;
}

void MultiRegionWorkload::add(const Choice& choice, Part part, std::vector<ScenarioPtr>& scenarios) const {
  static constexpr const char* names[] = {"training", "validation", "test", "whole"};
  const std::vector<std::size_t>& chosen = choice.regions;
  for (const Milliseconds deadline : options_.deadlines) {
    const auto needed = static_cast<std::size_t>(deadline / trace_.tick);
    if (needed == 0) throw InputError("deadline: shorter than a tick of the trace");
    std::map<const Episode*, RecordingPtr> recordings;
    std::vector<Instance> instances;
    for (const Start& start : starts(part, needed)) {
      RecordingPtr& recording = recordings[start.episode];
      if (recording == nullptr) recording = only(*start.episode->recording, chosen, choice.availability);
      instances.push_back({recording, start.tick, fmt::format("{} from tick {}", start.episode->name, start.tick)});
    }
    for (const double checkpoint : options_.checkpoints) {
      Setup setup;
      setup.setting = {.tick = trace_.tick,
                       .job = options_.job,
                       .deadline = deadline,
                       .overhead = options_.overhead,
                       .checkpoint_gb = checkpoint,
                       .probe_charge = options_.probe_charge,
                       .probe_every = options_.probe_every};
      setup.fleet = make_fleet(trace_, chosen, checkpoint, egress_, options_).fleet;
      setup.instances = instances;
      setup.name = fmt::format("{} regions{}, deadline {}, checkpoint {}", chosen.size(), choice.name,
                               short_time(deadline), format_quantity(checkpoint * 1e9, bytes_dimension));
      if (chosen.size() == 1) setup.name.replace(0, 9, trace_.regions[chosen[0]].name);
      setup.label =
          fmt::format("{}, {}, {} jobs, {}", trace_.name, names[static_cast<int>(part)], instances.size(), setup.name);
      scenarios.push_back(std::make_shared<MultiRegionScenario>(std::move(setup)));
    }
  }
}

std::vector<ScenarioPtr> MultiRegionWorkload::scenarios() const { return made(Part::all); }

Suite MultiRegionWorkload::suite() const {
  if (options_.cut == Cut::all) {
    const std::vector<ScenarioPtr> all = made(Part::all);
    return {trace_.name, all, all, all};
  }
  return {trace_.name, made(Part::train), made(Part::validation), made(Part::test)};
}

}  // namespace syswright::multi_region
