#include "judge/drift/drift.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <memory>

#include "base/error.h"
#include "judge/compare/compare_blocks.h"
#include "judge/compare/correction.h"
#include "policy/compile.h"

namespace syswright::judge {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool lower_is_better(const Domain& domain) { return domain.metrics().front().lower_is_better; }

/// 1 - deployed / reference where lower is better; the other way round else.
Advantage advantage_of(const Evaluation& deployed, const Evaluation& reference, bool lower,
                       const DriftOptions& options) {
  Advantage advantage{.interval = {0, -infinity, infinity}};
  const double scale = std::abs(reference.objective());
  const double gain = (lower ? 1 : -1) * (reference.objective() - deployed.objective());
  if (!comparable(deployed, reference) || scale == 0) {
    if (std::isfinite(gain / scale)) advantage.interval.estimate = gain / scale;
    return advantage;
  }
  const PairedBlocks blocks = decorrelated(paired_blocks(reference, deployed));
  const Interval difference = difference_interval(blocks.series_a(), blocks.series_b(),
                                                  {.confidence = options.confidence, .seed = options.seed});
  const double low = difference.low / scale;
  const double high = difference.high / scale;
  advantage.interval = lower ? Interval{gain / scale, low, high} : Interval{gain / scale, -high, -low};
  advantage.p_value = randomisation_test(blocks.differences(), options.seed);
  advantage.corrected_p = advantage.p_value;
  advantage.blocks = blocks.size();
  return advantage;
}

Interval change_between(const Interval& before, const Interval& now) {
  const double change = now.estimate - before.estimate;
  return {change, change - std::hypot(now.estimate - now.low, before.high - before.estimate),
          change + std::hypot(now.high - now.estimate, before.estimate - before.low)};
}

Verdict verdict_of(const Advantage& advantage, double confidence) {
  if (advantage.blocks == 0 || advantage.corrected_p > 1 - confidence) return Verdict::level;
  if (advantage.interval.low > 0) return Verdict::better;
  return advantage.interval.high < 0 ? Verdict::worse : Verdict::level;
}

/// A run that failed has lost; of two that cannot be paired nothing is sure.
Verdict verdict_of_runs(const Evaluation& deployed, const Evaluation& reference) {
  const auto cancelled = [](const Evaluation& e) { return e.status == Evaluation::Status::cancelled; };
  if (ran(deployed) == ran(reference) || cancelled(deployed) || cancelled(reference)) return Verdict::level;
  return ran(deployed) ? Verdict::better : Verdict::worse;
}

Hold hold_of(const ScenarioDrift& scenario) {
  if (scenario.now.verdict == Verdict::better) return Hold::holds;
  if (scenario.now.verdict == Verdict::worse) return Hold::reversed;
  return scenario.change.high < 0 ? Hold::gone : Hold::cannot_tell;
}

std::array<double, 3> quantiles(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) {
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
  };
  return {at(0.1), at(0.5), at(0.9)};
}

/// Whether the means of 16 consecutive parts rise all the way: the present time, a count of all that happened.
bool rises_steadily(std::span<const double> values) {
  constexpr std::size_t parts = 16;
  if (values.size() < 2 * parts) return false;
  double last = -infinity;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t begin = values.size() * part / parts;
    const std::size_t end = values.size() * (part + 1) / parts;
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += values[i];
    const double mean = sum / static_cast<double>(end - begin);
    if (mean <= last) return false;
    last = mean;
  }
  return true;
}

FeatureShift shift_of(const FeatureSeries& older, const FeatureSeries& newer, const ShiftRules& rules) {
  FeatureShift shift{.decision = older.decision, .name = older.name, .dimension = older.dimension, .read = older.read};
  shift.older = quantiles(older.values);
  shift.newer = quantiles(newer.values);
  shift.stability = stability_index(older.values, newer.values);
  shift.clock = older.endless && rises_steadily(older.values) && rises_steadily(newer.values);
  if (shift.clock) {
    shift.distance = distribution_distance(older.values, newer.values);
    return shift;
  }
  const ShiftTest test = test_shift(older.values, newer.values, rules);
  shift.distance = test.distance;
  shift.p_value = test.p_value;
  return shift;
}

std::vector<FeatureShift> shifts_between(const ScenarioDrift& scenario, const policy::ProgramPtr& driver,
                                         const DriftOptions& options, const std::stop_token& stop) {
  FeatureSampling sampling = options.sampling;
  sampling.seed = options.seed;
  const std::vector<FeatureSeries> older = sample_features(*scenario.older, driver, sampling, stop);
  const std::vector<FeatureSeries> newer = sample_features(*scenario.newer, driver, sampling, stop);
  assert(older.size() == newer.size());
  // The least p-value must stay below the level when it is corrected for all features.
  ShiftRules rules{.seed = options.seed};
  const double level = 1 - options.confidence;
  rules.permutations =
      std::max(rules.permutations, static_cast<std::size_t>(2 * static_cast<double>(older.size()) / level));
  std::vector<FeatureShift> shifts;
  for (std::size_t i = 0; i < older.size() && !stop.stop_requested(); ++i) {
    shifts.push_back(shift_of(older[i], newer[i], rules));
  }
  std::vector<double> p_values;
  for (const FeatureShift& shift : shifts) {
    if (!shift.clock) p_values.push_back(shift.p_value);
  }
  const std::vector<double> larger = corrected(p_values, Correction::holm);
  std::size_t next = 0;
  for (FeatureShift& shift : shifts) {
    if (shift.clock) continue;
    shift.corrected_p = larger[next++];
    shift.moved = shift.corrected_p <= level;
  }
  std::stable_sort(shifts.begin(), shifts.end(), [](const FeatureShift& a, const FeatureShift& b) {
    if (a.moved != b.moved) return a.moved;
    if (a.clock != b.clock) return b.clock;
    return a.distance > b.distance;
  });
  return shifts;
}

