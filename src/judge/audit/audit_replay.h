#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "domain/scenario.h"

/// Whether decisions are a program's own: the reference interpreter answers the questions of the reference simulation.
namespace syswright::judge {

struct Replay {
  std::uint64_t decisions = 0;            ///< that were found equal
  std::optional<std::string> difference;  ///< the first decision that is not the program's; the replay ends there
  std::optional<Evaluation> result;       ///< of a replay to the end without a difference
  bool stopped = false;                   ///< a stop was asked for
};

/// Replays the first `events` events of a scenario, from its first question on, and holds the decisions against a log.
/// Cost: about 15 times the native evaluation (caches of 1,000 objects, 914,145 requests: 1.5 s).
Replay replay_decisions(const Scenario& scenario, const policy::ProgramPtr& program, const DecisionLog& log,
                        std::uint64_t events, std::stop_token stop = {});

/// A program's whole run in the reference simulation.
struct ReferenceRun {
  DecisionLog log;
  std::optional<Evaluation> result;  ///< none: a stop was asked for
};
ReferenceRun reference_run(const Scenario& scenario, const policy::ProgramPtr& program, std::stop_token stop = {});

/// replay_decisions() over all events, from a run that is known already.
Replay replay_from(const policy::Signature& signature, const ReferenceRun& reference, const DecisionLog& log);

/// The first place where two logs differ, as a sentence; nothing for equal ones. `claimed` is what was given out,
/// `own` what the policy does.
std::optional<std::string> describe_log_difference(const policy::Signature& signature, const DecisionLog& claimed,
                                                   const DecisionLog& own);

}  // namespace syswright::judge
