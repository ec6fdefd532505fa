#include "app/notebook_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "app/charts.h"
#include "app/results.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "design/notebook.h"

namespace syswright::app {
namespace {

using design::NotebookEntry;
using Finding = NotebookEntry::Finding;
using Drawn = std::function<std::string(const std::string&)>;

/// The colours of the report's light page.
constexpr std::string_view style = R"css(<style>
svg { font: 12px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
.grid { stroke: #eceef0; } .tick { fill: #656d76; font-size: 11px; } .axis { fill: #656d76; }
.curve { fill: none; stroke: #0a62c4; stroke-width: 2; stroke-linejoin: round; }
.range { stroke-width: 3; stroke-linecap: round; opacity: .5; stroke: #8a939d; } .range.own { stroke: #0a62c4; }
.dot.own { fill: #0a62c4; } .dot.other { fill: #8a939d; } .name, .number { fill: #1f2328; }
.name.own, .number.own { font-weight: 700; fill: #0a62c4; } .band { fill: #e6f0fb; }
.bound { stroke: #b45309; stroke-width: 1.5; stroke-dasharray: 5 3; }
</style>
<rect width="100%" height="100%" fill="#ffffff"/>
)css";

/// Longest result in the table of all steps.
constexpr std::size_t widest_result = 90;

/// Text that is not to be read as markup.
std::string plain(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '<') {
      result += "&lt;";
    } else if (c == '|' || c == '*' || c == '`' || c == '[' || c == ']') {
      result += '\\';
      result += c;
    } else {
      result += c == '\n' ? ' ' : c;
    }
  }
  return result;
}

std::string row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + plain(cell) + " |";
  return line + "\n";
}

std::string table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows) {
  std::string text = row(columns) + "|";
  for (std::size_t i = 0; i < columns.size(); ++i) text += " --- |";
  text += "\n";
  for (const std::vector<std::string>& cells : rows) text += row(cells);
  return text + "\n";
}

std::string bullets(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += "- " + plain(sentence) + "\n";
  return text + "\n";
}

std::string in_words(Finding finding) {
  switch (finding) {
    case Finding::confirmed:
      return "better beyond doubt";
    case Finding::adopted:
      return "adopted, may be chance";
    case Finding::refuted:
      return "dead end";
    case Finding::learned:
      return "learned";
  }
  return "";
}

std::string program_block(const std::string& source) {
  return source.empty() ? "" : "```\n" + source + (source.ends_with('\n') ? "" : "\n") + "```\n\n";
}

std::string image(const std::string& title, const std::string& svg, const Drawn& figure) {
  if (svg.empty()) return "";
  return fmt::format("![{}]({})\n\n", plain(title), figure(standalone_svg(svg)));
}

std::string heading(const DesignReport& report) {
  const design::Outcome& outcome = report.run.outcome;
  const Metric& metric = report.domain.metrics().front();
  std::string text = fmt::format("# Notebook of {}: a policy for {}\n\n", report.designer, report.domain.name());
  text += fmt::format(
      "Workload {}; seed {}, budget {}. {} programs were tried for {:.5g} evaluations of the training "
      "scenarios.\n\n",
      plain(report.workload.name), report.seed, report.budget, with_thousands(outcome.candidates), outcome.spent);
  text += fmt::format("The policy reaches a {} of {} in training and {} on validation ({} is better).\n\n",
                      readable(metric.name), format_metric(outcome.train.mean, metric.dimension),
                      format_metric(outcome.validation.mean, metric.dimension),
                      metric.lower_is_better ? "lower" : "higher");
  if (!report.run.against.empty()) text += plain(verdict_headline(report)) + "\n\n";
  return text;
}

std::string course(const DesignReport& report, const Drawn& figure) {
  const design::Outcome& outcome = report.run.outcome;
  const Metric& metric = report.domain.metrics().front();
  LineChart chart{.title = "Best training objective against what was spent",
                  .x_label = "evaluations spent",
                  .y_label = fmt::format("best {} in training", readable(metric.name)),
                  .points = {},
                  .x_end = outcome.spent};
  for (const design::Outcome::Point& point : outcome.convergence) {
    if (std::isfinite(point.best)) chart.points.push_back({point.spent, point.best});
  }
  const std::string drawn = svg(chart);
  return drawn.empty() ? "" : "## How it went\n\n" + image(chart.title, drawn, figure);
}

std::string all_steps(const design::Notebook& notebook) {
  std::vector<std::vector<std::string>> rows;
  for (const NotebookEntry& entry : notebook.entries) {
    rows.push_back({std::to_string(entry.number), entry.context, entry.kind, fit(entry.result, widest_result),
                    in_words(entry.finding), std::to_string(entry.programs), fmt::format("{:.1f}", entry.spent)});
  }
  return "## Every step\n\n" + table({"", "line", "step", "result", "finding", "programs", "evaluations"}, rows);
}

std::string section(const NotebookEntry& entry, const Drawn& figure) {
  std::string text = fmt::format("### Step {}, line {}: {}\n\n", entry.number, entry.context, plain(entry.kind));
  const auto add = [&](std::string_view title, const std::string& words) {
    if (!words.empty()) text += fmt::format("**{}.** {}\n\n", title, plain(words));
  };
  add("Supposed", entry.hypothesis);
  add("Tried", entry.experiment);
  for (const design::NotebookTable& one : entry.tables) {
    text += fmt::format("{}:\n\n", plain(one.title)) + table(one.columns, one.rows);
  }
  for (const design::NotebookPlot& one : entry.plots) {
    IntervalPlot plot{.title = one.title, .x_label = one.x_label, .rows = {}, .line = IntervalPlot::Line{"", 0}};
    for (const design::NotebookPlot::Row& r : one.rows) {
      if (std::isfinite(r.value)) plot.rows.push_back({r.name, r.text, r.value, r.low, r.high, r.highlighted});
    }
    text += image(one.title, svg(plot), figure);
  }
  add("Found", entry.result);
  add("Concluded", entry.conclusion);
  return text + program_block(entry.program);
}

}  // namespace

std::string standalone_svg(const std::string& svg) {
  const std::string_view box = "viewBox=\"0 0 ";
  const std::size_t at = svg.find(box);
  const std::size_t open = svg.find('>');
  if (at == svg.npos || open == svg.npos) return svg;
  char* end = nullptr;
  const double width = std::strtod(svg.c_str() + at + box.size(), &end);
  const double height = std::strtod(end, nullptr);
  return svg.substr(0, open) + fmt::format(" width=\"{:.0f}\" height=\"{:.0f}\">\n", width, height) +
         std::string(style) + svg.substr(open + 1);
}

std::string notebook_markdown(const DesignReport& report, const Drawn& figure) {
  assert(report.run.outcome.notebook != nullptr);
  const design::Notebook& notebook = *report.run.outcome.notebook;
  std::string text = heading(report);
  if (!notebook.findings.empty()) text += "## In short\n\n" + bullets(notebook.findings);
  text += course(report, figure);
  text += "## What led somewhere\n\n";
  for (const NotebookEntry& entry : notebook.entries) {
    if (entry.worth_a_section) text += section(entry, figure);
  }
  if (!notebook.dead_ends.empty()) text += "## Dead ends\n\n" + bullets(notebook.dead_ends);
  text += all_steps(notebook);
  text += "## The policy\n\n" + program_block(policy::to_source(*report.run.outcome.best));
  return text + fmt::format("Again: `{}`\n", report.command);
}

std::string write_notebook(const DesignReport& report, const std::string& target) {
  namespace fs = std::filesystem;
  const bool is_file = target.ends_with(".md");
  const fs::path text = is_file ? fs::path(target) : fs::path(target) / "notebook.md";
  const std::string folder = is_file ? text.stem().string() + "-figures" : "figures";
  std::error_code error;
  fs::create_directories(text.parent_path() / folder, error);
  if (error) throw SystemError(fmt::format("--notebook: cannot create '{}'", target), error.value());
  std::size_t count = 0;
  const std::string markdown = notebook_markdown(report, [&](const std::string& svg) {
    const std::string name = fmt::format("{}/figure{:03}.svg", folder, ++count);
    write_file_atomically((text.parent_path() / name).string(), svg);
    return name;
  });
  write_file_atomically(text.string(), markdown);
  return text.string();
}

}  // namespace syswright::app
