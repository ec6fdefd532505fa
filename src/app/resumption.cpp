#include "app/resumption.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

namespace syswright::app {
namespace {

std::string invocation_text(const Invocation& invocation) {
  return Json::object()
      .set("arguments", json_array(invocation.arguments))
      .set("folder", invocation.folder)
      .set("process", Json::object()
                          .set("host", invocation.process.host)
                          .set("boot", invocation.process.boot)
                          .set("number", invocation.process.number)
                          .set("started", invocation.process.started))
      .set("mark", Json::object().set("evaluation", invocation.mark.evaluation).set("choice", invocation.mark.choice))
      .text();
}

Invocation read_invocation(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text);
  const nlohmann::json& process = json.at("process");
  const nlohmann::json& mark = json.at("mark");
  return {.arguments = json.at("arguments").get<std::vector<std::string>>(),
          .folder = json.at("folder").get<std::string>(),
          .process = {.host = process.at("host").get<std::string>(),
                      .boot = process.at("boot").get<std::string>(),
                      .number = process.at("number").get<long>(),
                      .started = process.at("started").get<std::string>()},
          .mark = {.evaluation = mark.at("evaluation").get<std::int64_t>(),
                   .choice = mark.at("choice").get<std::int64_t>()}};
}

/// Whether an outcome is that of a run which a signal cut short.
bool was_interrupted(const std::string& outcome) {
  const nlohmann::json json = nlohmann::json::parse(outcome, nullptr, false);
  return json.is_object() && json.contains("search") && json["search"].value("stopped", false);
}

Invocation invocation_now(const Context& context, const Ledger::Mark& mark) {
  return {.arguments = context.arguments,
          .folder = std::filesystem::current_path().string(),
          .process = this_process(),
          .mark = mark};
}

/// Names of what is not as it was, of two objects.
std::string changed(const std::string& then, const std::string& now) {
  const nlohmann::json before = nlohmann::json::parse(then, nullptr, false);
  const nlohmann::json after = nlohmann::json::parse(now, nullptr, false);
  std::vector<std::string> names;
  for (const auto& [name, value] : after.items()) {
    if (!before.is_object() || before.value(name, nlohmann::json()) != value) names.push_back(name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::optional<Invocation> invocation_of(const RunRecord& run) {
  if (run.invocation.empty()) return std::nullopt;
  try {
    return read_invocation(run.invocation);
  } catch (const nlohmann::json::exception& problem) {
    throw LedgerError(fmt::format("run {} of the ledger cannot be read: {}", run.id, problem.what()));
  }
}

RunState state_of(const RunRecord& run) {
  if (!run.ended.empty()) return was_interrupted(run.outcome) ? RunState::interrupted : RunState::ended;
  const std::optional<Invocation> invocation = invocation_of(run);
  if (!invocation) return RunState::killed;
  const std::optional<bool> runs = still_runs(invocation->process);
  return !runs ? RunState::elsewhere : *runs ? RunState::running : RunState::killed;
}

std::string_view to_string(RunState state) {
  switch (state) {
    case RunState::ended:
      return "ended";
    case RunState::running:
      return "running";
    case RunState::elsewhere:
      return "on another machine";
    case RunState::interrupted:
      return "interrupted";
    case RunState::killed:
      return "killed";
  }
  return "";
}

BegunRun begin_run(const Context& context, Ledger& ledger, const std::string& command, const Json& options,
                   std::uint64_t seed) {
  if (!context.resumption) {
    const Ledger::Mark mark = ledger.mark();
    const std::string invocation = invocation_text(invocation_now(context, mark));
    return {.id = ledger.begin_run(command, options.text(), seed, invocation), .paid = {}, .mark = mark};
  }
  const RunId id = context.resumption->run;
  const RunRecord record = ledger.find_run(id).value();
  if (record.options != options.text()) {
    throw InputError(
        fmt::format("run {} cannot be gone on with, since its result would be another one: not as when it began: {}; "
                    "restore that, or start anew: {}",
                    id, changed(record.options, options.text()), context.command_line));
  }
  const Ledger::Mark mark = invocation_of(record).value().mark;
  BegunRun begun{.id = id, .paid = {}, .mark = mark};
  const std::vector<ProgressRecord> progress = ledger.progress(id);
  if (!progress.empty()) begun.paid = {progress.back().spent, progress.back().seconds};
  ledger.reopen_run(id, invocation_text(invocation_now(context, mark)));
  return begun;
}

}  // namespace syswright::app
