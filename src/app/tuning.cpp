#include "app/tuning.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "domain/aggregate.h"

namespace syswright::app {
namespace {

using tune::Point;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::size_t finalists = 3;
constexpr double miniature_fractions[] = {1.0 / 16, 1.0 / 8, 1.0 / 4};

const std::vector<ScenarioPtr>& part_of(const Suite& suite, Split split) {
  switch (split) {
    case Split::train:
      return suite.train;
    case Split::validation:
      return suite.validation;
    case Split::test:
      return suite.test;
  }
  return suite.train;
}

class Tuning {
 public:
  explicit Tuning(const TuningTask& task) : task_(task) {
    sign_ = task.domain.metrics()[task.metric].lower_is_better ? 1 : -1;
  }

  TuningOutcome run();

 private:
  struct Measured {
    double loss = infinite;
    std::vector<Evaluation> evaluations;
  };

  std::vector<ScenarioPtr> scenarios(const Point& point, Split split, double fraction, std::string* refused) const;
  std::vector<Measured> measure(std::span<const Point> points, Split split, double fraction, bool counted);
  std::vector<double> losses(std::span<const Point> points, double fraction);
  std::vector<tune::Simulator> simulators();
  Configured configured(const Point& point) const;
  double value(double loss) const { return sign_ * loss; }
  void choose();
  void hold_out();
  void revert();
  void simplify();

