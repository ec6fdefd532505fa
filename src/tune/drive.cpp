#include "tune/drive.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace syswright::tune {

DriveResult drive(Searcher& searcher, const MeasurePoints& measure, const DriveLimits& limits,
                  const std::function<double()>& simulated,
                  const std::function<void(const DriveResult&, double fraction)>& progress,
                  const std::stop_token& stop) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  DriveResult result;
  const auto spent = [&] { return static_cast<double>(result.steps.size()) + (simulated ? simulated() : 0); };
  const auto fraction = [&] {
    double share = limits.measurements ? spent() / *limits.measurements : 0;
    if (limits.seconds) {
      share = std::max(share, std::chrono::duration<double>(Clock::now() - begin).count() / *limits.seconds);
    }
    return share;
  };
  while (!stop.stop_requested() && fraction() < 1) {
    std::size_t count = limits.batch;
    if (limits.measurements) {
      count =
          std::min(count, static_cast<std::size_t>(std::max(0.0, std::floor(*limits.measurements - spent() + 1e-9))));
    }
    if (count == 0) break;
    std::vector<Suggestion> suggestions = searcher.ask(count);
    if (suggestions.empty()) {
      result.exhausted = true;
      break;
    }
    // What simulators cost in between may leave less.
    if (limits.measurements && spent() + 1 > *limits.measurements + 1e-9) break;
    std::vector<Point> points;
    for (const Suggestion& suggestion : suggestions) points.push_back(suggestion.point);
    const std::vector<double> losses = measure(points);
    if (stop.stop_requested()) break;
    std::vector<Observation> observations;
    for (std::size_t i = 0; i < points.size(); ++i) {
      observations.push_back({points[i], losses[i]});
      result.steps.push_back({observations.back(), suggestions[i].origin, 0});
      result.steps.back().spent = spent();
      const bool better = !result.best || losses[i] < result.steps[*result.best].observation.loss;
      if (std::isfinite(losses[i]) && better) result.best = result.steps.size() - 1;
    }
    searcher.tell(observations);
    result.spent = spent();
    if (progress) progress(result, std::min(1.0, fraction()));
  }
  result.stopped = stop.stop_requested();
  result.spent = spent();
  result.notes = searcher.notes();
  return result;
}

}  // namespace syswright::tune
