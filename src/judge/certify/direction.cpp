#include "judge/certify/direction.h"

namespace syswright::judge {

using policy::Interval;
using policy::Node;
using policy::NodeId;
using policy::Op;

namespace {

Direction flip(Direction direction) {
  if (direction == Direction::up) return Direction::down;
  if (direction == Direction::down) return Direction::up;
  return direction;
}

Direction both(Direction a, Direction b) {
  if (a == Direction::constant) return b;
  if (b == Direction::constant || a == b) return a;
  return Direction::unknown;
}

/// Direction of a term whose factor has this range.
Direction scaled(Direction direction, const Interval& factor) {
  if (direction == Direction::constant) return direction;
  if (factor.low >= 0) return direction;
  if (factor.high <= 0) return flip(direction);
  return Direction::unknown;
}

class Trends {
 public:
  Trends(const policy::Graph& graph, std::span<const Interval> ranges, const std::vector<Trend>& known)
      : graph_(graph), ranges_(ranges), known_(known) {}

  Direction of(const Node& node) const {
    const auto [a, b, c] = node.arguments;
    switch (node.op) {
      case Op::constant:
      case Op::input:
        break;
      case Op::add:
      case Op::logical_and:
      case Op::logical_or:
        return both(at(a), at(b));
      case Op::subtract:
        return both(at(a), flip(at(b)));
      case Op::multiply:
        return both(scaled(at(a), ranges_[b]), scaled(at(b), ranges_[a]));
      case Op::divide:
        return quotient(a, b);
      case Op::negate:
      case Op::logical_not:
        return flip(at(a));
      case Op::absolute:
        return scaled(at(a), ranges_[a]);
      case Op::minimum:
        if (ranges_[a].high <= ranges_[b].low) return at(a);
        if (ranges_[b].high <= ranges_[a].low) return at(b);
        return both(at(a), at(b));
      case Op::maximum:
        if (ranges_[a].low >= ranges_[b].high) return at(a);
        if (ranges_[b].low >= ranges_[a].high) return at(b);
        return both(at(a), at(b));
      case Op::square_root:
      case Op::logarithm:
      case Op::exponential:
      case Op::floor:
        return at(a);
      case Op::power:
        return power(a, b);
      case Op::less:
      case Op::less_equal:
        return both(flip(at(a)), at(b));
      case Op::equal:
        return both(at(a), at(b)) == Direction::constant ? Direction::constant : Direction::unknown;
      case Op::select:
        return choice(a, b, c);
    }
    return Direction::unknown;
  }

 private:
  Direction at(NodeId id) const { return known_[id].direction; }

  /// a / 0 is the largest double with the sign of a, as if 0 were small and positive.
  Direction quotient(NodeId a, NodeId b) const {
    const Interval& divisor = ranges_[b];
    if (divisor.low >= 0) return both(at(a), flip(scaled(at(b), ranges_[a])));
    if (divisor.high < 0) return both(flip(at(a)), flip(scaled(at(b), ranges_[a])));
    return both(at(a), at(b)) == Direction::constant ? Direction::constant : Direction::unknown;
  }

  Direction power(NodeId a, NodeId b) const {
    if (both(at(a), at(b)) == Direction::constant) return Direction::constant;
    const Interval& base = ranges_[a];
    if (base.low < 0) return Direction::unknown;
    const Direction by_base = scaled(at(a), ranges_[b]);
    Direction by_exponent = at(b);
    if (by_exponent != Direction::constant && base.low < 1) {
      by_exponent = base.high <= 1 ? flip(by_exponent) : Direction::unknown;
    }
    return both(by_base, by_exponent);
  }

  Direction choice(NodeId condition, NodeId yes, NodeId no) const {
    if (ranges_[condition].low > 0) return at(yes);
    if (ranges_[condition].high == 0) return at(no);
    const Direction arms = both(at(yes), at(no));
    if (at(condition) == Direction::constant || arms == Direction::unknown) {
      return at(condition) == Direction::constant ? arms : Direction::unknown;
    }
    if (at(condition) == Direction::unknown) return Direction::unknown;
    // The choice moves once, from one arm to the other.
    const NodeId first = at(condition) == Direction::up ? no : yes;
    const NodeId second = at(condition) == Direction::up ? yes : no;
    Direction jump = Direction::unknown;
    if (ranges_[first].high <= ranges_[second].low) jump = Direction::up;
    if (ranges_[second].high <= ranges_[first].low) jump = Direction::down;
    return both(arms, jump);
  }

  const policy::Graph& graph_;
  std::span<const Interval> ranges_;
  const std::vector<Trend>& known_;
};

}  // namespace

void trends(const policy::Graph& graph, std::span<const Interval> ranges, std::uint32_t input,
            std::vector<Trend>& result) {
  result.assign(graph.size(), {});
  const Trends rules(graph, ranges, result);
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph[id];
    Trend& trend = result[id];
    if (node.op == Op::constant || ranges[id].is_point()) {
      trend = {Direction::constant, false};
    } else if (node.op == Op::input) {
      trend = {node.input == input ? Direction::up : Direction::constant, false};
    } else {
      trend.direction = rules.of(node);
      if (trend.direction == Direction::constant) continue;
      trend.reals = node.op == Op::logarithm || node.op == Op::exponential || node.op == Op::power;
      for (NodeId operand : node.operands()) trend.reals = trend.reals || result[operand].reals;
    }
  }
}

}  // namespace syswright::judge
