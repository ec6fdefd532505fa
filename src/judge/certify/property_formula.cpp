#include <algorithm>

#include "judge/certify/property.h"

namespace syswright::judge {

using policy::Clause;
using policy::Node;
using policy::Op;

namespace {

/// Choices that are followed into both arms, one inside another.
constexpr std::size_t deepest_choice = 6;

class Cases {
 public:
  Cases(const ContractBox& contract, const Clause& clause, FormulaBuilder& builder, std::span<const NodeId> inputs)
      : contract_(contract), clause_(clause), builder_(builder), inputs_(inputs) {}

  NodeId claim(NodeId output, std::vector<NodeId> known, std::size_t depth) {
    const Node node = builder_.builder()[output];
    if (node.op != Op::select || depth >= deepest_choice) {
      return builder_.given(contract_.condition(builder_, clause_, inputs_, output), known);
    }
    const NodeId condition = builder_.given(node.arguments[0], known);
    const NodeId opposite = builder_.negation(condition);
    std::vector<NodeId> without = known;
    builder_.learn(condition, known);
    builder_.learn(opposite, without);
    const NodeId yes = claim(node.arguments[1], std::move(known), depth + 1);
    const NodeId no = claim(node.arguments[2], std::move(without), depth + 1);
    return builder_.conjunction(builder_.disjunction(opposite, yes), builder_.disjunction(condition, no));
  }

 private:
  const ContractBox& contract_;
  const Clause& clause_;
  FormulaBuilder& builder_;
  std::span<const NodeId> inputs_;
};

}  // namespace

Formula condition_formula(const ContractBox& contract, const Clause& clause) {
  FormulaBuilder builder(contract.described());
  const auto inputs = contract.input_nodes(builder);
  contract.assume_required(builder, inputs);
  const NodeId output = contract.output(builder, inputs);
  return builder.finish(Cases(contract, clause, builder, inputs).claim(output, {}, 0));
}

Overtaking overtaking_formula(const ContractBox& contract, const Clause& clause) {
  Overtaking result;
  const std::size_t grows = contract.place(clause.inputs[0]);
  const double gap = clause.rounds * clause.growth;
  auto described = contract.described();
  result.space = contract.space();
  policy::Interval& young = result.space.box[grows];
  const policy::Interval whole = young;
  const double room = whole.high - whole.low - gap;
  result.possible = room >= 0;
  if (!result.possible) return result;
  young.high = std::max(whole.low, whole.high - gap);
  described[grows].high = young.high;

  const std::size_t count = contract.inputs().size();
  for (std::size_t i = 0; i < count; ++i) {
    result.copies.push_back(i);
    if (contract.inputs()[i].scope == policy::Scope::global) continue;
    result.copies[i] = described.size();
    auto copy = described[i];
    copy.identity = DigestBuilder().add("older").add(copy.identity).finish().low;
    if (i == grows) {
      copy.low = 0;
      copy.high = room;
    }
    described.push_back(copy);
    result.space.box.push_back({copy.low, copy.high});
    result.space.discrete.push_back(contract.is_boolean(i));
  }

  FormulaBuilder builder(described);
  const auto younger = contract.input_nodes(builder);
  std::vector<NodeId> older;
  for (std::size_t place : result.copies) older.push_back(builder.builder().input(static_cast<std::uint32_t>(place)));
  const Dimension dimension = described[grows].type.dimension;
  const NodeId waited = builder.builder().apply(Op::add, {builder.number(gap, dimension), older[grows]});
  older[grows] = builder.builder().apply(Op::add, {younger[grows], waited});
  builder.assume(builder.builder().apply(Op::less_equal, {older[grows], builder.number(whole.high, dimension)}));
  contract.assume_required(builder, younger);
  contract.assume_required(builder, older);
  const NodeId young_score = contract.output(builder, younger);
  const NodeId old_score = contract.output(builder, older);
  result.formula = builder.finish(builder.builder().apply(Op::less, {young_score, old_score}));
  return result;
}

}  // namespace syswright::judge
