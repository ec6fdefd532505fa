#pragma once

#include <vector>

#include "domain/simulation.h"
#include "farm/environment.h"
#include "policy/program.h"

namespace syswright::testing_support {

/// An environment with the arrays that it writes to, and a program's answers from what these hold.
class DrivenEnvironment {
 public:
  explicit DrivenEnvironment(std::shared_ptr<const EnvironmentPlan> plan, std::uint64_t number = 0)
      : plan_(std::move(plan)),
        environment_(plan_, number),
        globals_(space().globals.size()),
        columns_(space().candidates * space().columns.size()),
        mask_(space().candidates) {}

  const EnvironmentSpace& space() const { return plan_->space(); }
  Environment& environment() { return environment_; }
  ObservationView view() { return {globals_, columns_, mask_}; }
  const std::vector<double>& globals() const { return globals_; }
  const std::vector<double>& columns() const { return columns_; }
  const std::vector<std::uint8_t>& mask() const { return mask_; }

  /// The rule's answer for the row `candidate` (or for a value decision), by the reference interpreter and from the
  /// observation alone.
  double answer(const policy::Rule& rule, std::size_t candidate) const {
    const policy::Program& program = *plan_->program();
    const policy::Decision& decision = program.signature().decisions[rule.decision];
    const SlotLayout layout(decision, program.statistics());
    const bool ranks = decision.kind == policy::DecisionKind::rank;
    std::vector<double> inputs;
    for (const policy::Input& input : rule.inputs) {
      const std::size_t slot = layout.slot(input);
      if (input.scope == policy::Scope::global) {
        inputs.push_back(globals_[slot]);
      } else if (ranks) {
        inputs.push_back(columns_[candidate * space().columns.size() + slot]);
      } else {
        inputs.push_back(globals_[layout.globals() + slot]);
      }
    }
    return policy::interpret(rule, inputs);
  }

  /// The program's action: scores, a place, or a value.
  std::vector<double> action(const policy::Rule& rule) const {
    if (space().candidates == 0) return {answer(rule, 0)};
    std::vector<double> scores(space().candidates);
    std::size_t best = 0;
    for (std::size_t row = 0; row < space().candidates && mask_[row] != 0; ++row) {
      scores[row] = answer(rule, row);
      if (scores[row] > scores[best]) best = row;
    }
    if (space().action == ActionKind::place) return {static_cast<double>(best)};
    return scores;
  }

  /// Runs the episode that was begun to its end. Returns the sum of its rewards.
  double run(const policy::Rule& rule) {
    double total = 0;
    for (;;) {
      const Environment::Step step = environment_.step(action(rule), view());
      total += step.reward;
      if (step.ended) return total;
    }
  }

 private:
  std::shared_ptr<const EnvironmentPlan> plan_;
  Environment environment_;
  std::vector<double> globals_;
  std::vector<double> columns_;
  std::vector<std::uint8_t> mask_;
};

}  // namespace syswright::testing_support
