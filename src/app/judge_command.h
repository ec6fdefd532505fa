#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/context.h"
#include "app/json.h"
#include "app/panel.h"
#include "app/workshop.h"
#include "domain/domain.h"

/// What the subcommands of `syswright judge` have in common: their options, and how an opinion is delivered as text,
/// as JSON and as a page.
namespace syswright::app {

/// What a judge came to, ready to be shown.
struct Opinion {
  std::string judge;              ///< "audit"
  std::string subject;            ///< what was examined: the title of the page
  std::string verdict;            ///< one sentence
  Tone tone = Tone::good;         ///< of the verdict
  bool holds = true;              ///< false: there is evidence against what was examined; the exit code is 1
  bool complete = true;           ///< false: interrupted
  Json details = Json::object();  ///< what was found, in full precision
  std::vector<Panel> panels{};
};

/// Options of a judge that runs policies on a workload.
struct JudgeArguments {
  ScenarioRequest request;
  WorkshopOptions workshop;
  std::vector<std::string> policies;
  std::string part = "whole";
  std::uint64_t seed = 1;
  std::string page;  ///< file; empty: none
};

/// A workload, the part of it that --part names, and where evaluations run.
struct Bench {
  std::unique_ptr<Workload> workload;
  std::vector<ScenarioPtr> scenarios;
  Workshop workshop;
};
Bench set_up(const Context& context, const Domain& domain, const JudgeArguments& arguments);

/// Prints an opinion, writes its page if `page` names a file, and says how to exit.
ExitCode deliver(const Context& context, const Opinion& opinion, const std::string& page);

/// Adds --report.
void add_page_option(CLI::App& command, std::string& page);

/// One kind of judge whose command has a subcommand for each domain.
struct JudgeCommand {
  std::string name;
  std::string summary;
  std::string codes;     ///< what exit code 1 means here: "an audit disagrees"
  std::string example;   ///< options behind "syswright judge NAME DOMAIN "
  std::string policies;  ///< what --policy takes
  std::vector<std::string> default_policies;
  bool part = true;  ///< whether there is --part
  std::string default_part = "whole";
  /// Adds options of its own to the command of one domain, and returns what the command does.
  std::function<std::function<Opinion()>(CLI::App&, const Domain&, const JudgeArguments&)> prepare;
};
void add_judge(CLI::App& judges, Context& context, const JudgeCommand& judge);

void add_judge_audit(CLI::App& judges, Context& context);
void add_judge_compare(CLI::App& judges, Context& context);
void add_judge_bound(CLI::App& judges, Context& context);
void add_judge_certify(CLI::App& judges, Context& context);
void add_judge_explain(CLI::App& judges, Context& context);
void add_judge_drift(CLI::App& judges, Context& context);

}  // namespace syswright::app
