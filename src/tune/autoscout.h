#pragma once

#include <memory>

#include "tune/searcher.h"

namespace syswright::tune {

struct AutoScoutOptions {
  /// Whether dense knobs are stepped along one by one. Otherwise they are further levels of the tree.
  bool knobs = true;
  std::size_t orders = 6;  ///< of features, that the tournament begins with
  std::size_t iterations =
      400;  ///< of the tree on the ensemble, for a measurement; fewer where simulators cost something
};

/// AutoScout (arXiv 2603.11603): tree search over the shape of a system and steps along its knobs. Known to us from
/// second-hand descriptions; what they leave open is our reading, and said here.
///
/// - Sparse parameters: a tree (sparse_tree.h) over one of several orders of the features. With an ensemble of
/// simulators
///   (ensemble.h) that is trusted the tree is searched on its predictions, knobs as at the best point so far and then
///   set by steps on the prediction, and the best of a new shape is measured. Every eighth such step, and all while the
///   ensemble is not trusted, go down the tree by what was measured alone.
/// - Dense parameters: knob_walk.h, about the best point so far, by measurements.
/// - Tournament: orders take turns; whenever all have had two, the half whose points were worse is dropped.
/// - Bandit: UCB1 with a window says which of the two moves next. The reward of a step is its gain less what the other
///   kind of step gained on average lately (difference of differences), so that neither is paid for a time in which
///   everything gains.
/// - Simulators that cost something are asked for no more, in all, than has been measured.
///
/// It opens with the space's initial point, and two at random to judge the simulators by.
std::unique_ptr<Searcher> make_autoscout(const Space& space, const SearcherOptions& options,
                                         const AutoScoutOptions& scout = {});

}  // namespace syswright::tune
