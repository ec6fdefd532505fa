#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "domain/domain.h"

namespace syswright {

/// What a curve is drawn of.
struct SweepOptions {
  std::size_t points = 24;
  double rate = 1;  ///< share of the workload that is looked at, where the domain can sample it; above 0, at most 1
  std::stop_token stop;
};

/// Scenarios that differ in one setting, over which results make a curve: the size of a cache, say.
struct Sweep {
  std::string axis;                    ///< "cache size"
  std::string unit;                    ///< "objects"
  std::vector<double> places;          ///< rising
  std::vector<std::string> labels;     ///< of the places, for people: "1,000"
  std::vector<ScenarioPtr> scenarios;  ///< [places]
  /// The metrics of the whole that those of a scenario's run speak of, where scenarios are samples; empty: the same.
  std::function<std::vector<double>(std::size_t place, std::vector<double> metrics)> corrected;
  /// What a baseline's results are over all places, from a way that is shorter than running each scenario, and exact.
  struct Known {
    std::string policy;
    std::string method;                        ///< "exact, one pass"
    std::vector<std::vector<double>> metrics;  ///< [places][Domain::metrics()]
  };
  std::vector<Known> known;
  std::vector<std::string> notes;  ///< how it was made, how far off it is; a sentence each
};

/// A domain whose scenarios can be swept. Beside Domain, for those that have it.
class Sweepable {
 public:
  virtual ~Sweepable() = default;
  /// Of the command line's flag, and what it draws: "mrc", "miss-ratio curves …".
  virtual const std::string& sweep_name() const = 0;
  virtual const std::string& sweep_doc() const = 0;
  /// Throws InputError for a workload of another domain, no points, or a rate out of range.
  virtual Sweep sweep(const Workload& workload, const SweepOptions& options) const = 0;
};

}  // namespace syswright
