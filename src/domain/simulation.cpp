#include "domain/simulation.h"

#include <cassert>

namespace syswright {

SlotLayout::SlotLayout(const policy::Decision& decision, const std::vector<policy::Statistic>& statistics) {
  const auto place = [this](policy::Scope scope, std::size_t slots) {
    std::size_t& counter = scope == policy::Scope::global ? globals_ : columns_;
    const std::size_t first = counter;
    counter += slots;
    return first;
  };
  for (const policy::Feature& feature : decision.features) {
    feature_slots_.push_back(place(feature.scope, feature.slots()));
  }
  for (const policy::Statistic& statistic : statistics) statistic_slots_.push_back(place(statistic.scope, 1));
}

std::size_t SlotLayout::slot(const policy::Input& input) const {
  return input.source == policy::Input::Source::feature ? feature_slots_[input.index] + input.element
                                                        : statistic_slots_[input.index];
}

std::vector<double> interpret_answers(const policy::Program& program, const Question& question) {
  const policy::Rule* rule = program.rule_for(question.decision);
  assert(rule != nullptr);
  const policy::Decision& decision = program.signature().decisions[question.decision];
  const SlotLayout layout(decision, program.statistics());
  const bool ranks = decision.kind == policy::DecisionKind::rank;
  const std::size_t subjects = question.candidates.size();
  const std::size_t count = ranks ? subjects : 1;
  std::vector<double> answers(count);
  std::vector<double> inputs(rule->inputs.size());
  for (std::size_t candidate = 0; candidate < count; ++candidate) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const policy::Input& input = rule->inputs[i];
      const std::size_t slot = layout.slot(input);
      inputs[i] =
          input.scope == policy::Scope::global ? question.globals[slot] : question.columns[slot * subjects + candidate];
    }
    answers[candidate] = policy::interpret(*rule, inputs);
  }
  return answers;
}

}  // namespace syswright
