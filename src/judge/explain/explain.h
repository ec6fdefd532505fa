#pragma once

#include <functional>
#include <optional>
#include <string>

#include "judge/explain/ablate.h"
#include "judge/explain/contrast.h"
#include "judge/explain/distil.h"
#include "judge/explain/shapley.h"
#include "judge/explain/slice.h"

/// explain: why a policy does as well as it does, by experiments: parts taken out (ablate, distil, shapley), the
/// workload taken apart (slice), decisions taken otherwise (contrast).
namespace syswright::judge {

/// What to explain, and against whom.
struct ExplainTask {
  policy::ProgramPtr program;
  Policy reference;  ///< of slices and of the gain that distil may give away
  std::vector<ScenarioPtr>
      validation;  ///< of distil; empty: the ground's scenarios serve twice, and the choice is checked by nothing
  policy::ProgramPtr rival;  ///< to contrast with; nullptr: the reference if it is a program, else none
};

struct ExplainOptions {
  AblateOptions ablate;
  SliceOptions slice;
  DistilOptions distil;
  ContrastOptions contrast;  ///< seed and stop are those of the ground
  ShapleyOptions shapley;
  /// Called before each part with its name, on the calling thread.
  std::function<void(std::string_view)> began = {};
};

struct Explanation {
  Ablations ablations;
  std::vector<Slices> slices;  ///< [scenarios]
  Distillation distillation;
  std::optional<Contrast> contrast;  ///< in the first scenario
  std::string no_contrast;           ///< why there is none
  Attribution attribution;
  std::uint64_t runs = 0;    ///< simulations for all of it, those of contrast and of observing not counted
  std::uint64_t events = 0;  ///< simulated in them
  bool complete = true;      ///< false: a stop came first; parts that were not begun are empty
};

/// All five parts on one ground. Programs that several parts need are run once.
/// Throws InputError if the program or the reference fails.
Explanation explain(const Ground& ground, const ExplainTask& task, const ExplainOptions& options = {});

}  // namespace syswright::judge
