#include "domain/overtaking.h"

#include <fmt/format.h>

#include <algorithm>

namespace syswright {

OvertakingWatch::OvertakingWatch(policy::ProgramPtr program) : program_(std::move(program)) {
  for (const policy::Contract& contract : program_->contracts()) {
    const SlotLayout layout(program_->signature().decisions[contract.decision], program_->statistics());
    Statement statement{
        .decision = contract.decision, .contract = &contract, .clause = nullptr, .required = {}, .slots = {}};
    for (const policy::Input& input : contract.inputs) statement.slots.push_back(layout.slot(input));
    for (const policy::Clause& clause : contract.clauses) {
      if (clause.kind != policy::ClauseKind::require) continue;
      statement.required.push_back({.decision = contract.decision,
                                    .mode = 0,
                                    .inputs = contract.inputs,
                                    .global_inputs = 0,
                                    .graph = clause.condition});
    }
    for (const policy::Clause& clause : contract.clauses) {
      if (clause.kind != policy::ClauseKind::starvation) continue;
      statement.clause = &clause;
      statements_.push_back(statement);
    }
  }
}

double OvertakingWatch::input(const Statement& statement, const Ask& ask, std::size_t input,
                              std::size_t candidate) const {
  const std::size_t slot = statement.slots[input];
  if (statement.contract->inputs[input].scope == policy::Scope::global) return ask.globals[slot];
  return ask.columns[slot * ask.candidates.size() + candidate];
}

bool OvertakingWatch::spoken_of(const Statement& statement, const Ask& ask, std::size_t candidate) {
  if (statement.required.empty()) return true;
  values_.resize(statement.slots.size());
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = input(statement, ask, i, candidate);
  return std::ranges::all_of(statement.required,
                             [&](const policy::Rule& condition) { return policy::interpret(condition, values_) != 0; });
}

void OvertakingWatch::look(const Ask& ask, std::span<const double> answers) {
  for (const Statement& statement : statements_) {
    if (statement.decision == ask.decision && ask.candidates.size() > 1) look(statement, ask, answers);
  }
}

/// Candidates by age; beside each, the best score of those that are younger by the gap.
void OvertakingWatch::look(const Statement& statement, const Ask& ask, std::span<const double> answers) {
  const policy::Clause& clause = *statement.clause;
  order_.clear();
  ages_.resize(ask.candidates.size());
  for (std::size_t i = 0; i < ask.candidates.size(); ++i) {
    if (!spoken_of(statement, ask, i)) continue;
    ages_[i] = input(statement, ask, clause.inputs[0], i);
    order_.push_back(i);
  }
  std::ranges::stable_sort(order_, {}, [&](std::size_t i) { return ages_[i]; });
  const double gap = clause.rounds * clause.growth;
  std::size_t younger = 0;
  std::size_t best = ask.candidates.size();
  for (const std::size_t older : order_) {
    for (; ages_[order_[younger]] + gap <= ages_[older]; ++younger) {
      if (best == ask.candidates.size() || answers[order_[younger]] > answers[best]) best = order_[younger];
    }
    if (best == ask.candidates.size() || answers[best] < answers[older]) continue;
    throw InputError(fmt::format(
        "policy '{}' does not keep what it states ('{}'): at event {} candidate {} ({}) is preferred to candidate {} "
        "({}), which waits for longer by more than that; 'syswright judge certify' looks for such cases beforehand",
        program_->name(), policy::to_source(clause, *statement.contract, *program_), ask.event, ask.candidates[best],
        ages_[best], ask.candidates[older], ages_[older]));
  }
}

}  // namespace syswright
