#include "judge/certify/enclosure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "policy/semantics.h"

namespace syswright::judge {

using policy::Interval;
using policy::Node;
using policy::Op;

namespace {

constexpr double largest = policy::semantics::largest;
constexpr double unit = std::numeric_limits<double>::epsilon();  // twice the relative error of one rounding
constexpr double smallest = std::numeric_limits<double>::denorm_min();
/// Beyond this, sums and products of bounds themselves could overflow: nothing is concluded from reals.
constexpr double huge = 1e300;

double magnitude(const Interval& x) { return std::max(std::fabs(x.low), std::fabs(x.high)); }
double least_magnitude(const Interval& x) { return x.low > 0 ? x.low : x.high < 0 ? -x.high : 0; }
double width(const Interval& x) { return policy::semantics::subtract(x.high, x.low); }

double below(double x) { return std::max(x - std::fabs(x) * unit - smallest, -largest); }
double above(double x) { return std::min(x + std::fabs(x) * unit + smallest, largest); }
Interval outward(const Interval& x) { return {below(x.low), above(x.high)}; }

bool is_boolean(Op op) {
  return op == Op::less || op == Op::less_equal || op == Op::equal || op == Op::logical_and || op == Op::logical_or ||
         op == Op::logical_not;
}
/// Operations that choose or compare, and so never round.
bool is_exact(Op op) {
  return is_boolean(op) || op == Op::negate || op == Op::absolute || op == Op::minimum || op == Op::maximum ||
         op == Op::floor || op == Op::select;
}

Interval plus(const Interval& a, const Interval& b) { return outward({a.low + b.low, a.high + b.high}); }
Interval times(const Interval& a, const Interval& b) {
  if (a == Interval{0, 0} || b == Interval{0, 0}) return {0, 0};
  const std::array<double, 4> corners{a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high};
  const auto [low, high] = std::ranges::minmax(corners);
  return outward({low, high});
}
Interval opposite(const Interval& a) { return {-a.high, -a.low}; }
/// 1 / b for a b that does not contain 0.
Interval inverse(const Interval& b) { return outward({1 / b.high, 1 / b.low}); }

bool unusable(const Interval& x) { return !(x.low > -huge && x.high < huge); }

}  // namespace

Enclosure::Enclosure(const policy::Graph& graph, std::size_t inputs) : graph_(graph), inputs_(inputs) {
  enclosed_.doubles.resize(graph.size());
  enclosed_.reals.resize(graph.size());
  enclosed_.error.resize(graph.size());
  gradient_.slopes.resize(inputs);
  slopes_.resize(graph.size());
  weights_.resize(graph.size());
  values_.resize(graph.size());
}

std::span<const Interval> Enclosure::doubles(std::span<const Interval> box) {
  std::vector<Interval>& values = enclosed_.doubles;
  for (NodeId id = 0; id < graph_.size(); ++id) {
    const Node& node = graph_[id];
    if (node.op == Op::constant) {
      values[id] = {node.value, node.value};
    } else if (node.op == Op::input) {
      values[id] = box[node.input];
    } else {
      std::array<Interval, 3> operands;
      const auto arguments = node.operands();
      for (std::size_t i = 0; i < arguments.size(); ++i) operands[i] = values[arguments[i]];
      values[id] = policy::apply_interval(node.op, std::span(operands).first(arguments.size()));
    }
  }
  return values;
}

const Enclosed& Enclosure::both(std::span<const Interval> box) { return perturbed(box, 0, 0); }

const Enclosed& Enclosure::perturbed(std::span<const Interval> box, std::uint32_t input, double distance) {
  doubles(box);
  enclosed_.saturated = false;
  for (NodeId id = 0; id < graph_.size(); ++id) {
    const Node& node = graph_[id];
    if (node.op == Op::constant || node.op == Op::input) {
      enclosed_.reals[id] = enclosed_.doubles[id];
      enclosed_.error[id] = node.op == Op::input && node.input == input ? distance : 0;
    } else {
      enclose(id);
    }
  }
  return enclosed_;
}

void Enclosure::enclose(NodeId id) {
  const Node& node = graph_[id];
  std::array<Interval, 3> x;
  std::array<double, 3> e{};
  const auto arguments = node.operands();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    x[i] = enclosed_.reals[arguments[i]];
    e[i] = enclosed_.error[arguments[i]];
  }
  Interval value = policy::apply_interval(node.op, std::span(x).first(arguments.size()));
  const bool exact = is_exact(node.op);
  if (!exact) value = outward(value);
  enclosed_.reals[id] = value;