  const TuningTask& task_;
  double sign_ = 1;
  std::size_t measured_ = 0;  ///< in whole, on the training part
  TuningOutcome outcome_;
};

/// Empty, with a reason, where the system cannot be built so: a model that does not fit, …
std::vector<ScenarioPtr> Tuning::scenarios(const Point& point, Split split, double fraction,
                                           std::string* refused) const {
  ScenarioRequest request = task_.request;
  for (auto& [name, text] : task_.configurable.configuration(task_.request, task_.space, point)) {
    request.options[name] = text;
  }
  try {
    const auto workload = task_.domain.open(request);
    const Suite suite = workload->suite();
    std::vector<ScenarioPtr> some;
    for (const ScenarioPtr& whole : part_of(suite, split)) {
      some.push_back(fraction < 1 ? whole->miniature(fraction) : whole);
      if (some.back() == nullptr) return {};
    }
    return some;
  } catch (const InputError& error) {
    *refused = error.what();
    return {};
  }
}

/// counted: whether failures are told in the outcome.
std::vector<Tuning::Measured> Tuning::measure(std::span<const Point> points, Split split, double fraction,
                                              bool counted) {
  std::vector<Job> jobs;
  std::vector<std::size_t> owners;
  std::vector<Measured> all(points.size());
  std::vector<std::string> reasons(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (const ScenarioPtr& scenario : scenarios(points[i], split, fraction, &reasons[i])) {
      jobs.push_back({task_.policy, scenario});
      owners.push_back(i);
    }
  }
  const std::vector<Evaluation> evaluations = task_.evaluator.evaluate(jobs, task_.stop);
  for (std::size_t j = 0; j < jobs.size(); ++j) all[owners[j]].evaluations.push_back(evaluations[j]);
  for (std::size_t i = 0; i < points.size(); ++i) {
    Measured& one = all[i];
    double sum = 0;
    for (const Evaluation& evaluation : one.evaluations) {
      if (!is_result(evaluation)) {
        reasons[i] = evaluation.failure.empty() ? "gave no result" : evaluation.failure;
        break;
      }
      sum += evaluation.metrics[task_.metric];
    }
    const bool ran = reasons[i].empty() && !one.evaluations.empty();
    if (ran) one.loss = sign_ * sum / static_cast<double>(one.evaluations.size());
    if (!ran && counted && !task_.stop.stop_requested()) ++outcome_.failures[reasons[i]];
  }
  return all;
}

std::vector<double> Tuning::losses(std::span<const Point> points, double fraction) {
  std::vector<double> losses;
  if (fraction == 1) measured_ += points.size();
  for (const Measured& one : measure(points, Split::train, fraction, fraction == 1)) losses.push_back(one.loss);
  return losses;
}

/// The smallest miniature that the domain makes of the present system.
std::vector<tune::Simulator> Tuning::simulators() {
  if (task_.searcher != "autoscout") return {};
  const Point initial = task_.space.canonical(task_.space.initial());
  for (const double fraction : miniature_fractions) {
    std::string ignored;
    if (scenarios(initial, Split::train, fraction, &ignored).empty()) continue;
    const auto predict = [this, fraction](std::span<const Point> points) {
      outcome_.simulated += fraction * static_cast<double>(points.size());
      return losses(points, fraction);
    };
    return {{fmt::format("miniature of 1/{:.0f}", 1 / fraction), predict, fraction}};
  }
  return {};
}

Configured Tuning::configured(const Point& point) const {
  return {point, task_.configurable.configuration(task_.request, task_.space, point), {}};
}

/// The best on validation of the three best in training; the initial point is kept beside it.
void Tuning::choose() {
  std::vector<const tune::DriveStep*> ranked;
  for (const tune::DriveStep& step : outcome_.search.steps) {
    if (std::isfinite(step.observation.loss)) ranked.push_back(&step);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const tune::DriveStep* a, const tune::DriveStep* b) {
    return a->observation.loss < b->observation.loss;
  });
  const Point initial = task_.space.canonical(task_.space.initial());
  std::vector<const tune::DriveStep*> last(
      ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(std::min(finalists, ranked.size())));
  const auto before = std::find_if(ranked.begin(), ranked.end(),
                                   [&](const tune::DriveStep* one) { return one->observation.point == initial; });
  if (before != ranked.end() && std::find(last.begin(), last.end(), *before) == last.end()) last.push_back(*before);
  if (last.empty()) return;
  std::vector<Point> points;
  for (const tune::DriveStep* one : last) points.push_back(one->observation.point);
  const std::vector<Measured> measured = measure(points, Split::validation, 1, false);
  double least = infinite;
  for (std::size_t i = 0; i < last.size(); ++i) {
    Configured one = configured(points[i]);
    one.means[Split::train] = value(last[i]->observation.loss);
    if (std::isfinite(measured[i].loss)) one.means[Split::validation] = value(measured[i].loss);
    if (points[i] == initial) outcome_.before = one;
    // Where validation was cut short, the best in training.
    if (!outcome_.best || measured[i].loss < least) outcome_.best = one;
    least = std::min(least, measured[i].loss);
  }
}

/// Blocks of runs over the same requests, one after another; nothing if they do not match.
std::optional<Interval> block_difference(const std::vector<Evaluation>& a, const std::vector<Evaluation>& b) {
  std::vector<Block> first;
  std::vector<Block> second;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i].blocks.size() != b[i].blocks.size()) return std::nullopt;
    first.insert(first.end(), a[i].blocks.begin(), a[i].blocks.end());
    second.insert(second.end(), b[i].blocks.begin(), b[i].blocks.end());
  }
  const auto same_weight = [](const Block& x, const Block& y) { return x.weight == y.weight; };
  if (first.size() < 2 || !std::equal(first.begin(), first.end(), second.begin(), second.end(), same_weight)) {
    return std::nullopt;
  }
  const BlockColumns x(first);
  const BlockColumns y(second);
  return difference_interval(x.series(), y.series());
}

void Tuning::hold_out() {
  if (!outcome_.best || task_.stop.stop_requested()) return;
  std::vector<Point> points{outcome_.best->point};
  if (outcome_.before) points.push_back(outcome_.before->point);
  const std::vector<Measured> measured = measure(points, Split::test, 1, false);
  if (std::isfinite(measured[0].loss)) outcome_.best->means[Split::test] = value(measured[0].loss);
  if (!outcome_.before || !std::isfinite(measured[1].loss)) return;
  outcome_.before->means[Split::test] = value(measured[1].loss);
  if (task_.metric == 0 && std::isfinite(measured[0].loss)) {
    outcome_.difference = block_difference(measured[0].evaluations, measured[1].evaluations);
  }
}

