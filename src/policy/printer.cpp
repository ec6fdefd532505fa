#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "policy/expression_text.h"
#include "policy/lexer.h"
#include "policy/lowering.h"
#include "policy/parser.h"
#include "policy/program.h"

namespace syswright::policy {
namespace {

/// How tightly an expression binds, as the parser has it.
enum Precedence { choice, disjunction, conjunction, negation, comparison, sum, product, unary, power, primary };

struct Text {
  std::string text;
  Precedence precedence = primary;
};

/// Longest expression that stays inside another, and deepest: beyond, it gets a name.
constexpr std::size_t longest_inline = 60;
constexpr std::size_t deepest_inline = 12;
/// Choices nested deeper than this are written c ? a : b instead of as blocks.
constexpr std::size_t deepest_block = 6;

bool is_identifier(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (name.empty() || name.size() > max_name_bytes || !letter(name[0]) || is_keyword(name)) return false;
  return std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

bool is_function(std::string_view name) { return std::ranges::find(function_names(), name) != function_names().end(); }

std::string parenthesised(const Text& part, Precedence least) {
  return part.precedence < least ? "(" + part.text + ")" : part.text;
}

/// "3s", "512KiB", "-$2", "3 * 1B / 1s^2".
Text quantity(double value, Dimension dimension) {
  const bool literal = dimension.is_number() || dimension == time_dimension || dimension == bytes_dimension ||
                       dimension == money_dimension;
  if (literal) return {format_quantity(value, dimension), value < 0 ? unary : primary};
  std::string text = fmt::format("{}", value);
  const std::array<std::pair<std::string_view, int>, 3> units{
      {{"1s", dimension.time}, {"1B", dimension.bytes}, {"$1", dimension.money}}};
  const auto append = [&](std::string_view sign, std::string_view unit, int exponent) {
    if (exponent <= 0) return;
    text += fmt::format(" {} {}", sign, unit);
    if (exponent > 1) text += fmt::format("^{}", exponent);
  };
  for (const auto& [unit, exponent] : units) append("*", unit, exponent);
  for (const auto& [unit, exponent] : units) append("/", unit, -exponent);
  return {text, product};
}

/// Names of a program's statistics that the language accepts, made up where those it has would not do.
std::vector<std::string> statistic_names(const Program& program) {
  std::set<std::string, std::less<>> taken;
  for (const Decision& decision : program.signature().decisions) {
    for (const Feature& feature : decision.features) taken.insert(feature.name);
    taken.insert(decision.actions.begin(), decision.actions.end());
  }
  std::vector<std::string> names;
  for (const Statistic& statistic : program.statistics()) {
    std::string name = statistic.name;
    const std::string made_up = fmt::format("{}_{}", to_string(statistic.kind), statistic.source);
    for (std::size_t i = 1; !is_identifier(name) || is_function(name) || taken.contains(name); ++i) {
      name = i == 1 ? made_up : fmt::format("{}_{}", made_up, i);
    }
    taken.insert(name);
    names.push_back(name);
  }
  return names;
}

/// The decision whose feature `percentile(feature, …)` means when none is named.
std::size_t default_decision(const Signature& signature, std::string_view feature) {
  for (std::size_t d = 0; d < signature.decisions.size(); ++d) {
    const auto found = signature.decisions[d].find_feature(feature);
    if (!found) continue;
    const Feature& candidate = signature.decisions[d].features[*found];
    if (candidate.scope == Scope::candidate && candidate.kind == ValueKind::number && candidate.length == 0) return d;
  }
  return signature.decisions.size();
}

std::string statistic_line(const Statistic& statistic, const std::string& name, const Signature& signature) {
  std::string source = statistic.source;
  const bool percentile = statistic.kind == StatisticKind::percentile;
  if (percentile && default_decision(signature, source) != statistic.decision) {
    source = signature.decisions[statistic.decision].name + "." + source;
  }
  const bool share = percentile || statistic.kind == StatisticKind::ewma || statistic.kind == StatisticKind::quantile;
  const std::string argument = share ? fmt::format("{}", statistic.parameter) : fmt::format("{}", statistic.window);
  return fmt::format("  stat {} = {}({}, {});\n", name, to_string(statistic.kind), source, argument);
}

/// Writes one rule, or one expression over its inputs; what is stated of the rule stands before its statements.
class RulePrinter {
 public:
  RulePrinter(const Program& program, const Rule& rule, const std::vector<std::string>& statistics)
      : program_(program),
        graph_(rule.graph),
        rule_(rule),
        decision_(program.signature().decisions[rule.decision]),
        statistics_(statistics),
        named_(graph_.size(), false),
        names_(graph_.size()) {
    for (const std::string& name : statistics) taken_.insert(name);
    for (const Feature& feature : decision_.features) taken_.insert(feature.name);
    for (const std::string& action : decision_.actions) taken_.insert(action);
    choose_named();
  }

  std::string print() {
    text_ = fmt::format("  {} {}({})", decision_.kind == DecisionKind::rank ? "rank" : "value", decision_.name,
                        fmt::join(parameters(), ", "));
    if (rule_.mode != 0) text_ += " by " + decision_.modes[rule_.mode];
    text_ += " {\n";
    if (const Contract* contract = program_.contract_for(rule_.decision)) {
      for (const Clause& clause : contract->clauses) line(1, to_source(clause, *contract, program_));
    }
    answer(graph_.root(), 1);
    return text_ + "  }\n";
  }

  /// The whole expression without `let`s. An input behind those of the rule is the output.
  std::string one_line() {
    named_.assign(named_.size(), false);
    return expression(graph_.root()).text;
  }

  std::string on_one_line(NodeId root, std::size_t longest) {
    for (std::size_t deepest = deepest_inline; deepest > 1; --deepest) {
      elide_below(root, deepest);
      if (least_length(root) > longest) continue;
      std::string text = expression(root).text;
      if (text.size() <= longest) return text;
    }
    elide_below(root, 1);
    return expression(root).text;
  }

 private:
  std::vector<std::string> parameters() const {
    std::set<std::size_t> read;
    for (const Input& input : rule_.inputs) {
      if (input.source == Input::Source::feature) read.insert(input.index);
    }
    const Contract* contract = program_.contract_for(rule_.decision);
    for (const Input& input : contract == nullptr ? std::vector<Input>{} : contract->inputs) {
      if (input.source == Input::Source::feature) read.insert(input.index);
    }
    std::vector<std::string> names;
    for (std::size_t index : read) names.push_back(decision_.features[index].name);
    return names;
  }

  /// Writes "…" for what lies deeper than so many operations below root.
  void elide_below(NodeId root, std::size_t deepest) {
    std::vector<std::size_t> depth(graph_.size(), graph_.size());
    depth[root] = 0;
    for (NodeId id = root + 1; id-- > 0;) {
      for (NodeId operand : graph_[id].operands()) depth[operand] = std::min(depth[operand], depth[id] + 1);
      names_[id] = depth[id] > deepest && !is_leaf(id) ? "…" : "";
    }
  }

  /// Bytes that the expression needs at least: shared parts count each time, so that it may be far longer than the
  /// graph.
  std::size_t least_length(NodeId root) const {
    constexpr std::size_t enormous = 1'000'000;
    std::vector<std::size_t> length(root + 1, 1);
    for (NodeId id = 0; id <= root; ++id) {
      if (!names_[id].empty()) continue;
      for (NodeId operand : graph_[id].operands()) length[id] = std::min(length[id] + length[operand], enormous);
    }
    return length[root];
  }

  bool is_square(const Node& node) const { return node.op == Op::multiply && node.arguments[0] == node.arguments[1]; }
  bool is_leaf(NodeId id) const { return graph_[id].op == Op::constant || graph_[id].op == Op::input; }

  /// What is used twice gets a name, and what would make another expression too long or too deep.
  void choose_named() {
    std::vector<std::size_t> uses(graph_.size());
    for (const Node& node : graph_.nodes()) {
      const auto operands = node.operands();
      const std::size_t counted = is_square(node) ? 1 : operands.size();
      for (std::size_t i = 0; i < counted; ++i) ++uses[operands[i]];
    }
    std::vector<std::size_t> length(graph_.size(), 8);
    std::vector<std::size_t> depth(graph_.size(), 0);
    for (NodeId id = 0; id < graph_.size(); ++id) {
      if (is_leaf(id)) continue;
      length[id] = 3;
      for (NodeId operand : graph_[id].operands()) {
        length[id] += named_[operand] ? 3 : length[operand];
        depth[id] = std::max(depth[id], named_[operand] ? 1 : depth[operand] + 1);
      }
      const bool long_one = length[id] > longest_inline || depth[id] > deepest_inline;
      named_[id] = id != graph_.root() && (uses[id] > 1 || long_one);
    }
  }

  void line(std::size_t depth, const std::string& content) {
    text_ += std::string(2 * (depth + 1), ' ') + content + "\n";
  }

  /// Statements that return the value of a node: a choice becomes an if, so that people can read it.
  void answer(NodeId id, std::size_t depth) {
    while (graph_[id].op == Op::select && depth < deepest_block && names_[id].empty()) {
      const auto [condition, yes, no] = graph_[id].arguments;
      // What both branches need must be named before they part.
      const auto in_yes = reachable(yes);
      const auto in_no = reachable(no);
      declare(condition, depth);
      if (named_[condition]) declare_one(condition, depth);
      for (NodeId shared = 0; shared < graph_.size(); ++shared) {
        if (in_yes[shared] && in_no[shared] && named_[shared]) declare_one(shared, depth);
      }
      line(depth, fmt::format("if {} {{", reference(condition).text));
      std::vector<NodeId> declared_inside;
      std::swap(declared_inside, declared_);
      answer(yes, depth + 1);
      for (NodeId inside : declared_) names_[inside].clear();
      std::swap(declared_inside, declared_);
      line(depth, "}");
      id = no;
    }
    declare(id, depth);
    line(depth, fmt::format("return {};", reference(id).text));
  }

  std::vector<bool> reachable(NodeId root) const {
    std::vector<bool> reached(graph_.size(), false);
    reached[root] = true;
    for (NodeId id = root + 1; id-- > 0;) {
      if (!reached[id]) continue;
      for (NodeId operand : graph_[id].operands()) reached[operand] = true;
    }
    return reached;
  }

  /// Declares the names that the expression of `root` needs and that are not in scope.
  void declare(NodeId root, std::size_t depth) {
    const auto needed = reachable(root);
    for (NodeId id = 0; id < root; ++id) {
      if (needed[id] && named_[id]) declare_one(id, depth);
    }
  }

  /// What the node needs has been declared: callers go through the nodes in graph order.
  void declare_one(NodeId id, std::size_t depth) {
    if (!names_[id].empty()) return;
    const std::string value = expression(id).text;
    std::string name;
    do {
      name = fmt::format("x{}", ++last_name_);
    } while (taken_.contains(name));
    line(depth, fmt::format("let {} = {};", name, value));
    names_[id] = name;
    declared_.push_back(id);
  }

  Text reference(NodeId id) const { return names_[id].empty() ? expression(id) : Text{names_[id]}; }

  Text leaf(const Node& node) const {
    if (node.op == Op::input) {
      if (node.input == rule_.inputs.size()) return {"output"};
      const Input& input = rule_.inputs[node.input];
      return {input.source == Input::Source::statistic ? statistics_[input.index] : input_name(input, decision_, {})};
    }
    if (node.type.kind == ValueKind::boolean) return {node.value != 0 ? "true" : "false"};
    if (node.type.kind == ValueKind::action) return {decision_.actions[static_cast<std::size_t>(node.value)]};
    return quantity(node.value, node.type.dimension);
  }

  Text infix(NodeId left, std::string_view op, NodeId right, Precedence precedence) const {
    const Text first = reference(left);
    const Text second = reference(right);
    return {fmt::format("{} {} {}", parenthesised(first, precedence), op,
                        parenthesised(second, static_cast<Precedence>(precedence + 1))),
            precedence};
  }

  /// Of operands that may change places, puts first the one that then needs no parentheses.
  Text commutative(const Node& node, std::string_view op, Precedence precedence, bool constant_first) const {
    auto [left, right, unused] = node.arguments;
    const auto same = [&](NodeId id) { return graph_[id].op == node.op && names_[id].empty(); };
    const auto constant = [&](NodeId id) { return graph_[id].op == Op::constant; };
    if (constant(left) || constant(right)) {
      if (constant(left) != constant_first) std::swap(left, right);
    } else if (same(right) && !same(left)) {
      std::swap(left, right);
    }
    return infix(left, op, right, precedence);
  }

  Text order(const Node& node) const {
    const auto side = [&](NodeId id) {
      // A bare 0 stands for 0 of any dimension.
      const bool zero = graph_[id].op == Op::constant && graph_[id].value == 0;
      return zero ? std::string("0") : parenthesised(reference(id), sum);
    };
    const std::string left = side(node.arguments[0]);
    const std::string right = side(node.arguments[1]);
    const bool strict = node.op == Op::less;
    if (graph_[node.arguments[0]].op == Op::constant) {
      return {fmt::format("{} {} {}", right, strict ? ">" : ">=", left), comparison};
    }
    return {fmt::format("{} {} {}", left, strict ? "<" : "<=", right), comparison};
  }

  Text equality(const Node& node, std::string_view op) const {
    auto [left, right, unused] = node.arguments;
    if (graph_[left].op == Op::constant) std::swap(left, right);
    return {fmt::format("{} {} {}", parenthesised(reference(left), sum), op, parenthesised(reference(right), sum)),
            comparison};
  }

  Text call(const Node& node) const {
    std::vector<std::string> arguments;
    for (NodeId operand : node.operands()) arguments.push_back(reference(operand).text);
    // A bare number last reads better: max(age, 1s).
    if (info(node.op).commutative && graph_[node.arguments[0]].op == Op::constant)
      std::swap(arguments[0], arguments[1]);
    return {fmt::format("{}({})", info(node.op).name, fmt::join(arguments, ", "))};
  }

  Text inverse(const Node& node) const {
    const Node& operand = graph_[node.arguments[0]];
    if (operand.op == Op::equal && names_[node.arguments[0]].empty()) return equality(operand, "!=");
    return {"not " + parenthesised(reference(node.arguments[0]), negation), negation};
  }

  Text expression(NodeId id) const {
    const Node& node = graph_[id];
    const auto [a, b, c] = node.arguments;
    switch (node.op) {
      case Op::constant:
      case Op::input:
        return leaf(node);
      case Op::add:
        return commutative(node, "+", sum, false);
      case Op::subtract:
        return infix(a, "-", b, sum);
      case Op::multiply:
        if (is_square(node)) return {parenthesised(reference(a), primary) + "^2", power};
        return commutative(node, "*", product, true);
      case Op::divide:
        return infix(a, "/", b, product);
      case Op::negate:
        return {"-" + parenthesised(reference(a), unary), unary};
      case Op::less:
      case Op::less_equal:
        return order(node);
      case Op::equal:
        return equality(node, "==");
      case Op::logical_and:
        return commutative(node, "and", conjunction, false);
      case Op::logical_or:
        return commutative(node, "or", disjunction, false);
      case Op::logical_not:
        return inverse(node);
      case Op::select:
        return {fmt::format("{} ? {} : {}", parenthesised(reference(a), disjunction),
                            parenthesised(reference(b), disjunction), reference(c).text),
                choice};
      default:
        return call(node);
    }
  }

  const Program& program_;
  const Graph& graph_;
  const Rule& rule_;
  const Decision& decision_;
  const std::vector<std::string>& statistics_;
  std::vector<bool> named_;         ///< nodes that get a name of their own
  std::vector<std::string> names_;  ///< of the named nodes in scope; else empty
  std::vector<NodeId> declared_;    ///< in the innermost block
  std::set<std::string, std::less<>> taken_;
  std::size_t last_name_ = 0;
  std::string text_;
};

std::string identifier_of(const std::string& name) {
  if (is_identifier(name)) return name;
  std::string result = "p_";
  for (char c : name.substr(0, max_name_bytes - result.size())) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    result += plain ? c : '_';
  }
  return result;
}

}  // namespace

std::string to_source(const Clause& clause, const Contract& contract, const Program& program) {
  const std::vector<std::string> statistics = statistic_names(program);
  const Decision& decision = program.signature().decisions[contract.decision];
  const Rule& rule = *program.rule_for(contract.decision);
  const Dimension output = rule.graph[rule.graph.root()].type.dimension;
  const auto name = [&](std::size_t input) {
    const Input& read = contract.inputs[input];
    return read.source == Input::Source::statistic ? statistics[read.index] : input_name(read, decision, {});
  };
  const auto dimension = [&](std::size_t input) {
    return describe_inputs({&contract.inputs[input], 1}, program.signature(), contract.decision,
                           program.statistics())[0]
        .type.dimension;
  };
  const auto condition = [&] {
    Rule shown;
    shown.decision = contract.decision;
    shown.inputs = contract.inputs;
    shown.graph = clause.condition;
    return RulePrinter(program, shown, statistics).one_line();
  };
  switch (clause.kind) {
    case ClauseKind::require:
      return fmt::format("require {};", condition());
    case ClauseKind::holds:
      return fmt::format("ensure {};", condition());
    case ClauseKind::range:
      return fmt::format("ensure output in [{}, {}];", quantity(clause.low, output).text,
                         quantity(clause.high, output).text);
    case ClauseKind::increasing:
      return fmt::format("ensure increasing in {};", name(clause.inputs[0]));
    case ClauseKind::decreasing:
      return fmt::format("ensure decreasing in {};", name(clause.inputs[0]));
    case ClauseKind::scaling: {
      std::vector<std::string> names;
      for (std::size_t input : clause.inputs) names.push_back(name(input));
      return fmt::format("ensure invariant under scaling of {};", fmt::join(names, ", "));
    }
    case ClauseKind::starvation:
      return fmt::format("ensure starves none beyond {} rounds as {} grows by {};", clause.rounds,
                         name(clause.inputs[0]), quantity(clause.growth, dimension(clause.inputs[0])).text);
    case ClauseKind::robust: {
      const std::string effect =
          decision.actions.empty() ? fmt::format(" -> {}", quantity(clause.effect, output).text) : "";
      return fmt::format("ensure robust in {}: {}{};", name(clause.inputs[0]), clause.change, effect);
    }
  }
  return "";
}

std::string to_source(const Program& program) {
  const std::vector<std::string> statistics = statistic_names(program);
  std::string text = fmt::format("policy {} for {} {{\n", identifier_of(program.name()), program.signature().domain);
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    text += statistic_line(program.statistics()[i], statistics[i], program.signature());
  }
  bool first = statistics.empty();
  for (const Rule& rule : program.rules()) {
    if (!first) text += "\n";
    first = false;
    text += RulePrinter(program, rule, statistics).print();
  }
  return text + "}\n";
}

std::string expression_text(const Program& program, const Rule& rule, NodeId node, std::size_t longest) {
  const std::vector<std::string> statistics = statistic_names(program);
  return RulePrinter(program, rule, statistics).on_one_line(node, longest);
}

}  // namespace syswright::policy
