#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/judge_command.h"
#include "app/judge_views.h"
#include "app/policies.h"
#include "app/scenarios.h"

namespace syswright::app {
namespace {

struct Extra {
  std::string newer;
  std::string newer_format;
  bool no_features = false;
};

/// Scenarios on the older and on the newer workload. Without a newer one, the older workload's own ends are compared.
struct Times {
  std::unique_ptr<Workload> older_workload;
  std::unique_ptr<Workload> newer_workload;  // nullptr: the same
  std::vector<ScenarioPtr> older;
  std::vector<ScenarioPtr> newer;
};

Times times_of(const Context& context, const Domain& domain, const JudgeArguments& arguments, const Extra& extra) {
  Times times{.older_workload = open_workload(context, domain, arguments.request)};
  if (extra.newer.empty()) {
    Suite suite = times.older_workload->suite();
    times.older = suite.train;
    times.newer = suite.test;
    return times;
  }
  ScenarioRequest request = arguments.request;
  request.workload = extra.newer;
  request.format = extra.newer_format;
  times.newer_workload = open_workload(context, domain, request);
  times.older = times.older_workload->scenarios();
  times.newer = times.newer_workload->scenarios();
  return times;
}

Opinion examine(const Context& context, const Domain& domain, const JudgeArguments& arguments, const Extra& extra) {
  if (extra.newer.empty() && !extra.newer_format.empty()) throw InputError("--newer-format needs --newer");
  const std::vector<Policy> policies = find_policies(arguments.policies, domain, context.domains);
  if (policies.size() != 2) {
    throw InputError(
        fmt::format("--policy: drift needs two, the deployed policy and what it is measured against, such "
                    "as 'best.pol,lru'; {} {} given",
                    policies.size(), policies.size() == 1 ? "is" : "are"));
  }
  const Times times = times_of(context, domain, arguments, extra);
  Workshop workshop(context, arguments.workshop, domain.name());
  judge::DriftOptions options{.features = !extra.no_features, .seed = arguments.seed};
  options.sampling.seed = arguments.seed;
  const judge::DriftResult result = judge::drift(domain, policies[0], policies[1], times.older, times.newer,
                                                 workshop.evaluator(), options, context.stop);
  Opinion opinion{
      .judge = "drift", .subject = fmt::format("{} on newer work", policies[0].name()), .complete = result.complete};
  if (!result.complete) {
    opinion.verdict = "Interrupted: nothing is concluded.";
    opinion.tone = Tone::level;
    return opinion;
  }
  opinion.verdict = drift_verdict(result, policies[0], policies[1]);
  opinion.tone = drift_tone(result);
  opinion.holds = result.hold == judge::Hold::holds || result.hold == judge::Hold::cannot_tell;
  opinion.details = drift_json(domain, result, policies[0], policies[1]);
  const Workload& newer = times.newer_workload ? *times.newer_workload : *times.older_workload;
  opinion.details.set("domain", domain.name())
      .set("older_workload", workload_json(times.older_workload->summary()))
      .set("newer_workload", workload_json(newer.summary()));
  opinion.panels.push_back(drift_panel(domain, result, policies[0], policies[1]));
  return opinion;
}

}  // namespace

void add_judge_drift(CLI::App& judges, Context& context) {
  add_judge(
      judges, context,
      {.name = "drift",
       .summary = "Say whether a deployed policy's advantage still holds on newer work, and what has moved",
       .codes = "the advantage is gone or reversed",
       .example = "--policy best.pol,lru --trace monday.csv --newer tuesday.csv --size 1%",
       .policies = "Two: the deployed policy, and the one that it is measured against",
       .default_policies = {},
       .part = false,
       .prepare = [&context](CLI::App& command, const Domain& domain, const JudgeArguments& arguments) {
         const auto extra = std::make_shared<Extra>();
         command.get_option("--policy")->required();
         command
             .add_option("--newer", extra->newer,
                         "Newer workload (default: the last third of the one given, against its first)")
             ->type_name("FILE");
         command.add_option("--newer-format", extra->newer_format, "Its format (default: found from its content)")
             ->type_name("NAME");
         command.add_flag("--no-features", extra->no_features, "Judge the advantage only, not what a policy sees");
         return [&context, &domain, &arguments, extra] { return examine(context, domain, arguments, *extra); };
       }});
}

}  // namespace syswright::app
