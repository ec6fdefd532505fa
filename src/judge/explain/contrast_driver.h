#pragma once

#include <vector>

#include "domain/scenario.h"
#include "judge/explain/explain_questions.h"

namespace syswright::judge {

/// A program that keeps all statistics that two programs read, for the decisions that `a` answers, so that one
/// simulation can be asked about both. Its own answers mean nothing.
///
/// modes  [rules of a] of each ranking
policy::ProgramPtr driver_of(const policy::Program& a, const policy::Program& b, std::span<const std::size_t> modes);

/// Answers of one program to the questions of a simulation that was started for another.
class Answerer {
 public:
  Answerer(policy::ProgramPtr program, const policy::Program& host);
  bool answers(std::size_t decision) const { return program_->rule_for(decision) != nullptr; }
  /// One score for each candidate, or one value, cut to the decision's range. Lives until the next call.
  const std::vector<double>& answer(const Question& question);

 private:
  struct RuleReader {
    const policy::Rule* rule = nullptr;
    std::vector<InputReader> reader;  // none where there is no rule; one else
  };
  policy::ProgramPtr program_;
  std::vector<RuleReader> rules_;  // [decisions]
  std::vector<double> answers_;
};

/// Modes for driver_of: that of each rule of `a`, but where its rankings show one candidate at a time, the first mode
/// that shows several, if there is one. Looks at the first questions of a run in each mode.
std::vector<std::size_t> contrast_modes(const Scenario& scenario, const policy::ProgramPtr& a,
                                        const policy::Program& b);

}  // namespace syswright::judge
