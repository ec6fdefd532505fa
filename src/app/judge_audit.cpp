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

Opinion test_the_auditor(const Context& context, const Domain& domain, const std::vector<Policy>& named,
                         const Bench& bench, const judge::AuditOptions& options) {
  // Programs take another way through the audit than natives, so that some of each are honest claimants.
  std::vector<Policy> policies = named;
  for (const policy::ProgramPtr& program : exemplar_programs(domain)) policies.push_back(Policy::of(program));
  const judge::SelfTest test = judge::self_test(domain, policies, bench.scenarios, options, context.stop);
  Opinion opinion{.judge = "audit",
                  .subject = fmt::format("The auditor of {}, tested", domain.name()),
                  .verdict = self_test_verdict(test),
                  .tone = test.passed() ? Tone::good : Tone::bad,
                  .holds = test.passed(),
                  .complete = test.complete,
                  .details = self_test_json(test)};
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
                                "honest claim is charged. Takes many runs: a small trace will do");
               command
                   .add_option("--replay", extra->replay,
                               "Events for which a program's decisions are taken again by the interpreter, or 'all'")
                   ->capture_default_str()
                   ->type_name("N");
               return [&context, &domain, &arguments, extra] { return examine(context, domain, arguments, *extra); };
             }});
}

}  // namespace syswright::app
