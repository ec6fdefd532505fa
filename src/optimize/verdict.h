#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/intervals.h"
#include "optimize/evaluator.h"
#include "optimize/score.h"

namespace syswright::optimize {

/// Two texts on the same instances.
struct Verdict {
  std::vector<Instance> instances;
  std::vector<Measurement> original;
  std::vector<Measurement> best;
  Score original_score;
  Score best_score;
  /// Mean of best minus original, as the evaluator prints scores, with its 95 % interval over pairs of instances.
  /// Nothing where one of them failed: no number stands for a failure.
  std::optional<Interval> difference;
  bool better = false;  ///< fewer failures; or as many, and the whole interval lies on the better side
};

/// From measurements that are there.
Verdict compare(std::vector<Instance> instances, std::vector<Measurement> original, std::vector<Measurement> best,
                Direction direction);
/// Measures both on instances that the search has not seen; one text once, where best is
/// the original. Nothing if it is stopped.
std::optional<Verdict> hold_out(const std::string& original, const std::string& best,
                                const std::vector<Instance>& instances, const Measure& measure, Direction direction,
                                const std::stop_token& stop);

}  // namespace syswright::optimize