  const double rounding = exact ? 0 : magnitude(value) * unit + smallest;
  double error = 0;
  switch (node.op) {
    case Op::add:
    case Op::subtract:
      error = e[0] + e[1] + rounding;
      break;
    case Op::multiply:
      error = magnitude(x[0]) * e[1] + magnitude(x[1]) * e[0] + rounding;  // magnitudes cover both factors
      break;
    case Op::divide:
      // x / 0 is a definition, not a limit: no argument by continuity near it.
      if (x[1].contains(0)) enclosed_.saturated = true;
      error = (e[0] + magnitude(value) * e[1]) / least_magnitude(x[1]) + rounding;
      break;
    case Op::negate:
    case Op::absolute:
      error = e[0];
      break;
    case Op::minimum:
    case Op::maximum:
      error = std::max(e[0], e[1]);
      break;
    case Op::square_root:
      error = std::sqrt(e[0]) + rounding;
      if (x[0].low > 0) error = std::min(error, e[0] / std::sqrt(x[0].low) + rounding);
      break;
    case Op::logarithm:
      if (x[0].low <= 0) enclosed_.saturated = true;
      error = e[0] / std::max(x[0].low, smallest) + 4 * rounding;
      break;
    case Op::exponential:
      error = magnitude(value) * e[0] + 4 * rounding;
      break;
    case Op::power:
      if (x[0].low <= 0) enclosed_.saturated = true;
      error = e[0] == 0 && e[1] == 0 ? 8 * rounding : largest;
      break;
    case Op::floor:
      error = e[0] == 0 ? 0 : e[0] + 1;
      break;
    case Op::less:
    case Op::less_equal:
    case Op::equal:
      error = value.is_point() || (e[0] == 0 && e[1] == 0) ? 0 : 1;
      break;
    case Op::logical_and:
    case Op::logical_or:
    case Op::logical_not:
      error = value.is_point() ? 0 : std::max(e[0], e[1]);
      break;
    case Op::select:
      if (x[0].low > 0) {
        error = e[1];
      } else if (x[0].high == 0) {
        error = e[2];
      } else {
        error = e[0] == 0 ? std::max(e[1], e[2]) : largest;
      }
      break;
    case Op::constant:
    case Op::input:
      break;
  }
  // Both lie in the enclosure. The comparison is written so that a NaN takes the width.
  const double most = above(width(value));
  error *= 1 + 8 * unit;
  enclosed_.error[id] = error < most ? error : most;
  if (unusable(value)) enclosed_.saturated = true;
}

void Enclosure::add_slope(NodeId id, const Interval& slope) {
  if (slope == Interval{0, 0}) return;
  slopes_[id] = plus(slopes_[id], slope);
}

const Gradient& Enclosure::gradient(NodeId up, NodeId down) {
  std::ranges::fill(slopes_, Interval{0, 0});
  std::ranges::fill(gradient_.slopes, Interval{0, 0});
  gradient_.smooth = !enclosed_.saturated;
  slopes_[up] = {1, 1};
  if (down != policy::no_node) slopes_[down] = down == up ? Interval{0, 0} : Interval{-1, -1};
  const NodeId last = down == policy::no_node ? up : std::max(up, down);
  for (NodeId id = last + 1; id-- > 0 && gradient_.smooth;) {
    if (slopes_[id] == Interval{0, 0}) continue;
    if (unusable(slopes_[id])) {
      gradient_.smooth = false;
    } else if (graph_[id].op == Op::input) {
      gradient_.slopes[graph_[id].input] = slopes_[id];
    } else if (graph_[id].op != Op::constant) {
      back(id);
    }
  }
  return gradient_;
}

