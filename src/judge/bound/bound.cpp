#include "judge/bound/bound.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "judge/compare/compare_blocks.h"

namespace syswright::judge {
namespace {

bool lower_is_better(const Domain& domain) { return domain.metrics().front().lower_is_better; }

/// Turned so that a larger gap is worse, whatever the direction of the metric.
double relative_gap(double objective, double best, bool lower) {
  const double relative = (objective - best) / std::abs(best);
  return lower ? relative : -relative;
}

Interval turned(const Interval& interval, double scale) {
  const double low = interval.low * scale;
  const double high = interval.high * scale;
  return {interval.estimate * scale, std::min(low, high), std::max(low, high)};
}

/// Rounding in sums of a million costs.
bool beats(double objective, double value, bool lower) {
  const double ahead = lower ? value - objective : objective - value;
  return ahead > 1e-9 * std::abs(value);
}

void sort_by_tightness(std::vector<Bound>& bounds, bool lower) {
  std::stable_sort(bounds.begin(), bounds.end(),
                   [lower](const Bound& a, const Bound& b) { return lower ? a.value > b.value : a.value < b.value; });
}

class Gaps {
 public:
  Gaps(const Domain& domain, const ScenarioComparison& scenario, const BoundOptions& options)
      : scenario_(scenario), options_(options), lower_(lower_is_better(domain)) {
    result_.scenario = scenario.scenario;
    result_.best_known = scenario.best;
  }

  ScenarioGaps measure() {
    sort_bounds();
    for (std::size_t i = 0; i < scenario_.standings.size(); ++i) {
      result_.gaps.push_back(gap_of(i));
      note_contradictions(i);
    }
    return std::move(result_);
  }

 private:
  const Evaluation& evaluation(std::size_t i) const { return scenario_.standings[i].evaluation; }
  bool has_run(std::size_t i) const { return ran(evaluation(i)); }

  void sort_bounds() {
    for (const Bound& bound : scenario_.bounds) {
      if (bound.metric != 0) continue;
      if (bound.provable) {
        result_.looser.push_back(bound);
      } else {
        const bool beaten =
            has_run(result_.best_known) && beats(evaluation(result_.best_known).objective(), bound.value, lower_);
        result_.references.push_back({bound, beaten});
      }
    }
    sort_by_tightness(result_.looser, lower_);
    if (result_.looser.empty()) return;
    result_.provable = result_.looser.front();
    result_.looser.erase(result_.looser.begin());
  }

  Gap gap_of(std::size_t i) const {
    Gap gap{.policy = i, .objective = evaluation(i).objective(), .failed = !has_run(i)};
    if (gap.failed) return gap;
    from_best_known(gap);
    from_bound(gap);
    return gap;
  }

  void from_best_known(Gap& gap) const {
    const Evaluation& best = evaluation(result_.best_known);
    if (best.objective() == 0) return;
    gap.to_best_known = relative_gap(gap.objective, best.objective(), lower_);
    if (!comparable(evaluation(gap.policy), best)) return;
    const PairedBlocks blocks = decorrelated(paired_blocks(evaluation(gap.policy), best));
    const Interval difference = difference_interval(blocks.series_a(), blocks.series_b(), {.seed = options_.seed});
    gap.to_best = turned(difference, (lower_ ? 1 : -1) / std::abs(best.objective()));
    gap.to_best->estimate = gap.to_best_known;
  }

  void from_bound(Gap& gap) const {
    if (!result_.provable || result_.provable->value == 0) return;
    const double value = result_.provable->value;
    gap.to_provable = relative_gap(gap.objective, value, lower_);
    const Interval& objective = scenario_.standings[gap.policy].objective;
    const double ends[] = {relative_gap(objective.low, value, lower_), relative_gap(objective.high, value, lower_)};
    gap.to_provable_interval = {*gap.to_provable, std::min(ends[0], ends[1]), std::max(ends[0], ends[1])};
    if (!options_.naive || !has_run(*options_.naive)) return;
    const double whole = evaluation(*options_.naive).objective() - value;
    if (whole != 0) gap.closed = (evaluation(*options_.naive).objective() - gap.objective) / whole;
  }

  void note_contradictions(std::size_t i) {
    if (!has_run(i) || !result_.provable) return;
    const Bound& bound = *result_.provable;
    if (!beats(evaluation(i).objective(), bound.value, lower_)) return;
    result_.contradictions.push_back(fmt::format(
        "policy '{}' reaches {:.9g} in '{}', beyond the bound {} of {:.9g} that is said to be provable: the "
        "simulator or the bound is wrong",
        scenario_.standings[i].policy.name(), evaluation(i).objective(), scenario_.scenario->label(), bound.name,
        bound.value));
  }

  const ScenarioComparison& scenario_;
  const BoundOptions& options_;
  bool lower_;
  ScenarioGaps result_;
};

}  // namespace

std::optional<Bound> tightest_provable(const Domain& domain, std::span<const Bound> bounds) {
  const bool lower = lower_is_better(domain);
  std::optional<Bound> result;
  for (const Bound& bound : bounds) {
    if (!bound.provable || bound.metric != 0) continue;
    if (!result || (lower ? bound.value > result->value : bound.value < result->value)) result = bound;
  }
  return result;
}

bool BoundResult::sound() const {
  return std::all_of(scenarios.begin(), scenarios.end(),
                     [](const ScenarioGaps& scenario) { return scenario.contradictions.empty(); });
}

BoundResult bound(const Domain& domain, const Comparison& comparison, const BoundOptions& options) {
  BoundResult result;
  result.complete = comparison.complete;
  for (const ScenarioComparison& scenario : comparison.scenarios) {
    result.scenarios.push_back(Gaps(domain, scenario, options).measure());
  }
  return result;
}

BoundResult bound(const Domain& domain, std::span<const Policy> policies, std::span<const ScenarioPtr> scenarios,
                  Evaluator& evaluator, const BoundOptions& options, std::stop_token stop) {
  return bound(domain, compare(domain, policies, scenarios, evaluator, {.seed = options.seed}, stop), options);
}

}  // namespace syswright::judge
