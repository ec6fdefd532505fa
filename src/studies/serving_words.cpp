#include "studies/serving_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "domains/llm_serving/features.h"
#include "judge/explain/ablate.h"

namespace syswright::studies::serving {
namespace {

using llm_serving::Question;

std::string decision_words(std::size_t decision) {
  static constexpr std::array<const char*, llm_serving::question_count> words{
      "its choice of a replica", "its admission",          "its order of waiting requests",
      "its choice of a victim",  "its number of replicas", "its size of chunks"};
  return words[decision];
}

policy::ProgramPtr with_rule_of(const policy::Program& program, const policy::Program& other, std::size_t decision) {
  std::vector<policy::Rule> rules;
  for (const policy::Rule& rule : program.rules()) {
    rules.push_back(rule.decision == decision ? *other.rule_for(decision) : rule);
  }
  return std::make_shared<const policy::Program>("with_rule_replaced", program.signature_pointer(),
                                                 program.statistics(), std::move(rules));
}

/// What goes up without the part, when the objective improves by so much.
Interval cost_of(const Interval& improvement) { return judge::negated(improvement); }

}  // namespace

Worth worth_of_parts(const Trial& trial, const policy::ProgramPtr& program, const std::vector<ScenarioPtr>& scenarios) {
  Worth worth;
  judge::Experiments experiments(
      {.domain = trial.domain(), .scenarios = scenarios, .evaluator = trial.evaluator(), .stop = trial.stop()});
  const judge::Ablations ablations = judge::ablate(experiments, program, {.edits = {.constants = false}});
  worth.complete = ablations.complete && !trial.stopped();
  if (!worth.complete) return worth;
  worth.programs = ablations.programs;
  const bool lower = experiments.lower_is_better();
  for (const std::size_t i : ablations.by_cost()) {
    const judge::Ablation& ablation = ablations.ablations[i];
    const std::string decision = decision_words(program->rules()[ablation.edit.rule].decision);
    const Interval cost = lower ? cost_of(ablation.improvement) : ablation.improvement;
    if (ablation.edit.kind == judge::EditKind::rule) {
      worth.rules.push_back({decision, "left to the mechanism", cost});
    } else if (ablation.edit.kind == judge::EditKind::hold && ablation.effect == judge::Effect::worse &&
               ablation.failure.empty()) {
      worth.terms.push_back(
          {fmt::format("in {}, '{}'", decision.substr(4), ablation.edit.term), ablation.edit.words, cost});
    }
  }
  if (program->rules().size() == 1) {
    // There is no program without rules; a policy that leaves everything to the mechanism stands for it.
    const std::array policies{Policy::native("vllm"), Policy::of(program)};
    const std::vector<Runs> runs = trial.evaluated(policies, scenarios);
    worth.rules.push_back(
        {decision_words(program->rules().front().decision), "left to the mechanism", less(runs[0], runs[1])});
  }
  const auto order = static_cast<std::size_t>(Question::order);
  if (program->rule_for(order) == nullptr) return worth;
  const policy::ProgramPtr shortest =
      trial.program("policy shortest for llm_serving { rank order(prompt) { return -prompt; } }");
  const std::array policies{Policy::of(with_rule_of(*program, *shortest, order)), Policy::of(program)};
  const std::vector<Runs> runs = trial.evaluated(policies, scenarios);
  worth.complete = !trial.stopped();
  worth.shortest_first = less(runs[0], runs[1]);
  ++worth.programs;
  return worth;
}

std::string spoken(const Worth& worth) {
  std::string words;
  for (const PartWorth& rule : worth.rules) {
    words += fmt::format("{}{} is worth {} s", words.empty() ? "" : ", ", rule.part, spoken(rule.cost));
  }
  const auto order = std::find_if(worth.rules.begin(), worth.rules.end(), [](const PartWorth& rule) {
    return rule.part == decision_words(static_cast<std::size_t>(Question::order));
  });
  if (worth.shortest_first && order != worth.rules.end()) {
    const double kept = order->cost.estimate > 0 ? 1 - worth.shortest_first->estimate / order->cost.estimate : 0;
    words += fmt::format("; shortest prompt first in place of its order changes {} s, so that order {}",
                         spoken(*worth.shortest_first),
                         kept >= 0.8   ? "is, in effect, shortest prompt first"
                         : kept >= 0.4 ? "is partly shortest prompt first"
                                       : "does what shortest prompt first does not");
  }
  return words;
}

}  // namespace syswright::studies::serving
