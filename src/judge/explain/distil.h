#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "judge/explain/ablate_edits.h"
#include "judge/explain/explain_experiments.h"

/// distil: the shortest program that does nearly as well.
namespace syswright::judge {

/// One program on the way from the given one to the shortest.
struct Distilled {
  policy::ProgramPtr program;
  std::size_t size = 0;            ///< nodes
  std::vector<std::string> edits;  ///< what was taken out, one after another
  double loss = 0;                 ///< by which the objective is worse than the original's, where it was searched
  /// The same in the validation scenarios, 95 % paired interval; of the original it is 0.
  Interval validation_loss;
  bool verified = false;  ///< the validation loss is within the allowed one
  bool certain = false;   ///< so is the upper end of its interval
  std::string failure;    ///< why it failed in validation
};

struct DistilOptions {
  /// Loss that may be paid, as a share of the gain over the reference (or of the objective where there is none).
  double loss = 0.005;
  std::size_t beam = 3;  ///< programs from which each round goes on
  /// Each round tries all shortened programs in miniatures of at most so many events, and the best of them, as many as
  /// the beam holds, in full. 0: all in full.
  std::uint64_t race_events = 100'000;
  std::uint64_t observed_events = 100'000;
};

struct Distillation {
  double objective = 0;             ///< of the original, where it was searched
  double validation_objective = 0;  ///< and in validation
  double allowed = 0;               ///< loss in the objective's unit
  double validation_allowed = 0;    ///< the same share of the gain in validation
  /// The trade-off: for each size on the way the program of least loss, longest first, beginning with the original;
  /// only those that lose less in the search than all shorter ones.
  std::vector<Distilled> front;
  std::size_t chosen = 0;  ///< into front: the shortest that is verified; 0, the original, if none is
  std::size_t tried = 0;   ///< programs
  bool complete = true;    ///< false: a stop came first
};

/// Takes parts out one by one as long as the loss stays within what is allowed: a beam over list_edits() that shorten.
/// The search sees `experiments`; the choice is made in `validation`, from the shortest up, which those programs have
/// not seen. Constants are held at what they typically were, never tuned again.
///
/// reference  nullptr: the allowed loss is a share of the objective itself
/// Throws InputError if the program or the reference fails.
Distillation distil(Experiments& experiments, Experiments& validation, const policy::ProgramPtr& program,
                    const Policy* reference, const DistilOptions& options = {});

}  // namespace syswright::judge
