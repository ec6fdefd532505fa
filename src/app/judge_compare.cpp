#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/judge_command.h"
#include "app/judge_views.h"
#include "app/policies.h"
#include "app/results.h"
#include "app/scenarios.h"

namespace syswright::app {
namespace {

struct Extra {
  double confidence = 0.95;
  judge::Correction correction = judge::Correction::holm;
};

/// One policy alone is compared with every baseline.
std::vector<Policy> sides(const Context& context, const Domain& domain, const JudgeArguments& arguments) {
  std::vector<std::string> names = arguments.policies;
  if (names.size() == 1) names.emplace_back("all");
  std::vector<Policy> policies = find_policies(names, domain, context.domains);
  if (policies.size() < 2) throw InputError("--policy: a comparison needs two policies or more, or 'all'");
  return policies;
}

Opinion examine(const Context& context, const Domain& domain, const JudgeArguments& arguments, const Extra& extra) {
  const std::vector<Policy> policies = sides(context, domain, arguments);
  Bench bench = set_up(context, domain, arguments);
  const judge::Comparison comparison =
      judge::compare(domain, policies, bench.scenarios, bench.workshop.evaluator(),
                     {.reference = 0, .seed = arguments.seed, .bounds = false}, context.stop);
  Opinion opinion{.judge = "compare",
                  .subject = fmt::format(
                      "{} against {} on {}", policies.front().name(),
                      policies.size() == 2 ? policies.back().name() : fmt::format("{} others", policies.size() - 1),
                      bench.workload->summary().name)};
  opinion.complete = comparison.complete;
  if (!comparison.complete) {
    opinion.verdict = "Interrupted before every policy had run: nothing is concluded.";
    opinion.tone = Tone::level;
    return opinion;
  }
  const judge::PairedComparison pairs = judge::compare_pairs(
      domain, comparison,
      {.reference = 0, .confidence = extra.confidence, .correction = extra.correction, .seed = arguments.seed});
  opinion.verdict = pairs_verdict(domain, comparison, pairs);
  opinion.tone = pairs_tone(pairs);
  opinion.holds = !reference_beaten(pairs) && !any_failed(comparison);
  opinion.details = pairs_json(domain, comparison, pairs);
  opinion.details.set("domain", domain.name()).set("workload", workload_json(bench.workload->summary()));
  opinion.panels.push_back(pairs_panel(domain, comparison, pairs));
  return opinion;
}

}  // namespace

void add_judge_compare(CLI::App& judges, Context& context) {
  add_judge(judges, context,
            {.name = "compare",
             .summary = "Compare a policy with others in pairs of equal blocks: better, worse or cannot tell",
             .codes = "one of the others is surely better, or a run failed",
             .example = "--policy best.pol,lru,s3fifo --size 1%",
             .policies = "The policy examined, then those it is compared with; one alone: with every baseline",
             .default_policies = {},
             .prepare = [&context](CLI::App& command, const Domain& domain, const JudgeArguments& arguments) {
               const auto extra = std::make_shared<Extra>();
               command.get_option("--policy")->required();
               command
                   .add_option("--confidence", extra->confidence, "Of intervals, and of the verdicts after correction")
                   ->capture_default_str()
                   ->check(CLI::Range(0.5, 0.9999))
                   ->type_name("SHARE");
               const std::map<std::string, judge::Correction> corrections{
                   {"holm", judge::Correction::holm},
                   {"benjamini-hochberg", judge::Correction::benjamini_hochberg},
                   {"none", judge::Correction::none}};
               command
                   .add_option_function<std::string>(
                       "--correction",
                       [extra, corrections](const std::string& name) { extra->correction = corrections.at(name); },
                       "For many comparisons: holm, benjamini-hochberg or none (default: holm)")
                   ->check(CLI::IsMember({"holm", "benjamini-hochberg", "none"}))
                   ->type_name("NAME");
               return [&context, &domain, &arguments, extra] { return examine(context, domain, arguments, *extra); };
             }});
}

}  // namespace syswright::app
