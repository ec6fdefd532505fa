#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "domain/stepping.h"
#include "policy/program.h"

namespace syswright {

/// Watches, question by question, that a program keeps what it states of starvation: of two candidates whose X differs
/// by N * D or more, the one with the larger X has the higher score (docs/language.md, `ensure starves none beyond N
/// rounds as X grows by D`). A proof speaks of every question; this speaks of those that a run met, and needs none.
class OvertakingWatch {
 public:
  /// Every feature that the program's contracts read must be filled in the questions: ProgramState with all_features.
  explicit OvertakingWatch(policy::ProgramPtr program);

  /// Whether the program states anything that can be watched.
  bool any() const { return !statements_.empty(); }
  /// answers: of the program, one for each candidate. Throws InputError that names the statement, the event and the two
  /// candidates where one is preferred that came too late. O(n log n) of the candidates.
  void look(const Ask& ask, std::span<const double> answers);

 private:
  struct Statement {
    std::size_t decision = 0;
    const policy::Contract* contract = nullptr;
    const policy::Clause* clause = nullptr;
    std::vector<policy::Rule> required;  ///< conditions under which it is stated
    std::vector<std::size_t> slots;      ///< of Contract::inputs
  };
  bool spoken_of(const Statement& statement, const Ask& ask, std::size_t candidate);
  double input(const Statement& statement, const Ask& ask, std::size_t input, std::size_t candidate) const;
  void look(const Statement& statement, const Ask& ask, std::span<const double> answers);

  policy::ProgramPtr program_;
  std::vector<Statement> statements_;
  std::vector<double> values_;
  std::vector<std::size_t> order_;
  std::vector<double> ages_;
};

/// evaluate_program() under an OvertakingWatch, which throws.
template <Mechanism M>
Evaluation evaluate_watched(M machine, const policy::ProgramPtr& program, const EvaluationOptions& options) {
  OvertakingWatch watch(program);
  if (!watch.any()) return evaluate_program(std::move(machine), program, options);
  ProgramAnswers answers(program);
  return run_mechanism(
      std::move(machine), ProgramState(program, true), program->signature(),
      [&](const M& at, const Ask& ask, std::span<double> out) {
        if (!answers.has(ask.decision)) return at.default_answers(ask, out);
        answers.answer(ask, out);
        watch.look(ask, out);
      },
      options);
}

}  // namespace syswright
