#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/intervals.h"
#include "domain/domain.h"
#include "domain/evaluator.h"

/// compare: policies side by side in the same scenarios, with intervals, paired differences and the gap to the bound.
namespace syswright::judge {

/// One policy in one scenario.
struct Standing {
  Policy policy;
  Evaluation evaluation;
  Interval objective;  ///< 95 % interval by resampling the scenario's blocks; infinite ends with fewer than 2 blocks
  /// Relative distance of the objective from the scenario's bound: 0.1 is 10 % above a bound from below, or below one
  /// from above. Not given without a bound, for a bound of 0, or for a run that failed.
  std::optional<double> gap;
  /// Objective of this policy minus that of the reference, over the same blocks: 95 % paired interval. Not given where
  /// one of the two failed or their blocks do not match.
  std::optional<Interval> difference;
};

/// One scenario, with all policies in the order in which they were given.
struct ScenarioComparison {
  ScenarioPtr scenario;
  std::vector<Bound> bounds;
  std::optional<Bound> bound;  ///< the tightest provable one on the objective
  std::vector<Standing> standings;
  std::size_t best = 0;       ///< lowest (or highest) objective among those that ran; ties go to the first
  std::size_t reference = 0;  ///< the policy that differences are taken from
};

struct CompareOptions {
  /// Index of the policy that all differences are taken from; not given: the best one in each scenario.
  std::optional<std::size_t> reference;
  std::uint64_t seed = 1;  ///< of the bootstrap
  bool bounds = true;      ///< false: bounds are not computed
};

struct Comparison {
  std::vector<ScenarioComparison> scenarios;  ///< in the order given
  bool complete = true;                       ///< false: a stop was asked for, and some evaluations are cancelled
};

/// Evaluates every policy in every scenario in one batch, and states bounds meanwhile. At least one policy.
/// Cost: |policies| · |scenarios| evaluations, the scenarios' bounds, and about 10 ms a pair for the intervals.
Comparison compare(const Domain& domain, std::span<const Policy> policies, std::span<const ScenarioPtr> scenarios,
                   Evaluator& evaluator, const CompareOptions& options = {}, std::stop_token stop = {});

enum class Verdict { better, level, worse };
std::string_view to_string(Verdict verdict);

/// How policy `one` stands against the best of `rivals` in a scenario whose reference is `one`.
struct AgainstBest {
  std::size_t rival = 0;               ///< the best of the rivals by its objective
  std::optional<Interval> difference;  ///< objective of `one` minus the rival's, paired
  /// better or worse only if the paired interval excludes 0; without an interval by the objectives alone, and level
  /// where they are equal.
  Verdict verdict = Verdict::level;
};
AgainstBest against_best(const Domain& domain, const ScenarioComparison& comparison, std::size_t one,
                         std::span<const std::size_t> rivals, std::uint64_t seed = 1);

/// Whether evaluation `a` has the better objective; one that failed is worse than any that did not.
bool better(const Domain& domain, const Evaluation& a, const Evaluation& b);

}  // namespace syswright::judge
