#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/judge_command.h"
#include "app/judge_views.h"
#include "app/policies.h"
#include "app/scenarios.h"

namespace syswright::app {
namespace {

/// Adds the naive policy if it is not among those named, and returns its place.
std::optional<std::size_t> place_of_naive(const Context& context, const Domain& domain, const std::string& naive,
                                          std::vector<Policy>& policies) {
  if (naive.empty()) return std::nullopt;
  const std::vector<Policy> found = find_policies({naive}, domain, context.domains);
  if (found.size() != 1) throw InputError("--naive: one policy is meant");
  const auto same =
      std::ranges::find_if(policies, [&](const Policy& policy) { return policy.digest() == found.front().digest(); });
  const auto place = static_cast<std::size_t>(same - policies.begin());
  if (same == policies.end()) policies.push_back(found.front());
  return place;
}

Opinion examine(const Context& context, const Domain& domain, const JudgeArguments& arguments,
                const std::string& naive) {
  std::vector<Policy> policies = find_policies(arguments.policies, domain, context.domains);
  const std::optional<std::size_t> place = place_of_naive(context, domain, naive, policies);
  Bench bench = set_up(context, domain, arguments);
  const judge::BoundResult result = judge::bound(domain, policies, bench.scenarios, bench.workshop.evaluator(),
                                                 {.naive = place, .seed = arguments.seed}, context.stop);
  Opinion opinion{.judge = "bound",
                  .subject = fmt::format("How far {} could still go on {}",
                                         policies.size() == 1 ? policies.front().name() : "policies",
                                         bench.workload->summary().name)};
  opinion.complete = result.complete;
  if (!result.complete) {
    opinion.verdict = "Interrupted before every policy had run: nothing is concluded.";
    opinion.tone = Tone::level;
    return opinion;
  }
  const bool failed = std::ranges::any_of(result.scenarios, [](const judge::ScenarioGaps& scenario) {
    return std::ranges::any_of(scenario.gaps, &judge::Gap::failed);
  });
  opinion.holds = result.sound() && !failed;
  opinion.tone = opinion.holds ? Tone::plain : Tone::bad;
  opinion.verdict = bound_verdict(result, policies, 0);
  opinion.details = bound_json(domain, result, policies);
  opinion.details.set("domain", domain.name()).set("workload", workload_json(bench.workload->summary()));
  opinion.panels.push_back(bound_panel(domain, result, policies, 0));
  return opinion;
}

}  // namespace

void add_judge_bound(CLI::App& judges, Context& context) {
  add_judge(judges, context,
            {.name = "bound",
             .summary = "Measure how far policies are from the best known and from the best possible",
             .codes = "a result passes a provable bound, which means that simulator or bound is wrong, or a run failed",
             .example = "--policy best.pol,all --naive fifo --size 1%",
             .policies = "Policies; the verdict is about the first",
             .default_policies = {"all"},
             .prepare = [&context](CLI::App& command, const Domain& domain, const JudgeArguments& arguments) {
               const auto naive = std::make_shared<std::string>();
               command
                   .add_option("--naive", *naive,
                               "A policy to count from: says which share of the way from it to the bound is closed")
                   ->type_name("POLICY");
               return [&context, &domain, &arguments, naive] { return examine(context, domain, arguments, *naive); };
             }});
}

}  // namespace syswright::app
