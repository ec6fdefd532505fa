#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "judge/compare/compare.h"

/// bound: how far policies are from the best that is known, and from the best that is possible.
namespace syswright::judge {

/// How far one policy's objective is from what it could be. Gaps are relative and not negative for an honest result:
/// 0.1 is 10 % above a bound from below, or below one from above.
struct Gap {
  std::size_t policy = 0;
  double objective = 0;
  bool failed = false;              ///< then no gap is given
  double to_best_known = 0;         ///< from the best of the policies compared; 0 for that one
  std::optional<Interval> to_best;  ///< the same with its paired 95 % interval, where blocks match
  /// From the tightest provable bound: no policy whatever can close more than this. Not given without such a bound or
  /// for a bound of 0.
  std::optional<double> to_provable;
  std::optional<Interval> to_provable_interval;  ///< 95 %, by resampling the policy's blocks
  /// Share of the distance from the naive policy to the provable bound that this one closes: 1 at the bound, 0 at the
  /// naive policy. Not given without a naive policy or a bound, or where they are equal.
  std::optional<double> closed;
};

/// A reference that proves nothing: a policy may beat it.
struct Reference {
  Bound bound;
  bool beaten = false;  ///< by the best known policy
};

struct ScenarioGaps {
  ScenarioPtr scenario;
  std::optional<Bound> provable;      ///< the tightest provable bound on the objective
  std::vector<Bound> looser;          ///< other provable bounds, tightest first
  std::vector<Reference> references;  ///< not provable, as the scenario states them
  std::size_t best_known = 0;         ///< into the policies
  std::vector<Gap> gaps;              ///< [policies]
  /// A policy whose objective is better than a provable bound: simulator or bound is wrong, and nothing here can be
  /// relied on. Empty where all is well.
  std::vector<std::string> contradictions;
};

struct BoundOptions {
  std::optional<std::size_t> naive;  ///< into the policies: where Gap::closed counts from
  std::uint64_t seed = 1;            ///< of the bootstrap
};

struct BoundResult {
  std::vector<ScenarioGaps> scenarios;  ///< in the order given
  bool complete = true;
  bool sound() const;  ///< no contradictions
};

/// Evaluates every policy in every scenario and measures the gaps. At least one policy.
BoundResult bound(const Domain& domain, std::span<const Policy> policies, std::span<const ScenarioPtr> scenarios,
                  Evaluator& evaluator, const BoundOptions& options = {}, std::stop_token stop = {});

/// The same from a comparison that was made with bounds.
BoundResult bound(const Domain& domain, const Comparison& comparison, const BoundOptions& options = {});

/// The tightest provable bound on the objective, if any: the highest one from below, the lowest one from above.
std::optional<Bound> tightest_provable(const Domain& domain, std::span<const Bound> bounds);

}  // namespace syswright::judge
