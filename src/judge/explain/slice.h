#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "judge/explain/explain_experiments.h"
#include "judge/explain/explain_questions.h"

/// slice: in which phases of a workload a policy wins or loses against another, and what is special about them.
namespace syswright::judge {

/// How much a feature differs in a phase from the whole run.
struct PhaseFeature {
  std::size_t feature = 0;  ///< into Slices::features
  double mean = 0;          ///< in the phase, over the questions looked at, in base units
  double contrast = 0;      ///< (mean in the phase - mean of the run) / standard deviation between questions
};

struct Phase {
  std::size_t first_block = 0;
  std::size_t blocks = 0;
  double begin = 0;  ///< share of the run's weight (of the requests, say) that lies before it
  double end = 0;
  double objective = 0;            ///< of the policy, in this phase alone
  double reference_objective = 0;  ///< of the other
  Interval improvement;            ///< over the reference: positive where the policy is better; paired, 95 %
  double p_value = 1;              ///< corrected for the number of phases (Holm)
  Effect effect = Effect::none;
  std::vector<PhaseFeature> features;  ///< the most unusual first; quantities that only tell the time are left out
};

/// One scenario in phases.
struct Slices {
  ScenarioPtr scenario;
  std::vector<ShownFeature> features;  ///< of the decision that the program answers most often
  std::vector<Phase> phases;           ///< consecutive, covering all blocks
  std::uint64_t questions = 0;         ///< looked at
  std::uint64_t observed_events = 0;   ///< of the run in which features were observed; fewer than the scenario's if
                                       ///< a miniature stood for it
  bool complete = true;
};

struct SliceOptions {
  std::size_t phases = 4;          ///< at most
  std::size_t shortest_phase = 6;  ///< blocks
  double tolerance = 0.001;        ///< share of the reference's objective that does not matter
  std::size_t features = 3;        ///< listed of each phase
  std::size_t questions = 2048;    ///< looked at
  std::uint64_t observed_events = 100'000;
};

/// Cuts each scenario of the ground into the consecutive phases within which the cost of its blocks varies least, and
/// compares there. Phases are cut by the mean of both policies' costs, which tells nothing of who is ahead (Bland and
/// Altman, Lancet 327, 1986), so that the cut does not choose the winner. Features are those that the program sees
/// while it runs. Cost: one run of each policy, one interpreted run of a miniature, O(phases · blocks²).
/// Throws InputError if one of the two fails.
std::vector<Slices> slice(Experiments& experiments, const policy::ProgramPtr& program, const Policy& reference,
                          const SliceOptions& options = {});

/// Cuts a series into at most `parts` consecutive parts of at least `shortest` items each, so that the sum of squared
/// distances from the mean of each part is least; fewer parts where one more would not reduce it by a tenth of the
/// whole. Returns the first item of each part. O(parts · n²).
/// Source: Fisher, Journal of the American Statistical Association 53(284), 1958 (optimal grouping in order).
std::vector<std::size_t> cut_in_order(std::span<const double> values, std::size_t parts, std::size_t shortest);

}  // namespace syswright::judge
