#include "app/judge_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/commands.h"
#include "app/html.h"
#include "app/page.h"
#include "app/scenarios.h"
#include "app/version.h"
#include "base/file.h"

namespace syswright::app {
namespace {

std::vector<ScenarioPtr> part_of(const Workload& workload, const std::string& part) {
  if (part == "whole") return workload.scenarios();
  Suite suite = workload.suite();
  return part == "train" ? suite.train : part == "validation" ? suite.validation : suite.test;
}

Json opinion_json(const Context& context, const Opinion& opinion) {
  return Json::object()
      .set("judge", opinion.judge)
      .set("holds", opinion.holds)
      .set("complete", opinion.complete)
      .set("verdict", opinion.verdict)
      .set("details", opinion.details)
      .set("command", context.command_line)
      .set("version", version());
}

std::string opinion_page(const Context& context, const Opinion& opinion) {
  const std::string_view tone = class_name(opinion.tone);
  std::string body = element("section", attribute("class", fmt::format("verdict {}", tone)),
                             element("p", "class=\"headline\"", escaped(opinion.verdict)));
  for (const Panel& panel : opinion.panels) body += panel_html(panel);
  body += section("To run it again", "", element("pre", "class=\"command\"", escaped(context.command_line)));
  return page(fmt::format("Syswright judge: {}", opinion.judge), opinion.subject, body,
              fmt::format("Made by Syswright {}.", version()));
}

/// Adds the options of JudgeArguments.
void add_judge_options(CLI::App& command, const Domain& domain, const JudgeCommand& judge, JudgeArguments& arguments) {
  command.add_option("--policy", arguments.policies, judge.policies)->delimiter(',')->type_name("LIST");
  add_scenario_options(command, domain, arguments.request);
  if (judge.part) {
    command
        .add_option("--part", arguments.part,
                    "Of the workload: 'whole', or the 'train', 'validation' or 'test' part as 'design' cuts it")
        ->capture_default_str()
        ->check(CLI::IsMember({"whole", "train", "validation", "test"}))
        ->type_name("PART");
  }
  command.add_option("--seed", arguments.seed, "Seed of the judge's own random draws")
      ->capture_default_str()
      ->type_name("N");
  add_page_option(command, arguments.page);
  add_workshop_options(command, arguments.workshop);
}

void add_domain(CLI::App& group, Context& context, const JudgeCommand& judge, const Domain& domain) {
  CLI::App& command = add_command(group, context, domain.name(), fmt::format("{} ({})", judge.summary, domain.name()),
                                  fmt::format("syswright judge {} {} {}", judge.name, domain.name(), judge.example));
  const auto arguments = std::make_shared<JudgeArguments>();
  arguments->policies = judge.default_policies;
  arguments->part = judge.default_part;
  add_judge_options(command, domain, judge, *arguments);
  const auto action = judge.prepare(command, domain, *arguments);
  // `arguments` lives as long as the action, which the command keeps.
  on_run(command, context, [&context, arguments, action] { return deliver(context, action(), arguments->page); });
}

}  // namespace

Bench set_up(const Context& context, const Domain& domain, const JudgeArguments& arguments) {
  std::unique_ptr<Workload> workload = open_workload(context, domain, arguments.request);
  std::vector<ScenarioPtr> scenarios = part_of(*workload, arguments.part);
  return {std::move(workload), std::move(scenarios), Workshop(context, arguments.workshop, domain.name())};
}

ExitCode deliver(const Context& context, const Opinion& opinion, const std::string& page) {
  if (!page.empty()) write_file_atomically(page, opinion_page(context, opinion));
  if (context.json) {
    context.out() << opinion_json(context, opinion).text();
  } else {
    for (const Panel& panel : opinion.panels) context.out() << panel_text(context, panel) << "\n";
    context.out() << panel_text(context, {"Verdict", "", {Statement{opinion.verdict, opinion.tone, ""}}});
    if (!page.empty()) context.out() << fmt::format("\npage: {}\n", page);
  }
  if (!opinion.complete) return ExitCode::interrupted;
  return opinion.holds ? ExitCode::ok : ExitCode::failed;
}

void add_page_option(CLI::App& command, std::string& page) {
  command.add_option("--report", page, "Also write a page (HTML) to this file")->type_name("FILE");
}

void add_judge(CLI::App& judges, Context& context, const JudgeCommand& judge) {
  const auto& domains = context.domains.items();
  const std::string domain = domains.empty() ? "DOMAIN" : domains.front()->name();
  CLI::App& group = add_group(judges, judge.name, fmt::format("{}; exits with 1 if {}", judge.summary, judge.codes),
                              fmt::format("syswright judge {} {} {}", judge.name, domain, judge.example));
  for (const auto& item : domains) add_domain(group, context, judge, *item);
}

void add_judge_command(CLI::App& app, Context& context) {
  CLI::App& judges =
      add_group(app, "judge", "Examine a claim about policies: audit, compare, bound, certify, explain, drift",
                "syswright judge audit cache --policy best.pol --trace t.csv --size 1%\n"
                "syswright judge certify best.pol");
  add_judge_audit(judges, context);
  add_judge_compare(judges, context);
  add_judge_bound(judges, context);
  add_judge_certify(judges, context);
  add_judge_explain(judges, context);
  add_judge_drift(judges, context);
}

}  // namespace syswright::app
