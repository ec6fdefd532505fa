#pragma once

#include <vector>

#include "judge/explain/ablate_edits.h"
#include "judge/explain/explain_experiments.h"

/// ablate: what each part of a program is worth, by running the program without it.
namespace syswright::judge {

struct Ablation {
  Edit edit;
  /// By how much the objective improves through the edit (negative: the part is needed), in the objective's unit; 95 %
  /// paired interval. Infinite ends where the edited program failed.
  Interval improvement;
  double p_value = 1;            ///< corrected for all distinct programs tried here (Holm)
  Effect effect = Effect::none;  ///< of the edit; a program that fails is worse
  std::string failure;           ///< why the edited program failed
};

struct AblateOptions {
  /// A change of the objective that does not matter, as a share of the objective of the program itself.
  double tolerance = 0.001;
  EditOptions edits;
  /// The run in which typical values are observed has at most so many events: a miniature of the first scenario.
  std::uint64_t observed_events = 100'000;
};

struct Ablations {
  double objective = 0;             ///< of the program as it is
  double tolerance = 0;             ///< in the objective's unit
  std::vector<Ablation> ablations;  ///< as list_edits orders them
  std::size_t programs = 0;         ///< distinct ones that were run
  ObservedValues values;
  bool complete = true;  ///< false: a stop came first, and there are no ablations

  /// Indices of the ablations, those that cost most first.
  std::vector<std::size_t> by_cost() const;
  /// Terms that can be held at their typical value, and constants that can be made neutral, doubled and halved, without
  /// a measurable change: as source text, largest first; parts of a dead term are not named again.
  std::vector<std::string> dead(const policy::Program& program) const;
};

/// Cost: one run of the program for each distinct edit in every scenario (about 3 a node), one interpreted run of a
/// miniature, 10 ms a program and scenario for intervals. Throws InputError if the program itself fails.
Ablations ablate(Experiments& experiments, const policy::ProgramPtr& program, const AblateOptions& options = {});

}  // namespace syswright::judge
