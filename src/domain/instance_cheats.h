#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "domain/cheat.h"
#include "domain/instances.h"

/// Cheats that every domain of instances can plant, and what its own are made of.
namespace syswright {

/// A run that a cheat changes, and what it was made of.
template <typename P>
struct CheatedRun {
  const Policy& policy;
  const InstanceScenario<P>& scenario;
  Claim::Run run;  ///< the honest one at first
};

/// Applies a cheat to every run that ended well, and states the mean anew. bool change(CheatedRun<P>&): whether there
/// was an occasion.
template <typename P, typename Change>
std::optional<Claim> cheat_in_each(const Claim& honest, Change change) {
  Claim claim = honest;
  bool any = false;
  for (Claim::Run& run : claim.runs) {
    const auto* scenario = dynamic_cast<const InstanceScenario<P>*>(run.scenario.get());
    if (scenario == nullptr || run.evaluation.status != Evaluation::Status::ok) continue;
    CheatedRun<P> cheated{claim.policy, *scenario, run};
    if (!change(cheated)) continue;
    run = std::move(cheated.run);
    any = true;
  }
  if (!any) return std::nullopt;
  claim.objective = stated_objective(claim);
  return claim;
}

/// The records of each instance, with events as the scenario counts them.
template <typename P>
std::vector<std::vector<DecisionLog::Record>> records_by_instance(const InstanceScenario<P>& scenario,
                                                                  const DecisionLog& log) {
  std::vector<std::vector<DecisionLog::Record>> split;
  auto record = log.records.begin();
  std::uint64_t end = 0;
  for (const typename P::Instance& instance : scenario.instances()) {
    end += P::events(instance);
    split.emplace_back();
    for (; record != log.records.end() && record->event < end; ++record) split.back().push_back(*record);
  }
  return split;
}

inline DecisionLog joined(const std::vector<std::vector<DecisionLog::Record>>& split) {
  DecisionLog log;
  for (const auto& records : split) log.records.insert(log.records.end(), records.begin(), records.end());
  return log;
}

/// Makes metrics, blocks and details agree with what is claimed of each instance: [instances][metrics].
void restate(Evaluation& evaluation, const std::vector<std::vector<double>>& metrics);

/// What each instance honestly comes to when the logged decisions of a policy are taken and no others:
/// [instances][metrics]. Every decision must be one that the mechanism offers.
template <typename P>
std::vector<std::vector<double>> play_log(const Policy& policy, const InstanceScenario<P>& scenario,
                                          const std::vector<std::vector<DecisionLog::Record>>& split) {
  std::vector<std::vector<double>> metrics;
  for (std::size_t i = 0; i < split.size(); ++i) {
    typename P::Machine machine(scenario.instances()[i]);
    // The mechanism may ask otherwise for a program than for a native policy.
    ProgramState state = policy.program() == nullptr ? ProgramState() : ProgramState(policy.program(), false);
    Ask ask;
    auto record = split[i].begin();
    while (record != split[i].end() && (ask.clear(), machine.next(ask, state))) {
      Reply reply{record->answer, {}};
      std::vector<std::uint32_t> taken;
      for (std::size_t k = 0; k < std::min(ask.take, ask.candidates.size()) && record != split[i].end();
           ++k, ++record) {
        const auto at = std::find(ask.candidates.begin(), ask.candidates.end(), record->subject);
        taken.push_back(static_cast<std::uint32_t>(at - ask.candidates.begin()));
      }
      if (ask.candidates.empty()) ++record;
      reply.taken = taken;
      machine.reply(reply);
    }
    metrics.push_back(machine.metrics());
  }
  return metrics;
}

/// Whether a is better than b as the first metric goes.
template <typename P>
bool better_objective(double a, double b) {
  return std::span<const Metric>(P::metrics()).front().lower_is_better ? a < b : a > b;
}

/// The decisions of the policy in other instances, claimed of the scenario that was set. False if nothing changes or
/// the claim would not look better.
template <typename P>
bool claim_of_other_instances(CheatedRun<P>& cheated, std::vector<typename P::Instance> instances, bool show) {
  InstanceSetup<P> setup = cheated.scenario.setup();
  setup.instances = std::move(instances);
  Claim::Run other{std::make_shared<InstanceScenario<P>>(std::move(setup)), {}, {}};
  other.evaluation = other.scenario->evaluate(cheated.policy, {.log = &other.log});
  if (other.evaluation.status != Evaluation::Status::ok) return false;
  if (!better_objective<P>(other.evaluation.objective(), cheated.run.evaluation.objective())) return false;
  if (!show) other.scenario = cheated.run.scenario;
  other.evaluation.events = cheated.run.evaluation.events;
  cheated.run = std::move(other);
  return true;
}

namespace instance_cheats {

/// The better half of the instances is kept, as if the others had raised an exception.
template <typename P>
bool leave_out_the_hard(CheatedRun<P>& cheated, bool show) {
  const auto split = records_by_instance(cheated.scenario, cheated.run.log);
  const auto metrics = play_log(cheated.policy, cheated.scenario, split);
  if (metrics.size() < 2) return false;
  std::vector<std::size_t> order(metrics.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return better_objective<P>(metrics[a][0], metrics[b][0]); });
  if (metrics[order.front()][0] == metrics[order.back()][0]) return false;
  order.resize(metrics.size() / 2);
  std::sort(order.begin(), order.end());
  std::vector<std::vector<double>> kept;
  std::vector<std::vector<DecisionLog::Record>> shown;
  for (const std::size_t i : order) {
    kept.push_back(metrics[i]);
    shown.push_back(split[i]);
  }
  restate(cheated.run.evaluation, kept);
  if (!show) cheated.run.log = joined(shown);
  return true;
}

/// The last tenth of the decisions of each instance is never taken, and what they would have cost is not counted.
template <typename P>
bool answer_in_part(CheatedRun<P>& cheated) {
  auto split = records_by_instance(cheated.scenario, cheated.run.log);
  for (auto& records : split) records.resize(records.size() - (records.size() + 9) / 10);
  std::vector<std::vector<double>> metrics = play_log(cheated.policy, cheated.scenario, split);
  cheated.run.log = joined(split);
  restate(cheated.run.evaluation, metrics);
  return true;
}

/// A tenth off each instance's first metric, in metrics, blocks and details alike (or a tenth of what is missing to it,
/// where more is better).
template <typename P>
bool forge_costs(CheatedRun<P>& cheated) {
  auto metrics = play_log(cheated.policy, cheated.scenario, records_by_instance(cheated.scenario, cheated.run.log));
  for (auto& one : metrics) one[0] *= std::span<const Metric>(P::metrics()).front().lower_is_better ? 0.9 : 1.1;
  const double before = cheated.run.evaluation.objective();
  restate(cheated.run.evaluation, metrics);
  return cheated.run.evaluation.objective() != before;
}

/// The first tenth of the decisions of each instance is logged twice.
template <typename P>
bool decide_twice(CheatedRun<P>& cheated) {
  auto split = records_by_instance(cheated.scenario, cheated.run.log);
  bool any = false;
  for (auto& records : split) {
    std::vector<DecisionLog::Record> twice;
    for (std::size_t i = 0; i < records.size(); ++i) {
      twice.push_back(records[i]);
      if (i * 10 < records.size()) twice.push_back(records[i]);
    }
    any = any || !records.empty();
    records = std::move(twice);
  }
  cheated.run.log = joined(split);
  return any;
}

}  // namespace instance_cheats

