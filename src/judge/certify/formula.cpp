#include "judge/certify/formula.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace syswright::judge {

using policy::GraphBuilder;
using policy::Interval;
using policy::no_node;
using policy::Node;
using policy::Op;

namespace {

constexpr policy::Type boolean{policy::ValueKind::boolean, {}};

bool is_comparison(Op op) { return op == Op::less || op == Op::less_equal; }

/// Booleans that follow from other booleans of the formula.
bool is_connective(const policy::Graph& graph, NodeId id) {
  const Node& node = graph[id];
  if (node.op == Op::logical_and || node.op == Op::logical_or || node.op == Op::logical_not) return true;
  return node.op == Op::equal && graph[node.arguments[0]].type == boolean;
}

class FormulaStatement final : public Statement {
 public:
  FormulaStatement(const Formula& formula, const SearchSpace& space)
      : formula_(formula), space_(space), enclosure_(formula.graph, space.box.size()), truth_(formula.graph.size()) {
    list_logic();
  }

  Finding examine(const Box& box) override {
    const auto values = enclosure_.doubles(box);
    if (excluded(values)) return {.state = State::excluded};
    if (values[formula_.claim].low > 0) return {.state = State::holds};
    if (values[formula_.claim].high == 0 && required(values)) return {.state = State::fails};

    enclosure_.both(box);
    Finding finding = decide_by_derivatives(box);
    if (finding.state != State::open) return finding;
    finding.cut = choose_cut(box);
    return finding;
  }

  std::optional<std::vector<double>> witness(const Box&, std::span<const double> point) override {
    if (breaks(enclosure_, formula_, point)) return std::vector<double>(point.begin(), point.end());
    return std::nullopt;
  }

 private:
  /// The booleans between the claim (and the assumptions) and their comparisons, arguments first.
  void list_logic() {
    std::vector<bool> needed(formula_.graph.size(), false);
    needed[formula_.claim] = true;
    for (NodeId assumption : formula_.assumptions) needed[assumption] = true;
    for (auto id = static_cast<NodeId>(formula_.graph.size()); id-- > 0;) {
      if (!needed[id] || !is_connective(formula_.graph, id)) continue;
      for (NodeId operand : formula_.graph[id].operands()) needed[operand] = true;
    }
    for (NodeId id = 0; id < formula_.graph.size(); ++id) {
      if (needed[id]) logic_.push_back(id);
    }
  }

  template <typename Values>
  bool excluded(const Values& values) const {
    return std::ranges::any_of(formula_.assumptions, [&](NodeId id) { return values[id].high == 0; });
  }
  template <typename Values>
  bool required(const Values& values) const {
    return std::ranges::all_of(formula_.assumptions, [&](NodeId id) { return values[id].low > 0; });
  }

  Finding decide_by_derivatives(const Box& box) {
    const Enclosed& enclosed = enclosure_.both(box);
    if (enclosed.saturated) return {};
    // The gradients overwrite nothing, but the reduced boxes below do: what is open is listed first.
    open_.clear();
    for (NodeId id : logic_) {
      truth_[id] = enclosed.doubles[id];
      if (is_comparison(formula_.graph[id].op) && !truth_[id].is_point()) open_.push_back(id);
    }
    bool decided = false;
    for (NodeId id : open_) {
      const auto truth = decide_comparison(id, box);
      if (!truth) continue;
      truth_[id] = {*truth ? 1.0 : 0.0, *truth ? 1.0 : 0.0};
      decided = true;
    }
    enclosure_.both(box);
    if (!decided) return {};
    propagate();
    if (excluded(truth_)) return {.state = State::excluded, .derivatives = true};
    if (truth_[formula_.claim].low > 0) return {.state = State::holds, .derivatives = true};
    if (truth_[formula_.claim].high == 0 && required(truth_)) return {.state = State::fails, .derivatives = true};
    return {};
  }

  void propagate() {
    for (NodeId id : logic_) {
      if (!is_connective(formula_.graph, id)) continue;
      std::array<Interval, 3> operands;
      const auto arguments = formula_.graph[id].operands();
      for (std::size_t i = 0; i < arguments.size(); ++i) operands[i] = truth_[arguments[i]];
      truth_[id] = policy::apply_interval(formula_.graph[id].op, std::span(operands).first(arguments.size()));
    }
  }

