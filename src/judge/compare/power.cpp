#include "judge/compare/power.h"

#include <cassert>
#include <cmath>
#include <limits>

#include "base/distributions.h"

namespace syswright::judge {
namespace {

constexpr std::size_t most_blocks = 1'000'000'000;

/// Standard errors that a difference must measure to be seen with the chance asked for.
double reach(std::size_t blocks, const PowerRules& rules) {
  const auto degrees = static_cast<double>(blocks - 1);
  return student_quantile(1 - rules.level / 2, degrees) + student_quantile(rules.power, degrees);
}

bool enough(std::size_t blocks, const PairedSpread& spread, const PowerRules& rules) {
  return std::abs(spread.difference) * std::sqrt(static_cast<double>(blocks)) >=
         reach(blocks, rules) * spread.deviation;
}

}  // namespace

PairedSpread paired_spread(const BlockSeries& a, const BlockSeries& b) {
  assert(a.costs.size() == b.costs.size());
  const std::size_t n = a.costs.size();
  double cost = 0;
  double weight = 0;
  for (std::size_t i = 0; i < n; ++i) {
    cost += a.costs[i] - b.costs[i];
    weight += a.weights[i];
  }
  const double ratio = weight > 0 ? cost / weight : 0;
  if (n < 2 || !(weight > 0)) return {ratio, std::numeric_limits<double>::quiet_NaN(), n};
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double residual = a.costs[i] - b.costs[i] - ratio * a.weights[i];
    squares += residual * residual;
  }
  const auto count = static_cast<double>(n);
  return {ratio, std::sqrt(squares / (count - 1)) / (weight / count), n};
}

std::optional<std::size_t> blocks_to_decide(const PairedSpread& spread, const PowerRules& rules) {
  if (spread.difference == 0 || !std::isfinite(spread.deviation)) return std::nullopt;
  if (!enough(most_blocks, spread, rules)) return std::nullopt;
  // More blocks never need a larger difference: search by halving.
  std::size_t too_few = 1;
  std::size_t sufficient = most_blocks;
  while (sufficient - too_few > 1) {
    const std::size_t middle = too_few + (sufficient - too_few) / 2;
    (enough(middle, spread, rules) ? sufficient : too_few) = middle;
  }
  return sufficient;
}

double detectable_difference(const PairedSpread& spread, const PowerRules& rules) {
  if (spread.blocks < 2 || !std::isfinite(spread.deviation)) return std::numeric_limits<double>::infinity();
  return reach(spread.blocks, rules) * spread.deviation / std::sqrt(static_cast<double>(spread.blocks));
}

}  // namespace syswright::judge
