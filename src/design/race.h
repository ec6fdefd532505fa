#pragma once

#include <cstddef>
#include <vector>

#include "design/trials.h"

namespace syswright::design {

struct RaceRules {
  /// Share of those tried at a level that may go on to the next, at least one.
  double keep = 0.25;
  /// A candidate is dropped as surely worse when it trails the incumbent by more than this many standard errors of the
  /// paired difference.
  double patience = 2.0;
};

/// Those of a field that go on from `level`, best first: not surely worse than the incumbent, and among the best share,
/// and without what is remembered to behave like a program that went on before (Trials::pass_over).
/// Candidates that are not known at the level are left out. incumbent: nullptr, or a candidate to beat.
std::vector<Candidate*> promoted(Trials& trials, std::vector<Candidate*> field, std::size_t level,
                                 const Candidate* incumbent, const RaceRules& rules = {});

/// Whether a challenger may take a champion's place: both are known at the level, and the paired interval of their
/// losses there says that the challenger is better. A lower loss alone does not promote: among many candidates some are
/// lucky.
bool surely_better(const Trials& trials, const Candidate& challenger, const Candidate& champion, std::size_t level,
                   double error_rate = 0.05);

/// Programs that a search should race in one batch: `most`, but fewer where the race would cost more than `share` of
/// what may still be spent; at least 8.
std::size_t fitted_batch(const Trials& trials, const Spending& spending, std::size_t most, const RaceRules& rules = {},
                         double share = 0.04);

/// Tries a field of candidates at level `first`, drops those that are surely worse than the incumbent, lets the best
/// share of the rest go on to the next level, and so on to `last`. Returns those that were tried at `last`, best first;
/// the blocks of the others are forgotten.
///
/// incumbent  a candidate to beat; tried at each level that it does not know yet. nullptr: only the share decides.
/// Source: racing, Maron and Moore, NIPS 1993; successive halving, Jamieson and Talwalkar, AISTATS 2016.
std::vector<Candidate*> race(Trials& trials, std::vector<Candidate*> field, std::size_t first, std::size_t last,
                             Candidate* incumbent, const RaceRules& rules = {});

}  // namespace syswright::design
