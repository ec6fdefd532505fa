#include "studies/design_run.h"

#include <algorithm>
#include <numeric>

namespace syswright::studies {
namespace {

design::Outcome search(const DesignPlan& plan, Evaluator& evaluator, std::stop_token stop) {
  const design::Task task{.domain = plan.domain,
                          .train = plan.suite.train,
                          .validation = plan.suite.validation,
                          .evaluator = evaluator,
                          .budget = plan.budget,
                          .seed = plan.seed,
                          .seeds = plan.seeds,
                          .progress = plan.progress,
                          .stop = std::move(stop),
                          .chat = plan.chat,
                          .memory = plan.memory,
                          .paid = plan.paid};
  design::Outcome outcome = plan.designer.design(task);
  if (!plan.name.empty()) outcome.best = outcome.best->renamed(plan.name);
  return outcome;
}

}  // namespace

std::size_t DesignRun::count(judge::Verdict verdict) const {
  return static_cast<std::size_t>(std::count_if(
      against.begin(), against.end(), [verdict](const judge::AgainstBest& one) { return one.verdict == verdict; }));
}

DesignRun run_design(const DesignPlan& plan, Evaluator& evaluator, std::stop_token stop, std::stop_token judging_stop) {
  DesignRun run{.outcome = search(plan, evaluator, std::move(stop))};
  if (plan.searched) plan.searched(run.outcome);
  std::vector<Policy> policies{Policy::of(run.outcome.best->renamed("designed"))};
  for (const Baseline& baseline : plan.domain.baselines()) policies.push_back(Policy::native(baseline.name));
  run.test = judge::compare(plan.domain, policies, plan.suite.test, evaluator, {.reference = 0}, judging_stop);
  std::vector<std::size_t> rivals(policies.size() - 1);
  std::iota(rivals.begin(), rivals.end(), std::size_t{1});
  for (const judge::ScenarioComparison& scenario : run.test.scenarios) {
    run.against.push_back(judge::against_best(plan.domain, scenario, 0, rivals));
  }
  return run;
}

}  // namespace syswright::studies
