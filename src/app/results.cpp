#include "app/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace syswright::app {
namespace {

using judge::ScenarioComparison;
using judge::Standing;

bool ran(const Standing& standing) { return standing.evaluation.status == Evaluation::Status::ok; }

bool bounded(const Interval& interval) { return std::isfinite(interval.low) && std::isfinite(interval.high); }

std::string_view status_name(Evaluation::Status status) {
  return status == Evaluation::Status::ok ? "ok" : status == Evaluation::Status::failed ? "failed" : "cancelled";
}

/// Four digits that say something, in the largest unit that leaves a digit before the point.
std::string scaled(double value, Dimension dimension) {
  for (const Unit& unit : units()) {
    const bool binary = dimension != bytes_dimension || unit.name.ends_with("iB") || unit.name == "B";
    if (unit.dimension == dimension && binary && std::abs(value) >= unit.scale) {
      return fmt::format("{:.4g} {}", value / unit.scale, unit.name);
    }
  }
  return fmt::format("{:.4g}", value);
}

std::string gap_text(const Standing& standing) {
  return standing.gap ? fmt::format("{:+.1f} %", 100 * *standing.gap) : "";
}

bool level_with_best(const ScenarioComparison& comparison, const Standing& standing) {
  return comparison.reference == comparison.best && standing.difference && standing.difference->contains(0);
}

std::string mark(const ScenarioComparison& comparison, std::size_t index) {
  if (!ran(comparison.standings[index])) return "";
  if (index == comparison.best) return "*";
  return level_with_best(comparison, comparison.standings[index]) ? "=" : "";
}

/// shown: metrics beside the objective.
Table table_of(const Domain& domain, const ScenarioComparison& comparison, const std::vector<std::size_t>& order,
               std::span<const std::size_t> shown) {
  const std::span<const Metric> metrics = domain.metrics();
  std::vector<Table::Column> columns{{""}, {"policy"}, {readable(metrics[0].name), Align::right}, {"95 % interval"}};
  for (const std::size_t m : shown) columns.push_back({readable(metrics[m].name), Align::right});
  columns.push_back({"gap to bound", Align::right});
  Table table(std::move(columns));
  for (const std::size_t index : order) {
    const Standing& standing = comparison.standings[index];
    std::vector<std::string> cells{mark(comparison, index), standing.policy.name()};
    if (ran(standing)) {
      cells.push_back(format_metric(standing.evaluation.objective(), metrics[0].dimension));
      cells.push_back(format_interval(standing.objective, metrics[0].dimension));
      for (const std::size_t m : shown) {
        cells.push_back(format_metric(standing.evaluation.metrics[m], metrics[m].dimension));
      }
      cells.push_back(gap_text(standing));
    } else {
      cells.emplace_back(status_name(standing.evaluation.status));
    }
    table.add_row(std::move(cells));
  }
  if (!comparison.bounds.empty()) table.add_rule();
  for (const BoundRow& row : bound_rows(domain, comparison.bounds)) {
    const auto value = [&](std::size_t m) {
      return std::isnan(row.values[m]) ? std::string() : format_metric(row.values[m], metrics[m].dimension);
    };
    std::vector<std::string> cells{"", row.name, value(0), ""};
    for (const std::size_t m : shown) cells.push_back(value(m));
    table.add_row(std::move(cells));
  }
  return table;
}

/// The table with as many of the metrics, in their order, as leave it readable.
std::string fitting_table(const Domain& domain, const ScenarioComparison& comparison,
                          const std::vector<std::size_t>& order) {
  constexpr std::size_t widest = 140;
  std::vector<std::size_t> shown(domain.metrics().size() - 1);
  std::iota(shown.begin(), shown.end(), std::size_t{1});
  std::string table = table_of(domain, comparison, order, shown).text();
  while (shown.size() > 1 && display_width(table.substr(0, table.find('\n'))) > widest) {
    shown.pop_back();
    table = table_of(domain, comparison, order, shown).text();
  }
  return table;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == text.npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) field += c == '"' ? std::string("\"\"") : std::string(1, c);
  return field + "\"";
}

std::string csv_number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) line += (i == 0 ? "" : ",") + csv_field(fields[i]);
  return line + "\n";
}

