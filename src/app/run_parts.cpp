#include "app/run_parts.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <numeric>
#include <ostream>
#include <thread>

#include "app/curve_chart.h"
#include "app/html.h"
#include "app/json.h"
#include "app/page.h"
#include "app/results.h"
#include "app/scenarios.h"
#include "app/version.h"
#include "base/file.h"

namespace syswright::app {
namespace {

/// What a terminal's table shows; all is in the files.
constexpr std::size_t shown_columns = 9;
/// Curves that a chart can tell apart.
constexpr std::size_t most_curves = 8;

/// A policy's run in a scenario.
struct Run {
  std::string policy;
  Breakdown parts;
};
struct Told {
  std::string setting;
  std::vector<Run> runs;  ///< best first, by the first measure shown
};

/// work(i) for each i below count, on some threads. The first exception is thrown again.
template <typename Work>
void on_threads(unsigned threads, std::size_t count, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  {
    std::vector<std::jthread> workers;
    const std::size_t wanted = threads == 0 ? std::max(1u, std::thread::hardware_concurrency()) : threads;
    for (std::size_t i = 0; i < std::min(wanted, count); ++i) {
      workers.emplace_back([&] {
        for (std::size_t item = next++; item < count; item = next++) {
          try {
            work(item);
          } catch (...) {
            const std::lock_guard lock(mutex);
            if (!failure) failure = std::current_exception();
            next = count;
          }
        }
      });
    }
  }
  if (failure) std::rethrow_exception(failure);
}

std::vector<Told> tell(const Context& context, const Domain& domain, const Workload& workload,
                       const std::vector<Policy>& policies, const PartsArguments& arguments, unsigned threads) {
  const auto& divisible = dynamic_cast<const Divisible&>(domain);
  const std::vector<ScenarioPtr> scenarios = workload.scenarios();
  std::vector<Told> told;
  for (const ScenarioPtr& scenario : scenarios) {
    told.push_back({scenario->setting(), {}});
    for (const Policy& policy : policies) told.back().runs.push_back({policy.name(), {}});
  }
  on_threads(threads, scenarios.size() * policies.size(), [&](std::size_t i) {
    const std::size_t scenario = i / policies.size();
    const std::size_t policy = i % policies.size();
    told[scenario].runs[policy].parts =
        divisible.breakdown(*scenarios[scenario], policies[policy],
                            {.windows = arguments.windows, .by_tenant = arguments.by_tenant, .stop = context.stop});
  });
  return told;
}

/// The measures to show: those that the domain shows, or the one asked for.
std::vector<std::size_t> shown(const Divisible& divisible, const std::string& name) {
  const std::span<const Metric> measures = divisible.measures();
  if (name.empty()) return {divisible.shown_measures().begin(), divisible.shown_measures().end()};
  std::vector<std::string> names;
  for (std::size_t i = 0; i < measures.size(); ++i) {
    if (measures[i].name == name) return {i};
    names.push_back(measures[i].name);
  }
  throw InputError(fmt::format("'{}' is not measured of windows and tenants{} (there are: {})", name,
                               did_you_mean(name, names), join(names)));
}

void sort_runs(Told& told, std::span<const Metric> measures, std::size_t measure) {
  std::ranges::stable_sort(told.runs, {}, [&](const Run& run) {
    const double whole = run.parts.whole(measures.size())[measure];
    return measures[measure].lower_is_better ? whole : -whole;
  });
}

std::string value_text(double value, const Metric& metric) {
  return std::isfinite(value) ? format_metric(value, metric.dimension) : "–";
}

std::vector<std::size_t> spread_places(std::size_t places) {
  std::vector<std::size_t> chosen;
  const std::size_t count = std::min(shown_columns, places);
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(count == 1 ? 0 : (places - 1) * i / (count - 1));
  return chosen;
}

/// A line a policy, a column a window: of all tenants.
std::string window_table(const Told& told, std::span<const Metric> measures, std::size_t measure) {
  const Breakdown& first = told.runs.front().parts;
  const std::vector<std::size_t> places = spread_places(first.windows.size());
  std::vector<Table::Column> columns{{readable(measures[measure].name)}, {"all", Align::right}};
  for (const std::size_t place : places) columns.push_back({first.windows[place], Align::right});
  Table table(columns);
  for (const Run& run : told.runs) {
    std::vector<std::string> cells{run.policy,
                                   value_text(run.parts.whole(measures.size())[measure], measures[measure])};
    for (const std::size_t place : places) {
      cells.push_back(
          value_text(run.parts.cell(run.parts.tenants.size(), place, measures.size())[measure], measures[measure]));
    }
    table.add_row(std::move(cells));
  }
  return table.text();
}

/// A line a policy, a column a tenant, those that ask most: of the whole run.
std::string tenant_table(const Told& told, std::span<const Metric> measures, std::size_t measure) {
  const Breakdown& first = told.runs.front().parts;
  const std::size_t tenants = std::min(shown_columns, first.tenants.size());
  std::vector<Table::Column> columns{{readable(measures[measure].name)}, {"all", Align::right}};
  for (std::size_t tenant = 0; tenant < tenants; ++tenant) columns.push_back({first.tenants[tenant], Align::right});
  Table table(columns);
  std::vector<std::string> asked{readable(measures[0].name)};
  asked.push_back(value_text(first.whole(measures.size())[0], measures[0]));
  for (std::size_t tenant = 0; tenant < tenants; ++tenant) {
    asked.push_back(value_text(first.cell(tenant, first.windows.size(), measures.size())[0], measures[0]));
  }
  table.add_row(std::move(asked));
  for (const Run& run : told.runs) {
    std::vector<std::string> cells{run.policy,
                                   value_text(run.parts.whole(measures.size())[measure], measures[measure])};
    for (std::size_t tenant = 0; tenant < tenants; ++tenant) {
      cells.push_back(
          value_text(run.parts.cell(tenant, first.windows.size(), measures.size())[measure], measures[measure]));
    }
    table.add_row(std::move(cells));
  }
  return table.text();
}

/// every(run, tenant, window, cell): each cell that is told, whole ones last.
template <typename Every>
void each_cell(const Told& told, std::size_t measures, const Every& every) {
  for (const Run& run : told.runs) {
    for (std::size_t tenant = 0; tenant <= run.parts.tenants.size(); ++tenant) {
      for (std::size_t window = 0; window <= run.parts.windows.size(); ++window) {
        every(run, tenant, window, run.parts.cell(tenant, window, measures));
      }
    }
  }
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

std::string csv_of(const std::vector<Told>& told, std::span<const Metric> measures) {
  std::string text = "scenario,policy,tenant,window,start";
  for (const Metric& metric : measures) text += "," + metric.name;
  text += "\n";
  for (const Told& one : told) {
    each_cell(one, measures.size(), [&](const Run& run, std::size_t tenant, std::size_t window, auto cell) {
      const bool whole = window == run.parts.windows.size();
      text += fmt::format("{},{},{},{},{}", quoted(one.setting), quoted(run.policy),
                          tenant == run.parts.tenants.size() ? "" : quoted(run.parts.tenants[tenant]),
                          whole ? "" : std::to_string(window + 1),
                          whole ? std::string() : fmt::format("{}", run.parts.starts[window]));
      for (const double value : cell) text += std::isfinite(value) ? fmt::format(",{}", value) : ",";
      text += "\n";
    });
  }
  return text;
}

Json json_of(const Domain& domain, const WorkloadSummary& summary, const std::vector<Told>& told,
             std::span<const Metric> measures) {
  Json scenarios = Json::array();
  for (const Told& one : told) {
    const Breakdown& first = one.runs.front().parts;
    Json starts = Json::array();
    for (const double start : first.starts) starts.push(start);
    Json cells = Json::array();
    each_cell(one, measures.size(), [&](const Run& run, std::size_t tenant, std::size_t window, auto cell) {
      Json values = Json::object();
      for (std::size_t i = 0; i < measures.size(); ++i) {
        values.set(measures[i].name, std::isfinite(cell[i]) ? Json(cell[i]) : Json());
      }
      cells.push(Json::object()
                     .set("policy", run.policy)
                     .set("tenant", tenant == run.parts.tenants.size() ? Json() : Json(run.parts.tenants[tenant]))
                     .set("window", window == run.parts.windows.size() ? Json() : Json(std::uint64_t{window + 1}))
                     .set("measures", std::move(values)));
    });
    scenarios.push(Json::object()
                       .set("setting", one.setting)
                       .set("windows", Json::object().set("unit", first.unit).set("starts", std::move(starts)))
                       .set("tenants", json_array(first.tenants))
                       .set("parts", std::move(cells)));
  }
  return Json::object()
      .set("domain", domain.name())
      .set("workload", workload_json(summary))
      .set("scenarios", std::move(scenarios));
}

CurveChart chart_over(const Breakdown& first, const Metric& metric, std::string title) {
  CurveChart chart{.title = std::move(title),
                   .x_label = first.unit == "s" ? "start of the window (s)" : "first request of the window",
                   .y_label = readable(metric.name),
                   .log_x = false,
                   .x = first.starts,
                   .x_labels = {},
                   .curves = {}};
  for (const double start : first.starts) {
    chart.x_labels.push_back(with_thousands(static_cast<std::uint64_t>(std::max(0.0, start))));
  }
  return chart;
}

std::string charts_of(const Told& told, std::span<const Metric> measures, std::size_t measure) {
  const Metric& metric = measures[measure];
  const Breakdown& first = told.runs.front().parts;
  std::string body;
  if (first.windows.size() > 1) {
    CurveChart chart = chart_over(first, metric, readable(metric.name) + " over time");
    for (const Run& run : std::span(told.runs).first(std::min(most_curves, told.runs.size()))) {
      chart.curves.push_back({run.policy, {}});
      for (std::size_t window = 0; window < first.windows.size(); ++window) {
        chart.curves.back().y.push_back(run.parts.cell(first.tenants.size(), window, measures.size())[measure]);
      }
    }
    body += section(chart.title, told.setting, svg(chart));
  }
  if (first.windows.size() > 1 && !first.tenants.empty()) {
    CurveChart chart =
        chart_over(first, metric, fmt::format("{} by tenant, {}", readable(metric.name), told.runs.front().policy));
    for (std::size_t tenant = 0; tenant < std::min(most_curves, first.tenants.size()); ++tenant) {
      chart.curves.push_back({first.tenants[tenant], {}});
      for (std::size_t window = 0; window < first.windows.size(); ++window) {
        chart.curves.back().y.push_back(first.cell(tenant, window, measures.size())[measure]);
      }
    }
    body += section(chart.title, told.setting + "; tenants that ask most", svg(chart));
  }
  return body;
}

/// A line a policy and tenant, for the whole run.
std::string numbers_of(const Told& told, std::span<const Metric> measures) {
  std::string head = element("th", "", "policy") + element("th", "", "tenant");
  for (const Metric& metric : measures) head += element("th", attribute("class", "r"), escaped(readable(metric.name)));
  std::string rows = element("tr", "", head);
  for (const Run& run : told.runs) {
    for (std::size_t tenant = run.parts.tenants.size() + 1; tenant-- > 0;) {
      const bool all = tenant == run.parts.tenants.size();
      std::string cells = element("td", "", escaped(run.policy)) +
                          element("td", "", all ? std::string("all") : escaped(run.parts.tenants[tenant]));
      const auto cell = run.parts.cell(tenant, run.parts.windows.size(), measures.size());
      for (std::size_t i = 0; i < measures.size(); ++i) {
        cells += element("td", attribute("class", "r"), escaped(value_text(cell[i], measures[i])));
      }
      rows += element("tr", "", cells);
    }
  }
  return section("Numbers", told.setting + ", the whole run",
                 element("div", attribute("class", "scroll"), element("table", "", rows)));
}

std::string page_of(const Domain& domain, const WorkloadSummary& summary, const std::vector<Told>& told,
                    std::span<const Metric> measures, const std::vector<std::size_t>& shown_of,
                    const std::string& command) {
  std::string body;
  for (const Told& one : told) {
    for (const std::size_t measure : shown_of) body += charts_of(one, measures, measure);
    body += numbers_of(one, measures);
  }
  body += section("How this was made", "", element("pre", attribute("class", "command"), escaped(command)));
  return page(fmt::format("Syswright {}", domain.name()), summary.name, body, fmt::format("Syswright {}", version()));
}

}  // namespace

void add_parts_options(CLI::App& command, const Domain& domain, PartsArguments& arguments) {
  if (dynamic_cast<const Divisible*>(&domain) == nullptr) return;
  command
      .add_option("--windows", arguments.windows,
                  "Tell each run in windows: so many with equally many events (24), or of so much time each (1h)")
      ->type_name("N|TIME");
  command.add_flag("--by-tenant", arguments.by_tenant, "Tell each run by who asked, where the trace says it");
}

ExitCode run_parts(const Context& context, const Domain& domain, const Workload& workload,
                   const std::vector<Policy>& policies, const PartsArguments& arguments, const std::string& csv,
                   const WorkshopOptions& options) {
  const auto& divisible = dynamic_cast<const Divisible&>(domain);
  const std::span<const Metric> measures = divisible.measures();
  const std::vector<std::size_t> shown_of = shown(divisible, arguments.metric);
  std::vector<Told> told = tell(context, domain, workload, policies, arguments, options.threads);
  if (context.interrupted()) return ExitCode::interrupted;
  for (Told& one : told) sort_runs(one, measures, shown_of.front());
  if (!csv.empty()) write_file_atomically(csv, csv_of(told, measures));
  if (!arguments.plot.empty()) {
    write_file_atomically(arguments.plot,
                          page_of(domain, workload.summary(), told, measures, shown_of, context.command_line));
  }
  if (context.json) {
    context.out() << json_of(domain, workload.summary(), told, measures).text();
    return ExitCode::ok;
  }
  context.out() << describe(workload.summary()) << "\n";
  bool cut = false;
  for (const Told& one : told) {
    context.out() << "\n" << context.styled(Style::bold, one.setting) << "\n";
    for (const std::size_t measure : shown_of) {
      if (!arguments.windows.empty()) context.out() << "\n" << window_table(one, measures, measure);
      if (arguments.by_tenant) context.out() << "\n" << tenant_table(one, measures, measure);
    }
    const Breakdown& first = one.runs.front().parts;
    cut = cut || first.windows.size() > shown_columns || first.tenants.size() > shown_columns;
  }
  if (cut) context.out() << fmt::format("\n{} columns at most; --csv, --json and --plot have all\n", shown_columns);
  if (!arguments.plot.empty()) context.out() << "plot: " << arguments.plot << "\n";
  return ExitCode::ok;
}

}  // namespace syswright::app
