#include "domains/cache/host_plan.h"

#include <cassert>
#include <cstddef>

#include "domains/cache/host_resident.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

namespace {

using policy::Input;
using policy::Scope;
using policy::StatisticKind;
using Kind = CandidateSource::Kind;

CandidateSource field(Kind kind, std::size_t offset) { return {kind, static_cast<std::uint32_t>(offset), 0}; }

/// Every slot of a decision's features and of the program's statistics, as SlotLayout orders them.
std::vector<Input> all_inputs(const policy::Program& program, std::size_t decision) {
  std::vector<Input> inputs;
  const policy::Decision& asked = program.signature().decisions[decision];
  for (std::size_t i = 0; i < asked.features.size(); ++i) {
    for (std::size_t element = 0; element < asked.features[i].slots(); ++element) {
      inputs.push_back({Input::Source::feature, i, element, asked.features[i].scope});
    }
  }
  for (std::size_t i = 0; i < program.statistics().size(); ++i) {
    inputs.push_back({Input::Source::statistic, i, 0, program.statistics()[i].scope});
  }
  return inputs;
}

bool of_evictions(std::size_t signal) { return signal >= static_cast<std::size_t>(CacheSignal::victim_age); }

}  // namespace

CandidateSource HostPlan::candidate_source(Fact fact, std::size_t element) {
  switch (fact) {
    case Fact::gap:
    case Fact::gaps:
    case Fact::ghost:
    case Fact::ghost_hits:
    case Fact::ghost_age:
    case Fact::accesses:
      history = true;
      break;
    case Fact::heat:
      history = heat = true;
      break;
    case Fact::frequency:
      frequency = true;
      break;
    default:
      break;
  }
  switch (fact) {
    case Fact::hits:
      return field(Kind::count, offsetof(Resident, hits));
    case Fact::age:
      return field(Kind::since_time, offsetof(Resident, last_time));
    case Fact::recency:
      return field(Kind::since, offsetof(Resident, last_access));
    case Fact::residence:
      return field(Kind::since, offsetof(Resident, inserted));
    case Fact::tenure:
      return field(Kind::since_time, offsetof(Resident, inserted_time));
    case Fact::size:
      return field(Kind::count, offsetof(Resident, size));
    case Fact::last_access:
      return field(Kind::count, offsetof(Resident, last_access));
    case Fact::inserted:
      return field(Kind::count, offsetof(Resident, inserted));
    case Fact::gap:
    case Fact::gaps:
      return field(Kind::count, offsetof(Resident, gaps) + element * sizeof(std::uint32_t));
    case Fact::ghost:
      return field(Kind::ghost, 0);
    case Fact::ghost_hits:
      return field(Kind::count_short, offsetof(Resident, ghost_hits));
    case Fact::ghost_age:
      return field(Kind::count, offsetof(Resident, ghost_age));
    case Fact::accesses:
      return field(Kind::accesses, 0);
    case Fact::heat:
      return field(Kind::real, offsetof(Resident, heat));
    case Fact::frequency:
      return field(Kind::frequency, 0);
    default:
      assert(false && "a global fact has no candidate source");
      return {};
  }
}

void HostPlan::place_statistics(const policy::Program& program) {
  for (std::size_t i = 0; i < program.statistics().size(); ++i) {
    const policy::Statistic& statistic = program.statistics()[i];
    statistics.emplace_back(statistic);
    percentile_of_.push_back(static_cast<std::uint32_t>(percentiles.size()));
    if (statistic.kind == StatisticKind::percentile) {
      const std::size_t feature =
          program.signature().decisions[statistic.decision].find_feature(statistic.source).value();
      percentiles.push_back({candidate_source(fact_of(statistic.decision, feature), 0), statistic.parameter});
      offsets_.push_back(0);
      continue;
    }
    const std::size_t signal = program.signature().find_signal(statistic.source).value();
    std::size_t& state = statistic.scope == Scope::global ? global_state : object_state;
    offsets_.push_back(static_cast<std::uint32_t>(state));
    observers[signal].push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(state)});
    state += statistics.back().state_size();
    (of_evictions(signal) ? observes_evictions : observes_requests) = true;
    if (signal <= static_cast<std::size_t>(CacheSignal::inter_arrival)) history = true;
    if (signal == static_cast<std::size_t>(CacheSignal::ghost_hit)) history = true;
  }
}

void HostPlan::plan_inputs(std::span<const Input> inputs, std::size_t decision, const policy::Program& program) {
  InputPlan& plan = decision == admit_decision ? admit : evict;
  for (const Input& input : inputs) {
    const auto index = static_cast<std::uint32_t>(input.index);
    if (input.source == Input::Source::statistic) {
      if (program.statistics()[index].kind == StatisticKind::percentile) {
        plan.globals.push_back({GlobalSource::Kind::percentile, 0, percentile_of_[index]});
      } else if (input.scope == Scope::global) {
        plan.globals.push_back({GlobalSource::Kind::statistic, offsets_[index], index});
      } else {
        plan.columns.push_back({Kind::statistic, offsets_[index], index});
      }
      continue;
    }
    const Fact fact = fact_of(decision, input.index);
    if (input.scope == Scope::global) {
      plan.globals.push_back({GlobalSource::Kind::fact, 0, place_of(fact)});
    } else {
      plan.columns.push_back(candidate_source(fact, input.element));
    }
  }
}

HostPlan HostPlan::of(const policy::Program& program) {
  HostPlan plan;
  plan.place_statistics(program);
  for (const policy::Rule& rule : program.rules()) {
    (rule.decision == admit_decision ? plan.asks_admit : plan.asks_evict) = true;
    if (rule.decision == evict_decision) plan.mode = static_cast<RankingMode>(rule.mode);
    plan.plan_inputs(rule.inputs, rule.decision, program);
  }
  return plan;
}

HostPlan HostPlan::showing_all(const policy::Program& program) {
  HostPlan plan = of(program);
  plan.evict = plan.admit = {};
  plan.plan_inputs(all_inputs(program, evict_decision), evict_decision, program);
  plan.plan_inputs(all_inputs(program, admit_decision), admit_decision, program);
  return plan;
}

}  // namespace syswright::cache
