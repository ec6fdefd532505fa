#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "app/curve_chart.h"
#include "app/json.h"
#include "domain/evaluator.h"
#include "domain/sweep.h"

namespace syswright::app {

/// How a policy does at every place of a sweep.
struct PolicyCurve {
  std::string policy;
  std::string method;                        ///< "exact, one pass"; "one run a size"
  std::vector<std::vector<double>> metrics;  ///< [places][metrics]; empty: failed there, or not run
};

/// In the order of the policies. scenarios: of the sweep, watched or as they are. complete: false where a stop cut it
/// short.
std::vector<PolicyCurve> evaluate_curves(const Sweep& sweep, std::span<const ScenarioPtr> scenarios,
                                         const std::vector<Policy>& policies, Evaluator& evaluator,
                                         std::stop_token stop, bool& complete);
/// [places] of one metric; NaN where it failed.
std::vector<double> along(const PolicyCurve& curve, std::size_t metric);
CurveChart chart_of(const Domain& domain, const Sweep& sweep, const std::vector<PolicyCurve>& curves,
                    std::size_t metric);
/// "axis", "curves" and "notes" of a document.
void add_curves(Json& document, const Domain& domain, const Sweep& sweep, const std::vector<PolicyCurve>& curves);

/// Curves for a report.
struct ReportCurves {
  Sweep sweep;
  std::vector<PolicyCurve> curves;
};
/// Of a few policies over the whole workload, at a bounded cost: long workloads are sampled. Nothing for a domain that
/// cannot be swept, a workload too small for it, or a stop.
std::optional<ReportCurves> report_curves(const Domain& domain, const Workload& workload,
                                          const std::vector<Policy>& policies, Evaluator& evaluator,
                                          std::stop_token stop);

}  // namespace syswright::app
