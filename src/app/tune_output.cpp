#include "app/tune_output.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>
#include <ostream>

#include "app/results.h"
#include "app/scenarios.h"
#include "base/text.h"

namespace syswright::app {
namespace {

const Metric& metric_of(const TuningReport& report) { return report.task.domain.metrics()[report.task.metric]; }

std::string shown(const TuningReport& report, double value) {
  return format_metric(value, metric_of(report).dimension);
}

std::string mean_text(const TuningReport& report, const std::optional<Configured>& one, Split split) {
  if (!one) return "failed";
  const auto found = one->means.find(split);
  return found == one->means.end() ? "-" : shown(report, found->second);
}

std::string settings_table(const TuningReport& report) {
  const tune::Space& space = report.task.space;
  const tune::Point initial = space.canonical(space.initial());
  const tune::Point& best = report.outcome.best->point;
  Table table({{"setting"}, {"before"}, {"best"}, {"range"}});
  for (std::size_t i = 0; i < space.size(); ++i) {
    const tune::Parameter& parameter = space.parameters()[i];
    const std::string range = parameter.options.empty() ? fmt::format("{:g} to {:g}", parameter.low, parameter.high)
                                                        : join(parameter.options);
    const std::string before = space.active(initial, i) ? space.text(i, initial[i]) : "";
    const std::string now = space.active(best, i) ? space.text(i, best[i]) : "";
    table.add_row({parameter.name, before, now == before ? "=" : now, range});
  }
  return table.text();
}

std::string means_table(const TuningReport& report) {
  Table table({{metric_of(report).name}, {"before", Align::right}, {"best", Align::right}});
  for (const auto& [split, name] :
       {std::pair{Split::train, "training"}, {Split::validation, "validation"}, {Split::test, "held out"}}) {
    table.add_row(
        {name, mean_text(report, report.outcome.before, split), mean_text(report, report.outcome.best, split)});
  }
  return table.text();
}

std::string mattered_text(const TuningReport& report) {
  if (report.outcome.mattered.empty()) return "";
  Table table({{"setting"}, {"back to"}, {"change on validation", Align::right}});
  const double sign = metric_of(report).lower_is_better ? 1 : -1;
  for (const Reverted& one : report.outcome.mattered) {
    const double change = sign * one.worse.value_or(0);
    const std::string text =
        one.worse ? fmt::format("{}{}", change < 0 ? "" : "+", shown(report, change)) : "not possible";
    table.add_row({fmt::format("{} {}", one.setting, one.best), one.before, text});
  }
  return "\nWhat mattered: one setting put back at a time\n" + table.text();
}

std::string verdict_text(const TuningReport& report) {
  const auto& difference = report.outcome.difference;
  if (!difference) return "";
  const bool better = metric_of(report).lower_is_better ? difference->high < 0 : difference->low > 0;
  return fmt::format("\nBest minus before, held out: {}, 95 % interval in pairs: {}.\n",
                     format_difference(*difference, metric_of(report).dimension),
                     better ? "better" : "not shown to be better");
}

Json values_json(const Configurable::Values& values) {
  Json json = Json::object();
  for (const auto& [name, value] : values) json.set(name, value);
  return json;
}

Json configured_json(const TuningReport& report, const std::optional<Configured>& one) {
  if (!one) return {};
  Json means = Json::object();
  for (const auto& [split, mean] : one->means) {
    means.set(split == Split::train ? "train" : split == Split::validation ? "validation" : "test", mean);
  }
  Json settings = Json::object();
  for (std::size_t i = 0; i < report.task.space.size(); ++i) {
    if (!report.task.space.active(one->point, i)) continue;
    settings.set(report.task.space.parameters()[i].name, report.task.space.text(i, one->point[i]));
  }
  return Json::object()
      .set("settings", std::move(settings))
      .set("options", values_json(one->options))
      .set("means", std::move(means));
}

Json steps_json(const TuningReport& report) {
  const double sign = metric_of(report).lower_is_better ? 1 : -1;
  Json steps = Json::array();
  for (const tune::DriveStep& step : report.outcome.search.steps) {
    const double loss = step.observation.loss;
    steps.push(Json::object()
                   .set("spent", step.spent)
                   .set("origin", step.origin)
                   .set("settings", report.task.space.text(step.observation.point))
                   .set("value", std::isfinite(loss) ? Json(sign * loss) : Json()));
  }
  return steps;
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

}  // namespace

Json tuning_json(const TuningReport& report) {
  const TuningTask& task = report.task;
  const TuningOutcome& outcome = report.outcome;
  Json mattered = Json::array();
  for (const Reverted& one : outcome.mattered) {
    mattered.push(Json::object()
                      .set("setting", one.setting)
                      .set("best", one.best)
                      .set("before", one.before)
                      .set("worse_by", one.worse ? Json(*one.worse) : Json()));
  }
  Json failures = Json::object();
  for (const auto& [reason, count] : outcome.failures) failures.set(reason, count);
  return Json::object()
      .set("domain", task.domain.name())
      .set("workload", workload_json(report.workload))
      .set("policy", task.policy.name())
      .set("metric", metric_of(report).name)
      .set("lower_is_better", metric_of(report).lower_is_better)
      .set("searcher", task.searcher)
      .set("budget", report.budget)
      .set("seed", task.seed)
      .set("spent", outcome.search.spent)
      .set("spent_on_miniatures", outcome.simulated)
      .set("measured", outcome.search.steps.size())
      .set("exhausted", outcome.search.exhausted)
      .set("stopped", outcome.stopped)
      .set("before", configured_json(report, outcome.before))
      .set("best", configured_json(report, outcome.best))
      .set("difference", outcome.difference ? interval_json(*outcome.difference) : Json())
      .set("mattered", std::move(mattered))
      .set("failures", std::move(failures))
      .set("notes", json_array(outcome.search.notes))
      .set("steps", steps_json(report))
      .set("output", report.output.empty() ? Json() : Json(report.output));
}

void print_tuning(const Context& context, const TuningReport& report) {
  const TuningTask& task = report.task;
  const TuningOutcome& outcome = report.outcome;
  context.out() << describe(report.workload) << "\n"
                << fmt::format("{}, {} of policy {}, {} is better\n\n", task.searcher, metric_of(report).name,
                               task.policy.name(), metric_of(report).lower_is_better ? "lower" : "higher");
  if (!outcome.best) {
    context.out() << "No configuration gave a result.\n";
  } else {
    context.out() << settings_table(report) << "\n"
                  << means_table(report) << mattered_text(report) << verdict_text(report);
  }
  for (const auto& [reason, count] : outcome.failures)
    context.out() << fmt::format("\nfailed {} times: {}", count, reason);
  context.out() << fmt::format("\n{} configurations measured, {:.1f} evaluations with miniatures{}.\n",
                               outcome.search.steps.size(), outcome.search.spent,
                               outcome.search.exhausted ? "; nothing is left to try" : "");
  for (const std::string& note : outcome.search.notes) context.out() << note << "\n";
  if (!report.output.empty() && outcome.best) {
    context.out() << fmt::format("configuration: {} ('syswright run {} --config {}')\n", report.output,
                                 task.domain.name(), report.output);
  }
}

std::string tuning_toml(const TuningReport& report) {
  const TuningTask& task = report.task;
  assert(report.outcome.best);
  std::string text =
      fmt::format("# {} by {}, seed {}: {} {} in training\ndomain = {}\npolicy = {}\n", report.budget, task.searcher,
                  task.seed, metric_of(report).name, mean_text(report, report.outcome.best, Split::train),
                  quoted(task.domain.name()), quoted(task.policy.name()));
  if (!task.request.workload.empty()) text += fmt::format("trace = {}\n", quoted(task.request.workload));
  if (!task.request.format.empty()) text += fmt::format("format = {}\n", quoted(task.request.format));
  if (task.request.seed != ScenarioRequest{}.seed) text += fmt::format("scenario-seed = {}\n", task.request.seed);
  Configurable::Values options = task.request.options;
  for (const auto& [name, value] : report.outcome.best->options) options[name] = value;
  for (const auto& [name, value] : options) text += fmt::format("{} = {}\n", name, quoted(value));
  return text;
}

}  // namespace syswright::app
