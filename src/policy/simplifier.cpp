#include <algorithm>
#include <cmath>

#include "policy/graph.h"
#include "policy/semantics.h"

// Every rewrite here gives an equal value (the sign of zero aside) on every finite input. That rules out much of school
// algebra: x / x is 0 at 0, sums and products round, so they are not reassociated, and x / c is not x * (1 / c). Each
// rewrite makes the expression smaller, or replaces an operation by one that is never rewritten back, so that rewriting
// ends; and no rewrite applies to a rewritten expression built again, so that canonical graphs stay as they are.
namespace syswright::policy {
namespace {

class Rewriter {
 public:
  Rewriter(GraphBuilder& builder, const Node& node)
      : builder_(builder), node_(node), a_(node.arguments[0]), b_(node.arguments[1]), c_(node.arguments[2]) {}

  /// no_node if no rewrite applies.
  NodeId rewrite() {
    const auto operands = node_.operands();
    if (std::ranges::all_of(operands, [&](NodeId id) { return is_constant(id); })) return folded();
    switch (node_.op) {
      case Op::add:
        return rewrite_add();
      case Op::subtract:
        return rewrite_subtract();
      case Op::multiply:
        return rewrite_multiply();
      case Op::divide:
        return rewrite_divide();
      case Op::negate:
        return rewrite_negate();
      case Op::absolute:
        return rewrite_absolute();
      case Op::minimum:
      case Op::maximum:
        return rewrite_extremum();
      case Op::power:
        return rewrite_power();
      case Op::floor:
        return op(a_) == Op::floor ? a_ : no_node;
      case Op::less:
      case Op::less_equal:
        return rewrite_order();
      case Op::equal:
        return rewrite_equal();
      case Op::logical_and:
      case Op::logical_or:
        return rewrite_logical();
      case Op::logical_not:
        return rewrite_not();
      case Op::select:
        return rewrite_select();
      default:
        return no_node;
    }
  }

 private:
  Op op(NodeId id) const { return builder_[id].op; }
  NodeId argument(NodeId id, std::size_t i) const { return builder_[id].arguments[i]; }
  bool is_constant(NodeId id) const { return op(id) == Op::constant; }
  bool is(NodeId id, double value) const { return is_constant(id) && builder_[id].value == value; }
  double value(NodeId id) const { return builder_[id].value; }
  bool is_boolean(NodeId id) const { return builder_[id].type.kind == ValueKind::boolean; }
  const Interval& range(NodeId id) const { return builder_.range(id); }
  NodeId constant(double x) const { return builder_.constant(x, node_.type); }
  NodeId apply(Op operation, NodeId a) const { return builder_.apply(operation, {a}); }
  NodeId apply(Op operation, NodeId a, NodeId b) const { return builder_.apply(operation, {a, b}); }
  NodeId negated(NodeId id) const { return apply(Op::negate, id); }

  NodeId folded() const {
    const double b = b_ == no_node ? 0 : value(b_);
    const double c = c_ == no_node ? 0 : value(c_);
    return constant(semantics::apply(node_.op, value(a_), b, c));
  }

  NodeId rewrite_add() const {
    if (is(a_, 0)) return b_;
    if (is(b_, 0)) return a_;
    if (a_ == b_) return apply(Op::multiply, builder_.constant(2, Type{}), a_);
    if (op(a_) == Op::negate) return apply(Op::subtract, b_, argument(a_, 0));
    if (op(b_) == Op::negate) return apply(Op::subtract, a_, argument(b_, 0));
    if (is_constant(a_) && value(a_) < 0) return apply(Op::subtract, b_, constant(-value(a_)));
    if (is_constant(b_) && value(b_) < 0) return apply(Op::subtract, a_, constant(-value(b_)));
    return no_node;
  }

  NodeId rewrite_subtract() const {
    if (is(b_, 0)) return a_;
    if (is(a_, 0)) return negated(b_);
    if (a_ == b_) return constant(0);
    if (op(b_) == Op::negate) return apply(Op::add, a_, argument(b_, 0));
    if (op(a_) == Op::negate) return negated(apply(Op::add, argument(a_, 0), b_));
    if (is_constant(b_) && value(b_) < 0) return apply(Op::add, a_, constant(-value(b_)));
    return no_node;
  }

