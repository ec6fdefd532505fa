#include <algorithm>

#include "domains/broker/solver.h"

namespace syswright::broker {

std::optional<Solution> solve_chain(const Reduced& problem) {
  if (!problem.is_chain()) return std::nullopt;
  using Choice = Reduced::Choice;
  const std::size_t count = problem.choices.size();
  const auto own = [&](const Choice& choice) { return choice.cost + problem.hour * choice.hours; };
  std::vector<double> best;
  std::vector<std::vector<std::uint32_t>> from(count);
  for (const Choice& choice : problem.choices[0]) best.push_back(own(choice));
  for (std::size_t i = 1; i < count; ++i) {
    const std::vector<Choice>& before = problem.choices[i - 1];
    const double gb = problem.parents[i].front().gb;
    std::vector<double> next;
    for (const Choice& choice : problem.choices[i]) {
      double least = std::numeric_limits<double>::infinity();
      std::uint32_t which = 0;
      for (std::uint32_t c = 0; c < before.size(); ++c) {
        const double way = best[c] + problem.moving_cost(before[c].region, choice.region, gb) +
                           problem.hour * problem.moving_hours(before[c].region, choice.region, gb);
        if (way < least) {
          least = way;
          which = c;
        }
      }
      next.push_back(least + own(choice));
      from[i].push_back(which);
    }
    best = std::move(next);
  }
  std::vector<std::uint32_t> chosen(count);
  chosen.back() = static_cast<std::uint32_t>(std::min_element(best.begin(), best.end()) - best.begin());
  for (std::size_t i = count - 1; i > 0; --i) chosen[i - 1] = from[i][chosen[i]];
  const double total = problem.total(chosen);
  return Solution{problem.plan(chosen), total, total, true, count};
}

}  // namespace syswright::broker
