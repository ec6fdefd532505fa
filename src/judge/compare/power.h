#pragma once

#include <cstddef>
#include <optional>

#include "base/intervals.h"

namespace syswright::judge {

/// A mean paired difference, how it spreads from block to block, and how many blocks it was taken from.
struct PairedSpread {
  double difference = 0;
  double deviation = 0;  ///< standard deviation of a block's difference; NaN with fewer than 2 blocks
  std::size_t blocks = 0;
};

/// Of ratio(a) - ratio(b) over the same blocks, by the residuals of the ratio estimator (Cochran, "Sampling
/// Techniques", 1977, section 6.3), for blocks of the mean weight. Lengths must match. O(blocks).
PairedSpread paired_spread(const BlockSeries& a, const BlockSeries& b);

struct PowerRules {
  double level = 0.05;  ///< of the two-sided test; divide by the number of tests where many are corrected
  double power = 0.8;   ///< chance that the test shall have of seeing the difference
};

/// Blocks in all with which a two-sided paired t-test of the level sees the difference with the chance `power`, if
/// difference and spread are what they seem to be. At least 2. nullopt where the difference is 0, the spread unknown,
/// or more than a thousand million blocks are needed: then no number that can be had decides.
/// The estimate is as uncertain as the difference that it stands on: a difference of one standard error may well be
/// twice or half as large in truth, which makes the number 4 times smaller or larger.
/// Source: Lehr, Statistics in Medicine 11(8), 1992, with Student's t for small numbers.
std::optional<std::size_t> blocks_to_decide(const PairedSpread& spread, const PowerRules& rules = {});

/// The smallest difference that the blocks at hand would show with the chance `power`; infinite where the spread is
/// unknown.
double detectable_difference(const PairedSpread& spread, const PowerRules& rules = {});

}  // namespace syswright::judge