  NodeId rewrite_multiply() const {
    // A factor with a dimension cannot be dropped, but for 0, which keeps the dimension of the product.
    if (is(a_, 0) || is(b_, 0)) return constant(0);
    if (is(a_, 1) && builder_[b_].type == node_.type) return b_;
    if (is(b_, 1) && builder_[a_].type == node_.type) return a_;
    if (is(a_, -1) && builder_[b_].type == node_.type) return negated(b_);
    if (is(b_, -1) && builder_[a_].type == node_.type) return negated(a_);
    if (op(a_) == Op::negate) return multiply_negated(argument(a_, 0), b_);
    if (op(b_) == Op::negate) return multiply_negated(argument(b_, 0), a_);
    return no_node;
  }
  NodeId multiply_negated(NodeId a, NodeId b) const {
    if (is_constant(b)) return apply(Op::multiply, a, negated(b));
    return negated(apply(Op::multiply, a, b));
  }

  NodeId rewrite_divide() const {
    if (is(a_, 0)) return constant(0);
    if (a_ == b_ && !range(a_).contains(0)) return constant(1);
    const bool same_dimension = builder_[a_].type == node_.type;
    if (is(b_, 1) && same_dimension) return a_;
    if (is(b_, -1) && same_dimension) return negated(a_);
    // x / -y is not -(x / y) where y is 0, unless y is a constant.
    if (op(a_) == Op::negate) {
      if (is_constant(b_) && value(b_) != 0) return apply(Op::divide, argument(a_, 0), negated(b_));
      return negated(apply(Op::divide, argument(a_, 0), b_));
    }
    return no_node;
  }

  NodeId rewrite_negate() const {
    const NodeId x = argument(a_, 0);
    const NodeId y = argument(a_, 1);
    switch (op(a_)) {
      case Op::negate:
        return x;
      case Op::add:
        if (is_constant(x)) return apply(Op::subtract, constant(-value(x)), y);
        if (is_constant(y)) return apply(Op::subtract, constant(-value(y)), x);
        return no_node;
      case Op::subtract:
        return apply(Op::subtract, y, x);
      case Op::multiply:
        if (is_constant(x)) return apply(Op::multiply, negated(x), y);
        if (is_constant(y)) return apply(Op::multiply, x, negated(y));
        return no_node;
      case Op::divide:
        if (is_constant(x)) return apply(Op::divide, negated(x), y);
        if (is_constant(y) && value(y) != 0) return apply(Op::divide, x, negated(y));
        return no_node;
      default:
        return no_node;
    }
  }

  NodeId rewrite_absolute() const {
    if (range(a_).low >= 0) return a_;
    if (range(a_).high <= 0) return negated(a_);
    return op(a_) == Op::negate ? apply(Op::absolute, argument(a_, 0)) : no_node;
  }

  NodeId rewrite_extremum() const {
    if (a_ == b_) return a_;
    if (range(a_).high <= range(b_).low) return node_.op == Op::minimum ? a_ : b_;
    if (range(b_).high <= range(a_).low) return node_.op == Op::minimum ? b_ : a_;
    for (auto [outer, inner] : {std::pair(a_, b_), std::pair(b_, a_)}) {
      const bool nested = op(inner) == Op::minimum || op(inner) == Op::maximum;
      if (!nested) continue;
      const NodeId x = argument(inner, 0);
      const NodeId y = argument(inner, 1);
      if (x == outer || y == outer) return op(inner) == node_.op ? inner : outer;
      if (op(inner) != node_.op || !is_constant(outer)) continue;
      if (is_constant(x)) return apply(node_.op, apply(node_.op, outer, x), y);
      if (is_constant(y)) return apply(node_.op, apply(node_.op, outer, y), x);
    }
    return no_node;
  }

  NodeId rewrite_power() const {
    if (is(b_, 0) || is(a_, 1)) return constant(1);
    if (is(b_, 1)) return a_;
    return no_node;
  }

  NodeId rewrite_order() const {
    if (a_ == b_) return constant(node_.op == Op::less_equal ? 1 : 0);
    if (op(a_) == Op::negate && op(b_) == Op::negate) return apply(node_.op, argument(b_, 0), argument(a_, 0));
    if (op(a_) == Op::negate && is_constant(b_)) return apply(node_.op, negated(b_), argument(a_, 0));
    if (op(b_) == Op::negate && is_constant(a_)) return apply(node_.op, argument(b_, 0), negated(a_));
    return no_node;
  }

