#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "policy/program.h"
#include "policy/syntax.h"

namespace syswright::policy {

/// Names of the functions that expressions may call.
std::span<const std::string> function_names();

/// Turns the text of one rule into a graph by running it on expressions instead of numbers: a branch runs both blocks
/// and chooses between their results, a loop runs its body for each value of its variable. Checks names and types on
/// the way. Throws ProgramError at the first mistake. Work is limited (max_steps), whatever the text.
class Lowering {
 public:
  /// Statements and operations run, loops unrolled; beyond, the program is refused.
  static constexpr std::size_t max_steps = 400000;

  Lowering(const SourceText& source, const syntax::Tree& tree, const Signature& signature, std::size_t decision,
           std::span<const Statistic> statistics, const syntax::RuleDeclaration& rule);
  /// For the rule's contract, once the type of its answer is known.
  Lowering(const SourceText& source, const syntax::Tree& tree, const Signature& signature, std::size_t decision,
           std::span<const Statistic> statistics, const syntax::RuleDeclaration& rule, const Type& output);
  /// The rule without its mode.
  Rule run();
  /// What the rule's text states of it.
  Contract contract();

 private:
  struct Value {
    NodeId node = no_node;
    bool any_zero = false;  ///< the literal 0, which may stand for 0 of any dimension
    bool known = false;     ///< made of literals and loop variables only
    bool fixed = false;     ///< a loop variable
  };
  /// What a block returns: the first answer whose guard holds. A guard of no_node always holds.
  struct Answer {
    NodeId guard = no_node;
    Value value;
  };
  struct Outcome {
    std::vector<Answer> answers;
    bool always = false;  ///< every path returns
  };

  Rule lowered();
  Clause clause(const syntax::ClauseDeclaration& declaration);
  void set_condition(const syntax::ClauseDeclaration& declaration, Clause& clause);
  void set_range(const syntax::ClauseDeclaration& declaration, Clause& clause);
  void set_growth(const syntax::ClauseDeclaration& declaration, Clause& clause);
  void set_change(const syntax::ClauseDeclaration& declaration, Clause& clause);
  void add_inputs(syntax::ExpressionId id, Clause& clause);
  std::optional<double> constant_value(const Value& value) const;
  double constant(syntax::ExpressionId id, Dimension dimension, std::string_view what);
  Graph short_graph(const Value& value, Place place) const;
  std::vector<Input> collect_inputs();
  void declare_parameters();
  void check_new_name(const syntax::Name& name) const;
  [[noreturn]] void fail_unknown(std::string_view name, syntax::ExpressionId id) const;

  Outcome block(syntax::BlockId id);
  void statement(const syntax::Statement& statement, Outcome& outcome);
  void declare(const syntax::Name& name, Value value);
  void assign(const syntax::Statement& statement);
  void answer(const syntax::Statement& statement, Outcome& outcome);
  void branch(const syntax::Statement& statement, Outcome& outcome);
  void join(NodeId condition, Outcome& yes, Outcome& no, Outcome& outcome, Place place);
  void merge_values(NodeId condition, const std::vector<Value>& yes, Place place);
  void iterate(const syntax::Statement& statement, Outcome& outcome);
  Value fold(const Outcome& outcome, Place place);
  long whole_number(syntax::ExpressionId id, std::string_view what);

  Value evaluate(syntax::ExpressionId id);
  Value evaluate_chain(syntax::ExpressionId id);
  Value evaluate_name(syntax::ExpressionId id);
  Value evaluate_conditional(const syntax::Expression& expression);
  Value evaluate_power(const syntax::Expression& expression);
  Value evaluate_call(syntax::ExpressionId id);
  Value evaluate_array_call(const syntax::Expression& call, std::size_t feature);
  Value evaluate_element(syntax::ExpressionId array, syntax::ExpressionId index, Place place);
  Value condition(syntax::ExpressionId id);
  Value binary(syntax::Operator op, Value left, Value right, Place place);
  Value choose(NodeId condition, Value yes, Value no, Place place);
  Value apply(Op op, std::initializer_list<Value> operands, Place place);
  Value number(double value, Dimension dimension = {});
  /// Gives a literal 0 the other value's dimension.
  void agree(Value& a, Value& b);
  const Type& type(const Value& value) const { return builder_[value.node].type; }
  /// Feature that the expression names, if it is an array among the parameters.
  std::optional<std::size_t> named_array(syntax::ExpressionId id) const;
  Value input_of(std::size_t feature, std::size_t element);
  void count_steps(std::size_t steps, Place place);

  const SourceText& source_;
  const syntax::Tree& tree_;
  const Signature& signature_;
  const std::size_t decision_index_;
  const Decision& decision_;
  std::span<const Statistic> statistics_;
  const syntax::RuleDeclaration& rule_;

  std::unordered_map<std::string_view, std::size_t> parameters_;  ///< feature of each
  std::unordered_map<std::size_t, std::uint32_t> first_inputs_;   ///< of each feature among the parameters
  std::uint32_t first_statistic_ = 0;
  std::vector<Input> inputs_;
  std::optional<Type> output_;  ///< of a contract: the type of the answer, which is the input behind inputs_
  GraphBuilder builder_;

  std::unordered_map<std::string_view, std::size_t> slots_;  ///< of the locals in scope, into values_
  std::vector<std::string_view> locals_;
  std::vector<Value> values_;
  std::unordered_set<std::string_view> ever_declared_;
  Value first_answer_;  ///< with a dimension of its own
  Place first_answer_place_;
  std::size_t steps_ = 0;
  Place place_;  ///< where the latest step was taken
};

}  // namespace syswright::policy