/// Each setting back to where it was, by itself.
void Tuning::revert() {
  if (!outcome_.best || task_.stop.stop_requested() || !outcome_.best->means.contains(Split::validation)) return;
  const Point& best = outcome_.best->point;
  const Point initial = task_.space.canonical(task_.space.initial());
  std::vector<Point> points;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < best.size(); ++i) {
    if (best[i] == initial[i] || !task_.space.active(best, i)) continue;
    Point point = best;
    point[i] = initial[i];
    point = task_.space.canonical(std::move(point));
    outcome_.mattered.push_back({.setting = task_.space.parameters()[i].name,
                                 .best = task_.space.text(i, best[i]),
                                 .before = task_.space.text(i, initial[i]),
                                 .worse = {}});
    if (!task_.space.valid(point)) continue;
    points.push_back(std::move(point));
    rows.push_back(outcome_.mattered.size() - 1);
  }
  const std::vector<Measured> measured = measure(points, Split::validation, 1, false);
  const double least = sign_ * outcome_.best->means.at(Split::validation);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (std::isfinite(measured[k].loss)) outcome_.mattered[rows[k]].worse = measured[k].loss - least;
  }
  std::stable_sort(outcome_.mattered.begin(), outcome_.mattered.end(), [](const Reverted& a, const Reverted& b) {
    return a.worse.value_or(-infinite) > b.worse.value_or(-infinite);
  });
}

/// Puts back, all at once, what alone made nothing worse, if that makes nothing worse either.
void Tuning::simplify() {
  if (!outcome_.best || task_.stop.stop_requested()) return;
  const Point initial = task_.space.canonical(task_.space.initial());
  Point point = outcome_.best->point;
  std::vector<Reverted> kept;
  for (const Reverted& one : outcome_.mattered) {
    if (one.worse && *one.worse <= 0) {
      const std::size_t at = task_.space.index(one.setting);
      point[at] = initial[at];
    } else {
      kept.push_back(one);
    }
  }
  point = task_.space.canonical(std::move(point));
  if (point == outcome_.best->point || !task_.space.valid(point)) return;
  const Measured validation = measure(std::span(&point, 1), Split::validation, 1, false).front();
  if (!(validation.loss <= sign_ * outcome_.best->means.at(Split::validation))) return;
  const Measured train = measure(std::span(&point, 1), Split::train, 1, false).front();
  if (!std::isfinite(train.loss)) return;
  outcome_.best = configured(point);
  outcome_.best->means = {{Split::train, value(train.loss)}, {Split::validation, value(validation.loss)}};
  outcome_.mattered = std::move(kept);
}

TuningOutcome Tuning::run() {
  tune::SearcherOptions options{.seed = task_.seed, .simulators = simulators(), .left = {}};
  if (task_.budget.evaluations) {
    options.left = [this] { return *task_.budget.evaluations - outcome_.simulated - static_cast<double>(measured_); };
  }
  const auto searcher = tune::make_searcher(task_.searcher, task_.space, options);
  const tune::DriveLimits limits{
      .measurements = task_.budget.evaluations, .seconds = task_.budget.seconds, .batch = task_.batch};
  const auto told = [&](const tune::DriveResult& result, double fraction) {
    if (!task_.progress) return;
    const auto best = result.best ? std::optional(value(result.steps[*result.best].observation.loss)) : std::nullopt;
    task_.progress(fraction, best, fmt::format("{} configurations", result.steps.size()));
  };
  outcome_.search = tune::drive(
      *searcher, [&](std::span<const Point> points) { return losses(points, 1); }, limits,
      [&] { return outcome_.simulated; }, told, task_.stop);
  choose();
  revert();
  simplify();
  hold_out();
  outcome_.stopped = task_.stop.stop_requested();
  return std::move(outcome_);
}

}  // namespace

TuningOutcome tune_configuration(const TuningTask& task) { return Tuning(task).run(); }

}  // namespace syswright::app
