#include "judge/certify/solver.h"

#include <z3++.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace syswright::judge {

using policy::Node;
using policy::Op;
using policy::ValueKind;

namespace {

/// Solvers of polynomial inequalities give up long before this.
constexpr std::size_t most_nodes = 400;

bool is_for_solver(const Formula& formula) {
  return formula.graph.size() <= most_nodes && std::ranges::none_of(formula.graph.nodes(), [](const Node& node) {
           return node.op == Op::logarithm || node.op == Op::exponential || node.op == Op::power;
         });
}

/// A double as the exact rational that it is.
z3::expr rational(z3::context& context, double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  const auto mantissa = static_cast<std::int64_t>(std::ldexp(fraction, 53));
  exponent -= 53;
  z3::expr result = context.real_val(std::to_string(mantissa).c_str());
  constexpr int step = 60;
  while (exponent != 0) {
    const int shift = std::min(std::abs(exponent), step);
    const z3::expr factor = context.real_val(std::to_string(std::uint64_t{1} << shift).c_str());
    result = exponent > 0 ? result * factor : result / factor;
    exponent += exponent > 0 ? -shift : shift;
  }
  return result.simplify();
}

/// The formula in Z3's terms.
class Translation {
 public:
  Translation(z3::context& context, const Formula& formula, const Box& box, const Enclosed& enclosed, bool rounding)
      : context_(context), formula_(formula), enclosed_(enclosed), rounding_(rounding), given_(context) {
    for (std::size_t i = 0; i < box.size(); ++i) inputs_.push_back(std::nullopt);
    for (NodeId id = 0; id < formula.graph.size(); ++id) terms_.push_back(term(id, box));
    for (NodeId assumption : formula.assumptions) given_.push_back(terms_[assumption]);
    given_.push_back(!terms_[formula.claim]);
  }

  const z3::expr_vector& question() const { return given_; }
  bool possible() const { return possible_; }
  bool integers() const { return integers_; }

  std::vector<double> point(const z3::model& model, const Box& box) const {
    std::vector<double> result;
    for (std::size_t i = 0; i < box.size(); ++i) {
      const double middle = std::clamp(box[i].low / 2 + box[i].high / 2, box[i].low, box[i].high);
      const double value = inputs_[i] ? number(model.eval(*inputs_[i], true), middle) : middle;
      result.push_back(std::clamp(value, box[i].low, box[i].high));
    }
    return result;
  }

 private:
  static double number(const z3::expr& value, double otherwise) {
    if (value.is_bool()) return value.is_true() ? 1 : 0;
    try {
      const std::string digits = Z3_get_numeral_decimal_string(value.ctx(), value, 20);
      return std::stod(digits);  // stops at the '?' of a number that is not rational
    } catch (const std::exception&) {
      return otherwise;
    }
  }

  z3::expr term(NodeId id, const Box& box) {
    const Node& node = formula_.graph[id];
    const auto operand = [&](std::size_t i) -> const z3::expr& { return terms_[node.arguments[i]]; };
    switch (node.op) {
      case Op::constant:
        if (node.type.kind == ValueKind::boolean) return context_.bool_val(node.value != 0);
        return rational(context_, node.value);
      case Op::input:
        return input(node, box);
      case Op::add:
        return operand(0) + operand(1);
      case Op::subtract:
        return operand(0) - operand(1);
      case Op::multiply:
        return operand(0) * operand(1);
      case Op::divide:
        return operand(0) / operand(1);
      case Op::negate:
        return -operand(0);
      case Op::absolute:
        return z3::ite(operand(0) >= 0, operand(0), -operand(0));
      case Op::minimum:
        return z3::ite(operand(0) < operand(1), operand(0), operand(1));
      case Op::maximum:
        return z3::ite(operand(0) > operand(1), operand(0), operand(1));
      case Op::square_root:
        return root(operand(0), id);
      case Op::floor:
        if (rounding_ && enclosed_.error[node.arguments[0]] > 0) possible_ = false;
        integers_ = true;
        return z3::expr(context_, Z3_mk_int2real(context_, Z3_mk_real2int(context_, operand(0))));
      case Op::less:
        return compared(operand(0) < operand(1), node);
      case Op::less_equal:
        return compared(operand(0) <= operand(1), node);
      case Op::equal:
        return compared(operand(0) == operand(1), node);
      case Op::logical_and:
        return operand(0) && operand(1);
      case Op::logical_or:
        return operand(0) || operand(1);
      case Op::logical_not:
        return !operand(0);
      case Op::select:
        return z3::ite(operand(0), operand(1), operand(2));
      default:
        possible_ = false;
        return context_.real_val(0);
    }
  }

