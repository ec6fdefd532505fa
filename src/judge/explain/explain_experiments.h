#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/intervals.h"
#include "domain/domain.h"
#include "domain/evaluator.h"

namespace syswright::judge {

/// Where explanations make their experiments.
struct Ground {
  const Domain& domain;
  std::vector<ScenarioPtr> scenarios;  ///< at least one
  Evaluator& evaluator;
  std::uint64_t seed = 1;  ///< of all that is drawn
  std::stop_token stop = {};
};

/// A policy in all scenarios of a ground.
struct Score {
  std::vector<Evaluation> evaluations;  ///< [scenarios]
  double objective = 0;                 ///< mean over the scenarios; in the unit of the domain's first metric
  std::string failure;                  ///< why one of the runs failed; empty if all ran

  bool ran() const { return failure.empty(); }
};

/// How much two policies differ, over the same blocks.
struct Difference {
  /// Objective of one minus that of the other, mean over the scenarios, 95 %. Of several scenarios the ends are
  /// averaged too: right if the scenarios rise and fall together, as cache sizes over one trace do, else too wide.
  Interval objective;
  /// Two-sided, of no difference at all: Student's t on the jackknife error, errors averaged as above. 1 where the
  /// blocks do not match or are fewer than 2. Neighbouring blocks whose differences go together count as one.
  double p_value = 1;
};

/// Runs of policies on one ground, each done once: policies with equal digests are one. Not thread-safe; the evaluator
/// brings the threads. Memory: a few kilobytes a policy.
class Experiments {
 public:
  explicit Experiments(Ground ground);

  const Ground& ground() const { return ground_; }
  /// Evaluates in one batch those that are not known. Returns false if a stop came first: then some are still unknown.
  bool measure(std::span<const Policy> policies);
  bool knows(const Policy& policy) const { return scores_.contains(policy.digest()); }
  /// Of a policy that is known.
  const Score& score(const Policy& policy) const;
  /// Objective of `a` minus that of `b`; both known and neither failed. About 10 ms a scenario.
  Difference difference(const Policy& a, const Policy& b) const;
  /// By how much a change of the objective is an improvement: its negative where lower is better.
  double improvement(double change) const { return lower_is_better_ ? -change : change; }
  bool lower_is_better() const { return lower_is_better_; }
  /// The same ground with scenarios of at most so many events each, made once; this object itself where all scenarios
  /// are as small or cannot be made smaller. 0 events: no limit.
  Experiments& in_miniature(std::uint64_t events);
  /// Simulations run so far, miniatures included, and their events.
  std::uint64_t runs() const;
  std::uint64_t events() const;

 private:
  Ground ground_;
  bool lower_is_better_;
  std::map<Digest, Score> scores_;
  std::uint64_t runs_ = 0;
  std::uint64_t events_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Experiments>> miniatures_;
};

/// Objective of `a` minus that of `b` in the same scenarios; neither failed.
Difference difference_of(const Score& a, const Score& b, std::uint64_t seed);

/// What a measured change of the objective amounts to.
enum class Effect {
  none,       ///< dead: the 95 % interval lies within ± the tolerance
  worse,      ///< significant after correction for the number of tests
  better,     ///< likewise: the change is an improvement
  uncertain,  ///< neither
};
std::string_view to_string(Effect effect);

/// improvement  positive where the change helps
Effect effect_of(const Interval& improvement, double corrected_p_value, double tolerance, double significance = 0.05);

/// The interval of the negated quantity.
Interval negated(const Interval& interval);

/// A scenario of at most `events` events that predicts this one, or the scenario itself where it is as small, or
/// cannot be made smaller.
ScenarioPtr sampled(const ScenarioPtr& scenario, std::uint64_t events);

}  // namespace syswright::judge
