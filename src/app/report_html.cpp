#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/charts.h"
#include "app/html.h"
#include "app/page.h"
#include "app/report.h"
#include "app/results.h"
#include "base/text.h"

namespace syswright::app {
namespace {

using judge::ScenarioComparison;
using judge::Standing;
using judge::Verdict;

constexpr std::size_t longest_lineage = 12;  // steps shown; the report's JSON has all

bool ran(const Standing& standing) { return standing.evaluation.status == Evaluation::Status::ok; }

std::string class_of(std::string_view name) { return attribute("class", name); }

std::string program_block(const policy::Program& program) {
  return element("pre", "", highlighted_program(policy::to_source(program)));
}

std::string verdict_class(const DesignReport& report) {
  const std::size_t all = report.run.against.size();
  if (all > 0 && report.run.count(Verdict::better) == all) return "better";
  return report.run.count(Verdict::worse) > 0 ? "worse" : "level";
}

std::string verdict_section(const DesignReport& report) {
  const std::vector<std::string> sentences = verdict_sentences(report);
  std::string items;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    const std::string_view verdict = judge::to_string(report.run.against[i].verdict);
    items += element("li", "", fmt::format("<span class=\"chip {0}\">{0}</span> {1}", verdict, escaped(sentences[i])));
  }
  return element(
      "section", class_of("verdict " + verdict_class(report)),
      "\n" + element("p", class_of("headline"), escaped(verdict_headline(report))) + element("ul", "", "\n" + items));
}

std::string evidence_section(const DesignReport& report) {
  if (!report.evidence) return "";
  Panel panel{.title = "What the judges say", .note = "Each is shown at length below."};
  for (Statement& statement : evidence_statements(report.domain, report.run, *report.evidence)) {
    panel.items.emplace_back(std::move(statement));
  }
  return panel_html(panel);
}

std::string judges_sections(const DesignReport& report) {
  if (!report.evidence) return "";
  std::string sections;
  for (const Panel& panel : evidence_panels(report.domain, report.run, *report.evidence)) sections += panel_html(panel);
  return sections;
}

std::string plot_of(const DesignReport& report, const ScenarioComparison& scenario) {
  const Metric& metric = report.domain.metrics().front();
  IntervalPlot plot{
      .title = fmt::format("{} by policy, {}", readable(metric.name), scenario.scenario->label()),
      .x_label = fmt::format("{} ({} is better)", readable(metric.name), metric.lower_is_better ? "lower" : "higher"),
      .rows = {},
      .line = {}};
  for (const std::size_t index : ranking(report.domain, scenario)) {
    const Standing& standing = scenario.standings[index];
    if (!ran(standing)) continue;
    plot.rows.push_back({.name = fit(standing.policy.name(), 28),
                         .value_text = format_metric(standing.evaluation.objective(), metric.dimension),
                         .value = standing.evaluation.objective(),
                         .low = standing.objective.low,
                         .high = standing.objective.high,
                         .highlighted = index == 0});
  }
  if (scenario.bound) {
    plot.line = IntervalPlot::Line{
        fmt::format("{} {}", scenario.bound->name, format_metric(scenario.bound->value, metric.dimension)),
        scenario.bound->value};
  }
  return element("div", "", "\n" + element("h3", "", escaped(scenario.scenario->setting())) + svg(plot));
}

std::string plots_section(const DesignReport& report) {
  std::string plots;
  for (const ScenarioComparison& scenario : report.run.test.scenarios) plots += plot_of(report, scenario);
  return section(
      "On the held-out part",
      "Best at the top. Bars are 95 % intervals by resampling blocks of the trace; they overlap more than the "
      "paired differences in the table below, which compare policies on the same blocks. The dashed line is a "
      "bound that no policy can pass.",
      element("div", class_of("plots"), "\n" + plots));
}

/// How a baseline's paired difference reads from the designed policy's side.
std::string_view difference_class(const Domain& domain, const Interval& difference) {
  const bool lower = domain.metrics().front().lower_is_better;
  if (difference.low > 0) return lower ? "better" : "worse";
  if (difference.high < 0) return lower ? "worse" : "better";
  return "";
}

std::string cell(const std::string& text, std::string_view name = "r") {
  return fmt::format("<td {}>{}</td>", class_of(name), escaped(text));
}

std::string standing_row(const Domain& domain, const ScenarioComparison& scenario, std::size_t index) {
  const Standing& standing = scenario.standings[index];
  const std::span<const Metric> metrics = domain.metrics();
  std::string cells = fmt::format("<td>{}</td>", escaped(standing.policy.name()));
  if (!ran(standing)) {
    cells += fmt::format("<td colspan=\"{}\">{}</td>", metrics.size() + 3,
                         escaped("no result: " + standing.evaluation.failure));
    return element("tr", "", cells);
  }
  cells += cell(format_metric(standing.evaluation.objective(), metrics[0].dimension));
  cells += cell(format_interval(standing.objective, metrics[0].dimension));
  const bool other = index != scenario.reference && standing.difference;
  cells += other ? cell(format_difference(*standing.difference, metrics[0].dimension),
                        fmt::format("r {}", difference_class(domain, *standing.difference)))
                 : cell("");
  for (std::size_t m = 1; m < metrics.size(); ++m) {
    cells += cell(format_metric(standing.evaluation.metrics[m], metrics[m].dimension));
  }
  cells += cell(standing.gap ? fmt::format("{:+.1f} %", 100 * *standing.gap) : "");
  return element("tr", class_of(index == 0 ? "own" : ""), cells);
}

std::string bound_line(const Domain& domain, const BoundRow& row) {
  std::string cells = fmt::format("<td title=\"{}\">{}</td>", escaped(row.doc), escaped(row.name));
  for (std::size_t m = 0; m < row.values.size(); ++m) {
    cells += cell(std::isnan(row.values[m]) ? "" : format_metric(row.values[m], domain.metrics()[m].dimension));
    if (m == 0) cells += "<td></td><td></td>";
  }
  return element("tr", class_of("bound"), cells + "<td></td>");
}

std::string table_of(const Domain& domain, const ScenarioComparison& scenario) {
  const std::span<const Metric> metrics = domain.metrics();
  std::string head = fmt::format(
      "<th>policy</th><th class=\"r\">{}</th><th class=\"r\">95 % interval</th>"
      "<th class=\"r\">less the designed one’s</th>",
      escaped(readable(metrics[0].name)));
  for (const Metric& metric : metrics.subspan(1))
    head += fmt::format("<th class=\"r\">{}</th>", escaped(readable(metric.name)));
  head += "<th class=\"r\">gap to bound</th>";
  std::string rows;
  for (const std::size_t index : ranking(domain, scenario)) rows += standing_row(domain, scenario, index);
  for (const BoundRow& row : bound_rows(domain, scenario.bounds)) rows += bound_line(domain, row);
  return element("h3", "", escaped(scenario.scenario->label())) +
         element(
             "div", class_of("scroll"),
             element("table", "", element("thead", "", element("tr", "", head)) + element("tbody", "", "\n" + rows)));
}

std::string tables_section(const DesignReport& report) {
  std::string tables;
  for (const ScenarioComparison& scenario : report.run.test.scenarios) tables += table_of(report.domain, scenario);
  return section(
      "In numbers",
      "\"Less the designed one's\" is a policy's objective minus that of the designed policy, over the same blocks "
      "of the trace, with its paired 95 % interval.",
      tables, "long");
}

std::string step_of(const design::Ancestor& ancestor, const design::Ancestor* before) {
  std::string text = fmt::format("<strong>{}</strong> · training score {:.5g} · after {:.4g} evaluations",
                                 escaped(ancestor.origin), ancestor.train, ancestor.spent);
  if (before != nullptr) {
    const std::string difference = policy::describe_difference(*before->program, *ancestor.program);
    if (!difference.empty()) text += element("pre", "", highlighted_difference(difference));
  } else {
    text += program_block(*ancestor.program);
  }
  return element("li", "", text);
}

std::string history_section(const DesignReport& report) {
  const std::vector<design::Ancestor> chain = lineage(report.run.outcome);
  if (chain.size() < 2) return "";
  const std::size_t first = chain.size() > longest_lineage ? chain.size() - longest_lineage : 0;
  std::string steps;
  for (std::size_t i = first; i < chain.size(); ++i) steps += step_of(chain[i], i == first ? nullptr : &chain[i - 1]);
  return section(
      "How it came about",
      fmt::format("The policy's ancestors{}, oldest first, and what each step changed. Training scores of early "
                  "steps come from smaller samples.",
                  first == 0 ? "" : fmt::format(" (the last {} of {})", longest_lineage, chain.size())),
      element("ol", class_of("steps"), "\n" + steps), "long");
}

std::string policy_section(const DesignReport& report) {
  const policy::Program& best = *report.run.outcome.best;
  return section(
      "The policy",
      fmt::format("{} operations, digest {}. Check it with 'syswright check', write it as C, C++ or Python with "
                  "'syswright export'.",
                  best.size(), best.digest().hex()),
      program_block(best));
}

std::string search_section(const DesignReport& report) {
  const design::Outcome& outcome = report.run.outcome;
  LineChart chart{.title = "Best training score against the budget spent",
                  .x_label = "evaluations spent (whole training scenarios)",
                  .y_label = "best training score",
                  .points = {},
                  .x_end = outcome.spent};
  for (const design::Outcome::Point& point : outcome.convergence) chart.points.push_back({point.spent, point.best});
  return section("The search",
                 fmt::format("{} candidates at the price of {:.5g} evaluations{}.", with_thousands(outcome.candidates),
                             outcome.spent, outcome.stopped ? "; interrupted before the budget was spent" : ""),
                 svg(chart));
}

std::string runner_up_section(const DesignReport& report) {
  const design::Outcome& outcome = report.run.outcome;
  if (outcome.runner_up == nullptr) return "";
  const std::string difference = policy::describe_difference(*outcome.runner_up, *outcome.best);
  return section("How it differs from the runner-up",
                 "The best policy on the validation part that behaves differently. '+' is the designed policy, '-' the "
                 "runner-up.",
                 (difference.empty() ? "" : element("pre", "", highlighted_difference(difference))) +
                     element("h3", "", "The runner-up") + program_block(*outcome.runner_up),
                 "long");
}

std::string score_row(const Domain& domain, std::string_view split, const std::vector<ScenarioPtr>& scenarios,
                      const design::Score& score) {
  std::string rows;
  for (std::size_t i = 0; i < scenarios.size() && i < score.evaluations.size(); ++i) {
    rows += element("tr", "",
                    fmt::format("<td>{}</td><td>{}</td>", split, escaped(scenarios[i]->label())) +
                        cell(format_metric(score.evaluations[i].objective(), domain.metrics()[0].dimension)));
  }
  return rows;
}

std::string split_table(const DesignReport& report) {
  std::string rows = score_row(report.domain, "training", report.suite.train, report.run.outcome.train);
  rows += score_row(report.domain, "validation", report.suite.validation, report.run.outcome.validation);
  for (const ScenarioComparison& scenario : report.run.test.scenarios) {
    rows += element(
        "tr", "",
        fmt::format("<td>held out</td><td>{}</td>", escaped(scenario.scenario->label())) +
            cell(format_metric(scenario.standings[0].evaluation.objective(), report.domain.metrics()[0].dimension)));
  }
  const std::string head = fmt::format("<th>part</th><th>scenario</th><th class=\"r\">{} of the designed policy</th>",
                                       escaped(readable(report.domain.metrics()[0].name)));
  return element(
      "div", class_of("scroll"),
      element("table", "", element("thead", "", element("tr", "", head)) + element("tbody", "", "\n" + rows)));
}

/// At other sizes than those it was designed for.
std::string curves_section(const DesignReport& report) {
  if (!report.curves) return "";
  std::string notes;
  for (const std::string& note : report.curves->sweep.notes) notes += element("p", class_of("note"), escaped(note));
  return section(fmt::format("Over every {}", report.curves->sweep.axis),
                 "The whole workload, from an empty start, the part that the search learned from included: how far the "
                 "design carries to settings that it was not made for. Names stand in the order of the curves' ends.",
                 svg(chart_of(report.domain, report.curves->sweep, report.curves->curves, 0)) + notes);
}

std::string conditions_section(const DesignReport& report) {
  std::vector<std::pair<std::string, std::string>> facts{{"workload", report.workload.name}};
  facts.insert(facts.end(), report.workload.facts.begin(), report.workload.facts.end());
  facts.insert(facts.end(), report.options.begin(), report.options.end());
  facts.insert(facts.end(), {{"designer", report.designer},
                             {"budget", report.budget},
                             {"seed", fmt::format("{}", report.seed)},
                             {"version", report.version}});
  std::string list;
  for (const auto& [name, value] : facts) list += element("dt", "", escaped(name)) + element("dd", "", escaped(value));
  std::string warnings;
  for (const std::string& warning : report.workload.warnings) warnings += element("li", "", escaped(warning));
  return section("What was run", "",
                 element("dl", class_of("facts"), "\n" + list) +
                     (warnings.empty() ? "" : element("h3", "", "Warnings") + element("ul", "", warnings)) +
                     element("h3", "", "How the parts were used") + split_table(report) +
                     element("h3", "", "To run it again") +
                     element("pre", class_of("command"), escaped(report.command)));
}

}  // namespace

std::string report_html(const DesignReport& report) {
  const std::string title = fmt::format("A {} policy for {}", report.domain.name(), report.workload.name);
  const std::string body = verdict_section(report) + evidence_section(report) + plots_section(report) +
                           curves_section(report) + policy_section(report) + search_section(report) +
                           tables_section(report) + judges_sections(report) + history_section(report) +
                           runner_up_section(report) + conditions_section(report);
  return page("Syswright design report", title, body,
              "Made by Syswright " + report.version + ". The same numbers: results.csv and report.json.");
}

}  // namespace syswright::app
