#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "design/scales.h"
#include "policy/program.h"

namespace syswright::design {

/// A program's answer to one decision with the statistics that it reads: what crossover exchanges.
struct RulePart {
  std::size_t decision = 0;
  std::size_t mode = 0;
  std::vector<policy::Input> inputs;  ///< of the graph; statistics index `statistics` below
  policy::Graph graph;
  std::vector<policy::Statistic> statistics;
};

/// Copy of a program's rule. Asserts that the program answers the decision.
RulePart extract(const policy::Program& program, std::size_t decision);

/// Program of these parts, at most one a decision: equal statistics become one, and are named after their content.
/// Throws InputError as Program's constructor does.
policy::ProgramPtr assemble(std::string name, const std::shared_ptr<const policy::Signature>& signature,
                            std::span<const RulePart> parts);

/// Statistics are equal here if they keep the same numbers, whatever their names.
bool same_content(const policy::Statistic& a, const policy::Statistic& b);

/// What can be read in the rules of a signature, with scales. Built once a search.
class Vocabulary {
 public:
  struct Word {
    policy::Input input;
    policy::GraphBuilder::InputInfo info;
    Scale scale;
  };

  Vocabulary(std::shared_ptr<const policy::Signature> signature, Scales scales);

  const std::shared_ptr<const policy::Signature>& signature_pointer() const { return signature_; }
  const policy::Signature& signature() const { return *signature_; }
  const policy::Decision& decision(std::size_t index) const { return signature_->decisions[index]; }
  /// Every feature slot of a decision, in order.
  const std::vector<Word>& words(std::size_t decision) const { return words_[decision]; }
  /// A statistic as the rules of a decision read it; input.index is left 0.
  Word describe(const policy::Statistic& statistic, std::size_t decision) const;

 private:
  std::shared_ptr<const policy::Signature> signature_;
  Scales scales_;
  std::vector<std::vector<Word>> words_;
};

/// One rule under construction: a graph builder whose inputs are every feature of the decision and the statistics
/// given.
class Draft {
 public:
  Draft(const Vocabulary& vocabulary, std::size_t decision, std::vector<policy::Statistic> statistics = {});

  const Vocabulary& vocabulary() const { return vocabulary_; }
  std::size_t decision() const { return decision_; }
  policy::GraphBuilder& builder() { return builder_; }
  std::span<const Vocabulary::Word> words() const { return words_; }
  const policy::Type& type(policy::NodeId node) const { return builder_[node].type; }

  /// Copies the expression below `root`. Statistics of the part must be among the draft's.
  policy::NodeId import(const RulePart& part, policy::NodeId root);
  /// Copies a part's whole expression, with what `replace` gives (from the copies of its operands) for one node.
  using Replace = std::function<policy::NodeId(Draft&, std::span<const policy::NodeId> operands)>;
  policy::NodeId rebuild(const RulePart& part, policy::NodeId target, const Replace& replace);
  /// Copies one node of a part over operands of this draft.
  policy::NodeId copy_node(const RulePart& part, policy::NodeId node, std::span<const policy::NodeId> operands);

  RulePart finish(policy::NodeId root, std::size_t mode) const;

 private:
  policy::NodeId import(const RulePart& part, policy::NodeId root, policy::NodeId target, const Replace* replace);
  std::uint32_t find(const RulePart& part, const policy::Input& input) const;

  const Vocabulary& vocabulary_;
  std::size_t decision_;
  std::vector<policy::Statistic> statistics_;
  std::vector<Vocabulary::Word> words_;
  policy::GraphBuilder builder_;
};

}  // namespace syswright::design
