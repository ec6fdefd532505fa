#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "domain/domain.h"
#include "domain/evaluator.h"
#include "judge/compare/compare.h"
#include "judge/drift/drift_features.h"

/// drift: whether a deployed policy is still worth its place on a newer workload, and what of its world has moved.
namespace syswright::judge {

struct DriftOptions {
  double confidence = 0.95;
  FeatureSampling sampling;
  bool features = true;  ///< false: only the advantage is judged
  std::uint64_t seed = 1;
};

/// What became of the advantage over the reference policy.
enum class Hold {
  holds,        ///< surely better than the reference on the newer workload
  gone,         ///< not surely better any more, and the advantage has surely shrunk
  reversed,     ///< surely worse than the reference on the newer workload
  cannot_tell,  ///< the newer workload does not decide
};
std::string_view to_string(Hold hold);  ///< "holds", "gone", "reversed", "cannot tell"

/// Of the deployed policy over the reference: (reference's objective - its own) / |reference's|, with the sign turned
/// where higher is better; 0.1 is 10 % better. Paired by blocks.
struct Advantage {
  Interval interval;
  double p_value = 1;      ///< of none, by randomisation
  double corrected_p = 1;  ///< over the scenarios (Holm)
  std::size_t blocks = 0;  ///< 0: not paired, since a run failed or blocks do not match
  Verdict verdict = Verdict::level;
};

struct FeatureShift {
  std::size_t decision = 0;
  std::string name;  ///< as in FeatureSeries
  Dimension dimension;
  bool read = false;              ///< by the driving program: what moved here can change its answers
  double distance = 0;            ///< Kolmogorov–Smirnov, 0 to 1
  double p_value = 1;             ///< see ShiftTest
  double corrected_p = 1;         ///< over the features of this scenario (Holm)
  double stability = 0;           ///< population stability index
  bool moved = false;             ///< corrected p at most 1 - confidence
  bool clock = false;             ///< grows as long as the system runs, on both workloads: shown, not tested
  std::array<double, 3> older{};  ///< quantiles 0.1, 0.5, 0.9, in base units
  std::array<double, 3> newer{};
};

/// One scenario on the older workload, beside its like on the newer one.
struct ScenarioDrift {
  ScenarioPtr older;
  ScenarioPtr newer;
  std::array<Evaluation, 2> deployed;   ///< on the older, on the newer
  std::array<Evaluation, 2> reference;  ///< the same
  Advantage before;
  Advantage now;
  /// Advantage now minus before. From the two intervals, which are independent: method of variance estimates recovery
  /// (Zou and Donner, Statistics in Medicine 27(10), 2008).
  Interval change;
  Hold hold = Hold::cannot_tell;
  std::vector<FeatureShift> features;  ///< those that moved first, each group by falling distance
};

struct DriftResult {
  std::vector<ScenarioDrift> scenarios;
  std::string driver;             ///< the program whose simulation the features were seen in
  bool complete = true;           ///< false: a stop was asked for
  Hold hold = Hold::cannot_tell;  ///< over all: the worst of the scenarios (reversed, gone, cannot tell, holds)
};

/// Judges a deployed policy against a reference on both workloads. The features are those that the deployed program
/// meets; of a native policy, those that the reference program meets, or else the domain's first exemplar.
///
/// older, newer  scenarios in pairs: the same settings on the two workloads
/// Cost: 4 evaluations a pair of scenarios, two runs by the interpreter of at most `max_events`, and about a second for
/// the feature tests. Throws InputError for numbers of scenarios that differ or are 0.
DriftResult drift(const Domain& domain, const Policy& deployed, const Policy& reference,
                  std::span<const ScenarioPtr> older, std::span<const ScenarioPtr> newer, Evaluator& evaluator,
                  const DriftOptions& options = {}, std::stop_token stop = {});

}  // namespace syswright::judge
