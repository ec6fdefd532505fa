#include "judge/compare/compare.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <future>

#include "judge/bound/bound.h"
#include "judge/compare/compare_blocks.h"

namespace syswright::judge {
namespace {

bool lower_is_better(const Domain& domain) { return domain.metrics().front().lower_is_better; }

Interval objective_interval(const Evaluation& evaluation, std::uint64_t seed) {
  const double objective = evaluation.objective();
  const double infinity = std::numeric_limits<double>::infinity();
  Interval interval{objective, -infinity, infinity};
  if (ran(evaluation) && evaluation.blocks.size() > 1) {
    interval = ratio_interval(BlockColumns(evaluation.blocks).series(), {.seed = seed});
    interval.estimate = objective;
  }
  return interval;
}

std::optional<Interval> paired_difference(const Evaluation& a, const Evaluation& b, std::uint64_t seed) {
  if (!comparable(a, b)) return std::nullopt;
  const BlockColumns columns_a(a.blocks);
  const BlockColumns columns_b(b.blocks);
  Interval interval = difference_interval(columns_a.series(), columns_b.series(), {.seed = seed});
  interval.estimate = a.objective() - b.objective();
  return interval;
}

std::optional<double> gap(const Evaluation& evaluation, const std::optional<Bound>& bound, bool lower) {
  if (!bound || bound->value == 0 || !ran(evaluation)) return std::nullopt;
  const double relative = evaluation.objective() / bound->value - 1;
  return lower ? relative : -relative;
}

std::size_t best_of(const Domain& domain, const std::vector<Standing>& standings) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < standings.size(); ++i) {
    if (better(domain, standings[i].evaluation, standings[best].evaluation)) best = i;
  }
  return best;
}

std::vector<std::vector<Bound>> state_bounds(std::span<const ScenarioPtr> scenarios, std::stop_token stop) {
  std::vector<std::vector<Bound>> bounds(scenarios.size());
  for (std::size_t i = 0; i < scenarios.size() && !stop.stop_requested(); ++i) bounds[i] = scenarios[i]->bounds();
  return bounds;
}

ScenarioComparison judge_scenario(const Domain& domain, ScenarioPtr scenario, std::vector<Bound> bounds,
                                  std::span<const Policy> policies, std::span<const Evaluation> evaluations,
                                  const CompareOptions& options) {
  ScenarioComparison result{.scenario = std::move(scenario), .bounds = std::move(bounds)};
  const bool lower = lower_is_better(domain);
  result.bound = tightest_provable(domain, result.bounds);
  for (std::size_t i = 0; i < policies.size(); ++i) {
    result.standings.push_back({policies[i],
                                evaluations[i],
                                objective_interval(evaluations[i], options.seed),
                                gap(evaluations[i], result.bound, lower),
                                {}});
  }
  result.best = best_of(domain, result.standings);
  result.reference = options.reference.value_or(result.best);
  const Evaluation reference = result.standings[result.reference].evaluation;
  for (Standing& standing : result.standings) {
    standing.difference = paired_difference(standing.evaluation, reference, options.seed);
  }
  return result;
}

}  // namespace

bool better(const Domain& domain, const Evaluation& a, const Evaluation& b) {
  if (!ran(a) || !ran(b)) return ran(a) && !ran(b);
  return lower_is_better(domain) ? a.objective() < b.objective() : a.objective() > b.objective();
}

Comparison compare(const Domain& domain, std::span<const Policy> policies, std::span<const ScenarioPtr> scenarios,
                   Evaluator& evaluator, const CompareOptions& options, std::stop_token stop) {
  assert(!policies.empty());
  std::vector<Job> jobs;
  jobs.reserve(policies.size() * scenarios.size());
  for (const ScenarioPtr& scenario : scenarios) {
    for (const Policy& policy : policies) jobs.push_back({policy, scenario});
  }
  std::future<std::vector<std::vector<Bound>>> bounds;
  if (options.bounds) bounds = std::async(std::launch::async, state_bounds, scenarios, stop);
  const std::vector<Evaluation> evaluations = evaluator.evaluate(jobs, stop);
  const std::vector<std::vector<Bound>> stated =
      options.bounds ? bounds.get() : std::vector<std::vector<Bound>>(scenarios.size());

  Comparison comparison;
  comparison.complete = std::none_of(evaluations.begin(), evaluations.end(), [](const Evaluation& evaluation) {
    return evaluation.status == Evaluation::Status::cancelled;
  });
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const auto part = std::span(evaluations).subspan(i * policies.size(), policies.size());
    comparison.scenarios.push_back(judge_scenario(domain, scenarios[i], stated[i], policies, part, options));
  }
  return comparison;
}

std::string_view to_string(Verdict verdict) {
  return verdict == Verdict::better ? "better" : verdict == Verdict::worse ? "worse" : "level";
}

AgainstBest against_best(const Domain& domain, const ScenarioComparison& comparison, std::size_t one,
                         std::span<const std::size_t> rivals, std::uint64_t seed) {
  assert(!rivals.empty());
  const auto evaluation = [&](std::size_t i) -> const Evaluation& { return comparison.standings[i].evaluation; };
  AgainstBest result{.rival = rivals.front()};
  for (const std::size_t rival : rivals) {
    if (better(domain, evaluation(rival), evaluation(result.rival))) result.rival = rival;
  }
  result.difference = paired_difference(evaluation(one), evaluation(result.rival), seed);
  if (result.difference) {
    const bool lower = lower_is_better(domain);
    const bool below = result.difference->high < 0;
    const bool above = result.difference->low > 0;
    if (lower ? below : above) result.verdict = Verdict::better;
    if (lower ? above : below) result.verdict = Verdict::worse;
  } else if (better(domain, evaluation(one), evaluation(result.rival))) {
    result.verdict = Verdict::better;
  } else if (better(domain, evaluation(result.rival), evaluation(one))) {
    result.verdict = Verdict::worse;
  }
  return result;
}

}  // namespace syswright::judge
