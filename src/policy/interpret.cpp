#include <array>
#include <cassert>

#include "policy/program.h"
#include "policy/semantics.h"

namespace syswright::policy {
namespace {

double evaluate(const Graph& graph, std::span<const double> inputs, double* values) {
  const auto nodes = graph.nodes();
  for (std::size_t id = 0; id < nodes.size(); ++id) {
    const Node& node = nodes[id];
    if (node.op == Op::constant) {
      values[id] = node.value;
    } else if (node.op == Op::input) {
      values[id] = inputs[node.input];
    } else {
      std::array<double, 3> operands{};
      for (std::size_t i = 0; i < node.operands().size(); ++i) operands[i] = values[node.arguments[i]];
      values[id] = semantics::apply(node.op, operands[0], operands[1], operands[2]);
    }
  }
  return values[nodes.size() - 1];
}

}  // namespace

double interpret(const Rule& rule, std::span<const double> inputs) {
  assert(rule.graph.size() > 0 && inputs.size() >= rule.inputs.size());
  std::array<double, 256> few;
  if (rule.graph.size() <= few.size()) return evaluate(rule.graph, inputs, few.data());
  std::vector<double> many(rule.graph.size());
  return evaluate(rule.graph, inputs, many.data());
}

}  // namespace syswright::policy