  z3::expr input(const Node& node, const Box& box) {
    const std::string name = "x" + std::to_string(node.input);
    if (node.type.kind == ValueKind::boolean) {
      const z3::expr variable = context_.bool_const(name.c_str());
      const policy::Interval& side = box[node.input];
      if (side.is_point()) given_.push_back(side.low != 0 ? variable : !variable);
      inputs_[node.input] = variable;
      return variable;
    }
    const z3::expr variable = context_.real_const(name.c_str());
    given_.push_back(variable >= rational(context_, box[node.input].low));
    given_.push_back(variable <= rational(context_, box[node.input].high));
    inputs_[node.input] = variable;
    return variable;
  }

  z3::expr root(const z3::expr& square, NodeId id) {
    const z3::expr result = context_.real_const(("r" + std::to_string(id)).c_str());
    given_.push_back(result >= 0);
    given_.push_back(result * result == z3::ite(square > 0, square, context_.real_val(0)));
    return result;
  }

  /// With rounding, anything goes while the sides are close.
  z3::expr compared(const z3::expr& exact, const Node& node) {
    const auto [a, b, unused] = node.arguments;
    const double margin = (enclosed_.error[a] + enclosed_.error[b]) * (1 + 1e-9);
    if (!rounding_ || margin == 0) return exact;
    if (terms_[a].is_bool()) {
      possible_ = false;
      return exact;
    }
    const z3::expr open = context_.bool_const(("c" + std::to_string(terms_.size())).c_str());
    const z3::expr slack = rational(context_, margin);
    const z3::expr apart = terms_[b] - terms_[a] > slack || terms_[a] - terms_[b] > slack;
    given_.push_back(z3::implies(apart, open == exact));
    return open;
  }

  z3::context& context_;
  const Formula& formula_;
  const Enclosed& enclosed_;
  bool rounding_;
  bool possible_ = true;
  bool integers_ = false;
  std::vector<z3::expr> terms_;
  std::vector<std::optional<z3::expr>> inputs_;
  z3::expr_vector given_;
};

struct Reply {
  z3::check_result result = z3::unknown;
  std::vector<double> point;
};

Reply check(const Formula& formula, const Box& box, const Enclosed& enclosed, std::uint64_t limit, bool rounding) {
  z3::context context;
  const Translation translation(context, formula, box, enclosed, rounding);
  if (!translation.possible()) return {};
  z3::solver solver = translation.integers() ? z3::solver(context) : z3::solver(context, "QF_NRA");
  z3::params parameters(context);
  parameters.set("rlimit", static_cast<unsigned>(std::min<std::uint64_t>(limit, std::numeric_limits<unsigned>::max())));
  solver.set(parameters);
  solver.add(translation.question());
  Reply reply{.result = solver.check()};
  if (reply.result == z3::sat) reply.point = translation.point(solver.get_model(), box);
  return reply;
}

}  // namespace

SolverResult ask_solver(const Formula& formula, const Box& box, std::uint64_t limit, SolverMode mode) {
  if (!is_for_solver(formula)) return {};
  Enclosure enclosure(formula.graph, box.size());
  const Enclosed& enclosed = enclosure.both(box);
  if (enclosed.saturated) return {};
  try {
    if (mode == SolverMode::doubles_then_reals) {
      const Reply reply = check(formula, box, enclosed, limit, true);
      if (reply.result == z3::unsat) return {SolverAnswer::proved, {}};
    }
    Reply reply = check(formula, box, enclosed, limit, false);
    if (reply.result == z3::unsat) return {SolverAnswer::proved_reals, {}};
    if (reply.result == z3::sat) return {SolverAnswer::broken, std::move(reply.point)};
  } catch (const z3::exception&) {
    // Z3 throws where it gives up on a question; that is an answer.
  }
  return {};
}

}  // namespace syswright::judge
