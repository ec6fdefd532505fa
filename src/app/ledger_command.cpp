#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "app/commands.h"
#include "app/json.h"
#include "app/resumption.h"
#include "app/workshop.h"
#include "base/text.h"

namespace syswright::app {
namespace {

std::string path_of(const std::string& option) {
  const std::string path = option.empty() ? default_ledger_path() : option;
  if (!std::filesystem::exists(path)) {
    throw InputError(fmt::format("there is no ledger '{}'; --ledger names another", path));
  }
  return path;
}

double fraction_of(const Ledger& ledger, const RunRecord& run, RunState state) {
  if (state == RunState::ended) return 1;
  const std::vector<ProgressRecord> progress = ledger.progress(run.id);
  return progress.empty() ? 0 : progress.back().fraction;
}

ExitCode list_runs(const Context& context, const std::string& option) {
  const Ledger ledger(path_of(option));
  Table table({{"run"}, {"command"}, {"seed"}, {"started"}, {"state"}, {"done"}});
  Json all = Json::array();
  for (const RunRecord& run : ledger.runs()) {
    const RunState state = state_of(run);
    const double fraction = fraction_of(ledger, run, state);
    table.add_row({fmt::format("{}", run.id), run.command, fmt::format("{}", run.seed), run.started,
                   std::string(to_string(state)), fmt::format("{:.0f} %", 100 * fraction)});
    all.push(Json::object()
                 .set("run", run.id)
                 .set("command", run.command)
                 .set("seed", run.seed)
                 .set("started", run.started)
                 .set("ended", run.ended)
                 .set("state", to_string(state))
                 .set("fraction", fraction)
                 .set("resumable",
                      !run.invocation.empty() && (state == RunState::killed || state == RunState::interrupted)));
  }
  if (context.json) {
    context.out() << Json::object().set("ledger", ledger.path()).set("runs", std::move(all)).text();
  } else if (table.rows() == 0) {
    context.out() << fmt::format("no runs in {}\n", ledger.path());
  } else {
    context.out() << table.text();
  }
  return ExitCode::ok;
}

ExitCode check(const Context& context, const std::string& option) {
  const Ledger ledger(path_of(option));
  const std::vector<std::string> problems = ledger.check();
  const LedgerSummary summary = ledger.summary();
  if (context.json) {
    context.out() << Json::object()
                         .set("ledger", ledger.path())
                         .set("evaluations", summary.evaluations)
                         .set("policies", summary.policies)
                         .set("scenarios", summary.scenarios)
                         .set("runs", summary.runs)
                         .set("exchanges", summary.exchanges)
                         .set("problems", json_array(problems))
                         .text();
  } else {
    for (const std::string& problem : problems) context.out() << problem << "\n";
    context.out() << fmt::format("{}: {} evaluations of {} policies, {} runs: {}\n", ledger.path(),
                                 with_thousands(summary.evaluations), with_thousands(summary.policies), summary.runs,
                                 problems.empty() ? "sound" : "DAMAGED: move it away, and a new one is begun");
  }
  return problems.empty() ? ExitCode::ok : ExitCode::failed;
}

ExitCode dump(const Context& context, const std::string& option) {
  const Ledger ledger(path_of(option));
  ledger.dump([&](const std::string& line) { context.out() << line << "\n"; });
  return ExitCode::ok;
}

void add(CLI::App& group, Context& context, const std::string& name, const std::string& summary,
         ExitCode (*action)(const Context&, const std::string&)) {
  CLI::App& command = add_command(group, context, name, summary, "syswright ledger " + name + " --ledger team.db");
  const auto option = std::make_shared<std::string>();
  command.add_option("--ledger", *option, "File (default: $SYSWRIGHT_LEDGER, or the user's own)")->type_name("FILE");
  on_run(command, context, [&context, option, action] { return action(context, *option); });
}

}  // namespace

void add_ledger_command(CLI::App& app, Context& context) {
  CLI::App& group = add_group(app, "ledger", "Look at what is kept: runs, soundness, everything as text",
                              "syswright ledger runs\nsyswright ledger check");
  add(group, context, "runs", "List the runs, and which of them can be gone on with", list_runs);
  add(group, context, "check", "Read everything and say what is damaged (exit code 1)", check);
  add(group, context, "dump", "Write everything but times as lines of JSON, the same for the same results", dump);
}

}  // namespace syswright::app
