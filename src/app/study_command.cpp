#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "app/commands.h"
#include "app/json.h"
#include "app/panel.h"
#include "app/workshop.h"
#include "base/text.h"

namespace syswright::app {
namespace {

/// A study's last run, as the ledger knows it.
struct LastRun {
  std::string state = "not run yet";  ///< "holds", "does not hold", "interrupted"
  std::string when;
  std::string verdict;
};

std::string run_name(const studies::Study& study) { return "study " + study.name(); }

LastRun last_run(const Ledger& ledger, const studies::Study& study) {
  LastRun last;
  for (const RunRecord& run : ledger.runs(run_name(study))) {
    const auto outcome = nlohmann::json::parse(run.outcome, nullptr, false);
    if (!outcome.is_object()) continue;  // not ended, or killed
    const bool complete = outcome.value("complete", false);
    last.state = !complete ? "interrupted" : outcome.value("holds", false) ? "holds" : "does not hold";
    last.when = run.ended;
    last.verdict = outcome.value("verdict", "");
  }
  return last;
}

/// A row whose last cell takes as many lines as it needs.
void add_wrapped(Table& table, std::vector<std::string> cells, const std::string& text) {
  constexpr std::size_t width = 66;
  std::istringstream lines(wrapped(text, width));
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> row = cells;
    row.push_back(line);
    table.add_row(std::move(row));
    cells.assign(cells.size(), "");
  }
}

ExitCode list(const Context& context, const std::string& ledger_option) {
  const auto ledger = open_ledger(context, ledger_option);
  Json array = Json::array();
  Table table({{"study"}, {"last run"}, {"when"}, {"claim"}});
  for (const auto& study : context.studies.items()) {
    const LastRun last = last_run(*ledger, *study);
    array.push(Json::object()
                   .set("name", study->name())
                   .set("claim", study->claim())
                   .set("source", study->source())
                   .set("last_run", last.state)
                   .set("when", last.when.empty() ? Json() : Json(last.when))
                   .set("verdict", last.verdict.empty() ? Json() : Json(last.verdict)));
    if (table.rows() > 0) table.add_rule();
    add_wrapped(table, {study->name(), last.state, last.when.substr(0, last.when.find('T'))}, study->claim());
    if (!last.verdict.empty()) add_wrapped(table, {"", "", ""}, "ours: " + last.verdict);
  }
  context.out() << (context.json ? array.text() : table.text());
  return ExitCode::ok;
}

struct RunArguments {
  std::map<std::string, std::string> options;
  unsigned threads = 0;
  std::string ledger;
};

Json options_json(const RunArguments& arguments) {
  Json options = Json::object();
  for (const auto& [name, value] : arguments.options) options.set(name, value);
  return options;
}

Json result_json(const studies::Study& study, const studies::Result& result) {
  Json figures = Json::array();
  for (const studies::Figure& figure : result.figures) {
    figures.push(Json::object()
                     .set("name", figure.name)
                     .set("expected", figure.expected)
                     .set("ours", figure.ours)
                     .set("ours_text", figure.ours_text)
                     .set("unit", figure.unit)
                     .set("holds", figure.holds));
  }
  return Json::object()
      .set("study", study.name())
      .set("claim", study.claim())
      .set("holds", result.holds)
      .set("complete", result.complete)
      .set("verdict", result.verdict)
      .set("figures", std::move(figures));
}

void print(const Context& context, const studies::Study& study, const studies::Result& result) {
  constexpr std::size_t width = 100;
  context.out() << wrapped(fmt::format("{}: {}", study.name(), study.claim()), width)
                << wrapped("claimed by: " + study.source(), width) << "\n";
  Table table({{"figure"}, {"expected"}, {"ours"}, {"unit"}, {"holds"}});
  for (const studies::Figure& figure : result.figures) {
    table.add_row({figure.name, figure.expected, figure.ours_text, figure.unit, figure.holds ? "yes" : "NO"});
  }
  if (table.rows() > 0) context.out() << table.text() << "\n";
  const std::string_view state = !result.complete ? "interrupted"
                                 : result.holds   ? "the claim holds"
                                                  : "the claim does NOT hold";
  context.out() << context.styled(result.holds ? Style::good : Style::bad, fmt::format("{}: {}", state, result.verdict))
                << "\n";
}

ExitCode run(const Context& context, const studies::Study& study, const RunArguments& arguments) {
  const auto ledger = open_ledger(context, arguments.ledger);
  const RunId id = ledger->begin_run(run_name(study), options_json(arguments).text(), 0);
  ThreadFarm farm(arguments.threads);
  const auto progress = context.progress(study.name());
  const studies::StudyContext study_context{
      .domains = context.domains,
      .designers = context.designers,
      // No memory of earlier runs: a budget in seconds must buy what it buys on a new machine.
      .evaluator = [&farm](const Domain&) -> Evaluator& { return farm; },
      .options = arguments.options,
      .progress =
          [&](double fraction, const std::string& note) {
            progress->update({.fraction = fraction, .best = "", .note = note, .seconds_left = {}});
          },
      .stop = context.stop};
  const studies::Result result = study.run(study_context);
  progress->clear();
  const Json json = result_json(study, result);
  ledger->end_run(id, json.text());
  if (context.json) {
    context.out() << json.text();
  } else {
    print(context, study, result);
  }
  if (!result.complete) return ExitCode::interrupted;
  return result.holds ? ExitCode::ok : ExitCode::failed;
}

constexpr const char* ledger_doc =
    "Ledger that keeps the results of studies; 'none' keeps nothing (default: as for 'syswright run')";

void add_study(CLI::App& group, Context& context, const studies::Study& study) {
  CLI::App& command = add_command(group, context, study.name(), study.claim(), "syswright study run " + study.name());
  const auto arguments = std::make_shared<RunArguments>();
  for (const Option& option : study.options()) {
    const std::string shown = option.default_value.empty() ? "" : fmt::format(" (default: {})", option.default_value);
    command
        .add_option_function<std::string>(
            "--" + option.name,
            [arguments, name = option.name](const std::string& value) { arguments->options[name] = value; },
            option.doc + shown)
        ->type_name(option.list ? "LIST" : "VALUE");
  }
  command.add_option("--threads", arguments->threads, "Threads to evaluate on (default: all that the machine has)")
      ->check(CLI::Range(1u, 1024u))
      ->type_name("N");
  command.add_option("--ledger", arguments->ledger, ledger_doc)->type_name("FILE");
  on_run(command, context, [&context, &study, arguments] { return run(context, study, *arguments); });
}

}  // namespace

void add_study_command(CLI::App& app, Context& context) {
  CLI::App& group = add_group(app, "study", "Rerun published claims, and list what came of them",
                              "syswright study list\nsyswright study run design_loop --budget 10s");
  CLI::App& list_command =
      add_command(group, context, "list", "The table of results: every study and its last run", "syswright study list");
  const auto ledger = std::make_shared<std::string>();
  list_command.add_option("--ledger", *ledger, ledger_doc)->type_name("FILE");
  on_run(list_command, context, [&context, ledger] { return list(context, *ledger); });
  CLI::App& run_group = add_group(group, "run", "Run a study; exits with 1 if its claim does not hold",
                                  "syswright study run design_loop --budget 10s");
  for (const auto& study : context.studies.items()) add_study(run_group, context, *study);
}

}  // namespace syswright::app
