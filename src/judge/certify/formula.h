#pragma once

#include <memory>
#include <string>
#include <vector>

#include "judge/certify/enclosure.h"
#include "judge/certify/prover.h"
#include "policy/program.h"

/// Statements that are conditions: over inputs, `claim` holds wherever all `assumptions` do.
namespace syswright::judge {

struct Formula {
  policy::Graph graph;  ///< holds all of the nodes below; its last node is of no meaning
  NodeId claim = policy::no_node;
  std::vector<NodeId> assumptions;
};

/// Assembles a formula from the graphs of rules and contracts.
class FormulaBuilder {
 public:
  /// inputs: of the formula, with their types and the sides of the box as ranges.
  explicit FormulaBuilder(std::vector<policy::GraphBuilder::InputInfo> inputs);

  policy::GraphBuilder& builder() { return builder_; }
  /// A copy of a whole graph; its input i becomes arguments[i], a node of this builder.
  NodeId copy(const policy::Graph& graph, std::span<const NodeId> arguments);
  NodeId number(double value, Dimension dimension = {});
  /// The operands of a tree of `and`s become assumptions of their own.
  void assume(NodeId condition);
  NodeId truth(bool value);
  NodeId negation(NodeId condition);
  NodeId conjunction(NodeId a, NodeId b);
  NodeId disjunction(NodeId a, NodeId b);
  /// What is left of a condition where `known` conditions hold.
  NodeId given(NodeId condition, std::span<const NodeId> known);
  /// Adds to `known` what follows from a condition: itself, and the parts of an `and`.
  void learn(NodeId condition, std::vector<NodeId>& known);
  /// Drops from the claim what is assumed.
  Formula finish(NodeId claim);

 private:
  policy::GraphBuilder builder_;
  std::vector<NodeId> assumptions_;
};

/// Decides a formula by values first, then by derivatives: a comparison that values leave open is decided where the
/// difference of its sides, taken at the right ends of inputs in which it is monotone, or by the mean value theorem
/// around the middle, exceeds what rounding could hide.
std::unique_ptr<Statement> make_statement(const Formula& formula, const SearchSpace& space);

/// Whether the program as it runs breaks the formula at a point: all assumptions hold and the claim does not.
bool breaks(Enclosure& enclosure, const Formula& formula, std::span<const double> point);

}  // namespace syswright::judge
