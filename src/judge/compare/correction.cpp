#include "judge/compare/correction.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace syswright::judge {
namespace {

std::vector<std::size_t> ascending(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

/// Step down: the smallest is multiplied by n, the next by n - 1; never below the one before.
std::vector<double> holm(std::span<const double> p_values) {
  std::vector<double> result(p_values.size());
  double largest = 0;
  std::size_t left = p_values.size();
  for (const std::size_t i : ascending(p_values)) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(left--) * p_values[i]));
    result[i] = largest;
  }
  return result;
}

/// Step up: the largest stays, the one of rank r is multiplied by n / r; never above the one after.
std::vector<double> benjamini_hochberg(std::span<const double> p_values) {
  std::vector<double> result(p_values.size());
  const std::vector<std::size_t> order = ascending(p_values);
  const auto n = static_cast<double>(order.size());
  double smallest = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const std::size_t i = order[rank - 1];
    smallest = std::min(smallest, p_values[i] * n / static_cast<double>(rank));
    result[i] = smallest;
  }
  return result;
}

}  // namespace

std::string_view to_string(Correction correction) {
  switch (correction) {
    case Correction::none:
      return "none";
    case Correction::holm:
      return "Holm";
    case Correction::benjamini_hochberg:
      return "Benjamini-Hochberg";
  }
  return "none";
}

std::vector<double> corrected(std::span<const double> p_values, Correction correction) {
  switch (correction) {
    case Correction::holm:
      return holm(p_values);
    case Correction::benjamini_hochberg:
      return benjamini_hochberg(p_values);
    case Correction::none:
      break;
  }
  return {p_values.begin(), p_values.end()};
}

}  // namespace syswright::judge
