#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <ostream>

#include "app/commands.h"
#include "app/config.h"
#include "app/judge_audit_view.h"
#include "app/judge_evidence.h"
#include "app/policies.h"
#include "app/results.h"
#include "app/run_diff.h"
#include "app/run_parts.h"
#include "app/run_sweep.h"
#include "app/scenarios.h"
#include "app/workshop.h"
#include "base/file.h"
#include "base/text.h"
#include "domain/timeline.h"

namespace syswright::app {
namespace {

struct Arguments {
  ScenarioRequest request;
  WorkshopOptions workshop;
  std::vector<std::string> policies;
  std::string csv;
  std::string timeline;
  std::vector<std::string> metrics;
  std::string config;
  DiffArguments diff;
  SweepArguments sweep;
  PartsArguments parts;
  std::string plot;
  bool no_bounds = false;
  bool no_audit = false;
};

judge::Comparison evaluate(const Context& context, const Domain& domain, const std::vector<Policy>& policies,
                           const std::vector<ScenarioPtr>& scenarios, const Arguments& arguments) {
  Workshop workshop(context, arguments.workshop, domain.name());
  const auto progress = context.progress("run");
  double total = 0;
  for (const ScenarioPtr& scenario : scenarios) total += static_cast<double>(scenario->events() * policies.size());
  std::atomic<std::uint64_t> done{0};
  const auto watch = [&](std::uint64_t events) {
    const std::uint64_t now = done.fetch_add(events) + events;
    progress->update({.fraction = static_cast<double>(now) / total, .best = "", .note = "", .seconds_left = {}});
  };
  return judge::compare(domain, policies, watched(scenarios, watch), workshop.evaluator(),
                        {.reference = {}, .seed = 1, .bounds = !arguments.no_bounds}, context.stop);
}

/// `audits`: empty if none were asked for.
void print(const Context& context, const Domain& domain, const WorkloadSummary& summary,
           const judge::Comparison& comparison, const std::vector<judge::RunAudit>& audits,
           std::span<const std::size_t> metrics) {
  if (context.json) {
    Json scenarios = Json::array();
    for (const auto& scenario : comparison.scenarios) scenarios.push(comparison_json(domain, scenario));
    context.out() << Json::object()
                         .set("domain", domain.name())
                         .set("workload", workload_json(summary))
                         .set("complete", comparison.complete)
                         .set("scenarios", std::move(scenarios))
                         .set("audit", audits.empty() ? Json() : audit_json(domain, audits))
                         .text();
    return;
  }
  context.out() << describe(summary) << "\n";
  for (const auto& scenario : comparison.scenarios) {
    context.out() << "\n" << comparison_text(context, domain, scenario, ~std::size_t{0}, metrics);
  }
  context.out() << "\n* best   = not told apart from the best by the paired 95 % interval\n";
  if (audits.empty()) return;
  if (!judge::summarise(audits).holds()) context.out() << "\n" << panel_text(context, audit_panel(domain, audits));
  context.out() << "\n" << statement_text(context, {audit_verdict(audits), audit_tone(audits), "audit"});
}

/// Runs everything again, one after another, on one timeline.
void draw(const Context& context, const std::string& path, const std::vector<Policy>& policies,
          const std::vector<ScenarioPtr>& scenarios) {
  ChromeTrace trace(path);
  for (const ScenarioPtr& scenario : scenarios) {
    for (const Policy& policy : policies) {
      const bool told_apart = scenarios.size() > 1;
      trace.begin_run(told_apart ? fmt::format("{}, {}", policy.name(), scenario->setting()) : policy.name());
      scenario->evaluate(policy, {.stop = context.stop, .timeline = &trace});
      if (context.interrupted()) return;
    }
  }
  trace.commit();
  context.note(fmt::format("timeline: {} ({} spans); https://ui.perfetto.dev and chrome://tracing open it", path,
                           with_thousands(trace.spans())));
}

/// The arguments with what a file says where the command line says nothing.
Arguments completed(Arguments arguments, const Domain& domain) {
  if (arguments.config.empty()) return arguments;
  const Config config = read_config(arguments.config, domain);
  complete_request(arguments.request, config);
  if (arguments.policies.empty() && config.policy) arguments.policies = {*config.policy};
  return arguments;
}

ExitCode run(const Context& context, const Domain& domain, const Arguments& given) {
  if (given.sweep.asked && given.parts.asked()) {
    throw InputError("curves over sizes are not told in windows or by tenant: ask for one of them");
  }
  if (!given.plot.empty() && !given.sweep.asked && !given.parts.asked()) {
    throw InputError("--plot draws curves: ask for them as well, as the help of this command says");
  }
  if (!given.diff.files.empty()) {
    DiffArguments diff = given.diff;
    if (!given.policies.empty()) diff.policy = join(given.policies, ",");
    return run_diff(context, domain, diff, given.workshop);
  }
  const Arguments arguments = completed(given, domain);
  const std::vector<std::string> all{"all"};
  const std::vector<Policy> policies =
      find_policies(arguments.policies.empty() ? all : arguments.policies, domain, context.domains);
  const std::vector<std::size_t> metrics = metrics_named(domain, arguments.metrics);
  const auto workload = open_workload(context, domain, arguments.request);
  if (arguments.sweep.asked) {
    SweepArguments sweep = arguments.sweep;
    sweep.metric = arguments.diff.metric;
    sweep.plot = arguments.plot;
    return run_sweep(context, domain, *workload, policies, sweep, arguments.csv, arguments.workshop);
  }
  if (arguments.parts.asked()) {
    PartsArguments parts = arguments.parts;
    parts.metric = arguments.diff.metric;
    parts.plot = arguments.plot;
    return run_parts(context, domain, *workload, policies, parts, arguments.csv, arguments.workshop);
  }
  const std::vector<ScenarioPtr> scenarios = workload->scenarios();
  const judge::Comparison comparison = evaluate(context, domain, policies, scenarios, arguments);
  std::vector<judge::RunAudit> audits;
  if (!arguments.no_audit && comparison.complete) {
    audits = audit_comparison(domain, comparison, scenarios, arguments.workshop.threads, context.stop);
  }
  print(context, domain, workload->summary(), comparison, audits, metrics);
  if (!arguments.csv.empty()) write_file_atomically(arguments.csv, comparison_csv(domain, comparison));
  if (!comparison.complete) return ExitCode::interrupted;
  if (!arguments.timeline.empty()) draw(context, arguments.timeline, policies, scenarios);
  return any_failed(comparison) || !judge::summarise(audits).holds() ? ExitCode::failed : ExitCode::ok;
}

void add_domain(CLI::App& group, Context& context, const Domain& domain) {
  CLI::App& command =
      add_command(group, context, domain.name(), "Run policies of " + domain.name() + ": " + domain.summary(),
                  fmt::format("syswright run {} --policy all,best.pol --csv results.csv", domain.name()));
  const auto arguments = std::make_shared<Arguments>();
  command
      .add_option("--policy", arguments->policies,
                  "Policies: baselines by name, programs by file, or 'all' baselines (default: all)")
      ->delimiter(',')
      ->type_name("LIST");
  add_scenario_options(command, domain, arguments->request);
  command
      .add_option("--metrics", arguments->metrics,
                  "Metrics to show beside the objective (default: the first ones, as many as leave the table readable; "
                  "--json and --csv have all)")
      ->delimiter(',')
      ->type_name("LIST");
  CLI::Option* const config =
      command
          .add_option("--config", arguments->config,
                      "Settings in a TOML file, named as the options here are; the command line goes first")
          ->type_name("FILE");
  command
      .add_option("--diff", arguments->diff.files,
                  "Two such files: say in which settings their runs differ, and what each contributes")
      ->expected(2)
      ->excludes(config)
      ->type_name("FILE");
  command
      .add_option("--metric", arguments->diff.metric,
                  "The metric that --diff shows, or curves are of (default: the objective)")
      ->type_name("NAME");
  command.add_option("--csv", arguments->csv, "Also write the results to this file")->type_name("FILE");
  if (domain.draws_timelines()) {
    command
        .add_option("--timeline", arguments->timeline,
                    "Also draw the runs, as a trace (JSON) that ui.perfetto.dev and chrome://tracing open")
        ->type_name("FILE");
  }
  add_sweep_options(command, domain, arguments->sweep);
  add_parts_options(command, domain, arguments->parts);
  if (dynamic_cast<const Sweepable*>(&domain) != nullptr || dynamic_cast<const Divisible*>(&domain) != nullptr) {
    command
        .add_option("--plot", arguments->plot,
                    "With curves over sizes, windows or tenants: also draw them, as a page that needs nothing else")
        ->type_name("FILE.html");
  }
  command.add_flag("--no-bounds", arguments->no_bounds,
                   "Do not compute bounds, which can take as long as a few policies");
  command.add_flag(
      "--no-audit", arguments->no_audit,
      "Do not recompute the results from the raw workload and the decisions, which takes some ten times as "
      "long as the runs");
  add_workshop_options(command, arguments->workshop);
  on_run(command, context, [&context, &domain, arguments] { return run(context, domain, *arguments); });
}

}  // namespace

void add_run_command(CLI::App& app, Context& context) {
  CLI::App& group =
      add_group(app, "run", "Run policies on a workload and compare them",
                "syswright run cache --policy lru,s3fifo,my.pol --trace t.oracleGeneral.zst --size 1%,10%");
  for (const auto& domain : context.domains.items()) add_domain(group, context, *domain);
}

}  // namespace syswright::app
