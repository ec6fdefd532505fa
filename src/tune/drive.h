#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "tune/searcher.h"

namespace syswright::tune {

/// What a search may spend, in measurements; simulators count by their cost. At least one limit is set.
struct DriveLimits {
  std::optional<double> measurements;
  std::optional<double> seconds;
  std::size_t batch = 1;  ///< points measured side by side
};

struct DriveStep {
  Observation observation;
  std::string origin;
  double spent = 0;  ///< when it was known
};

struct DriveResult {
  std::vector<DriveStep> steps;     ///< in the order measured
  std::optional<std::size_t> best;  ///< of steps; nothing if all failed
  double spent = 0;                 ///< simulators included
  bool exhausted = false;           ///< nothing new was left before the budget was
  bool stopped = false;
  std::vector<std::string> notes;
};

/// Losses of points, in their order.
using MeasurePoints = std::function<std::vector<double>(std::span<const Point>)>;

/// Runs a searcher until its budget is spent. simulated: what simulators have cost so far, in measurements; nothing:
/// they cost nothing. A function of the searcher and the losses, unless the limit is in seconds.
DriveResult drive(Searcher& searcher, const MeasurePoints& measure, const DriveLimits& limits,
                  const std::function<double()>& simulated = {},
                  const std::function<void(const DriveResult&, double fraction)>& progress = {},
                  const std::stop_token& stop = {});

}  // namespace syswright::tune
