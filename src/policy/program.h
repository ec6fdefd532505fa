#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/digest.h"
#include "policy/contract.h"
#include "policy/graph.h"
#include "policy/input.h"
#include "policy/signature.h"
#include "policy/statistic.h"

namespace syswright::policy {

/// A program's answer to one decision.
struct Rule {
  std::size_t decision = 0;  ///< into Signature::decisions
  std::size_t mode = 0;      ///< into Decision::modes; 0 where there are none
  /// What the graph reads and nothing else: global inputs first, then candidate inputs, each group in the order
  /// (source, index, element).
  std::vector<Input> inputs;
  std::size_t global_inputs = 0;  ///< how many of them are global
  Graph graph;
};

/// A checked, canonical, immutable policy program. Two texts with the same meaning up to the simplifier's identities,
/// names of locals and unused statistics have the same digest.
class Program {
 public:
  /// Rules may come with inputs in any order and with unused ones; statistics that no rule reads are dropped, and the
  /// rest are ordered canonically. Throws InputError if a rule's type does not answer its decision, a decision is
  /// answered twice, or a contract reads a statistic that no rule reads.
  Program(std::string name, std::shared_ptr<const Signature> signature, std::vector<Statistic> statistics,
          std::vector<Rule> rules, std::vector<Contract> contracts = {});

  const std::string& name() const { return name_; }
  const Signature& signature() const { return *signature_; }
  const std::shared_ptr<const Signature>& signature_pointer() const { return signature_; }
  const std::vector<Statistic>& statistics() const { return statistics_; }
  const std::vector<Rule>& rules() const { return rules_; }
  /// nullptr if the program leaves this decision to the mechanism's default.
  const Rule* rule_for(std::size_t decision) const;
  /// What is stated of the rules, in their order; rules of which nothing is stated have none.
  const std::vector<Contract>& contracts() const { return contracts_; }
  /// nullptr if nothing is stated of the answer to this decision.
  const Contract* contract_for(std::size_t decision) const;
  /// Content address: independent of the program's name, of its contracts and of its signature's documentation.
  const Digest& digest() const { return digest_; }
  /// Nodes of all graphs.
  std::size_t size() const;
  std::shared_ptr<const Program> renamed(std::string name) const;
  /// The same rules under the contracts of `other`, a program of the same signature: for programs that a search made.
  /// Contracts of decisions that this program leaves to the mechanism are dropped. Throws InputError if one reads a
  /// statistic that no rule of this program reads.
  std::shared_ptr<const Program> with_contracts_of(const Program& other) const;

 private:
  std::string name_;
  std::shared_ptr<const Signature> signature_;
  std::vector<Statistic> statistics_;
  std::vector<Rule> rules_;
  std::vector<Contract> contracts_;
  Digest digest_;
};

using ProgramPtr = std::shared_ptr<const Program>;

/// What GraphBuilder needs of the inputs of a rule that answers signature.decisions[decision].
std::vector<GraphBuilder::InputInfo> describe_inputs(std::span<const Input> inputs, const Signature& signature,
                                                     std::size_t decision, std::span<const Statistic> statistics);
/// "hits", "gaps[2]", or the name of a statistic.
std::string input_name(const Input& input, const Decision& decision, std::span<const Statistic> statistics);

/// The reference: value of the rule's root for inputs in the order of rule.inputs; values must be finite. A numeric
/// answer to a value decision is clamped to the decision's range by whoever asked, not here.
double interpret(const Rule& rule, std::span<const double> inputs);

/// Program text that parses to an equal digest, laid out for a person: common subexpressions become `let`s.
std::string to_source(const Program& program);

/// The first difference worth reading between two programs, as source lines with - and +.
std::string describe_difference(const Program& a, const Program& b);

}  // namespace syswright::policy
