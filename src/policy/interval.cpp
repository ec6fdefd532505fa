#include "policy/interval.h"

#include <array>

namespace syswright::policy {

std::vector<Interval> evaluate_intervals(const Rule& rule, std::span<const Interval> inputs) {
  std::vector<Interval> intervals;
  intervals.reserve(rule.graph.size());
  for (const Node& node : rule.graph.nodes()) {
    if (node.op == Op::constant) {
      intervals.push_back({node.value, node.value});
    } else if (node.op == Op::input) {
      intervals.push_back(inputs[node.input]);
    } else {
      std::array<Interval, 3> operands;
      const std::size_t arity = node.operands().size();
      for (std::size_t i = 0; i < arity; ++i) operands[i] = intervals[node.arguments[i]];
      intervals.push_back(apply_interval(node.op, std::span(operands).first(arity)));
    }
  }
  return intervals;
}

std::vector<Interval> input_ranges(const Rule& rule, const Program& program) {
  std::vector<Interval> ranges;
  for (const auto& info : describe_inputs(rule.inputs, program.signature(), rule.decision, program.statistics())) {
    ranges.push_back(cut_to_finite(info.low, info.high));
  }
  return ranges;
}

}  // namespace syswright::policy
