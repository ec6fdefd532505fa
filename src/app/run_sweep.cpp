#include "app/run_sweep.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <ostream>

#include "app/html.h"
#include "app/json.h"
#include "app/page.h"
#include "app/results.h"
#include "app/scenarios.h"
#include "app/sweep_curves.h"
#include "app/version.h"
#include "base/file.h"

namespace syswright::app {
namespace {

/// Sizes that a terminal's table shows; all are in the files.
constexpr std::size_t shown_places = 9;

using Curve = PolicyCurve;

std::vector<Curve> curves_of(const Context& context, const Domain& domain, const Sweep& sweep,
                             const std::vector<Policy>& policies, const WorkshopOptions& options, bool& complete) {
  Workshop workshop(context, options, domain.name());
  const auto progress = context.progress("run");
  std::atomic<std::uint64_t> done{0};
  double total = 1;
  for (const ScenarioPtr& scenario : sweep.scenarios) {
    total +=
        static_cast<double>(scenario->events() * (policies.size() - std::min(policies.size(), sweep.known.size())));
  }
  const auto watch = [&](std::uint64_t events) {
    const double now = static_cast<double>(done.fetch_add(events) + events);
    progress->update({.fraction = std::min(1.0, now / total), .best = "", .note = "", .seconds_left = {}});
  };
  return evaluate_curves(sweep, watched(sweep.scenarios, watch), policies, workshop.evaluator(), context.stop,
                         complete);
}

/// By the mean over the places, best first.
void sort_curves(std::vector<Curve>& curves, const Metric& metric, std::size_t index) {
  const auto mean = [&](const Curve& curve) {
    double sum = 0;
    for (const double value : along(curve, index)) sum += value;
    const double worst = std::numeric_limits<double>::infinity();
    return !std::isfinite(sum) ? worst : metric.lower_is_better ? sum : -sum;
  };
  std::ranges::stable_sort(curves, {}, mean);
}

std::string table_text(const Sweep& sweep, const std::vector<Curve>& curves, const Metric& metric, std::size_t index) {
  std::vector<std::size_t> places;
  const std::size_t count = std::min(shown_places, sweep.places.size());
  for (std::size_t i = 0; i < count; ++i) {
    places.push_back(count == 1 ? 0 : (sweep.places.size() - 1) * i / (count - 1));
  }
  std::vector<Table::Column> columns{{readable(metric.name)}};
  for (const std::size_t place : places) columns.push_back({sweep.labels[place], Align::right});
  Table table(columns);
  for (const Curve& curve : curves) {
    const std::vector<double> values = along(curve, index);
    std::vector<std::string> cells{curve.policy};
    for (const std::size_t place : places) {
      cells.push_back(std::isfinite(values[place]) ? format_metric(values[place], metric.dimension) : "failed");
    }
    table.add_row(std::move(cells));
  }
  return table.text();
}

std::string csv_of(const Domain& domain, const Sweep& sweep, const std::vector<Curve>& curves) {
  std::string text = fmt::format("policy,{},method", sweep.unit);
  for (const Metric& metric : domain.metrics()) text += "," + metric.name;
  text += "\n";
  for (const Curve& curve : curves) {
    for (std::size_t place = 0; place < sweep.places.size(); ++place) {
      text += fmt::format("{},{},\"{}\"", curve.policy, sweep.places[place], curve.method);
      for (std::size_t metric = 0; metric < domain.metrics().size(); ++metric) {
        text += curve.metrics[place].empty() ? "," : fmt::format(",{}", curve.metrics[place][metric]);
      }
      text += "\n";
    }
  }
  return text;
}

Json json_of(const Domain& domain, const WorkloadSummary& summary, const Sweep& sweep,
             const std::vector<Curve>& curves) {
  Json document = Json::object().set("domain", domain.name()).set("workload", workload_json(summary));
  add_curves(document, domain, sweep, curves);
  return document;
}

std::string page_of(const Domain& domain, const WorkloadSummary& summary, const Sweep& sweep,
                    const std::vector<Curve>& curves, std::size_t index, const std::string& command) {
  const Metric& metric = domain.metrics()[index];
  const CurveChart chart = chart_of(domain, sweep, curves, index);
  std::string notes;
  for (const std::string& note : sweep.notes) notes += element("p", attribute("class", "note"), escaped(note));
  std::string head;
  for (const std::string& label : sweep.labels) head += element("th", attribute("class", "r"), escaped(label));
  std::string rows = element("tr", "", element("th", "", escaped(sweep.axis)) + head);
  for (const Curve& curve : curves) {
    std::string cells = element("td", "", escaped(curve.policy));
    for (const double value : along(curve, index)) {
      const std::string shown = std::isfinite(value) ? format_metric(value, metric.dimension) : "failed";
      cells += element("td", attribute("class", "r"), escaped(shown));
    }
    rows += element("tr", "", cells);
  }
  const std::string body =
      section(chart.title, "names in the order of the curves' ends", svg(chart) + notes) +
      section("Numbers", metric.doc, element("div", attribute("class", "scroll"), element("table", "", rows))) +
      section("How this was made", "", element("pre", attribute("class", "command"), escaped(command)));
  return page(fmt::format("Syswright {}", domain.name()), summary.name, body, fmt::format("Syswright {}", version()));
}

}  // namespace

void add_sweep_options(CLI::App& command, const Domain& domain, SweepArguments& arguments) {
  const auto* sweepable = dynamic_cast<const Sweepable*>(&domain);
  if (sweepable == nullptr) return;
  const std::string flag = "--" + sweepable->sweep_name();
  CLI::Option* const asked = command.add_flag(flag, arguments.asked, sweepable->sweep_doc());
  command.add_option(flag + "-points", arguments.points, "How many sizes (default: 24)")->needs(asked)->type_name("N");
  command
      .add_option(flag + "-rate", arguments.rate,
                  "Share of the objects that miniature simulations look at (default: 1, all; 0.01 for long traces)")
      ->needs(asked)
      ->type_name("SHARE");
}

ExitCode run_sweep(const Context& context, const Domain& domain, const Workload& workload,
                   const std::vector<Policy>& policies, const SweepArguments& arguments, const std::string& csv,
                   const WorkshopOptions& options) {
  const auto& sweepable = dynamic_cast<const Sweepable&>(domain);
  const std::size_t metric =
      arguments.metric.empty() ? 0 : metrics_named(domain, std::vector<std::string>{arguments.metric}).front();
  const Sweep sweep =
      sweepable.sweep(workload, {.points = arguments.points, .rate = arguments.rate, .stop = context.stop});
  bool complete = true;
  std::vector<Curve> curves = curves_of(context, domain, sweep, policies, options, complete);
  sort_curves(curves, domain.metrics()[metric], metric);
  if (!complete || context.interrupted()) return ExitCode::interrupted;
  if (!csv.empty()) write_file_atomically(csv, csv_of(domain, sweep, curves));
  if (!arguments.plot.empty()) {
    write_file_atomically(arguments.plot,
                          page_of(domain, workload.summary(), sweep, curves, metric, context.command_line));
  }
  if (context.json) {
    context.out() << json_of(domain, workload.summary(), sweep, curves).text();
    return ExitCode::ok;
  }
  context.out() << describe(workload.summary()) << "\n\n"
                << table_text(sweep, curves, domain.metrics()[metric], metric);
  if (sweep.places.size() > shown_places) {
    context.out() << fmt::format("\n{} of {} sizes; --csv, --json and --plot have all\n", shown_places,
                                 sweep.places.size());
  }
  for (const std::string& note : sweep.notes) context.out() << note << "\n";
  if (!arguments.plot.empty()) context.out() << "plot: " << arguments.plot << "\n";
  return ExitCode::ok;
}

}  // namespace syswright::app
