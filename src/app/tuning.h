#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/intervals.h"
#include "design/designer.h"
#include "domain/configurable.h"
#include "domain/evaluator.h"
#include "tune/drive.h"

/// The search behind `syswright tune`: configurations of a domain, measured with one policy.
namespace syswright::app {

struct TuningTask {
  const Domain& domain;
  const Configurable& configurable;
  ScenarioRequest request;
  const tune::Space& space;  ///< of the request, within the limits
  Policy policy;
  std::size_t metric = 0;  ///< into Domain::metrics()
  std::string searcher = "autoscout";
  design::Budget budget;  ///< in configurations, measured on all training scenarios; miniatures count by their events
  std::uint64_t seed = 1;
  std::size_t batch = 1;  ///< configurations measured side by side
  Evaluator& evaluator;
  std::function<void(double fraction, std::optional<double> best, const std::string& note)> progress;
  std::stop_token stop;
};

enum class Split { train, validation, test };

/// A configuration, and the mean of the metric in each split that it was measured in.
struct Configured {
  tune::Point point;
  Configurable::Values options;
  std::map<Split, double> means;
};

/// The best, with one setting put back to where it was before the search.
struct Reverted {
  std::string setting;
  std::string best;
  std::string before;
  /// By how much the metric's mean on the validation part is worse then (negative: better); nothing if the rest does
  /// not allow it or it fails.
  std::optional<double> worse;
};

struct TuningOutcome {
  tune::DriveResult search;
  std::optional<Configured> before;    ///< the space's initial point, if it could be measured
  std::optional<Configured> best;      ///< chosen on validation among the three best in training
  std::optional<Interval> difference;  ///< best minus before on the test part, in pairs of blocks; objective only
  std::vector<Reverted> mattered;      ///< largest first
  std::map<std::string, std::uint64_t> failures;  ///< reasons, and how often
  double simulated = 0;                           ///< of what was spent, on miniatures
  bool stopped = false;
};

/// Searches; chooses on the validation part; puts settings back one at a time to see what matters, and those back for
/// good that alone and together make nothing worse there; and looks at the test part once. Beside the budget that costs
/// four configurations on the validation part, one more for each setting that differs from before, two on the test part
/// and one on the training part.
TuningOutcome tune_configuration(const TuningTask& task);

}  // namespace syswright::app
