#pragma once

#include <optional>
#include <span>
#include <string>

#include "domain/evaluation.h"
#include "domain/policy.h"
#include "domain/scenario.h"

/// How results are brought together so that a failure is the worst score and never an absent one.
namespace syswright {

/// Scenario::evaluate for whoever runs policies that he did not write. The evaluation is `ok` only if every metric and
/// every block is a finite number; else, and where the evaluation throws an exception that is not an Error of ours, it
/// is what Scenario::failed() gives. Passed on: Error (the question was wrong, or the system refused; says nothing of
/// the policy) and std::bad_alloc (the machine is full).
/// There is no time limit by the clock, which would make results depend on the machine: programs are total, and their
/// cost an event is limited by policy::GraphBuilder::max_nodes.
Evaluation evaluate_checked(const Scenario& scenario, const Policy& policy, const EvaluationOptions& options = {});

/// Why an evaluation that calls itself ok is none; empty for a sound one. O(blocks).
std::string unsoundness(const Evaluation& evaluation);

/// Whether it may count as a result: ok and sound.
bool is_result(const Evaluation& evaluation);

/// +infinity where lower is better, else -infinity.
double worst_objective(bool lower_is_better);
/// The objective of a result, and the worst for everything else that ran. A cancelled evaluation says nothing of its
/// policy: do not ask.
double objective_or_worst(const Evaluation& evaluation, bool lower_is_better);
/// Mean over the scenarios. One failure makes it the worst. Not given for no evaluations or where one is cancelled.
std::optional<double> mean_objective(std::span<const Evaluation> evaluations, bool lower_is_better);

}  // namespace syswright
