#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "domain/evaluation.h"

namespace syswright::design {

/// Difference of two losses over what both met, and its standard error.
struct PairedDifference {
  double difference = 0;
  double error = 0;  ///< infinite where there are too few blocks to tell
  /// That the error stands on; 0 where it stands on none (a difference of failures, which is certain).
  std::size_t blocks = 0;
};

/// Whether a difference is negative beyond doubt: the upper end of its one-sided paired t-interval is below 0. A chance
/// of `level` to be wrong for one difference; divide it by the number of those that were looked at.
bool surely_negative(const PairedDifference& difference, double level);

/// Ratio of `a` minus ratio of `b` over the same blocks, with the standard error of the ratio estimator (Cochran,
/// "Sampling Techniques", 1977, section 6.3). O(blocks): races ask for it thousands of times. Blocks of different
/// number have infinite error.
PairedDifference paired_difference(std::span<const Block> a, std::span<const Block> b);

/// One weight for each scenario, with sum 1, inverse to the median of the finite objectives seen there; empty if a
/// scenario has none.
///
/// objectives  [scenarios][candidates]
std::vector<double> balanced_weights(const std::vector<std::vector<double>>& objectives);

/// How differently two policies behave over the same blocks, whatever their level: the mean absolute difference of
/// the blocks' costs over the mean cost. 0 for equal blocks; infinite for blocks of different number.
double behaviour_distance(std::span<const Block> a, std::span<const Block> b);

}  // namespace syswright::design