  /// Of a < b or a <= b: whether b - a, as the program computes both, is surely above 0, or surely below.
  std::optional<bool> decide_comparison(NodeId id, const Box& box) {
    const NodeId a = formula_.graph[id].arguments[0];
    const NodeId b = formula_.graph[id].arguments[1];
    const Enclosed& whole = enclosure_.both(box);
    const double margin = whole.error[a] + whole.error[b];
    const Gradient& gradient = enclosure_.gradient(b, a);
    if (!gradient.smooth) return std::nullopt;
    slopes_ = gradient.slopes;

    // Lowest and highest value of the difference: at the right ends of the sides in which it is monotone …
    const Interval low = difference_at(corner(box, true), a, b);
    const Interval high = difference_at(corner(box, false), a, b);
    // … or by the mean value theorem.
    const Interval centred = mean_value(box, a, b);
    const double least = std::max(low.low, centred.low);
    const double most = std::min(high.high, centred.high);
    const double slack = margin * (1 + 1e-9);
    if (least > slack) return true;
    if (most < -slack) return false;
    return std::nullopt;
  }

  Box corner(const Box& box, bool lowest) const {
    Box reduced = box;
    for (std::size_t i = 0; i < box.size(); ++i) {
      if (slopes_[i].low >= 0) {
        reduced[i] = lowest ? Interval{box[i].low, box[i].low} : Interval{box[i].high, box[i].high};
      } else if (slopes_[i].high <= 0) {
        reduced[i] = lowest ? Interval{box[i].high, box[i].high} : Interval{box[i].low, box[i].low};
      }
    }
    return reduced;
  }

  Interval difference_at(const Box& box, NodeId a, NodeId b) {
    const Enclosed& there = enclosure_.both(box);
    if (there.saturated) return {-policy_limit, policy_limit};
    return outward({there.reals[b].low - there.reals[a].high, there.reals[b].high - there.reals[a].low});
  }

  Interval mean_value(const Box& box, NodeId a, NodeId b) {
    Box centre = box;
    for (Interval& side : centre) {
      const double point = std::clamp(side.low / 2 + side.high / 2, side.low, side.high);
      side = {point, point};
    }
    Interval result = difference_at(centre, a, b);
    for (std::size_t i = 0; i < box.size(); ++i) {
      const double reach = std::max(box[i].high - centre[i].high, centre[i].low - box[i].low) * (1 + 1e-15);
      const double slope = std::max(std::fabs(slopes_[i].low), std::fabs(slopes_[i].high));
      const double change = slope * reach;
      result = outward({result.low - change, result.high + change});
    }
    return result;
  }

  static Interval outward(const Interval& x) {
    constexpr double relative = 1e-15;
    constexpr double least = 1e-320;
    return {x.low - std::fabs(x.low) * relative - least, x.high + std::fabs(x.high) * relative + least};
  }

  /// The side whose halving promises most: that to blame for open comparisons of the claim, or else of what is
  /// required.
  Cut choose_cut(const Box& box) {
    blame_.assign(box.size(), 0.0);
    enclosure_.add_influence(formula_.claim, 1, blame_);
    if (const auto found = enclosure_.threshold(box, box.size())) {
      return {.side = found->input, .between = std::pair(found->last, found->first)};
    }
    const bool none = std::ranges::none_of(blame_, [](double each) { return each > 0; });
    for (NodeId assumption : formula_.assumptions) {
      if (!enclosure_.both(box).doubles[assumption].is_point()) {
        enclosure_.add_influence(assumption, none ? 1 : 0.5, blame_);
      }
    }
    return side_to_split(box, space_.box, blame_);
  }

  static constexpr double policy_limit = 1.7976931348623157e308;

  const Formula& formula_;
  const SearchSpace& space_;
  Enclosure enclosure_;
  std::vector<NodeId> logic_;
  std::vector<Interval> truth_;
  std::vector<NodeId> open_;
  std::vector<Interval> slopes_;
  std::vector<double> blame_;
};

}  // namespace

FormulaBuilder::FormulaBuilder(std::vector<GraphBuilder::InputInfo> inputs) : builder_(std::move(inputs)) {}