std::vector<std::string> csv_standing(const Domain& domain, const ScenarioComparison& comparison, std::size_t index) {
  const Standing& standing = comparison.standings[index];
  std::vector<std::string> fields{comparison.scenario->label(), comparison.scenario->setting(), "policy",
                                  standing.policy.name(), std::string(status_name(standing.evaluation.status))};
  for (std::size_t m = 0; m < domain.metrics().size(); ++m) {
    const bool known = ran(standing) && m < standing.evaluation.metrics.size();
    fields.push_back(known ? csv_number(standing.evaluation.metrics[m]) : "");
  }
  for (const double end : {standing.objective.low, standing.objective.high}) {
    fields.push_back(ran(standing) ? csv_number(end) : "");
  }
  fields.push_back(standing.gap ? csv_number(*standing.gap) : "");
  fields.push_back(comparison.standings[comparison.reference].policy.name());
  for (double Interval::* part : {&Interval::estimate, &Interval::low, &Interval::high}) {
    fields.push_back(standing.difference ? csv_number((*standing.difference).*part) : "");
  }
  fields.emplace_back(index == comparison.best && ran(standing) ? "1" : "0");
  return fields;
}

std::vector<std::string> csv_bound(const Domain& domain, const ScenarioComparison& comparison, const Bound& bound) {
  std::vector<std::string> fields{comparison.scenario->label(), comparison.scenario->setting(),
                                  bound.provable ? "bound" : "reference", bound.name, "ok"};
  for (std::size_t m = 0; m < domain.metrics().size(); ++m) {
    fields.push_back(m == bound.metric ? csv_number(bound.value) : "");
  }
  fields.resize(fields.size() + 8);
  return fields;
}

}  // namespace

std::string format_metric(double value, Dimension dimension) {
  if (!std::isfinite(value)) return "?";
  if (dimension == money_dimension) return fmt::format("{}${:.2f}", value < 0 ? "-" : "", std::abs(value));
  if (dimension == time_dimension || dimension == bytes_dimension) return scaled(value, dimension);
  const double size = std::abs(value);
  if (dimension.is_number() && size < 10) return fmt::format("{:.4f}", value);
  return fmt::format("{:.6g}", value);
}

std::string readable(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::vector<BoundRow> bound_rows(const Domain& domain, const std::vector<Bound>& bounds) {
  std::vector<BoundRow> rows;
  for (const Bound& bound : bounds) {
    const std::string name = fmt::format("{} ({})", bound.name, bound.provable ? "bound" : "reference");
    auto row = std::find_if(rows.begin(), rows.end(), [&](const BoundRow& other) { return other.name == name; });
    if (row == rows.end()) {
      const double none = std::numeric_limits<double>::quiet_NaN();
      rows.push_back({name, bound.doc, std::vector<double>(domain.metrics().size(), none)});
      row = rows.end() - 1;
    }
    row->values[bound.metric] = bound.value;
  }
  return rows;
}

std::string format_interval(const Interval& interval, Dimension dimension) {
  if (!bounded(interval)) return "";
  // A dash between negative numbers would read as a sign.
  const std::string_view between = interval.low < 0 ? " to " : "–";
  return fmt::format("{}{}{}", format_metric(interval.low, dimension), between,
                     format_metric(interval.high, dimension));
}

std::string format_difference(const Interval& interval, Dimension dimension) {
  const auto sign = [dimension](double value) { return (value > 0 ? "+" : "") + format_metric(value, dimension); };
  if (!bounded(interval)) return sign(interval.estimate);
  return fmt::format("{} ({} to {})", sign(interval.estimate), sign(interval.low), sign(interval.high));
}

std::vector<std::size_t> ranking(const Domain& domain, const ScenarioComparison& comparison) {
  std::vector<std::size_t> order(comparison.standings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return judge::better(domain, comparison.standings[a].evaluation, comparison.standings[b].evaluation);
  });
  return order;
}

