#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "policy/compile.h"
#include "policy/lowering.h"

// The contract of a rule: its expressions are lowered as those of the rule, but not simplified, so that they print as
// they were written, and over one more input: the output.
namespace syswright::policy {

using namespace syntax;

namespace {

constexpr Type boolean{ValueKind::boolean, {}};
/// Operations of one statement, written out in full: it is printed on one line.
constexpr double max_statement = 1000;
/// The line must be one that the parser takes (max_nesting), whatever brackets it needs.
constexpr std::size_t max_statement_depth = 90;

std::vector<GraphBuilder::InputInfo> with_output(std::vector<GraphBuilder::InputInfo> inputs, const Type& output) {
  inputs.push_back({.type = output, .identity = DigestBuilder().add("output").finish().low});
  return inputs;
}

/// Whether the operand is written beside its user without brackets, as the sum in (a + b) + c is.
bool stands_open(const Node& user, const Node& operand, std::size_t place) {
  const bool infix = user.op == Op::add || user.op == Op::subtract || user.op == Op::multiply ||
                     user.op == Op::divide || user.op == Op::logical_and || user.op == Op::logical_or;
  return infix && operand.op == user.op && (place == 0 || info(user.op).commutative);
}

/// Keeps of a contract's inputs those that its statements read.
void drop_unread(Contract& contract) {
  const auto output = contract.inputs.size();
  std::vector<bool> read(output, false);
  for (const Clause& clause : contract.clauses) {
    for (std::size_t input : clause.inputs) read[input] = true;
    for (const Node& node : clause.condition.nodes()) {
      if (node.op == Op::input && node.input < output) read[node.input] = true;
    }
  }
  std::vector<std::uint32_t> place(output + 1);
  std::vector<Input> kept;
  for (std::size_t i = 0; i < output; ++i) {
    place[i] = static_cast<std::uint32_t>(kept.size());
    if (read[i]) kept.push_back(contract.inputs[i]);
  }
  place[output] = static_cast<std::uint32_t>(kept.size());
  contract.inputs = std::move(kept);
  for (Clause& clause : contract.clauses) {
    for (std::size_t& input : clause.inputs) input = place[input];
    std::vector<Node> nodes(clause.condition.nodes().begin(), clause.condition.nodes().end());
    for (Node& node : nodes) {
      if (node.op == Op::input) node.input = place[node.input];
    }
    clause.condition = Graph(std::move(nodes));
  }
}

}  // namespace

Lowering::Lowering(const SourceText& source, const Tree& tree, const Signature& signature, std::size_t decision,
                   std::span<const Statistic> statistics, const RuleDeclaration& rule, const Type& output)
    : source_(source),
      tree_(tree),
      signature_(signature),
      decision_index_(decision),
      decision_(signature.decisions[decision]),
      statistics_(statistics),
      rule_(rule),
      inputs_(collect_inputs()),
      output_(output),
      builder_(with_output(describe_inputs(inputs_, signature, decision, statistics), output), false) {}

Contract Lowering::contract() {
  Contract result{.decision = decision_index_, .inputs = inputs_, .clauses = {}};
  try {
    for (const ClauseDeclaration& declaration : rule_.clauses) result.clauses.push_back(clause(declaration));
  } catch (const InputError& error) {  // of the builder: the graph is too large
    if (error.where().line != 0) throw;
    source_.fail(place_, error.what());
  }
  drop_unread(result);
  return result;
}

Clause Lowering::clause(const ClauseDeclaration& declaration) {
  place_ = declaration.place;
  Clause result{.kind = declaration.kind, .line = declaration.place.line};
  for (ExpressionId input : declaration.inputs) add_inputs(input, result);
  const bool of_one = declaration.kind != ClauseKind::scaling && !declaration.inputs.empty();
  if (of_one && result.inputs.size() > 1) {
    const Expression& array = tree_.expressions[declaration.inputs[0]];
    source_.fail(array.place, fmt::format("'{}' is an array; name one element, as in {}[0]", array.text, array.text));
  }
  switch (declaration.kind) {
    case ClauseKind::require:
    case ClauseKind::holds:
    case ClauseKind::range:
      set_condition(declaration, result);
      break;
    case ClauseKind::increasing:
    case ClauseKind::decreasing:
      if (output_->kind != ValueKind::number) {
        source_.fail(declaration.place,
                     fmt::format("'{}' is answered by an action, and actions have no order; state a condition, as in "
                                 "ensure output == {} or …",
                                 decision_.name, decision_.actions[0]));
      }
      break;
    case ClauseKind::scaling:
      break;
    case ClauseKind::starvation:
      set_growth(declaration, result);
      break;
    case ClauseKind::robust:
      set_change(declaration, result);
      break;
  }
  return result;
}

void Lowering::set_condition(const ClauseDeclaration& declaration, Clause& clause) {
  const Value condition = evaluate(declaration.value);
  const Place place = tree_.expressions[declaration.value].place;
  set_range(declaration, clause);
  if (type(condition) != boolean) {
    source_.fail(
        place, fmt::format("'{}' takes what is true or false, but this is {}; compare it, as in output > 0",
                           declaration.kind == ClauseKind::require ? "require" : "ensure", to_string(type(condition))));
  }
  clause.condition = short_graph(condition, place);
  const auto reads_output = [&](const Node& node) { return node.op == Op::input && node.input == inputs_.size(); };
  if (clause.kind == ClauseKind::require && std::ranges::any_of(clause.condition.nodes(), reads_output)) {
    source_.fail(declaration.place, "'require' speaks of inputs, not of the output; for that there is 'ensure'");
  }
}

/// `VALUE in [LOW, HIGH]` is parsed as two comparisons of one expression.
void Lowering::set_range(const ClauseDeclaration& declaration, Clause& clause) {
  const Expression& both = tree_.expressions[declaration.value];
  if (both.kind != ExpressionKind::binary || both.op != Operator::logical_and) return;
  const Expression& above = tree_.expressions[both.children[0]];
  const Expression& below = tree_.expressions[both.children[1]];
  const bool compare = above.kind == ExpressionKind::binary && below.kind == ExpressionKind::binary;
  if (!compare || above.children[0] != below.children[0]) return;
  const auto low = constant_value(evaluate(above.children[1]));
  const auto high = constant_value(evaluate(below.children[1]));
  if (!low || !high) return;
  if (*low > *high) {
    source_.fail(declaration.place, "the range is empty: its low end is above its high end");
  }
  const Expression& subject = tree_.expressions[above.children[0]];
  if (declaration.kind != ClauseKind::holds || subject.kind != ExpressionKind::name || subject.text != "output") return;
  clause.kind = ClauseKind::range;
  clause.low = *low;
  clause.high = *high;
}

void Lowering::set_growth(const ClauseDeclaration& declaration, Clause& clause) {
  if (decision_.kind != DecisionKind::rank) {
    source_.fail(declaration.place, fmt::format("'{}' has no candidates that could starve", decision_.name));
  }
  const Input& input = inputs_[clause.inputs[0]];
  const Type grows = builder_[builder_.input(static_cast<std::uint32_t>(clause.inputs[0]))].type;
  const Place place = tree_.expressions[declaration.inputs[0]].place;
  if (input.scope != Scope::candidate || grows.kind != ValueKind::number) {
    source_.fail(place, "what grows while a candidate waits is a number of the candidate");
  }
  clause.rounds = constant(declaration.value, {}, "the number of rounds");
  clause.growth = constant(declaration.amount, grows.dimension, "the growth of a round");
  if (clause.rounds < 1 || clause.rounds != std::floor(clause.rounds)) {
    source_.fail(tree_.expressions[declaration.value].place, "the number of rounds is a whole number, at least 1");
  }
  if (clause.growth <= 0) {
    source_.fail(tree_.expressions[declaration.amount].place, "the growth of a round is above 0");
  }
}

void Lowering::set_change(const ClauseDeclaration& declaration, Clause& clause) {
  if (builder_[builder_.input(static_cast<std::uint32_t>(clause.inputs[0]))].type.kind != ValueKind::number) {
    source_.fail(tree_.expressions[declaration.inputs[0]].place, "only a number can change by a share");
  }
  clause.change = constant(declaration.value, {}, "the change");
  if (!(clause.change > 0 && clause.change < 1)) {
    source_.fail(tree_.expressions[declaration.value].place,
                 "the change is a share of the input, above 0 and below 1: 5%");
  }
  const bool acts = output_->kind != ValueKind::number;
  if (acts && declaration.amount != none) {
    source_.fail(
        tree_.expressions[declaration.amount].place,
        fmt::format("'{}' is answered by an action, which must not change at all; remove '-> …'", decision_.name));
  }
  if (acts) return;
  if (declaration.amount == none) {
    source_.fail(declaration.place, "state by how much the answer may change: ensure robust in FEATURE: 1% -> 0.05;");
  }
  clause.effect = constant(declaration.amount, output_->dimension, "the effect");
  if (clause.effect < 0) source_.fail(tree_.expressions[declaration.amount].place, "the effect is not negative");
}

void Lowering::add_inputs(ExpressionId id, Clause& clause) {
  const auto add = [&](std::size_t input) {
    if (std::ranges::find(clause.inputs, input) != clause.inputs.end()) {
      source_.fail(tree_.expressions[id].place, "this is named twice");
    }
    clause.inputs.push_back(input);
  };
  if (const auto array = named_array(id)) {
    for (std::size_t i = 0; i < decision_.features[*array].length; ++i) add(first_inputs_.at(*array) + i);
    return;
  }
  const Value value = evaluate(id);
  const Node& node = builder_[value.node];
  if (node.op != Op::input || node.input == inputs_.size()) {
    source_.fail(tree_.expressions[id].place, "expected a feature, an element of one, or a statistic");
  }
  add(node.input);
}

std::optional<double> Lowering::constant_value(const Value& value) const {
  Rule rule;
  rule.graph = builder_.finish(value.node);
  const bool reads = std::ranges::any_of(rule.graph.nodes(), [](const Node& node) { return node.op == Op::input; });
  if (reads) return std::nullopt;
  return interpret(rule, {});
}

double Lowering::constant(ExpressionId id, Dimension dimension, std::string_view what) {
  const Value value = evaluate(id);
  const Place place = tree_.expressions[id].place;
  const auto known = constant_value(value);
  if (!known) source_.fail(place, fmt::format("{} must be known: a literal, or literals that are combined", what));
  const Type& given = type(value);
  if (given.kind != ValueKind::number || (given.dimension != dimension && !value.any_zero)) {
    source_.fail(place, fmt::format("{} must be {}, but is {}", what, to_string(dimension), to_string(given)));
  }
  return *known;
}

/// Graph of a condition, refused if its text would be long or deep.
Graph Lowering::short_graph(const Value& value, Place place) const {
  Graph graph = builder_.finish(value.node);
  std::vector<double> written(graph.size(), 1);
  std::vector<std::size_t> depth(graph.size(), 0);
  for (NodeId id = 0; id < graph.size(); ++id) {
    const auto operands = graph[id].operands();
    for (std::size_t i = 0; i < operands.size(); ++i) {
      const bool open = stands_open(graph[id], graph[operands[i]], i);
      written[id] += written[operands[i]];
      depth[id] = std::max(depth[id], depth[operands[i]] + (open ? 0 : 1));
    }
  }
  if (written.back() > max_statement) {
    source_.fail(place, fmt::format("the statement has over {} operations; split it", max_statement));
  }
  if (depth.back() > max_statement_depth) {
    source_.fail(place, fmt::format("the statement is nested over {} deep; split it", max_statement_depth));
  }
  return graph;
}

}  // namespace syswright::policy
