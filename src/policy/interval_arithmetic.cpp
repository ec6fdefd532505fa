#include "policy/interval_arithmetic.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "policy/graph.h"
#include "policy/semantics.h"

namespace syswright::policy {
namespace {

using semantics::largest;

constexpr double smallest = std::numeric_limits<double>::denorm_min();
constexpr Interval anything{-largest, largest};

Interval truth(bool surely, bool possibly) { return {surely ? 1.0 : 0.0, possibly ? 1.0 : 0.0}; }

Interval hull(const Interval& a, const Interval& b) { return {std::min(a.low, b.low), std::max(a.high, b.high)}; }

/// More than the error of any log, exp or pow of the C library, which is below one unit in the last place.
Interval widened(const Interval& x) {
  const auto slack = [](double end) { return std::fabs(end) * 1e-15 + smallest; };
  return {semantics::finite(x.low - slack(x.low)), semantics::finite(x.high + slack(x.high))};
}

/// Hull of f over the corners of a box: the range of an f that is monotone in each argument.
template <typename F>
Interval corners(const Interval& a, const Interval& b, F f) {
  const auto [low, high] = std::minmax({f(a.low, b.low), f(a.low, b.high), f(a.high, b.low), f(a.high, b.high)});
  return {low, high};
}

Interval quotient(const Interval& a, const Interval& b) {
  // Monotone where the divisor keeps its sign; 0 is a case of its own.
  Interval result{largest, -largest};
  if (b.high > 0) result = hull(result, corners(a, {std::max(b.low, smallest), b.high}, semantics::divide));
  if (b.low < 0) result = hull(result, corners(a, {b.low, std::min(b.high, -smallest)}, semantics::divide));
  if (b.contains(0)) {
    result = hull(result, {semantics::divide(a.low, 0), semantics::divide(a.high, 0)});
    if (a.contains(0)) result = hull(result, {0, 0});
  }
  return result;
}

/// pow of a base that is not negative: exp(y ln x) is monotone in each argument on a box, apart from x = 0.
Interval power_of_positive(const Interval& x, const Interval& y) {
  Interval result{largest, -largest};
  if (x.high > 0) result = widened(corners({std::max(x.low, smallest), x.high}, y, semantics::power));
  if (x.contains(0)) {
    if (y.high > 0) result = hull(result, {0, 0});
    if (y.contains(0)) result = hull(result, {1, 1});
    if (y.low < 0) result = hull(result, {largest, largest});
  }
  return {std::max(result.low, 0.0), result.high};
}

Interval power_range(const Interval& x, const Interval& y) {
  if (x.low >= 0) return power_of_positive(x, y);
  const Interval magnitude{x.high < 0 ? -x.high : 0, std::max(-x.low, x.high)};
  const double bound = power_of_positive(magnitude, y).high;
  const bool even = y.is_point() && std::fmod(y.low, 2) == 0;
  return {even ? 0 : -bound, bound};
}

Interval magnitude_range(const Interval& x) {
  if (x.low >= 0) return x;
  if (x.high <= 0) return {-x.high, -x.low};
  return {0, std::max(-x.low, x.high)};
}

}  // namespace

Interval cut_to_finite(double low, double high) { return {semantics::finite(low), semantics::finite(high)}; }

namespace {

Interval bounds(Op op, std::span<const Interval> operands) {
  const Interval a = operands[0];
  const Interval b = operands.size() > 1 ? operands[1] : Interval{};
  switch (op) {
    case Op::constant:
    case Op::input:
      break;
    case Op::add:
      return {semantics::add(a.low, b.low), semantics::add(a.high, b.high)};
    case Op::subtract:
      return {semantics::subtract(a.low, b.high), semantics::subtract(a.high, b.low)};
    case Op::multiply:
      return corners(a, b, semantics::multiply);
    case Op::divide:
      return quotient(a, b);
    case Op::negate:
      return {-a.high, -a.low};
    case Op::absolute:
      return magnitude_range(a);
    case Op::minimum:
      return {std::min(a.low, b.low), std::min(a.high, b.high)};
    case Op::maximum:
      return {std::max(a.low, b.low), std::max(a.high, b.high)};
    case Op::square_root:
      return {semantics::square_root(a.low), semantics::square_root(a.high)};
    case Op::logarithm:
      return widened({semantics::logarithm(a.low), semantics::logarithm(a.high)});
    case Op::exponential: {
      const Interval wide = widened({semantics::exponential(a.low), semantics::exponential(a.high)});
      return {std::max(wide.low, 0.0), wide.high};
    }
    case Op::power:
      return power_range(a, b);
    case Op::floor:
      return {std::floor(a.low), std::floor(a.high)};
    case Op::less:
      return truth(a.high < b.low, a.low < b.high);
    case Op::less_equal:
      return truth(a.high <= b.low, a.low <= b.high);
    case Op::equal:
      return truth(a.is_point() && a == b, a.low <= b.high && b.low <= a.high);
    case Op::logical_and:
      return {std::min(a.low, b.low), std::min(a.high, b.high)};
    case Op::logical_or:
      return {std::max(a.low, b.low), std::max(a.high, b.high)};
    case Op::logical_not:
      return {1 - a.high, 1 - a.low};
    case Op::select:
      if (a.low > 0) return b;
      if (a.high == 0) return operands[2];
      return hull(b, operands[2]);
  }
  assert(false && "constants and inputs are not applied");
  return anything;
}

}  // namespace

Interval apply_interval(Op op, std::span<const Interval> operands) {
  const Interval result = bounds(op, operands);
  return {result.low + 0.0, result.high + 0.0};  // -0 becomes 0: it would only confuse a reader
}

}  // namespace syswright::policy