  NodeId rewrite_equal() const {
    if (a_ == b_) return constant(1);
    if (!is_boolean(a_)) return no_node;
    for (auto [fixed, other] : {std::pair(a_, b_), std::pair(b_, a_)}) {
      if (is_constant(fixed)) return value(fixed) != 0 ? other : apply(Op::logical_not, other);
    }
    return no_node;
  }

  bool are_opposite(NodeId a, NodeId b) const {
    if (op(a) == Op::logical_not && argument(a, 0) == b) return true;
    if (op(b) == Op::logical_not && argument(b, 0) == a) return true;
    // The opposite of a < b is written b <= a.
    const bool ordered =
        (op(a) == Op::less && op(b) == Op::less_equal) || (op(a) == Op::less_equal && op(b) == Op::less);
    return ordered && argument(a, 0) == argument(b, 1) && argument(a, 1) == argument(b, 0);
  }

  NodeId rewrite_logical() const {
    const double neutral = node_.op == Op::logical_and ? 1 : 0;
    if (a_ == b_) return a_;
    for (auto [x, y] : {std::pair(a_, b_), std::pair(b_, a_)}) {
      if (is(x, neutral)) return y;
      if (is_constant(x)) return x;
      const bool nested = op(y) == Op::logical_and || op(y) == Op::logical_or;
      if (nested && (argument(y, 0) == x || argument(y, 1) == x)) return op(y) == node_.op ? y : x;
    }
    if (are_opposite(a_, b_)) return constant(1 - neutral);
    return no_node;
  }

  NodeId rewrite_not() const {
    const NodeId x = argument(a_, 0);
    const NodeId y = argument(a_, 1);
    if (op(a_) == Op::logical_not) return x;
    if (op(a_) == Op::less) return apply(Op::less_equal, y, x);  // there is no NaN
    if (op(a_) == Op::less_equal) return apply(Op::less, y, x);
    return no_node;
  }

  NodeId select(NodeId condition, NodeId yes, NodeId no) const {
    return builder_.apply(Op::select, {condition, yes, no});
  }

  NodeId rewrite_select() const {
    if (is_constant(a_)) return value(a_) != 0 ? b_ : c_;
    if (b_ == c_) return b_;
    if (op(a_) == Op::logical_not) return select(argument(a_, 0), c_, b_);
    if (const NodeId extremum = select_as_extremum(); extremum != no_node) return extremum;
    if (op(a_) == Op::less_equal) return select(apply(Op::less, argument(a_, 1), argument(a_, 0)), c_, b_);
    if (is_boolean(b_)) {
      if (is(b_, 1)) return apply(Op::logical_or, a_, c_);
      if (is(c_, 0)) return apply(Op::logical_and, a_, b_);
      if (is(b_, 0)) return apply(Op::logical_and, apply(Op::logical_not, a_), c_);
      if (is(c_, 1)) return apply(Op::logical_or, apply(Op::logical_not, a_), b_);
    }
    // A branch need not ask the question that led to it.
    if (op(b_) == Op::select && argument(b_, 0) == a_) return select(a_, argument(b_, 1), c_);
    if (op(c_) == Op::select && argument(c_, 0) == a_) return select(a_, b_, argument(c_, 2));
    return no_node;
  }

  NodeId select_as_extremum() const {
    if ((op(a_) != Op::less && op(a_) != Op::less_equal) || is_boolean(b_)) return no_node;
    const NodeId x = argument(a_, 0);
    const NodeId y = argument(a_, 1);
    if (x == b_ && y == c_) return apply(Op::minimum, x, y);
    if (x == c_ && y == b_) return apply(Op::maximum, x, y);
    return no_node;
  }

  GraphBuilder& builder_;
  const Node node_;
  const NodeId a_;
  const NodeId b_;
  const NodeId c_;
};

}  // namespace

NodeId GraphBuilder::simplified(const Node& node) {
  const NodeId rewritten = Rewriter(*this, node).rewrite();
  return rewritten == no_node ? intern(node) : rewritten;
}

}  // namespace syswright::policy
