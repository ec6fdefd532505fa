#include "app/sweep_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/results.h"
#include "base/error.h"

namespace syswright::app {

std::vector<PolicyCurve> evaluate_curves(const Sweep& sweep, std::span<const ScenarioPtr> scenarios,
                                         const std::vector<Policy>& policies, Evaluator& evaluator,
                                         std::stop_token stop, bool& complete) {
  std::vector<PolicyCurve> curves;
  std::vector<Job> jobs;
  std::vector<std::size_t> owners;
  for (const Policy& policy : policies) {
    const auto known = std::ranges::find_if(sweep.known, [&](const Sweep::Known& one) {
      return policy.program() == nullptr && one.policy == policy.name();
    });
    if (known != sweep.known.end()) {
      curves.push_back({known->policy, known->method, known->metrics});
      continue;
    }
    curves.push_back({policy.name(), "one run a size", {}});
    for (const ScenarioPtr& scenario : scenarios) {
      jobs.push_back({policy, scenario});
      owners.push_back(curves.size() - 1);
    }
  }
  const std::vector<Evaluation> evaluations = evaluator.evaluate(jobs, stop);
  for (std::size_t i = 0; i < evaluations.size(); ++i) {
    complete = complete && evaluations[i].status != Evaluation::Status::cancelled;
    const bool ok = evaluations[i].status == Evaluation::Status::ok;
    std::vector<double> metrics = ok ? evaluations[i].metrics : std::vector<double>{};
    if (ok && sweep.corrected) metrics = sweep.corrected(curves[owners[i]].metrics.size(), std::move(metrics));
    curves[owners[i]].metrics.push_back(std::move(metrics));
  }
  return curves;
}

std::vector<double> along(const PolicyCurve& curve, std::size_t metric) {
  std::vector<double> values;
  for (const auto& metrics : curve.metrics) {
    values.push_back(metrics.empty() ? std::numeric_limits<double>::quiet_NaN() : metrics[metric]);
  }
  return values;
}

CurveChart chart_of(const Domain& domain, const Sweep& sweep, const std::vector<PolicyCurve>& curves,
                    std::size_t metric) {
  const std::string name = readable(domain.metrics()[metric].name);
  CurveChart chart{.title = fmt::format("{} over {}", name, sweep.axis),
                   .x_label = fmt::format("{} ({})", sweep.axis, sweep.unit),
                   .y_label = name,
                   .x = sweep.places,
                   .x_labels = sweep.labels,
                   .curves = {}};
  for (const PolicyCurve& curve : curves) chart.curves.push_back({curve.policy, along(curve, metric)});
  return chart;
}

void add_curves(Json& document, const Domain& domain, const Sweep& sweep, const std::vector<PolicyCurve>& curves) {
  Json list = Json::array();
  for (const PolicyCurve& curve : curves) {
    Json metrics = Json::object();
    for (std::size_t i = 0; i < domain.metrics().size(); ++i) {
      Json values = Json::array();
      for (const double value : along(curve, i)) values.push(std::isfinite(value) ? Json(value) : Json());
      metrics.set(domain.metrics()[i].name, std::move(values));
    }
    list.push(
        Json::object().set("policy", curve.policy).set("method", curve.method).set("metrics", std::move(metrics)));
  }
  Json places = Json::array();
  for (const double place : sweep.places) places.push(place);
  document.set("axis", Json::object().set("name", sweep.axis).set("unit", sweep.unit).set("places", std::move(places)))
      .set("curves", std::move(list))
      .set("notes", json_array(sweep.notes));
}

std::optional<ReportCurves> report_curves(const Domain& domain, const Workload& workload,
                                          const std::vector<Policy>& policies, Evaluator& evaluator,
                                          std::stop_token stop) {
  constexpr std::size_t points = 16;
  constexpr double most_events = 8e6;  // for each policy
  const auto* sweepable = dynamic_cast<const Sweepable*>(&domain);
  if (sweepable == nullptr || stop.stop_requested()) return std::nullopt;
  const auto events = static_cast<double>(workload.scenarios().front()->events());
  const double rate = std::min(1.0, most_events / (points * events));
  try {
    ReportCurves report{sweepable->sweep(workload, {.points = points, .rate = rate, .stop = stop}), {}};
    bool complete = true;
    report.curves = evaluate_curves(report.sweep, report.sweep.scenarios, policies, evaluator, stop, complete);
    if (!complete) return std::nullopt;
    return report;
  } catch (const InputError&) {
    return std::nullopt;  // a report does without: too little to draw a sample of
  }
}

}  // namespace syswright::app
