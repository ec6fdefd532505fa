#pragma once

#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "domain/evaluation.h"
#include "domain/policy.h"
#include "domain/scenario.h"

namespace syswright {

/// What somebody says that a policy reached, with the decisions that are said to have led there. Nothing in it is to be
/// believed: a judge asks for the scenarios that were set, and checks the claim against them.
struct Claim {
  struct Run {
    ScenarioPtr scenario;  ///< in which it is said to have run
    Evaluation evaluation;
    DecisionLog log;
  };
  Policy policy;
  std::vector<Run> runs;  ///< in the order of the scenarios that were set, one each
  bool lower_is_better = true;
  double objective = 0;  ///< stated over all runs: see mean_objective()
};

/// Runs a policy in every scenario and states what came of it. Where a stop was asked for, the runs from then on are
/// cancelled. Cost: an evaluation a scenario, and 32 bytes a decision.
Claim honest_claim(const Policy& policy, std::span<const ScenarioPtr> scenarios, bool lower_is_better,
                   std::stop_token stop = {});

/// mean_objective() of the claim's runs, or infinitely bad where there is none: what an honest claimant states.
double stated_objective(const Claim& claim);

/// A way to look better than one is. Planted to test the auditor: every cheat must be caught.
struct Cheat {
  std::string name;  ///< what the cheat does: "hides_misses"
  std::string doc;   ///< one line
  /// The dishonest claim, made from an honest one over the same scenarios; nothing where this one offers no occasion (a
  /// cheat that leaves out the failures of a policy that has none). Pure, and costs a few evaluations a run.
  std::function<std::optional<Claim>(const Claim& honest)> make;
};

/// Cheats that need no knowledge of the system: forged numbers, results that are no numbers, runs left out, decisions
/// not shown. Every domain is tested with these besides its own.
std::span<const Cheat> common_cheats();

}  // namespace syswright