/// Whose simulation the features are seen in: nullptr if there is no program to drive one.
policy::ProgramPtr driver_of(const Domain& domain, const Policy& deployed, const Policy& reference) {
  if (deployed.program()) return deployed.program();
  if (reference.program()) return reference.program();
  if (domain.exemplars().empty()) return nullptr;
  const std::vector<std::shared_ptr<const policy::Signature>> signatures{domain.signature()};
  return policy::compile(domain.exemplars().front(), "exemplar of " + domain.name(), signatures);
}

void check(std::span<const ScenarioPtr> older, std::span<const ScenarioPtr> newer) {
  if (!older.empty() && older.size() == newer.size()) return;
  throw InputError(
      fmt::format("drift compares scenarios in pairs, but the older workload gives {} and the newer {}; "
                  "ask for the same settings on both",
                  older.size(), newer.size()));
}

std::vector<ScenarioDrift> evaluate(const Policy& deployed, const Policy& reference, std::span<const ScenarioPtr> older,
                                    std::span<const ScenarioPtr> newer, Evaluator& evaluator, std::stop_token stop) {
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < older.size(); ++i) {
    for (const ScenarioPtr& scenario : {older[i], newer[i]}) {
      jobs.push_back({deployed, scenario});
      jobs.push_back({reference, scenario});
    }
  }
  std::vector<Evaluation> evaluations = evaluator.evaluate(jobs, stop);
  std::vector<ScenarioDrift> scenarios(older.size());
  for (std::size_t i = 0; i < older.size(); ++i) {
    ScenarioDrift& scenario = scenarios[i];
    scenario.older = older[i];
    scenario.newer = newer[i];
    for (std::size_t side = 0; side < 2; ++side) {
      scenario.deployed[side] = std::move(evaluations[4 * i + 2 * side]);
      scenario.reference[side] = std::move(evaluations[4 * i + 2 * side + 1]);
    }
  }
  return scenarios;
}

void correct(std::vector<ScenarioDrift>& scenarios, Advantage ScenarioDrift::* which, double confidence) {
  std::vector<double> p_values;
  for (const ScenarioDrift& scenario : scenarios) {
    if ((scenario.*which).blocks > 0) p_values.push_back((scenario.*which).p_value);
  }
  const std::vector<double> larger = corrected(p_values, Correction::holm);
  std::size_t next = 0;
  for (ScenarioDrift& scenario : scenarios) {
    Advantage& advantage = scenario.*which;
    if (advantage.blocks > 0) advantage.corrected_p = larger[next++];
    const std::size_t side = which == &ScenarioDrift::now ? 1 : 0;
    advantage.verdict = advantage.blocks > 0 ? verdict_of(advantage, confidence)
                                             : verdict_of_runs(scenario.deployed[side], scenario.reference[side]);
  }
}

/// The worst first: reversed, gone, cannot tell, holds.
int severity(Hold hold) {
  switch (hold) {
    case Hold::reversed:
      return 3;
    case Hold::gone:
      return 2;
    case Hold::cannot_tell:
      return 1;
    case Hold::holds:
      break;
  }
  return 0;
}

bool cancelled(const ScenarioDrift& scenario) {
  const auto is_cancelled = [](const Evaluation& e) { return e.status == Evaluation::Status::cancelled; };
  return std::any_of(scenario.deployed.begin(), scenario.deployed.end(), is_cancelled) ||
         std::any_of(scenario.reference.begin(), scenario.reference.end(), is_cancelled);
}

}  // namespace

std::string_view to_string(Hold hold) {
  switch (hold) {
    case Hold::holds:
      return "holds";
    case Hold::gone:
      return "gone";
    case Hold::reversed:
      return "reversed";
    case Hold::cannot_tell:
      break;
  }
  return "cannot tell";
}

DriftResult drift(const Domain& domain, const Policy& deployed, const Policy& reference,
                  std::span<const ScenarioPtr> older, std::span<const ScenarioPtr> newer, Evaluator& evaluator,
                  const DriftOptions& options, std::stop_token stop) {
  check(older, newer);
  DriftResult result;
  result.scenarios = evaluate(deployed, reference, older, newer, evaluator, stop);
  const bool lower = lower_is_better(domain);
  for (ScenarioDrift& scenario : result.scenarios) {
    scenario.before = advantage_of(scenario.deployed[0], scenario.reference[0], lower, options);
    scenario.now = advantage_of(scenario.deployed[1], scenario.reference[1], lower, options);
    scenario.change = change_between(scenario.before.interval, scenario.now.interval);
  }
  correct(result.scenarios, &ScenarioDrift::before, options.confidence);
  correct(result.scenarios, &ScenarioDrift::now, options.confidence);
  const policy::ProgramPtr driver = options.features ? driver_of(domain, deployed, reference) : nullptr;
  if (driver) result.driver = driver->name();
  result.hold = Hold::holds;
  for (ScenarioDrift& scenario : result.scenarios) {
    scenario.hold = hold_of(scenario);
    if (severity(scenario.hold) > severity(result.hold)) result.hold = scenario.hold;
    if (driver && !stop.stop_requested()) scenario.features = shifts_between(scenario, driver, options, stop);
    result.complete = result.complete && !cancelled(scenario);
  }
  result.complete = result.complete && !stop.stop_requested();
  return result;
}

}  // namespace syswright::judge
