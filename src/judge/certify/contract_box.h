#pragma once

#include <string>
#include <vector>

#include "judge/certify/certify.h"
#include "judge/certify/formula.h"

namespace syswright::judge {

/// A rule with its contract, laid out for proofs: one list of inputs, those of the rule first, and the box.
class ContractBox {
 public:
  ContractBox(const policy::Program& program, const policy::Contract& contract);
  /// Looks for an input that satisfies what is required; finds the box `empty` if there is none to be found.
  void look_for_inputs(const CertifyOptions& options, std::stop_token stop);

  const policy::Program& program() const { return program_; }
  const policy::Rule& rule() const { return rule_; }
  const policy::Contract& contract() const { return contract_; }
  const policy::Decision& decision() const { return program_.signature().decisions[rule_.decision]; }
  const std::vector<policy::Input>& inputs() const { return inputs_; }
  const std::vector<Side>& sides() const { return sides_; }
  /// What is required leaves nothing, as far as is known: a proof would speak of nothing.
  bool empty() const { return empty_; }
  /// Place of a contract's input among `inputs`.
  std::size_t place(std::size_t contract_input) const { return places_[contract_input]; }
  bool is_boolean(std::size_t input) const { return sides_[input].type.kind == policy::ValueKind::boolean; }

  /// Inputs for a formula, with the sides of the box as ranges.
  std::vector<policy::GraphBuilder::InputInfo> described() const;
  SearchSpace space() const;
  policy::Type output_type() const { return rule_.graph[rule_.graph.root()].type; }

  /// The rule's output over nodes of a builder that stand for the inputs.
  NodeId output(FormulaBuilder& builder, std::span<const NodeId> inputs) const;
  /// A condition of the contract over these inputs and this output.
  NodeId condition(FormulaBuilder& builder, const policy::Clause& clause, std::span<const NodeId> inputs,
                   NodeId output) const;
  /// Assumes all that is required of these inputs.
  void assume_required(FormulaBuilder& builder, std::span<const NodeId> inputs) const;
  /// Nodes of a builder's inputs first, first + 1, …
  std::vector<NodeId> input_nodes(FormulaBuilder& builder) const;

  /// Answer of the interpreter.
  double ask(std::span<const double> values) const;
  /// Whether all that is required holds at a point, by the interpreter.
  bool required_at(std::span<const double> values) const;
  /// Whether a condition of the contract holds there, by the interpreter.
  bool holds_at(const policy::Clause& clause, std::span<const double> values, double output) const;
  /// "age = 3s, size = 4KiB: answers 1.5"
  std::string describe(const Point& point) const;

 private:
  void apply_requirement(const policy::Clause& clause);
  void narrow(FormulaBuilder& builder, NodeId condition);
  void cut_open_ends();

  const policy::Program& program_;
  const policy::Contract& contract_;
  const policy::Rule& rule_;
  std::vector<policy::Input> inputs_;
  std::vector<policy::GraphBuilder::InputInfo> described_;
  std::vector<std::size_t> places_;
  std::vector<Side> sides_;
  bool empty_ = false;
};

}  // namespace syswright::judge
