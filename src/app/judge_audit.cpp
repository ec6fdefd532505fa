#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/judge_audit_view.h"
#include "app/judge_command.h"
#include "app/policies.h"
#include "app/scenarios.h"

namespace syswright::app {
namespace {

struct Extra {
  bool self_test = false;
  std::string replay = "all";
};

judge::AuditOptions options_of(const JudgeArguments& arguments, const Extra& extra) {
  judge::AuditOptions options{.threads = arguments.workshop.threads};
  if (extra.replay != "all") options.replay_events = parse_count(extra.replay, "--replay");
  return options;
}

/// The first scenario of each part, in small: cheats that leave a scenario out need several.
std::vector<ScenarioPtr> small_scenarios(const Workload& workload) {
  constexpr std::uint64_t events = 5'000;
  const Suite suite = workload.suite();
  std::vector<ScenarioPtr> scenarios;
  for (const auto* part : {&suite.train, &suite.validation, &suite.test}) {
    if (part->empty()) continue;
    ScenarioPtr scenario = part->front();
    if (scenario->events() > events) {
      const double fraction = static_cast<double>(events) / static_cast<double>(scenario->events());
      if (ScenarioPtr smaller = scenario->miniature(fraction)) scenario = std::move(smaller);
    }
    scenarios.push_back(std::move(scenario));
  }
  return scenarios;
}

/// At most `most` of the items, evenly spread.
template <typename T>
std::vector<T> spread(const std::vector<T>& items, std::size_t most) {
  if (items.size() <= most) return items;
  std::vector<T> some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(items[i * items.size() / most]);
  return some;
}

/// Programs take another way through the audit than natives: some of each make claims.
std::vector<Policy> claimants(const Domain& domain, const std::vector<Policy>& named) {
  constexpr std::size_t most_of_a_kind = 3;
  std::vector<Policy> policies = spread(named, most_of_a_kind);
  for (const policy::ProgramPtr& program : spread(exemplar_programs(domain), most_of_a_kind)) {
    policies.push_back(Policy::of(program));
  }
  return policies;
}

Opinion test_the_auditor(const Context& context, const Domain& domain, const std::vector<Policy>& named,
                         const Bench& bench, const judge::AuditOptions& options) {
  const std::vector<Policy> policies = claimants(domain, named);
  const std::vector<ScenarioPtr> scenarios = small_scenarios(*bench.workload);
  const judge::SelfTest test = judge::self_test(domain, policies, scenarios, options, context.stop);
  Opinion opinion{.judge = "audit",
                  .subject = fmt::format("The auditor of {}, tested", domain.name()),
                  .verdict = self_test_verdict(test),
                  .tone = test.passed() ? Tone::good : Tone::bad,
                  .holds = test.passed(),
                  .complete = test.complete,
                  .details = self_test_json(test)};
  Json labels = Json::array();
  for (const ScenarioPtr& scenario : scenarios) labels.push(scenario->label());
  opinion.details.set("scenarios", std::move(labels));
  opinion.panels.push_back(self_test_panel(test));
  return opinion;
}

Opinion audit_runs(const Context& context, const Domain& domain, const std::vector<Policy>& policies, Bench& bench,
                   const judge::AuditOptions& options) {
  const std::vector<judge::RunAudit> audits =
      judge::audit(domain, policies, bench.scenarios, bench.workshop.evaluator(), options, context.stop);
  const judge::AuditSummary summary = judge::summarise(audits);
  Opinion opinion{.judge = "audit",
                  .subject = fmt::format("Audit on {}", bench.workload->summary().name),
                  .verdict = audit_verdict(audits),
                  .tone = audit_tone(audits),
                  .holds = summary.holds(),
                  .complete = summary.incomplete == 0,
                  .details = audit_json(domain, audits)};
  opinion.panels.push_back(audit_panel(domain, audits));
  return opinion;
}

Opinion examine(const Context& context, const Domain& domain, const JudgeArguments& arguments, const Extra& extra) {
  const std::vector<Policy> policies = find_policies(arguments.policies, domain, context.domains);
  const judge::AuditOptions options = options_of(arguments, extra);
  Bench bench = set_up(context, domain, arguments);
  Opinion opinion = extra.self_test ? test_the_auditor(context, domain, policies, bench, options)
                                    : audit_runs(context, domain, policies, bench, options);
  opinion.details.set("domain", domain.name()).set("workload", workload_json(bench.workload->summary()));
  return opinion;
}

}  // namespace

void add_judge_audit(CLI::App& judges, Context& context) {
  add_judge(judges, context,
            {.name = "audit",
             .summary = "Recompute results from the raw workload and the policy's decisions, and take these again",
             .codes = "an audit disagrees, or --self-test finds that a cheat gets through",
             .example = "--policy best.pol,lru --size 1%",
             .policies = "Policies: baselines by name, programs by file, or 'all' baselines (default: all)",
             .default_policies = {"all"},
             .prepare = [&context](CLI::App& command, const Domain& domain, const JudgeArguments& arguments) {
               const auto extra = std::make_shared<Extra>();
               command.add_flag("--self-test", extra->self_test,
                                "Test the auditor: plant every known cheat, and see that each is caught and that no "
                                "honest claim is charged, in small scenarios made from the workload");
               command
                   .add_option("--replay", extra->replay,
                               "Events for which a program's decisions are taken again by the interpreter, or 'all'")
                   ->capture_default_str()
                   ->type_name("N");
               return [&context, &domain, &arguments, extra] { return examine(context, domain, arguments, *extra); };
             }});
}

}  // namespace syswright::app