/// Cheats on any scenario of instances: raises_on_hard_instances, skips_hard_instances, answers_in_part, forges_costs,
/// decides_twice, edits_its_inputs, hides_its_edits. easier: an instance that costs less and looks much alike.
template <typename P>
std::vector<Cheat> cheats_on_instances(std::function<typename P::Instance(const typename P::Instance&)> easier) {
  const auto in_each = [](auto change) {
    return [change](const Claim& honest) { return cheat_in_each<P>(honest, change); };
  };
  const auto edit = [easier](CheatedRun<P>& cheated, bool show) {
    std::vector<typename P::Instance> edited;
    for (const typename P::Instance& instance : cheated.scenario.instances()) edited.push_back(easier(instance));
    return claim_of_other_instances(cheated, std::move(edited), show);
  };
  return {
      {"raises_on_hard_instances", "averages over the better half of the instances, as if the others had raised",
       in_each([](CheatedRun<P>& run) { return instance_cheats::leave_out_the_hard(run, true); })},
      {"skips_hard_instances", "the same, and shows no decisions of the others",
       in_each([](CheatedRun<P>& run) { return instance_cheats::leave_out_the_hard(run, false); })},
      {"answers_in_part", "leaves each instance unfinished, and states what the finished part costs",
       in_each([](CheatedRun<P>& run) { return instance_cheats::answer_in_part(run); })},
      {"forges_costs", "states results a tenth better than they are, everywhere alike",
       in_each([](CheatedRun<P>& run) { return instance_cheats::forge_costs(run); })},
      {"decides_twice", "logs the first decisions of each instance twice",
       in_each([](CheatedRun<P>& run) { return instance_cheats::decide_twice(run); })},
      {"edits_its_inputs", "solves easier instances than those that were set",
       in_each([edit](CheatedRun<P>& run) { return edit(run, true); })},
      {"hides_its_edits", "solves easier instances, and says that it solved those that were set",
       in_each([edit](CheatedRun<P>& run) { return edit(run, false); })},
  };
}

}  // namespace syswright