NodeId FormulaBuilder::copy(const policy::Graph& graph, std::span<const NodeId> arguments) {
  std::vector<NodeId> copies;
  copies.reserve(graph.size());
  for (const Node& node : graph.nodes()) {
    if (node.op == Op::constant) {
      copies.push_back(builder_.constant(node.value, node.type));
    } else if (node.op == Op::input) {
      copies.push_back(arguments[node.input]);
    } else {
      std::array<NodeId, 3> operands{};
      const auto each = node.operands();
      for (std::size_t i = 0; i < each.size(); ++i) operands[i] = copies[each[i]];
      copies.push_back(builder_.apply(node.op, std::span(operands).first(each.size())));
    }
  }
  return copies.back();
}

NodeId FormulaBuilder::number(double value, Dimension dimension) {
  return builder_.constant(value, {policy::ValueKind::number, dimension});
}

void FormulaBuilder::assume(NodeId condition) {
  const Node node = builder_[condition];
  if (node.op == Op::logical_and) {
    assume(node.arguments[0]);
    assume(node.arguments[1]);
  } else if (std::ranges::find(assumptions_, condition) == assumptions_.end()) {
    assumptions_.push_back(condition);
  }
}

NodeId FormulaBuilder::truth(bool value) { return builder_.constant(value ? 1 : 0, boolean); }
NodeId FormulaBuilder::negation(NodeId condition) { return builder_.apply(Op::logical_not, {condition}); }
NodeId FormulaBuilder::conjunction(NodeId a, NodeId b) { return builder_.apply(Op::logical_and, {a, b}); }
NodeId FormulaBuilder::disjunction(NodeId a, NodeId b) { return builder_.apply(Op::logical_or, {a, b}); }

NodeId FormulaBuilder::given(NodeId condition, std::span<const NodeId> known) {
  if (std::ranges::find(known, condition) != known.end()) return truth(true);
  const Node node = builder_[condition];
  if (node.op == Op::logical_and || node.op == Op::logical_or) {
    const NodeId a = given(node.arguments[0], known);
    const NodeId b = given(node.arguments[1], known);
    return node.op == Op::logical_and ? conjunction(a, b) : disjunction(a, b);
  }
  if (node.op != Op::constant && std::ranges::find(known, negation(condition)) != known.end()) return truth(false);
  return condition;
}

void FormulaBuilder::learn(NodeId condition, std::vector<NodeId>& known) {
  known.push_back(condition);
  const Node node = builder_[condition];
  if (node.op == Op::logical_and) {
    learn(node.arguments[0], known);
    learn(node.arguments[1], known);
  } else if (node.op == Op::logical_not && builder_[node.arguments[0]].op == Op::logical_or) {
    const Node either = builder_[node.arguments[0]];
    learn(negation(either.arguments[0]), known);
    learn(negation(either.arguments[1]), known);
  }
}

Formula FormulaBuilder::finish(NodeId claim) {
  if (builder_[claim].type == boolean) claim = given(claim, assumptions_);
  std::erase_if(assumptions_, [&](NodeId id) { return builder_[id].op == Op::constant && builder_[id].value != 0; });
  std::vector<bool> needed(builder_.size(), false);
  needed[claim] = true;
  for (NodeId assumption : assumptions_) needed[assumption] = true;
  for (auto id = static_cast<NodeId>(builder_.size()); id-- > 0;) {
    if (!needed[id]) continue;
    for (NodeId operand : builder_[id].operands()) needed[operand] = true;
  }
  std::vector<NodeId> place(builder_.size(), no_node);
  std::vector<Node> nodes;
  for (NodeId id = 0; id < builder_.size(); ++id) {
    if (!needed[id]) continue;
    place[id] = static_cast<NodeId>(nodes.size());
    Node node = builder_[id];
    for (std::size_t i = 0; i < node.operands().size(); ++i) node.arguments[i] = place[node.arguments[i]];
    nodes.push_back(node);
  }
  Formula formula;
  formula.graph = policy::Graph(std::move(nodes));
  formula.claim = place[claim];
  for (NodeId assumption : assumptions_) formula.assumptions.push_back(place[assumption]);
  return formula;
}

std::unique_ptr<Statement> make_statement(const Formula& formula, const SearchSpace& space) {
  return std::make_unique<FormulaStatement>(formula, space);
}

bool breaks(Enclosure& enclosure, const Formula& formula, std::span<const double> point) {
  const auto values = enclosure.at(point);
  if (values[formula.claim] != 0) return false;
  return std::ranges::all_of(formula.assumptions, [&](NodeId id) { return values[id] != 0; });
}

}  // namespace syswright::judge
