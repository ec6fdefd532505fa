#include "optimize/verdict.h"

#include <algorithm>

namespace syswright::optimize {

Verdict compare(std::vector<Instance> instances, std::vector<Measurement> original, std::vector<Measurement> best,
                Direction direction) {
  Verdict verdict{.instances = std::move(instances),
                  .original = std::move(original),
                  .best = std::move(best),
                  .original_score = {},
                  .best_score = {},
                  .difference = {}};
  verdict.original_score = score_of(verdict.original, direction);
  verdict.best_score = score_of(verdict.best, direction);
  const auto [failures_before, failures_now] = std::pair(verdict.original_score.failures, verdict.best_score.failures);
  if (failures_before + failures_now > 0) {
    verdict.better = failures_now < failures_before;
    return verdict;
  }
  std::vector<double> differences;
  for (std::size_t i = 0; i < verdict.best.size(); ++i) {
    differences.push_back(*verdict.best[i].score - *verdict.original[i].score);
  }
  verdict.difference = mean_interval(differences);
  verdict.better = direction == Direction::maximise ? verdict.difference->low > 0 : verdict.difference->high < 0;
  return verdict;
}

std::optional<Verdict> hold_out(const std::string& original, const std::string& best,
                                const std::vector<Instance>& instances, const Measure& measure, Direction direction,
                                const std::stop_token& stop) {
  std::vector<Trial> trials;
  for (const std::string* text : {&original, &best}) {
    if (text == &best && best == original) break;
    for (const Instance& instance : instances) trials.push_back({.text = text, .instance = &instance});
  }
  std::vector<Measurement> all = measure(trials, stop);
  if (std::any_of(all.begin(), all.end(), [](const Measurement& m) { return m.cancelled; })) {
    return std::nullopt;
  }
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(instances.size());
  if (best == original) return compare(instances, all, all, direction);
  return compare(instances, {all.begin(), middle}, {middle, all.end()}, direction);
}

}  // namespace syswright::optimize
