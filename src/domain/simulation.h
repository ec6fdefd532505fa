#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "domain/evaluation.h"
#include "policy/program.h"

namespace syswright {

/// One question of a mechanism, with everything that may be looked at. Spans live until the next call on the
/// simulation.
struct Question {
  std::size_t decision = 0;  ///< into Signature::decisions
  std::uint64_t event = 0;   ///< index of the workload's event
  /// What is asked about, as the raw workload names it: the candidates of a ranking; the one subject of a value
  /// decision, or nothing.
  std::span<const std::uint64_t> candidates;
  /// Values of the decision's global features and of the program's global statistics: [slots.globals()].
  std::span<const double> globals;
  /// Values of candidate features and candidate statistics, one column a slot: [slots.columns()][candidates].
  std::span<const double> columns;
};

/// Where an input stands in a Question. Slots follow the order of the decision's features (arrays take one slot an
/// element), then of the program's statistics.
class SlotLayout {
 public:
  SlotLayout(const policy::Decision& decision, const std::vector<policy::Statistic>& statistics);
  std::size_t globals() const { return globals_; }
  std::size_t columns() const { return columns_; }
  /// Slot of an input: into Question::globals if its scope is global, else a column of Question::columns.
  std::size_t slot(const policy::Input& input) const;

 private:
  std::vector<std::size_t> feature_slots_;
  std::vector<std::size_t> statistic_slots_;
  std::size_t globals_ = 0;
  std::size_t columns_ = 0;
};

/// A run that stops at every decision. Whoever holds it answers: a program, a learner, a tree search, a person.
///
///   while (const Question* question = simulation->next()) simulation->answer(answers_to(*question));
class Simulation {
 public:
  virtual ~Simulation() = default;
  /// Runs to the next question; nullptr at the end. Calling it again without an answer returns the same question.
  virtual const Question* next() = 0;
  /// rank: one score for each candidate, the highest are taken, ties go to the first. value: one number, or the index
  /// of an action. Values that are not finite fail the run.
  virtual void answer(std::span<const double> answers) = 0;
  /// An independent copy, with the same workload and random draws to come.
  virtual std::unique_ptr<Simulation> fork() const = 0;
  /// From now on every decision is appended to `log`, as Scenario::evaluate logs it; nullptr ends it. The log is
  /// borrowed. A fork logs nothing until it is told to.
  virtual void log_to(DecisionLog* log) = 0;
  /// Of the events so far; equal to Scenario::evaluate's at the end.
  virtual Evaluation result() const = 0;
};

/// A program's answers by the reference interpreter: one score for each candidate, or one value. Decisions that the
/// program leaves open have no answer here: asks Simulation for questions about rules of the program only.
std::vector<double> interpret_answers(const policy::Program& program, const Question& question);

}  // namespace syswright
