#include "app/app.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <filesystem>
#include <ostream>
#include <sstream>

#include "app/commands.h"
#include "app/trace_commands.h"
#include "app/version.h"
#include "farm/cluster_farm.h"

namespace syswright::app {
namespace {

constexpr std::string_view description =
    "Syswright designs policies of computer systems: a workload goes in; the policy that serves it best comes out, as "
    "a short program with evidence.";
constexpr std::string_view footer =
    "Examples:\n"
    "  syswright design cache --trace requests.csv --size 1% --budget 60s -o best.pol\n"
    "  syswright run cache --policy lru,best.pol --trace requests.csv --size 1%,10%\n\n"
    "Every command has --json and --help. Exit codes: 0 ok; 1 the thing asked about failed; 2 unusable arguments or\n"
    "input; 130 interrupted (what was printed and written is the best so far).";

void add_commands(CLI::App& app, Context& context) {
  add_domains_command(app, context);
  add_show_command(app, context);
  add_run_command(app, context);
  add_design_command(app, context);
  add_resume_command(app, context);
  add_tune_command(app, context);
  add_optimize_command(app, context);
  add_judge_command(app, context);
  add_check_command(app, context);
  add_export_command(app, context);
  add_trace_commands(app, context);
  add_study_command(app, context);
  add_serve_command(app, context);
  add_ledger_command(app, context);
  add_designers_command(app, context);
  add_version_command(app, context);
}

/// The innermost command that was given.
const CLI::App* innermost(const CLI::App* app) {
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

std::string full_name(const CLI::App* app) {
  return app->get_parent() == nullptr ? app->get_name() : full_name(app->get_parent()) + " " + app->get_name();
}

std::vector<std::string> subcommand_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string all_of(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

/// What is wrong with a command line that CLI11 refused, in our words where they say more.
std::string problem_with(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = innermost(&app);
  const std::vector<std::string> rest = command->remaining(true);
  if (!rest.empty()) {
    const std::string& first = rest.front();
    const std::vector<std::string> subcommands = subcommand_names(*command);
    if (first.starts_with("-")) {
      const std::string name = first.substr(0, first.find('='));
      return fmt::format("unknown option '{}'{}", name, did_you_mean(name, option_names(*command)));
    }
    if (!subcommands.empty()) {
      return fmt::format("unknown command '{}'{} (there are: {})", first, did_you_mean(first, subcommands),
                         all_of(subcommands));
    }
    return fmt::format("unexpected argument '{}'", first);
  }
  if (error.get_name() == "RequiredError" && !subcommand_names(*command).empty()) {
    return fmt::format("'{}' needs one of: {}", full_name(command), all_of(subcommand_names(*command)));
  }
  return error.what();
}

int refuse(const CLI::App& app, const CLI::ParseError& error, const Console& console) {
  console.err << fmt::format("syswright: error: {}\n'{} --help' shows how it is used\n", problem_with(app, error),
                             full_name(innermost(&app)));
  return static_cast<int>(ExitCode::unusable);
}

int fail(const Console& console, ExitCode code, const char* what) {
  console.err << fmt::format("syswright: error: {}\n", what);
  return static_cast<int>(code);
}

int run_action(const Context& context, const Console& console) {
  ExitCode code = context.action ? context.action() : ExitCode::ok;
  if (code == ExitCode::ok && context.interrupted()) code = ExitCode::interrupted;
  console.out.flush();
  if (!console.out) return fail(console, ExitCode::failed, "standard output cannot be written: is the disk full?");
  return static_cast<int>(code);
}

int parse_and_run(const std::vector<std::string>& arguments, const Console& console, const Registries& registries,
                  const std::stop_token& stop, Transport* cluster, std::optional<Resumption> resumption = {}) {
  Context context(console, registries, stop, arguments, std::move(resumption));
  context.cluster = cluster;
  context.rerun = [&](const std::vector<std::string>& other, const Resumption& run) {
    return parse_and_run(other, console, registries, stop, cluster, run);
  };
  CLI::App app{std::string(description), "syswright"};
  app.footer(std::string(footer));
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("syswright {}", version()));
  add_commands(app, context);
  if (arguments.empty()) {
    console.err << app.help();
    return static_cast<int>(ExitCode::unusable);
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 takes them last first
  } catch (const CLI::Success& help_or_version) {
    return app.exit(help_or_version, console.out, console.err);
  } catch (const CLI::ParseError& error) {
    return refuse(app, error, console);
  }
  return run_action(context, console);
}

}  // namespace

int run_app(const std::vector<std::string>& arguments, const Console& console, const Registries& registries,
            std::stop_token stop, Transport* cluster) {
  const auto run = [&] {
    try {
      return parse_and_run(arguments, console, registries, stop, cluster);
    } catch (const InputError& error) {
      return fail(console, ExitCode::unusable, error.what());
    } catch (const std::bad_alloc&) {
      return fail(console, ExitCode::failed, "out of memory");
    } catch (const std::exception& error) {
      return fail(console, ExitCode::failed, error.what());
    }
  };
  const int code = run();
  if (cluster != nullptr) tell_all_to_leave(*cluster);
  return code;
}

void run_worker(Transport& cluster, const Registries& registries) {
  const std::optional<messages::Begin> begin = wait_to_begin(cluster);
  if (!begin) return;
  std::ostringstream unseen;
  try {
    std::filesystem::current_path(begin->folder);
    parse_and_run(begin->arguments, {.out = unseen, .err = unseen}, registries, {}, &cluster);
  } catch (const std::exception& error) {
    excuse_from_work(cluster, error.what());
  }
}

}  // namespace syswright::app