std::string comparison_text(const Context& context, const Domain& domain, const ScenarioComparison& comparison,
                            std::size_t highlight, std::span<const std::size_t> metrics) {
  const std::vector<std::size_t> order = ranking(domain, comparison);
  const std::string table =
      metrics.empty() ? fitting_table(domain, comparison, order) : table_of(domain, comparison, order, metrics).text();
  std::string text = context.styled(Style::bold, comparison.scenario->label()) + "\n";
  std::size_t begin = 0;
  for (std::size_t line = 0; begin < table.size(); ++line) {  // the heading and its rule come before the policies
    const std::size_t end = table.find('\n', begin);
    const bool is_policy = line >= 2 && line - 2 < order.size();
    const bool styled = is_policy && (order[line - 2] == highlight || order[line - 2] == comparison.best);
    text += context.styled(styled ? Style::bold : Style::plain, table.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  for (const std::size_t index : order) {
    const Standing& standing = comparison.standings[index];
    if (!standing.evaluation.failure.empty()) {
      text += fmt::format("{}: {}\n", standing.policy.name(), standing.evaluation.failure);
    }
  }
  return text;
}

std::vector<std::size_t> metrics_named(const Domain& domain, const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const Metric& metric : domain.metrics()) known.push_back(metric.name);
  std::vector<std::size_t> found;
  for (const std::string& name : names) {
    const auto at = std::ranges::find(known, name);
    if (at == known.end()) {
      throw InputError(fmt::format("the domain '{}' has no metric '{}'{} (there are: {})", domain.name(), name,
                                   did_you_mean(name, known), join(known)));
    }
    found.push_back(static_cast<std::size_t>(at - known.begin()));
  }
  return found;
}

Json interval_json(const Interval& interval) {
  return Json::object().set("estimate", interval.estimate).set("low", interval.low).set("high", interval.high);
}

Json comparison_json(const Domain& domain, const ScenarioComparison& comparison) {
  Json bounds = Json::array();
  for (const Bound& bound : comparison.bounds) {
    bounds.push(Json::object()
                    .set("name", bound.name)
                    .set("metric", domain.metrics()[bound.metric].name)
                    .set("value", bound.value)
                    .set("provable", bound.provable)
                    .set("doc", bound.doc));
  }
  Json policies = Json::array();
  for (std::size_t i = 0; i < comparison.standings.size(); ++i) {
    const Standing& standing = comparison.standings[i];
    Json metrics = Json::object();
    for (std::size_t m = 0; m < standing.evaluation.metrics.size(); ++m) {
      metrics.set(domain.metrics()[m].name, standing.evaluation.metrics[m]);
    }
    Json details = Json::object();
    for (const auto& [name, value] : standing.evaluation.details) details.set(name, value);
    Json policy = Json::object();
    policy.set("name", standing.policy.name())
        .set("kind", standing.policy.program() ? "program" : "baseline")
        .set("digest", standing.policy.digest().hex())
        .set("status", status_name(standing.evaluation.status))
        .set("metrics", std::move(metrics))
        .set("interval", ran(standing) ? interval_json(standing.objective) : Json())
        .set("gap", standing.gap ? Json(*standing.gap) : Json())
        .set("difference", standing.difference ? interval_json(*standing.difference) : Json())
        .set("best", ran(standing) && i == comparison.best)
        .set("events", standing.evaluation.events)
        .set("details", std::move(details));
    if (!standing.evaluation.failure.empty()) policy.set("failure", standing.evaluation.failure);
    policies.push(std::move(policy));
  }
  return Json::object()
      .set("label", comparison.scenario->label())
      .set("setting", comparison.scenario->setting())
      .set("digest", comparison.scenario->digest().hex())
      .set("objective", domain.metrics()[0].name)
      .set("reference", comparison.standings[comparison.reference].policy.name())
      .set("bounds", std::move(bounds))
      .set("policies", std::move(policies));
}

std::string comparison_csv(const Domain& domain, const judge::Comparison& comparison) {
  std::vector<std::string> heading{"scenario", "setting", "kind", "name", "status"};
  for (const Metric& metric : domain.metrics()) heading.push_back(metric.name);
  for (const char* name :
       {"low", "high", "gap", "reference", "difference", "difference_low", "difference_high", "best"}) {
    heading.emplace_back(name);
  }
  std::string text = csv_line(heading);
  for (const ScenarioComparison& scenario : comparison.scenarios) {
    for (const std::size_t index : ranking(domain, scenario)) text += csv_line(csv_standing(domain, scenario, index));
    for (const Bound& bound : scenario.bounds) text += csv_line(csv_bound(domain, scenario, bound));
  }
  return text;
}

bool any_failed(const judge::Comparison& comparison) {
  return std::any_of(comparison.scenarios.begin(), comparison.scenarios.end(), [](const ScenarioComparison& scenario) {
    return std::any_of(scenario.standings.begin(), scenario.standings.end(), [](const Standing& standing) {
      return standing.evaluation.status == Evaluation::Status::failed;
    });
  });
}

}  // namespace syswright::app
