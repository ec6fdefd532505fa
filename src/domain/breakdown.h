#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "domain/domain.h"

namespace syswright {

/// Into which parts a run is told.
struct BreakdownOptions {
  /// "24": as many windows with equally many events; "1h": windows of that time; empty: the whole run is one.
  std::string windows;
  bool by_tenant = false;
  std::stop_token stop;
};

/// A run told in parts: over its time, and by who asked.
struct Breakdown {
  std::string unit;                  ///< of the windows' starts: "s", or "request"
  std::vector<double> starts;        ///< [windows] rising
  std::vector<std::string> windows;  ///< [windows] for people: "from 2 h"
  std::vector<std::string> tenants;  ///< most events first; empty: not told apart
  /// [(tenants + 1) * (windows + 1) * measures]; behind the last tenant stand all of them, behind the last window the
  /// whole run. NaN where there was nothing to measure. Empty where the run was stopped.
  std::vector<double> values;

  /// [measures] of a cell.
  std::span<const double> cell(std::size_t tenant, std::size_t window, std::size_t measures) const {
    return std::span(values).subspan((tenant * (windows.size() + 1) + window) * measures, measures);
  }
  std::span<const double> whole(std::size_t measures) const { return cell(tenants.size(), windows.size(), measures); }
};

/// A domain whose runs can be told in parts. Beside Domain, for those that have it.
class Divisible {
 public:
  virtual ~Divisible() = default;
  /// What is measured of each part, what it is of (events, first) before what came of it.
  virtual std::span<const Metric> measures() const = 0;
  /// Indices of the measures that tables and charts show.
  virtual std::span<const std::size_t> shown_measures() const = 0;
  /// Of a policy's run in a scenario of this domain. Pure, as evaluate() is. Throws InputError for windows that cannot
  /// be cut, a workload that does not name tenants, and as evaluate() does; Error for a policy that fails.
  virtual Breakdown breakdown(const Scenario& scenario, const Policy& policy,
                              const BreakdownOptions& options) const = 0;
};

}  // namespace syswright
