#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/intervals.h"
#include "domain/evaluation.h"

/// Paired blocks of two policies, and the tests on them that judges share.
namespace syswright::judge {

/// Costs of two policies over the same blocks.
struct PairedBlocks {
  std::vector<double> a;
  std::vector<double> b;
  std::vector<double> weights;
  std::size_t merged = 1;  ///< neighbouring blocks joined in one

  std::size_t size() const { return weights.size(); }
  BlockSeries series_a() const { return {a, weights}; }
  BlockSeries series_b() const { return {b, weights}; }
  std::vector<double> differences() const;  ///< a - b
};

/// Whether a run succeeded; one with a number that is not finite did not, whatever it says.
bool ran(const Evaluation& evaluation);

/// Whether both ran, with at least 2 blocks, of equal number and weights.
bool comparable(const Evaluation& a, const Evaluation& b);

/// Blocks of two comparable evaluations.
PairedBlocks paired_blocks(const Evaluation& a, const Evaluation& b);

/// Correlation of the differences of neighbouring blocks, as residuals of the ratio; 0 where they do not vary.
double neighbour_correlation(const PairedBlocks& blocks);

/// Joins neighbours in pairs as long as their differences correlate by more than one standard error and at least
/// `min_blocks` remain; an odd last block joins the pair before it. Of independent blocks one series in six is joined
/// once, which costs a little power; taking correlated ones for independent would cost the truth.
PairedBlocks decorrelated(PairedBlocks blocks, std::size_t min_blocks = 16);

/// Two-sided p-value that differences are as likely positive as negative, by turning signs at random and looking how
/// often the sum is at least as far from 0. With up to 14 differences all signs are tried (exact); else 10,000 draws,
/// and where none gets as far, Student's t-test takes over, no lower than the exact least of 2^(1-n). Zeros count for
/// nothing. 1 for fewer than 2 differences.
double randomisation_test(std::span<const double> differences, std::uint64_t seed);

}  // namespace syswright::judge
