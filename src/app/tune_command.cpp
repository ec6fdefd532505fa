#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "app/commands.h"
#include "app/policies.h"
#include "app/results.h"
#include "app/scenarios.h"
#include "app/tune_output.h"
#include "app/workshop.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "studies/budget.h"

namespace syswright::app {
namespace {

struct Arguments {
  ScenarioRequest request;
  Configurable::Values limits;
  WorkshopOptions workshop;
  std::string policy;
  std::string metric;
  std::string searcher = "autoscout";
  std::string budget = "60evals";
  std::uint64_t seed = 1;
  std::size_t batch = 1;
  std::string output;
};

Policy policy_of(const Context& context, const Domain& domain, const Configurable& configurable,
                 const Arguments& arguments) {
  const std::string name = arguments.policy.empty() ? configurable.usual_policy() : arguments.policy;
  const std::vector<Policy> policies = find_policies({name}, domain, context.domains);
  if (policies.size() != 1) throw InputError("--policy: name one policy; a configuration is sought for one");
  return policies.front();
}

std::size_t metric_of(const Domain& domain, const std::string& name) {
  return name.empty() ? 0 : metrics_named(domain, {name}).front();
}

ExitCode run(const Context& context, const Domain& domain, const Configurable& configurable,
             const Arguments& arguments) {
  const design::Budget budget = studies::parse_budget(arguments.budget, "--budget");
  const tune::Space space = configurable.configurations(arguments.request, arguments.limits);
  // Refuses what is wrong with the workload and the options before anything is searched.
  const auto workload = open_workload(context, domain, arguments.request);
  Workshop workshop(context, arguments.workshop, domain.name());
  const auto progress = context.progress("tune");
  const TuningTask task{.domain = domain,
                        .configurable = configurable,
                        .request = arguments.request,
                        .space = space,
                        .policy = policy_of(context, domain, configurable, arguments),
                        .metric = metric_of(domain, arguments.metric),
                        .searcher = arguments.searcher,
                        .budget = budget,
                        .seed = arguments.seed,
                        .batch = arguments.batch,
                        .evaluator = workshop.evaluator(),
                        .progress =
                            [&](double fraction, std::optional<double> best, const std::string& note) {
                              progress->update({.fraction = fraction,
                                                .best = best ? fmt::format("{:.5g}", *best) : "",
                                                .note = note,
                                                .seconds_left = {}});
                            },
                        .stop = context.stop};
  const TuningReport report{.task = task,
                            .workload = workload->summary(),
                            .budget = arguments.budget,
                            .outcome = tune_configuration(task),
                            .output = arguments.output};
  progress->clear();
  if (!arguments.output.empty() && report.outcome.best) write_file_atomically(arguments.output, tuning_toml(report));
  if (context.json) {
    context.out() << tuning_json(report).text();
  } else {
    print_tuning(context, report);
  }
  if (report.outcome.stopped) return ExitCode::interrupted;
  return report.outcome.best ? ExitCode::ok : ExitCode::failed;
}

void add_domain(CLI::App& group, Context& context, const Domain& domain, const Configurable& configurable) {
  CLI::App& command = add_command(group, context, domain.name(),
                                  "Search the configuration of " + domain.name() + ": " + domain.summary(),
                                  fmt::format("syswright tune {} --budget 60evals -o best.toml", domain.name()));
  const auto arguments = std::make_shared<Arguments>();
  add_scenario_options(command, domain, arguments->request);
  for (const Option& option : configurable.limits()) {
    command
        .add_option_function<std::string>(
            "--" + option.name,
            [arguments, name = option.name](const std::string& value) { arguments->limits[name] = value; },
            fmt::format("{} (default: {})", option.doc, option.default_value))
        ->type_name("VALUE");
  }
  command
      .add_option("--policy", arguments->policy,
                  fmt::format("Policy, by name or file, that the configuration is for (default: {})",
                              configurable.usual_policy()))
      ->type_name("NAME");
  command.add_option("--metric", arguments->metric, "What to improve (default: the objective)")->type_name("NAME");
  command.add_option("--searcher", arguments->searcher, fmt::format("How to search: {}", join(tune::searcher_names())))
      ->capture_default_str()
      ->type_name("NAME");
  command
      .add_option("--budget", arguments->budget,
                  "What the search may spend: '60evals', '5min', or both with a comma; an evaluation is one "
                  "configuration on all training scenarios")
      ->capture_default_str()
      ->type_name("BUDGET");
  command.add_option("--seed", arguments->seed, "Seed of the search")->capture_default_str()->type_name("N");
  command.add_option("--batch", arguments->batch, "Configurations measured side by side")
      ->capture_default_str()
      ->check(CLI::Range(1u, 1024u))
      ->type_name("N");
  command.add_option("-o,--output", arguments->output, "File to write the best configuration to (TOML)")
      ->type_name("FILE");
  add_workshop_options(command, arguments->workshop);
  on_run(command, context,
         [&context, &domain, &configurable, arguments] { return run(context, domain, configurable, *arguments); });
}

}  // namespace

void add_tune_command(CLI::App& app, Context& context) {
  CLI::App& group = add_group(app, "tune", "Search the settings that an operator chooses, on a workload",
                              "syswright tune llm_serving --gpus 8 --budget 60evals -o best.toml");
  for (const auto& domain : context.domains.items()) {
    if (const Configurable* configurable = as_configurable(*domain)) add_domain(group, context, *domain, *configurable);
  }
}

}  // namespace syswright::app
