#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "judge/compare/compare.h"
#include "judge/compare/correction.h"
#include "judge/compare/power.h"

/// compare, second half: every policy against one reference, in pairs of blocks, with verdicts that stand up to many
/// comparisons and the number of further blocks or scenarios that an open question needs.
namespace syswright::judge {

struct PairOptions {
  std::size_t reference = 0;  ///< into the policies: every other is compared with it
  double confidence = 0.95;   ///< of intervals; 1 - confidence is the level of the verdicts
  Correction correction = Correction::holm;
  double power = 0.8;  ///< chance of a decision that `needed` asks for
  std::uint64_t seed = 1;
};

/// What it takes to decide what is open, if the difference and its spread are what they seem (see blocks_to_decide).
struct Needed {
  /// Further blocks of the kind at hand; 0 where the number at hand suffices on average. Not given where no number
  /// would do: the policies behave alike, or nothing is known of the spread.
  std::optional<std::size_t> blocks;
  std::optional<std::size_t> scenarios;  ///< the same in scenarios like those compared
  double detectable = 0;                 ///< smallest effect that the blocks at hand would show, relative
};

/// One policy against the reference, in one scenario or over all.
struct Pairing {
  std::size_t policy = 0;
  /// false: one of the two failed, or their blocks do not match; then the objectives alone decide, effect and p-values
  /// say nothing, and nothing is needed.
  bool paired = false;
  /// Mean of (objective - reference's) / |reference's| over the scenarios: -0.1 is 10 % lower. BCa bootstrap over the
  /// pairs of blocks, not corrected.
  Interval effect;
  std::optional<Interval> difference;  ///< effect in the objective's unit; of one scenario only
  /// Randomisation test: how often a difference at least as large comes about if in each block it is a matter of chance
  /// which policy is which. Exact for exchangeable blocks, whatever their distribution.
  double p_value = 1;
  double corrected_p = 1;        ///< over all pairings of this kind that were asked for together
  SignTest sign;                 ///< over blocks; negative: the policy's cost is lower
  std::optional<SignTest> wins;  ///< over scenarios; of the overall pairing, where there are 2 scenarios or more
  std::size_t blocks = 0;        ///< pairs that the tests stand on
  std::size_t merged = 1;        ///< neighbouring blocks joined in one, because their differences went together
  /// Correlation of neighbours that is left: well above 0.2 the blocks are too short or too few for the workload's
  /// swings, and the tests err more often than they say (at 0.3 about three times as often).
  double correlation = 0;
  /// better or worse only if the corrected p is at most 1 - confidence and the interval excludes 0; level: cannot tell.
  Verdict verdict = Verdict::level;
  Needed needed;
};

struct PairedComparison {
  std::size_t reference = 0;
  double confidence = 0.95;
  Correction correction = Correction::holm;
  std::vector<std::vector<Pairing>> scenarios;  ///< [scenarios][policies but the reference]; corrected over all
  std::vector<Pairing> overall;                 ///< [policies but the reference]; corrected over these
};

/// Verdicts over a comparison that was made. Scenarios in which a policy failed, or whose reference objective is 0, are
/// left out of its overall pairing, but a policy that failed anywhere is overall worse than a reference that did not.
/// Overall, scenarios count alike; where they are cut alike from one workload (blocks of equal weights), their blocks
/// go together in tests and resamples, for they share their luck.
///
/// Blocks that come one after the other may err together: blocks are joined in pairs while the differences of
/// neighbours correlate and 16 blocks remain, which keeps intervals honest on workloads with long swings.
/// Cost: about 5 ms a pairing of 64 blocks; deterministic for the seed. Throws InputError if the reference does not
/// exist.
/// Source: randomisation test: Fisher, "The Design of Experiments", 1935, section 21.
PairedComparison compare_pairs(const Domain& domain, const Comparison& comparison, const PairOptions& options);

/// For people: "better", "worse", "cannot tell".
std::string_view in_words(Verdict verdict);

}  // namespace syswright::judge
