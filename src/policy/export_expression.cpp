#include "policy/export_expression.h"

#include <fmt/format.h>

#include "policy/jit_overflow.h"

namespace syswright::policy {
namespace {

// Longer or deeper expressions are cut into named parts, for the reader and for parsers with a nesting limit.
constexpr std::size_t max_length = 60;
constexpr unsigned max_depth = 7;

class Writer {
 public:
  Writer(const Rule& rule, const ExpressionSyntax& syntax)
      : rule_(rule), syntax_(syntax), overflows_(find_overflows(rule)), parts_(rule.graph.size()) {}

  Statements write() {
    const std::vector<unsigned> uses = count_uses();
    for (NodeId id = 0; id < rule_.graph.size(); ++id) {
      parts_[id] = part(id);
      const bool is_leaf = rule_.graph[id].operands().empty();
      const bool is_large = parts_[id].depth >= max_depth || parts_[id].text.size() > max_length;
      if (id != rule_.graph.root() && !is_leaf && (uses[id] > 1 || is_large)) name(id);
    }
    statements_.result = parts_.back().text;
    return std::move(statements_);
  }

 private:
  struct Part {
    std::string text;
    bool atomic = true;  ///< can stand next to any operator without brackets
    unsigned depth = 0;
  };

  std::vector<unsigned> count_uses() const {
    std::vector<unsigned> uses(rule_.graph.size());
    for (const Node& node : rule_.graph.nodes()) {
      for (NodeId operand : node.operands()) ++uses[operand];
    }
    return uses;
  }

  void name(NodeId id) {
    std::string made = fmt::format("t{}", statements_.definitions.size() + 1);
    statements_.definitions.push_back({rule_.graph[id].type, made, std::move(parts_[id].text)});
    parts_[id] = {.text = std::move(made)};
  }

  Part part(NodeId id) const {
    const Node& node = rule_.graph[id];
    Part result = node.operands().empty() ? leaf(node) : operation(node, overflows_[id]);
    for (NodeId operand : node.operands()) result.depth = std::max(result.depth, parts_[operand].depth + 1);
    return result;
  }

  Part leaf(const Node& node) const {
    if (node.op == Op::input) return {.text = syntax_.input(rule_.inputs[node.input])};
    switch (node.type.kind) {
      case ValueKind::boolean:
        return {.text = syntax_.boolean(node.value != 0)};
      case ValueKind::action:
        return {.text = syntax_.action(static_cast<std::size_t>(node.value))};
      case ValueKind::number:
        break;
    }
    return {.text = number_literal(node.value), .atomic = node.value >= 0};
  }

  Part operation(const Node& node, const Overflow& overflow) const {
    const auto operand = [&](std::size_t i) {
      const Part& part = parts_[node.arguments[i]];
      return part.atomic ? part.text : "(" + part.text + ")";
    };
    const auto infix = [&](std::string_view symbol) {
      return Part{.text = fmt::format("{} {} {}", operand(0), symbol, operand(1)), .atomic = false};
    };
    const auto arithmetic = [&](std::string_view symbol) {
      return overflow.above || overflow.below ? call("finite", infix(symbol).text) : infix(symbol);
    };
    // Factors of one unit (1s, $1) matter to the checker and not to the value.
    const auto is_factor = [&](std::size_t i, double value) {
      const Node& factor = rule_.graph[node.arguments[i]];
      return factor.op == Op::constant && factor.value == value;
    };
    const auto negated = [&](std::size_t i) { return Part{.text = "-" + operand(i), .atomic = false}; };
    const auto product = [&] {
      for (std::size_t i : {0, 1}) {
        if (is_factor(i, 1)) return parts_[node.arguments[1 - i]];
        if (is_factor(i, -1)) return negated(1 - i);
      }
      return arithmetic("*");
    };
    const auto of_one = [&](std::string_view name) { return call(name, bare(node, 0)); };
    const auto of_two = [&](std::string_view name) { return call(name, bare(node, 0) + ", " + bare(node, 1)); };
    switch (node.op) {
      case Op::constant:
      case Op::input:
        break;
      case Op::add:
        return arithmetic("+");
      case Op::subtract:
        return arithmetic("-");
      case Op::multiply:
        return product();
      case Op::divide:
        if (is_factor(1, 1)) return parts_[node.arguments[0]];
        return overflow.zero_divisor ? of_two("divide") : arithmetic("/");
      case Op::negate:
        return negated(0);
      case Op::absolute:
        return of_one("abs");
      case Op::minimum:
        return of_two("min");
      case Op::maximum:
        return of_two("max");
      case Op::square_root:
        return of_one("sqrt");
      case Op::logarithm:
        return of_one("log");
      case Op::exponential:
        return of_one("exp");
      case Op::power:
        return of_two("pow");
      case Op::floor:
        return of_one("floor");
      case Op::less:
        return infix("<");
      case Op::less_equal:
        return infix("<=");
      case Op::equal:
        return infix("==");
      case Op::logical_and:
        return {.text = syntax_.both(operand(0), operand(1)), .atomic = false};
      case Op::logical_or:
        return {.text = syntax_.either(operand(0), operand(1)), .atomic = false};
      case Op::logical_not:
        return {.text = syntax_.opposite(operand(0)), .atomic = false};
      case Op::select:
        return {.text = syntax_.choice(operand(0), operand(1), operand(2)), .atomic = false};
    }
    return {};
  }

  Part call(std::string_view name, const std::string& arguments) const {
    return {.text = syntax_.call(name, arguments)};
  }
  /// An argument of a call needs no brackets.
  std::string bare(const Node& node, std::size_t i) const { return parts_[node.arguments[i]].text; }

  const Rule& rule_;
  const ExpressionSyntax& syntax_;
  std::vector<Overflow> overflows_;
  std::vector<Part> parts_;
  Statements statements_;
};

}  // namespace

Statements write_statements(const Rule& rule, const ExpressionSyntax& syntax) { return Writer(rule, syntax).write(); }

std::string number_literal(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == text.npos) text += ".0";
  return text;
}

}  // namespace syswright::policy
