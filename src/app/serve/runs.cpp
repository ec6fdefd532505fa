#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/serve/api.h"
#include "base/process.h"

namespace syswright::app::serve {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t usual_runs = 200;
constexpr std::size_t most_runs = 2000;
constexpr std::size_t shown_progress = 600;
/// A run whose process cannot be told is taken for alive as long after its last sign.
constexpr std::chrono::seconds patience{20};

/// "design cache" → "cache"
std::string domain_of(const std::string& command) {
  const std::size_t space = command.find(' ');
  return space == command.npos ? "" : command.substr(space + 1);
}

std::optional<ProcessIdentity> process_of(const std::string& invocation) {
  const nlohmann::json json = nlohmann::json::parse(invocation, nullptr, false);
  if (!json.is_object() || !json.contains("process") || !json["process"].is_object()) return std::nullopt;
  const nlohmann::json& process = json["process"];
  try {
    return ProcessIdentity{.host = process.value("host", ""),
                           .boot = process.value("boot", ""),
                           .number = process.value("number", 0L),
                           .started = process.value("started", "")};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

Json progress_json(const ProgressRecord& progress) {
  return Json::object()
      .set("seconds", progress.seconds)
      .set("spent", progress.spent)
      .set("fraction", progress.fraction)
      .set("best", progress.best ? Json(*progress.best) : Json())
      .set("policy", progress.policy ? Json(progress.policy->hex()) : Json())
      .set("note", progress.note);
}

}  // namespace

/// "ended", "running" or "stopped": not ended, and nobody works on it.
std::string Api::status_of(const RunLine& line, std::optional<std::uint64_t>& job) {
  const std::lock_guard lock(mutex_);
  if (!line.run.ended.empty()) {
    seen_.erase(line.run.id);
    return "ended";
  }
  const std::optional<ProcessIdentity> process = process_of(line.run.invocation);
  if (process) {
    for (const JobState& state : jobs_.list()) {
      if (state.running && state.process == process->number) job = state.id;
    }
    if (const std::optional<bool> runs = still_runs(*process)) return *runs ? "running" : "stopped";
  }
  const auto [seen, first] = seen_.try_emplace(line.run.id, Seen{line.last_progress, {}});
  if (!first && seen->second.last != line.last_progress) seen->second = {line.last_progress, Clock::now()};
  const bool lately = seen->second.grew != Clock::time_point{} && Clock::now() - seen->second.grew < patience;
  return lately ? "running" : "stopped";
}

Json Api::run_line_json(const RunLine& line) {
  std::optional<std::uint64_t> job;
  const std::string status = status_of(line, job);
  const std::string domain_name = domain_of(line.run.command);
  const Domain* domain = find_domain(setup_.domains, domain_name);
  return Json::object()
      .set("id", line.run.id)
      .set("command", line.run.command)
      .set("domain", domain ? Json(domain_name) : Json())
      .set("seed", std::to_string(line.run.seed))
      .set("started", line.run.started)
      .set("ended", line.run.ended.empty() ? Json() : Json(line.run.ended))
      .set("status", status)
      .set("job", job ? Json(*job) : Json())
      .set("resumable", status == "stopped" && !line.run.invocation.empty())
      .set("designer", line.designer)
      .set("budget", line.budget)
      .set("workload", line.workload)
      .set("verdict", line.verdict)
      .set("policy", line.policy.empty() ? Json() : Json(line.policy))
      .set("policy_name", line.policy_name)
      .set("progress", line.last ? progress_json(*line.last) : Json());
}

Json Api::runs_json(const Request& request) {
  const std::string& text = request.value("limit");
  const std::size_t limit = text.empty() ? usual_runs : read_number(text, most_runs);
  Json runs = Json::array();
  for (const RunLine& line : view_.runs(limit)) runs.push(run_line_json(line));
  return Json::object().set("runs", std::move(runs)).set("total", view_.summary().runs);
}

Json Api::run_json(RunId run) {
  const std::optional<RunLine> line = view_.run(run);
  if (!line) throw NotFound(fmt::format("there is no run {}", run));
  Json proposals = Json::array();
  std::map<Digest, bool> told;
  Json policies = Json::object();
  const auto tell = [&](const Digest& digest) {
    if (!told.emplace(digest, true).second) return;
    if (const auto policy = view_.policy(digest)) policies.set(digest.hex(), policy_line_json(*policy));
  };
  for (const ProposalRecord& proposal : view_.proposals(run)) {
    tell(proposal.policy);
    Json parents = Json::array();
    for (const Digest& parent : proposal.parents) parents.push(parent.hex());
    proposals.push(Json::object()
                       .set("policy", proposal.policy.hex())
                       .set("origin", proposal.origin)
                       .set("parents", std::move(parents))
                       .set("train", proposal.train)
                       .set("spent", proposal.spent));
  }
  Json progress = Json::array();
  for (const ProgressRecord& one : view_.progress(run, shown_progress)) {
    if (one.policy) tell(*one.policy);
    progress.push(progress_json(one));
  }
  const Domain* domain = find_domain(setup_.domains, domain_of(line->run.command));
  return run_line_json(*line)
      .set("options", line->run.options)
      .set("metrics", domain ? metrics_json(*domain) : Json::array())
      .set("trail", std::move(progress))
      .set("proposals", std::move(proposals))
      .set("policies", std::move(policies));
}

}  // namespace syswright::app::serve