/// Hands the slope of a node to its operands.
void Enclosure::back(NodeId id) {
  const Node& node = graph_[id];
  const Interval slope = slopes_[id];
  const Interval& value = enclosed_.reals[id];
  const auto [a, b, c] = node.arguments;
  const auto range = [&](NodeId operand) -> const Interval& { return enclosed_.reals[operand]; };
  switch (node.op) {
    case Op::add:
      add_slope(a, slope);
      return add_slope(b, slope);
    case Op::subtract:
      add_slope(a, slope);
      return add_slope(b, opposite(slope));
    case Op::multiply:
      if (a == b) return add_slope(a, times(slope, times({2, 2}, range(a))));
      add_slope(a, times(slope, range(b)));
      return add_slope(b, times(slope, range(a)));
    case Op::divide: {
      const Interval scaled = times(slope, inverse(range(b)));  // 0 is not in b, or the box were saturated
      add_slope(a, scaled);
      return add_slope(b, opposite(times(scaled, value)));
    }
    case Op::negate:
      return add_slope(a, opposite(slope));
    case Op::absolute:
      if (range(a).low >= 0) return add_slope(a, slope);
      if (range(a).high <= 0) return add_slope(a, opposite(slope));
      return add_slope(a, times(slope, {-1, 1}));
    case Op::minimum:
    case Op::maximum: {
      const NodeId low = node.op == Op::minimum ? a : b;  // taken where range(a) lies below range(b)
      const NodeId high = node.op == Op::minimum ? b : a;
      if (range(a).high <= range(b).low) return add_slope(low, slope);
      if (range(b).high <= range(a).low) return add_slope(high, slope);
      add_slope(a, times(slope, {0, 1}));
      return add_slope(b, times(slope, {0, 1}));
    }
    case Op::square_root:
      if (range(a).low <= 0) break;
      return add_slope(a, times(slope, times({0.5, 0.5}, inverse(value))));
    case Op::logarithm:
      return add_slope(a, times(slope, inverse(range(a))));
    case Op::exponential:
      return add_slope(a, times(slope, value));
    case Op::power: {
      if (value.low <= 0) break;  // the enclosure of a power is widened: near 0 nothing is known of the quotient
      add_slope(a, times(slope, times(times(range(b), value), inverse(range(a)))));
      const Interval logarithm = outward({std::log(range(a).low), std::log(range(a).high)});
      return add_slope(b, times(slope, times(value, outward(logarithm))));
    }
    case Op::select:
      if (range(a).low > 0) return add_slope(b, slope);
      if (range(a).high == 0) return add_slope(c, slope);
      break;
    case Op::floor:
      if (value.is_point()) return;
      break;
    default:
      if (value.is_point()) return;
      break;
  }
  gradient_.smooth = false;
}

void Enclosure::add_influence(NodeId root, double weight, std::vector<double>& blame) {
  std::ranges::fill(weights_, 0.0);
  weights_[root] = weight;
  for (NodeId id = root + 1; id-- > 0;) {
    if (!(weights_[id] > 0)) continue;
    if (!std::isfinite(weights_[id])) weights_[id] = huge;
    if (graph_[id].op == Op::input) {
      blame[graph_[id].input] += weights_[id];
    } else if (graph_[id].op != Op::constant) {
      blame_operands(id, weights_[id]);
    }
  }
}

