#include "app/run_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "app/config.h"
#include "app/panel.h"
#include "app/policies.h"
#include "app/results.h"
#include "judge/settings/settings.h"

namespace syswright::app {
namespace {

judge::Configuration configuration(const Context& context, const Domain& domain, const std::string& file,
                                   const DiffArguments& arguments) {
  Config config = read_config(file, domain);
  const std::string name = config.policy               ? *config.policy
                           : !arguments.policy.empty() ? arguments.policy
                                                       : domain.baselines().front().name;
  const std::vector<Policy> policies = find_policies(split_list(name, "policy"), domain, context.domains);
  if (policies.size() != 1)
    throw InputError(fmt::format("{}: a run has one policy, and '{}' names several", file, name));
  return {file, std::move(config.request), policies.front()};
}

std::string signed_metric(double value, Dimension dimension) {
  const std::string text = format_metric(std::abs(value), dimension);
  return (value < 0 ? "-" : "+") + text;
}

std::string value_or_none(const std::vector<double>& metrics, std::size_t metric, Dimension dimension) {
  return metrics.empty() ? "not possible" : format_metric(metrics[metric], dimension);
}

Sheet changes_sheet(const Domain& domain, const judge::SettingsReport& report, std::size_t metric) {
  const Dimension dimension = domain.metrics()[metric].dimension;
  Sheet sheet{{{"setting"},
               {"first"},
               {"second"},
               {"contributes", Align::right},
               {"first with it", Align::right},
               {"second without it", Align::right}},
              {}};
  for (const judge::SettingChange& change : report.changes) {
    sheet.rows.push_back(
        {change.setting, fit(change.first, 28), fit(change.second, 28), signed_metric(change.share[metric], dimension),
         value_or_none(change.taken, metric, dimension), value_or_none(change.put_back, metric, dimension)});
  }
  return sheet;
}

Panel diff_panel(const Domain& domain, const std::vector<judge::Configuration>& runs,
                 const judge::SettingsReport& report, std::size_t metric) {
  const Metric& shown = domain.metrics()[metric];
  Panel panel{fmt::format("settings of {} and {}", runs[0].name, runs[1].name)};
  const std::string values =
      fmt::format("{}: {} and {}", readable(shown.name), format_metric(report.first[metric], shown.dimension),
                  format_metric(report.second[metric], shown.dimension));
  if (report.changes.empty()) {
    panel.items.emplace_back(Statement{fmt::format("no setting differs; {}", values)});
    return panel;
  }
  panel.items.emplace_back(
      Statement{fmt::format("{} setting{} differ{}; {}, a difference of {}", report.changes.size(),
                            report.changes.size() == 1 ? "" : "s", report.changes.size() == 1 ? "s" : "", values,
                            signed_metric(report.second[metric] - report.first[metric], shown.dimension))});
  panel.items.emplace_back(changes_sheet(domain, report, metric));
  for (const judge::SettingChange& change : report.changes) {
    if (!change.refused.empty()) {
      panel.items.emplace_back(Remark{fmt::format("{} cannot change alone: {}", change.setting, change.refused)});
    }
  }
  panel.note = fmt::format(
      "What a setting contributes is what changing it changes, on average over {} in which the settings can be changed "
      "one after another; the contributions add up to the difference ({} runs).",
      report.exact ? "all orders" : "random orders", report.runs);
  return panel;
}

Json metrics_json(const Domain& domain, const std::vector<double>& values) {
  if (values.empty()) return Json();
  Json json = Json::object();
  for (std::size_t i = 0; i < values.size(); ++i) json.set(domain.metrics()[i].name, values[i]);
  return json;
}

Json diff_json(const Domain& domain, const std::vector<judge::Configuration>& runs,
               const judge::SettingsReport& report) {
  Json changes = Json::array();
  for (const judge::SettingChange& change : report.changes) {
    changes.push(Json::object()
                     .set("setting", change.setting)
                     .set("first", change.first)
                     .set("second", change.second)
                     .set("contributes", metrics_json(domain, change.share))
                     .set("first_with_it", metrics_json(domain, change.taken))
                     .set("second_without_it", metrics_json(domain, change.put_back))
                     .set("refused", change.refused.empty() ? Json() : Json(change.refused)));
  }
  return Json::object()
      .set("domain", domain.name())
      .set("first", Json::object().set("file", runs[0].name).set("metrics", metrics_json(domain, report.first)))
      .set("second", Json::object().set("file", runs[1].name).set("metrics", metrics_json(domain, report.second)))
      .set("exact", report.exact)
      .set("runs", static_cast<double>(report.runs))
      .set("changes", std::move(changes));
}

}  // namespace

ExitCode run_diff(const Context& context, const Domain& domain, const DiffArguments& arguments,
                  const WorkshopOptions& workshop_options) {
  const std::size_t metric = arguments.metric.empty() ? 0 : metrics_named(domain, {arguments.metric}).front();
  std::vector<judge::Configuration> runs;
  for (const std::string& file : arguments.files) runs.push_back(configuration(context, domain, file, arguments));
  Workshop workshop(context, workshop_options, domain.name());
  const judge::SettingsReport report =
      judge::compare_settings(domain, runs[0], runs[1], workshop.evaluator(), {}, context.stop);
  if (!report.complete) return ExitCode::interrupted;
  context.out() << (context.json ? diff_json(domain, runs, report).text()
                                 : panel_text(context, diff_panel(domain, runs, report, metric)));
  return ExitCode::ok;
}

}  // namespace syswright::app
