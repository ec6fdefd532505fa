#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "design/designer.h"
#include "judge/compare/compare.h"

namespace syswright::studies {

/// A search and what its winner is worth: trained and selected on the first parts of a suite, judged once on the part
/// that the search never saw.
struct DesignRun {
  design::Outcome outcome;
  /// On the held-out scenarios: the designed policy first, as "designed", then the domain's baselines in their order.
  /// Differences are a baseline's objective minus the designed policy's.
  judge::Comparison test;
  /// For each held-out scenario: the designed policy against the best of the baselines there.
  std::vector<judge::AgainstBest> against;

  /// Held-out scenarios in which the designed policy surely beats (is surely beaten by) the best baseline.
  std::size_t count(judge::Verdict verdict) const;
};

struct DesignPlan {
  const Domain& domain;
  const Suite& suite;
  const design::Designer& designer;
  design::Budget budget;
  std::uint64_t seed = 1;
  std::vector<policy::ProgramPtr> seeds;
  std::string name;  ///< that the designed policy is given; empty: it keeps its own
  std::function<void(const design::Progress&)> progress;
  /// Told of the outcome when the search ends, before the held-out part is looked at.
  std::function<void(const design::Outcome&)> searched;
  const design::ChatService* chat = nullptr;  ///< for designers that ask a language model
  const design::Memory* memory = nullptr;     ///< of earlier runs, to start from
  design::Paid paid;                          ///< by the run that this one goes on with
};

/// Searches, then judges. `stop` ends the search with the best so far, which is still judged: `judging_stop` ends that.
/// Evaluations of baselines that fail, or of scenarios that were cancelled, stay in the comparison as such.
DesignRun run_design(const DesignPlan& plan, Evaluator& evaluator, std::stop_token stop,
                     std::stop_token judging_stop = {});

}  // namespace syswright::studies
