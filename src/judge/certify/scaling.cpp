#include "judge/certify/scaling.h"

#include <cmath>

namespace syswright::judge {

using policy::Interval;
using policy::Node;
using policy::Op;

namespace {

constexpr Scale invariant{Scale::Kind::multiplied, 0};
constexpr Scale unknown{};

class Scales {
 public:
  Scales(const policy::Graph& graph, std::span<const Interval> ranges) : graph_(graph), ranges_(ranges) {}

  Scale of(const Node& node, const std::vector<Scale>& known) const {
    const auto [a, b, c] = node.arguments;
    const auto at = [&](NodeId id) { return known[id]; };
    bool untouched = true;
    for (NodeId operand : node.operands()) untouched = untouched && at(operand).invariant();
    if (untouched) return invariant;
    switch (node.op) {
      case Op::add:
      case Op::subtract:
        return sum(at(a), at(b), node.op == Op::add ? 1 : -1, a, b);
      case Op::multiply:
        return product(at(a), at(b), 1, a, b);
      case Op::divide:
        return product(at(a), at(b), -1, a, b);
      case Op::negate:
        return at(a).kind == Scale::Kind::shifted ? Scale{Scale::Kind::shifted, -at(a).degree} : at(a);
      case Op::absolute:
        return multiplied(at(a)) ? at(a) : unknown;
      case Op::minimum:
        return extremum(a, b, known, ranges_[a].high <= ranges_[b].low, ranges_[b].high <= ranges_[a].low);
      case Op::maximum:
        return extremum(a, b, known, ranges_[b].high <= ranges_[a].low, ranges_[a].high <= ranges_[b].low);
      case Op::square_root:
        return multiplied(at(a)) ? Scale{Scale::Kind::multiplied, at(a).degree / 2} : unknown;
      case Op::logarithm:
        // Of a positive value; that of others is a definition.
        return multiplied(at(a)) && ranges_[a].low > 0 ? Scale{Scale::Kind::shifted, at(a).degree} : unknown;
      case Op::exponential:
        return at(a).kind == Scale::Kind::shifted ? Scale{Scale::Kind::multiplied, at(a).degree} : unknown;
      case Op::power:
        if (!multiplied(at(a)) || graph_[b].op != Op::constant || ranges_[a].low <= 0) return unknown;
        return {Scale::Kind::multiplied, at(a).degree * graph_[b].value};
      case Op::less:
      case Op::less_equal:
      case Op::equal:
        if (at(a) == at(b) && at(a).kind != Scale::Kind::unknown) return invariant;
        return against_zero(a, at(b)) || against_zero(b, at(a)) ? invariant : unknown;
      case Op::select:
        if (ranges_[a].low > 0) return at(b);
        if (ranges_[a].high == 0) return at(c);
        if (!at(a).invariant()) return unknown;
        return alike(at(b), at(c), b, c);
      default:
        return unknown;
    }
  }

 private:
  static bool multiplied(const Scale& scale) { return scale.kind == Scale::Kind::multiplied; }
  bool is_zero(NodeId id) const { return graph_[id].op == Op::constant && graph_[id].value == 0; }
  /// 0 compared with what only its factor changes.
  bool against_zero(NodeId zero, const Scale& other) const { return is_zero(zero) && multiplied(other); }
  /// 0 scales by any degree.
  Scale alike(const Scale& a, const Scale& b, NodeId left, NodeId right) const {
    if (a == b) return a;
    if (is_zero(left) && multiplied(b)) return b;
    if (is_zero(right) && multiplied(a)) return a;
    return unknown;
  }

  Scale sum(const Scale& a, const Scale& b, double sign, NodeId left, NodeId right) const {
    if (multiplied(a) && multiplied(b) && !(a.invariant() && b.invariant())) return alike(a, b, left, right);
    const bool first = a.kind == Scale::Kind::shifted;
    const bool second = b.kind == Scale::Kind::shifted;
    if (!(first || second) || !(first || a.invariant()) || !(second || b.invariant())) return unknown;
    const double degree = (first ? a.degree : 0) + sign * (second ? b.degree : 0);
    return degree == 0 ? invariant : Scale{Scale::Kind::shifted, degree};
  }

  Scale product(const Scale& a, const Scale& b, double sign, NodeId left, NodeId right) const {
    if (multiplied(a) && multiplied(b)) return {Scale::Kind::multiplied, a.degree + sign * b.degree};
    // A shift times a constant is a shift.
    if (a.kind == Scale::Kind::shifted && graph_[right].op == Op::constant) {
      const double factor = graph_[right].value;
      return {Scale::Kind::shifted, sign > 0 ? a.degree * factor : a.degree / factor};
    }
    if (b.kind == Scale::Kind::shifted && sign > 0 && graph_[left].op == Op::constant) {
      return {Scale::Kind::shifted, b.degree * graph_[left].value};
    }
    return unknown;
  }

  Scale extremum(NodeId a, NodeId b, const std::vector<Scale>& known, bool first, bool second) const {
    if (first) return known[a];
    if (second) return known[b];
    return alike(known[a], known[b], a, b);
  }

  const policy::Graph& graph_;
  std::span<const Interval> ranges_;
};

}  // namespace

Scale scale_of(const policy::Graph& graph, NodeId root, std::span<const Interval> ranges,
               const std::vector<bool>& scaled_inputs) {
  const Scales rules(graph, ranges);
  std::vector<Scale> scales;
  scales.reserve(root + 1);
  for (NodeId id = 0; id <= root; ++id) {
    const Node& node = graph[id];
    if (node.op == Op::constant || ranges[id].is_point()) {
      scales.push_back(invariant);
    } else if (node.op == Op::input) {
      scales.push_back(scaled_inputs[node.input] ? Scale{Scale::Kind::multiplied, 1} : invariant);
    } else {
      scales.push_back(rules.of(node, scales));
    }
  }
  return scales[root];
}

}  // namespace syswright::judge
