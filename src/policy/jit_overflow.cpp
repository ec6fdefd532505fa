#include "policy/jit_overflow.h"

#include <algorithm>
#include <cmath>

#include "policy/interval.h"
#include "policy/semantics.h"

namespace syswright::policy {
namespace {

double magnitude(const Interval& x) { return std::max(std::abs(x.low), std::abs(x.high)); }

/// Whether |quotient| can exceed the dividend's magnitude.
bool divides_by_less_than_one(const Interval& divisor) { return divisor.low < 1 && divisor.high > -1; }

Overflow overflow_of(Op op, const Interval& a, const Interval& b, const Interval& result) {
  // An overflow is made the largest double, so a result that stays below it proves that there was none.
  Overflow overflow{.above = result.high >= semantics::largest, .below = result.low <= -semantics::largest};
  const auto rule_out = [&](bool impossible) {
    if (impossible) overflow.above = overflow.below = false;
  };
  switch (op) {
    case Op::add:
      overflow.above = overflow.above && a.high > 0 && b.high > 0;
      overflow.below = overflow.below && a.low < 0 && b.low < 0;
      return overflow;
    case Op::subtract:
      overflow.above = overflow.above && a.high > 0 && b.low < 0;
      overflow.below = overflow.below && a.low < 0 && b.high > 0;
      return overflow;
    case Op::multiply:
      rule_out(magnitude(a) <= 1 || magnitude(b) <= 1);
      return overflow;
    case Op::divide:
      rule_out(!divides_by_less_than_one(b));
      overflow.zero_divisor = b.contains(0);
      return overflow;
    default:
      return {};
  }
}

}  // namespace

std::vector<Overflow> find_overflows(const Rule& rule) {
  const std::vector<Interval> any(rule.inputs.size(), {-semantics::largest, semantics::largest});
  const std::vector<Interval> ranges = evaluate_intervals(rule, any);
  std::vector<Overflow> overflows(rule.graph.size());
  for (std::size_t i = 0; i < overflows.size(); ++i) {
    const Node& node = rule.graph.nodes()[i];
    if (node.operands().size() != 2) continue;
    overflows[i] = overflow_of(node.op, ranges[node.arguments[0]], ranges[node.arguments[1]], ranges[i]);
  }
  return overflows;
}

}  // namespace syswright::policy