void Enclosure::blame_operands(NodeId id, double weight) {
  const Node& node = graph_[id];
  const auto [a, b, c] = node.arguments;
  const auto range = [&](NodeId operand) -> const Interval& { return enclosed_.reals[operand]; };
  // Of a comparison that is open: what narrows its operands may close it.
  const auto share = [&](NodeId operand) {
    weights_[operand] += weight / std::max(width(range(a)) + width(range(b)), 1e-300);
  };
  switch (node.op) {
    case Op::multiply:
      weights_[a] += weight * magnitude(range(b));
      weights_[b] += weight * magnitude(range(a));
      break;
    case Op::divide: {
      const double divisor = std::max(least_magnitude(range(b)), 1e-3 * width(range(b)));
      weights_[a] += weight / divisor;
      weights_[b] += weight * std::min(magnitude(enclosed_.reals[id]), huge) / divisor;
      break;
    }
    case Op::square_root:
      weights_[a] += weight / (2 * std::sqrt(std::max(range(a).high, smallest)));
      break;
    case Op::logarithm:
      weights_[a] += weight / std::max({range(a).low, 1e-3 * width(range(a)), smallest});
      break;
    case Op::exponential:
      weights_[a] += weight * magnitude(enclosed_.reals[id]);
      break;
    case Op::power:
      weights_[a] += weight * width(enclosed_.reals[id]) / std::max(width(range(a)), 1e-300);
      weights_[b] += weight * width(enclosed_.reals[id]) / std::max(width(range(b)), 1e-300);
      break;
    case Op::less:
    case Op::less_equal:
    case Op::equal:
      if (enclosed_.reals[id].is_point()) return;
      share(a);
      share(b);
      break;
    case Op::select: {
      if (range(a).low == 0) weights_[c] += weight;
      if (range(a).high > 0) weights_[b] += weight;
      if (!range(a).is_point()) weights_[a] += weight * width(enclosed_.reals[id]);
      break;
    }
    case Op::minimum:
    case Op::maximum: {
      const bool low_first = range(a).low <= range(b).low;
      const bool a_matters = node.op == Op::minimum ? range(a).low < range(b).high : range(a).high > range(b).low;
      const bool b_matters = node.op == Op::minimum ? range(b).low < range(a).high : range(b).high > range(a).low;
      if (a_matters || low_first) weights_[a] += weight;
      if (b_matters || !low_first) weights_[b] += weight;
      break;
    }
    default:
      for (NodeId operand : node.operands()) weights_[operand] += weight;
  }
}

std::optional<Enclosure::Threshold> Enclosure::threshold(std::span<const Interval> box, std::size_t except) const {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (NodeId id = 0; id < graph_.size(); ++id) {
    const Node& node = graph_[id];
    const bool compares = node.op == Op::less || node.op == Op::less_equal;
    if (!compares || !(weights_[id] > 0) || enclosed_.reals[id].is_point()) continue;
    const bool input_first = graph_[node.arguments[0]].op == Op::input;
    const Node& input = graph_[node.arguments[input_first ? 0 : 1]];
    const Interval& constant = enclosed_.doubles[node.arguments[input_first ? 1 : 0]];
    if (input.op != Op::input || input.input == except || !constant.is_point()) continue;
    // x < c and c <= x change just below c; x <= c and c < x just above.
    const bool below_c = (node.op == Op::less) == input_first;
    Threshold result{input.input, constant.low, constant.low};
    (below_c ? result.last : result.first) = std::nextafter(constant.low, below_c ? -infinity : infinity);
    if (result.first > box[input.input].low && result.last < box[input.input].high) return result;
  }
  return std::nullopt;
}

std::span<const double> Enclosure::at(std::span<const double> point) {
  for (NodeId id = 0; id < graph_.size(); ++id) {
    const Node& node = graph_[id];
    if (node.op == Op::constant) {
      values_[id] = node.value;
    } else if (node.op == Op::input) {
      values_[id] = point[node.input];
    } else {
      std::array<double, 3> operands{};
      const auto arguments = node.operands();
      for (std::size_t i = 0; i < arguments.size(); ++i) operands[i] = values_[arguments[i]];
      values_[id] = policy::semantics::apply(node.op, operands[0], operands[1], operands[2]);
    }
  }
  return values_;
}

}  // namespace syswright::judge
