#include "judge/explain/explain_experiments.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <set>

#include "base/distributions.h"
#include "judge/compare/compare_blocks.h"

namespace syswright::judge {
namespace {

Score score_of(std::vector<Evaluation> evaluations, const std::vector<ScenarioPtr>& scenarios) {
  Score score;
  for (std::size_t s = 0; s < evaluations.size(); ++s) {
    const Evaluation& evaluation = evaluations[s];
    score.objective += evaluation.objective() / static_cast<double>(evaluations.size());
    if (evaluation.status != Evaluation::Status::ok && score.ran()) {
      score.failure = scenarios[s]->label() + ": " + (evaluation.failure.empty() ? "it failed" : evaluation.failure);
    }
  }
  score.evaluations = std::move(evaluations);
  return score;
}

/// One scenario's part of a difference.
struct Part {
  Interval interval;
  double error = std::numeric_limits<double>::infinity();
  double degrees = 1;
};

Part part_of(const Evaluation& a, const Evaluation& b, std::uint64_t seed) {
  Part part;
  const double estimate = a.objective() - b.objective();
  const double infinity = std::numeric_limits<double>::infinity();
  part.interval = {estimate, -infinity, infinity};
  if (a.blocks == b.blocks && estimate == 0) return {.interval = {0, 0, 0}, .error = 0};
  if (!comparable(a, b)) return part;
  const PairedBlocks blocks = decorrelated(paired_blocks(a, b));
  part.interval = difference_interval(blocks.series_a(), blocks.series_b(), {.seed = seed});
  part.interval.estimate = estimate;
  part.degrees = static_cast<double>(blocks.size() - 1);
  const Interval jackknife =
      difference_interval(blocks.series_a(), blocks.series_b(), {.method = IntervalMethod::jackknife});
  part.error = (jackknife.high - jackknife.low) / 2 / student_quantile(0.975, part.degrees);
  return part;
}

}  // namespace

Experiments::Experiments(Ground ground)
    : ground_(std::move(ground)), lower_is_better_(ground_.domain.metrics().front().lower_is_better) {
  assert(!ground_.scenarios.empty());
}

bool Experiments::measure(std::span<const Policy> policies) {
  std::vector<Policy> unknown;
  std::set<Digest> listed;
  for (const Policy& policy : policies) {
    if (!knows(policy) && listed.insert(policy.digest()).second) unknown.push_back(policy);
  }
  std::vector<Job> jobs;
  for (const Policy& policy : unknown) {
    for (const ScenarioPtr& scenario : ground_.scenarios) jobs.push_back({policy, scenario});
  }
  std::vector<Evaluation> evaluations = ground_.evaluator.evaluate(jobs, ground_.stop);
  bool complete = true;
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    const auto first = evaluations.begin() + static_cast<std::ptrdiff_t>(i * ground_.scenarios.size());
    const auto last = first + static_cast<std::ptrdiff_t>(ground_.scenarios.size());
    const bool cancelled =
        std::any_of(first, last, [](const Evaluation& e) { return e.status == Evaluation::Status::cancelled; });
    complete = complete && !cancelled;
    if (cancelled) continue;
    scores_[unknown[i].digest()] =
        score_of({std::make_move_iterator(first), std::make_move_iterator(last)}, ground_.scenarios);
    runs_ += ground_.scenarios.size();
    for (const ScenarioPtr& scenario : ground_.scenarios) events_ += scenario->events();
  }
  return complete;
}

const Score& Experiments::score(const Policy& policy) const {
  const auto found = scores_.find(policy.digest());
  assert(found != scores_.end());
  return found->second;
}

Difference Experiments::difference(const Policy& a, const Policy& b) const {
  return difference_of(score(a), score(b), ground_.seed);
}

Experiments& Experiments::in_miniature(std::uint64_t events) {
  if (events == 0) return *this;
  std::unique_ptr<Experiments>& made = miniatures_[events];
  if (made == nullptr) {
    Ground smaller = ground_;
    for (ScenarioPtr& scenario : smaller.scenarios) scenario = sampled(scenario, events);
    if (smaller.scenarios == ground_.scenarios) return *this;
    made = std::make_unique<Experiments>(std::move(smaller));
  }
  return *made;
}

std::uint64_t Experiments::runs() const {
  std::uint64_t runs = runs_;
  for (const auto& [events, miniature] : miniatures_) runs += miniature ? miniature->runs() : 0;
  return runs;
}

std::uint64_t Experiments::events() const {
  std::uint64_t events = events_;
  for (const auto& [size, miniature] : miniatures_) events += miniature ? miniature->events() : 0;
  return events;
}

Difference difference_of(const Score& a, const Score& b, std::uint64_t seed) {
  Difference difference;
  const auto scenarios = static_cast<double>(a.evaluations.size());
  double error = 0;
  double degrees = std::numeric_limits<double>::infinity();
  for (std::size_t s = 0; s < a.evaluations.size(); ++s) {
    const Part part = part_of(a.evaluations[s], b.evaluations[s], seed);
    difference.objective.low += part.interval.low / scenarios;
    difference.objective.high += part.interval.high / scenarios;
    error += part.error / scenarios;
    degrees = std::min(degrees, part.degrees);
  }
  difference.objective.estimate = a.objective - b.objective;
  const double distance = std::abs(difference.objective.estimate);
  if (error == 0) {
    difference.p_value = distance > 0 ? 0 : 1;
  } else if (std::isfinite(error)) {
    difference.p_value = std::min(1.0, 2 * student_probability(-distance / error, degrees));
  }
  return difference;
}

std::string_view to_string(Effect effect) {
  switch (effect) {
    case Effect::none:
      return "none";
    case Effect::worse:
      return "worse";
    case Effect::better:
      return "better";
    case Effect::uncertain:
      return "uncertain";
  }
  return "";
}

Effect effect_of(const Interval& improvement, double corrected_p_value, double tolerance, double significance) {
  if (improvement.low >= -tolerance && improvement.high <= tolerance) return Effect::none;
  if (corrected_p_value > significance) return Effect::uncertain;
  return improvement.estimate > 0 ? Effect::better : Effect::worse;
}

Interval negated(const Interval& interval) { return {-interval.estimate, -interval.high, -interval.low}; }

ScenarioPtr sampled(const ScenarioPtr& scenario, std::uint64_t events) {
  if (events == 0 || scenario->events() <= events) return scenario;
  const double fraction = static_cast<double>(events) / static_cast<double>(scenario->events());
  const ScenarioPtr smaller = scenario->miniature(fraction);
  return smaller ? smaller : scenario;
}

}  // namespace syswright::judge
