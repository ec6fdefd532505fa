#include "judge/explain/contrast_driver.h"

#include <algorithm>
#include <memory>

#include "base/error.h"

namespace syswright::judge {
namespace {

using policy::NodeId;
using policy::Op;
using policy::ValueKind;

/// Index of a statistic in a list, added if it is not there.
std::size_t place_in(std::vector<policy::Statistic>& statistics, const policy::Statistic& one) {
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    if (same_content(statistics[i], one)) return i;
  }
  statistics.push_back(one);
  statistics.back().name = "kept_" + std::to_string(statistics.size());
  return statistics.size() - 1;
}

void add_inputs(std::vector<policy::Input>& inputs, const policy::Program& program, const policy::Rule* rule,
                std::vector<policy::Statistic>& statistics) {
  if (rule == nullptr) return;
  for (policy::Input input : rule->inputs) {
    if (input.source == policy::Input::Source::statistic) {
      input.index = place_in(statistics, program.statistics()[input.index]);
    }
    if (std::ranges::find(inputs, input) == inputs.end()) inputs.push_back(input);
  }
}

/// A plain number that depends on the input.
NodeId as_number(policy::GraphBuilder& builder, NodeId input) {
  const policy::Type type = builder[input].type;
  if (type.kind == ValueKind::boolean) {
    return builder.apply(Op::select, {input, builder.constant(1, {}), builder.constant(0, {})});
  }
  return builder.apply(Op::divide, {input, builder.constant(1, type)});
}

/// An answer of the right type that reads every input.
policy::Graph reading_graph(const std::vector<policy::Input>& inputs, const policy::Signature& signature,
                            std::size_t decision, std::span<const policy::Statistic> statistics) {
  policy::GraphBuilder builder(policy::describe_inputs(inputs, signature, decision, statistics));
  const policy::Decision& asked = signature.decisions[decision];
  NodeId sum = builder.constant(0, {});
  for (std::uint32_t i = 0; i < inputs.size(); ++i) {
    sum = builder.apply(Op::add, {sum, as_number(builder, builder.input(i))});
  }
  if (!asked.actions.empty()) {
    const policy::Type action{ValueKind::action, {}};
    const double last = static_cast<double>(asked.actions.size() - 1);
    const NodeId positive = builder.apply(Op::less, {builder.constant(0, {}), sum});
    sum = builder.apply(Op::select, {positive, builder.constant(0, action), builder.constant(last, action)});
  } else if (asked.kind == policy::DecisionKind::value) {
    sum = builder.apply(Op::multiply, {sum, builder.constant(1, {ValueKind::number, asked.dimension})});
  }
  return builder.finish(sum);
}

/// Whether a question about the decision has several candidates, among the first of a run that `a` answers.
bool shows_several(const Scenario& scenario, const policy::ProgramPtr& driver, const policy::ProgramPtr& a,
                   std::size_t decision) {
  constexpr int looked_at = 5000;
  Answerer answerer(a, *driver);
  const std::unique_ptr<Simulation> simulation = scenario.start(driver);
  for (int i = 0; i < looked_at; ++i) {
    const Question* question = simulation->next();
    if (question == nullptr) return false;
    if (question->decision == decision && question->candidates.size() > 1) return true;
    simulation->answer(answerer.answer(*question));
  }
  return false;
}

}  // namespace

policy::ProgramPtr driver_of(const policy::Program& a, const policy::Program& b, std::span<const std::size_t> modes) {
  std::vector<policy::Statistic> statistics;
  std::vector<policy::Rule> rules;
  std::vector<std::vector<policy::Input>> inputs;
  for (const policy::Rule& rule : a.rules()) {
    add_inputs(inputs.emplace_back(), a, &rule, statistics);
    add_inputs(inputs.back(), b, b.rule_for(rule.decision), statistics);
  }
  for (std::size_t r = 0; r < inputs.size(); ++r) {
    policy::Rule rule;
    rule.decision = a.rules()[r].decision;
    rule.mode = modes[r];
    rule.inputs = inputs[r];
    rule.graph = reading_graph(rule.inputs, a.signature(), rule.decision, statistics);
    rules.push_back(std::move(rule));
  }
  return std::make_shared<const policy::Program>("contrast", a.signature_pointer(), std::move(statistics),
                                                 std::move(rules));
}

Answerer::Answerer(policy::ProgramPtr program, const policy::Program& host) : program_(std::move(program)) {
  rules_.resize(program_->signature().decisions.size());
  for (const policy::Rule& rule : program_->rules()) {
    if (host.rule_for(rule.decision) == nullptr) continue;  // never asked
    rules_[rule.decision] = {&rule, {InputReader(*program_, rule, host)}};
  }
}

const std::vector<double>& Answerer::answer(const Question& question) {
  const policy::Decision& decision = program_->signature().decisions[question.decision];
  RuleReader& rule = rules_[question.decision];
  const bool ranks = decision.kind == policy::DecisionKind::rank;
  answers_.resize(ranks ? question.candidates.size() : 1);
  for (std::size_t c = 0; c < answers_.size(); ++c) {
    answers_[c] = policy::interpret(*rule.rule, rule.reader.front().read(question, c));
  }
  if (!ranks && decision.actions.empty()) answers_[0] = std::clamp(answers_[0], decision.low, decision.high);
  return answers_;
}

std::vector<std::size_t> contrast_modes(const Scenario& scenario, const policy::ProgramPtr& a,
                                        const policy::Program& b) {
  std::vector<std::size_t> modes;
  for (const policy::Rule& rule : a->rules()) modes.push_back(rule.mode);
  for (std::size_t r = 0; r < modes.size(); ++r) {
    const std::size_t decision = a->rules()[r].decision;
    const std::size_t count = a->signature().decisions[decision].modes.size();
    if (count < 2 || shows_several(scenario, driver_of(*a, b, modes), a, decision)) continue;
    const std::size_t own = modes[r];
    for (modes[r] = 0; modes[r] < count; ++modes[r]) {
      if (modes[r] != own && shows_several(scenario, driver_of(*a, b, modes), a, decision)) break;
    }
    if (modes[r] == count) modes[r] = own;
  }
  return modes;
}

}  // namespace syswright::judge
