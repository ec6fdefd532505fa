#include "design/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/distributions.h"

namespace syswright::design {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

PairedDifference paired_difference(std::span<const Block> a, std::span<const Block> b) {
  double cost = 0;
  double weight = 0;
  if (a.size() != b.size()) return {0, infinity};
  for (std::size_t i = 0; i < a.size(); ++i) {
    cost += a[i].cost - b[i].cost;
    weight += a[i].weight;
  }
  if (weight <= 0) return {0, infinity};
  const double ratio = cost / weight;
  if (a.size() < 2) return {ratio, infinity, a.size()};
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double residual = a[i].cost - b[i].cost - ratio * a[i].weight;
    squares += residual * residual;
  }
  const auto n = static_cast<double>(a.size());
  return {ratio, std::sqrt(n / (n - 1) * squares) / weight, a.size()};
}

bool surely_negative(const PairedDifference& difference, double level) {
  if (!(difference.difference < 0) || !std::isfinite(difference.error)) return false;
  if (difference.error == 0) return true;
  if (difference.blocks < 2) return false;
  const double reach = student_quantile(1 - level, static_cast<double>(difference.blocks - 1));
  return difference.difference + reach * difference.error < 0;
}

std::vector<double> balanced_weights(const std::vector<std::vector<double>>& objectives) {
  std::vector<double> weights;
  double sum = 0;
  for (const std::vector<double>& all : objectives) {
    std::vector<double> seen;
    for (const double objective : all) {
      if (std::isfinite(objective)) seen.push_back(std::abs(objective));
    }
    if (seen.empty()) return {};
    const double typical = median(std::move(seen));
    weights.push_back(typical > 0 ? 1 / typical : 1);
    sum += weights.back();
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

double behaviour_distance(std::span<const Block> a, std::span<const Block> b) {
  if (a.size() != b.size()) return infinity;
  double apart = 0;
  double cost = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    apart += std::abs(a[i].cost - b[i].cost);
    cost += (std::abs(a[i].cost) + std::abs(b[i].cost)) / 2;
  }
  return cost > 0 ? apart / cost : 0;
}

}  // namespace syswright::design
