#include <algorithm>
#include <limits>

#include "judge/explain/slice.h"

namespace syswright::judge {
namespace {

/// A further part must take away this share of the whole spread to be worth its place.
constexpr double worth_a_part = 0.1;

/// Squared distance from the mean of any run of items, from running sums.
class Spread {
 public:
  explicit Spread(std::span<const double> values) : sums_(values.size() + 1), squares_(values.size() + 1) {
    double mean = 0;
    for (const double value : values) mean += value / static_cast<double>(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double centred = values[i] - mean;  // keeps the difference of squares accurate
      sums_[i + 1] = sums_[i] + centred;
      squares_[i + 1] = squares_[i] + centred * centred;
    }
  }
  double of(std::size_t begin, std::size_t end) const {
    const double sum = sums_[end] - sums_[begin];
    return std::max(0.0, squares_[end] - squares_[begin] - sum * sum / static_cast<double>(end - begin));
  }

 private:
  std::vector<double> sums_;
  std::vector<double> squares_;
};

}  // namespace

std::vector<std::size_t> cut_in_order(std::span<const double> values, std::size_t parts, std::size_t shortest) {
  const std::size_t n = values.size();
  shortest = std::max<std::size_t>(shortest, 1);
  parts = std::clamp<std::size_t>(parts, 1, std::max<std::size_t>(n / shortest, 1));
  if (n == 0) return {0};
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Spread spread(values);
  // least[k][end]: spread of the first `end` items in k + 1 parts; from[k][end]: where the last of them begins.
  std::vector<std::vector<double>> least(parts, std::vector<double>(n + 1, infinity));
  std::vector<std::vector<std::size_t>> from(parts, std::vector<std::size_t>(n + 1, 0));
  for (std::size_t end = shortest; end <= n; ++end) least[0][end] = spread.of(0, end);
  for (std::size_t k = 1; k < parts; ++k) {
    for (std::size_t end = (k + 1) * shortest; end <= n; ++end) {
      for (std::size_t begin = k * shortest; begin + shortest <= end; ++begin) {
        const double total = least[k - 1][begin] + spread.of(begin, end);
        if (total < least[k][end]) {
          least[k][end] = total;
          from[k][end] = begin;
        }
      }
    }
  }
  const double whole = spread.of(0, n);
  std::size_t last = 0;
  while (last + 1 < parts && least[last][n] - least[last + 1][n] > worth_a_part * whole) ++last;
  std::vector<std::size_t> begins;
  std::size_t end = n;
  for (std::size_t k = last; k > 0; --k) begins.push_back(end = from[k][end]);
  begins.push_back(0);
  std::reverse(begins.begin(), begins.end());
  return begins;
}

}  // namespace syswright::judge
