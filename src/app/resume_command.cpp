#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "app/commands.h"
#include "app/resumption.h"
#include "app/shell.h"
#include "app/workshop.h"

namespace syswright::app {
namespace {

struct Arguments {
  RunId run = 0;  ///< 0: the latest that can be gone on with
  std::string ledger;
  unsigned threads = 0;
  bool elsewhere = false;
};

bool can_go_on(RunState state) { return state == RunState::killed || state == RunState::interrupted; }

RunRecord latest(const Ledger& ledger) {
  std::vector<RunRecord> runs = ledger.runs();
  const auto found = std::find_if(runs.rbegin(), runs.rend(), [](const RunRecord& run) {
    return !run.invocation.empty() && can_go_on(state_of(run));
  });
  if (found == runs.rend()) {
    throw InputError(
        fmt::format("ledger '{}': no run in it was killed or interrupted ('syswright ledger runs' lists "
                    "them)",
                    ledger.path()));
  }
  return *found;
}

RunRecord chosen(const Ledger& ledger, const Arguments& arguments) {
  if (arguments.run == 0) return latest(ledger);
  const std::optional<RunRecord> run = ledger.find_run(arguments.run);
  if (!run) {
    throw InputError(fmt::format("ledger '{}': there is no run {} ('syswright ledger runs' lists them)", ledger.path(),
                                 arguments.run));
  }
  if (run->invocation.empty()) {
    throw InputError(
        fmt::format("run {} ({}) cannot be gone on with: only runs of 'syswright design' can, from this "
                    "version on",
                    run->id, run->command));
  }
  return *run;
}

void refuse_unless_stopped(const RunRecord& run, bool elsewhere) {
  const RunState state = state_of(run);
  if (can_go_on(state) || (state == RunState::elsewhere && elsewhere)) return;
  const ProcessIdentity process = invocation_of(run).value().process;
  if (state == RunState::ended) {
    throw InputError(fmt::format("run {} ended at {}: there is nothing to go on with", run.id, run.ended));
  }
  if (state == RunState::running) {
    throw InputError(fmt::format("run {} is still running, as process {}", run.id, process.number));
  }
  throw InputError(
      fmt::format("run {} began on {}, as process {}: whether it still runs there cannot be seen from "
                  "here; --elsewhere says that it does not",
                  run.id, process.host, process.number));
}

/// The run's own arguments, on another number of threads if one was given.
std::vector<std::string> arguments_of(const Invocation& invocation, unsigned threads) {
  std::vector<std::string> arguments = invocation.arguments;
  if (threads == 0) return arguments;
  for (std::size_t i = 0; i < arguments.size();) {
    if (arguments[i] == "--threads") {
      arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i),
                      arguments.begin() + static_cast<std::ptrdiff_t>(std::min(i + 2, arguments.size())));
    } else if (arguments[i].starts_with("--threads=")) {
      arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  arguments.insert(arguments.end(), {"--threads", fmt::format("{}", threads)});
  return arguments;
}

ExitCode run(const Context& context, const Arguments& arguments) {
  const std::string path =
      std::filesystem::absolute(arguments.ledger.empty() ? default_ledger_path() : arguments.ledger);
  if (!std::filesystem::exists(path)) throw InputError(fmt::format("there is no ledger '{}'", path));
  RunRecord run;
  {
    const Ledger ledger(path);
    run = chosen(ledger, arguments);
    refuse_unless_stopped(run, arguments.elsewhere);
  }
  const Invocation invocation = invocation_of(run).value();
  // A ledger may come from a stranger, and other commands start programs.
  if (invocation.arguments.empty() || invocation.arguments.front() != "design") {
    throw InputError(
        fmt::format("run {} is recorded as one of '{}', which is not gone on with: only runs of "
                    "'syswright design' are",
                    run.id, shell_command("syswright", invocation.arguments)));
  }
  std::error_code failure;
  std::filesystem::current_path(invocation.folder, failure);
  if (failure) {
    throw InputError(fmt::format("run {} began in the folder '{}', which cannot be entered: {}", run.id,
                                 invocation.folder, failure.message()));
  }
  context.note(fmt::format("going on with run {}: {}", run.id, shell_command("syswright", invocation.arguments)));
  return static_cast<ExitCode>(context.rerun(arguments_of(invocation, arguments.threads), {run.id, path}));
}

}  // namespace

void add_resume_command(CLI::App& app, Context& context) {
  CLI::App& command =
      add_command(app, context, "resume", "Go on with a design run that was killed or interrupted, to the same end",
                  "syswright resume\nsyswright resume 12 --ledger team.db");
  const auto arguments = std::make_shared<Arguments>();
  command.add_option("run", arguments->run, "Number of the run (default: the latest that was killed or interrupted)")
      ->check(CLI::PositiveNumber)
      ->type_name("RUN");
  command.add_option("--ledger", arguments->ledger, "Ledger that the run is in (default: as for 'syswright design')")
      ->type_name("FILE");
  command.add_option("--threads", arguments->threads, "Threads to evaluate on (default: as the run was started)")
      ->check(CLI::Range(1u, 1024u))
      ->type_name("N");
  command.add_flag("--elsewhere", arguments->elsewhere,
                   "The run began on another machine, and does not run there any more");
  on_run(command, context, [&context, arguments] { return run(context, *arguments); });
}

}  // namespace syswright::app
