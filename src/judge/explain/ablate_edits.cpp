#include "judge/explain/ablate_edits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <optional>

#include "base/error.h"
#include "policy/expression_text.h"

namespace syswright::judge {

using policy::no_node;
using policy::Node;
using policy::NodeId;
using policy::Op;
using policy::ValueKind;

namespace {

policy::ProgramPtr with_rule(const policy::Program& program, std::size_t rule, policy::Rule edited) {
  std::vector<policy::Rule> rules = program.rules();
  rules[rule] = std::move(edited);
  return std::make_shared<const policy::Program>(program.name(), program.signature_pointer(), program.statistics(),
                                                 std::move(rules));
}

policy::GraphBuilder builder_of(const policy::Program& program, const policy::Rule& rule) {
  return policy::GraphBuilder(
      policy::describe_inputs(rule.inputs, program.signature(), rule.decision, program.statistics()));
}

/// Numbers a text can carry: 4 digits are enough for an ablation.
double rounded(double value) {
  return std::abs(value) < 1e300 ? std::strtod(fmt::format("{:.3e}", value).c_str(), nullptr) : value;
}

bool is_additive(Op op) { return op == Op::add || op == Op::subtract; }

/// Operations of which one operand may go.
bool is_droppable(Op op) {
  switch (op) {
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::minimum:
    case Op::maximum:
    case Op::logical_and:
    case Op::logical_or:
      return true;
    default:
      return false;
  }
}

bool is_wrapping(Op op) {
  return op == Op::logarithm || op == Op::exponential || op == Op::square_root || op == Op::absolute ||
         op == Op::floor || op == Op::power;
}

/// Lists the edits of one rule.
class RuleEdits {
 public:
  RuleEdits(const policy::Program& program, std::size_t number, const std::vector<NodeValues>& values,
            const EditOptions& options, std::vector<Edit>& edits)
      : program_(program),
        number_(number),
        rule_(program.rules()[number]),
        graph_(rule_.graph),
        values_(values),
        options_(options),
        edits_(edits) {}

  void list() {
    if (program_.rules().size() > 1) leave_out();
    for (NodeId id = 0; id < graph_.size(); ++id) {
      const Node& node = graph_[id];
      if (node.op == Op::constant) {
        if (options_.constants) change_constant(id);
        continue;
      }
      hold(id);
      if (is_droppable(node.op)) drop_operands(id);
      if (node.op == Op::select) take_branches(id);
      if (is_wrapping(node.op)) unwrap(id);
    }
  }

 private:
  std::string text(NodeId id) const { return policy::expression_text(program_, rule_, id); }

  /// Adds the edit that puts a copy of another node, or a constant, in the place of `node`.
  void replace(Edit edit, NodeId by) {
    add(std::move(edit), [&](policy::GraphBuilder& builder) { return builder.copy(graph_, by); });
  }
  void replace_by_constant(Edit edit, double value) {
    const policy::Type type = graph_[edit.node].type;
    add(std::move(edit), [&](policy::GraphBuilder& builder) { return builder.constant(value, type); });
  }
  template <typename Make>
  void add(Edit edit, Make make) {
    edit.rule = number_;
    try {
      policy::GraphBuilder builder = builder_of(program_, rule_);
      const NodeId replacement = make(builder);
      policy::Rule edited = rule_;
      edited.graph = builder.finish(builder.copy(graph_, graph_.root(), edit.node, replacement));
      edit.program = with_rule(program_, number_, std::move(edited));
    } catch (const InputError&) {
      return;  // ill typed, as when a product loses the factor that gave it its unit
    }
    if (edit.program->digest() != program_.digest()) edits_.push_back(std::move(edit));
  }

  void leave_out() {
    std::vector<policy::Rule> rules = program_.rules();
    rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(number_));
    const std::string& name = program_.signature().decisions[rule_.decision].name;
    edits_.push_back({EditKind::rule, number_, no_node, no_node, "rule " + name,
                      fmt::format("'{}' left to the default", name),
                      std::make_shared<const policy::Program>(program_.name(), program_.signature_pointer(),
                                                              program_.statistics(), std::move(rules))});
  }

  void hold(NodeId id) {
    const Node& node = graph_[id];
    const double value = typical_value(node, values_[id], options_.hold_at_mean);
    const std::string term = text(id);
    replace_by_constant({EditKind::hold,
                         number_,
                         id,
                         no_node,
                         term,
                         fmt::format("'{}' held at {}", term, constant_text(value, node.type)),
                         {}},
                        value);
  }

  void drop_operands(NodeId id) {
    const Node& node = graph_[id];
    for (std::size_t i = 0; i < 2; ++i) {
      const NodeId gone = node.arguments[i];
      const NodeId kept = node.arguments[1 - i];
      // To drop a constant is to make it neutral.
      const bool neutral = options_.constants && graph_[gone].op == Op::constant && neutral_value(gone);
      if (gone == kept || neutral) continue;
      const std::string term = text(gone);
      Edit edit{EditKind::drop, number_, id, gone, term, fmt::format("'{}' dropped from '{}'", term, text(id)), {}};
      if (i == 1 || policy::info(node.op).commutative) {
        replace(std::move(edit), kept);
      } else if (node.op == Op::subtract) {
        add(std::move(edit),
            [&](policy::GraphBuilder& builder) { return builder.apply(Op::negate, {builder.copy(graph_, kept)}); });
      } else {
        add(std::move(edit), [&](policy::GraphBuilder& builder) {
          return builder.apply(Op::divide, {builder.constant(1, {}), builder.copy(graph_, kept)});
        });
      }
    }
  }

  void take_branches(NodeId id) {
    const auto [condition, yes, no] = graph_[id].arguments;
    const std::string whole = text(condition);
    replace({EditKind::branch, number_, id, no, text(no), fmt::format("'{}' taken as always true", whole), {}}, yes);
    replace({EditKind::branch, number_, id, yes, text(yes), fmt::format("'{}' taken as always false", whole), {}}, no);
  }

  void unwrap(NodeId id) {
    const Node& node = graph_[id];
    const NodeId inside = node.arguments[0];
    const std::string term = text(id);
    replace(
        {EditKind::unwrap, number_, id, no_node, term, fmt::format("'{}' replaced by '{}'", term, text(inside)), {}},
        inside);
  }

  void change_constant(NodeId id) {
    const Node& node = graph_[id];
    if (node.type.kind != ValueKind::number || node.value == 0 || converts_units(id)) return;
    const std::string term = text(id);
    const auto change = [&](EditKind kind, double value, std::string_view how) {
      const std::string words =
          fmt::format("'{}' {} to {}, in '{}'", term, how, constant_text(value, node.type), text(user_of(id)));
      replace_by_constant({kind, number_, id, no_node, term, words, {}}, value);
    };
    if (const std::optional<double> neutral = neutral_value(id)) change(EditKind::neutral, *neutral, "set");
    change(EditKind::doubled, node.value * 2, "doubled");
    change(EditKind::halved, node.value / 2, "halved");
  }

  /// Whether a constant is there for its unit only, as in hits / (age / 1s).
  bool converts_units(NodeId id) const {
    if (graph_[id].value != 1 || graph_[id].type.dimension.is_number()) return false;
    return std::ranges::none_of(graph_.nodes(), [&](const Node& user) {
      const bool scales = user.op == Op::multiply || user.op == Op::divide;
      return !scales && std::ranges::find(user.operands(), id) != user.operands().end();
    });
  }

  NodeId user_of(NodeId id) const {
    for (NodeId user = id + 1; user < graph_.size(); ++user) {
      const auto operands = graph_[user].operands();
      if (std::find(operands.begin(), operands.end(), id) != operands.end()) return user;
    }
    return id;
  }

  /// 0 in sums, 1 in products of plain numbers, where all its users agree.
  std::optional<double> neutral_value(NodeId id) const {
    std::optional<double> neutral;
    for (NodeId user = id + 1; user < graph_.size(); ++user) {
      const Node& node = graph_[user];
      const auto operands = node.operands();
      if (std::find(operands.begin(), operands.end(), id) == operands.end()) continue;
      std::optional<double> here;
      if (is_additive(node.op)) here = 0;
      if (node.op == Op::multiply || node.op == Op::power) here = 1;
      if (node.op == Op::divide && node.arguments[1] == id) here = 1;
      if (!here || (neutral && *neutral != *here)) return std::nullopt;
      neutral = here;
    }
    return neutral;
  }

  std::string constant_text(double value, const policy::Type& type) const {
    if (type.kind == ValueKind::boolean) return value != 0 ? "true" : "false";
    if (type.kind == ValueKind::action) {
      return program_.signature().decisions[rule_.decision].actions[static_cast<std::size_t>(value)];
    }
    const std::string number = format_quantity(value, type.dimension);
    const bool has_unit = number.find_first_not_of("-+.e0123456789") != number.npos;
    return type.dimension.is_number() || has_unit ? number : number + " " + to_string(type.dimension);
  }

  const policy::Program& program_;
  std::size_t number_;
  const policy::Rule& rule_;
  const policy::Graph& graph_;
  const std::vector<NodeValues>& values_;
  const EditOptions& options_;
  std::vector<Edit>& edits_;
};

}  // namespace

std::string_view to_string(EditKind kind) {
  switch (kind) {
    case EditKind::hold:
      return "hold";
    case EditKind::drop:
      return "drop";
    case EditKind::branch:
      return "branch";
    case EditKind::unwrap:
      return "unwrap";
    case EditKind::neutral:
      return "neutral";
    case EditKind::doubled:
      return "doubled";
    case EditKind::halved:
      return "halved";
    case EditKind::rule:
      return "rule";
  }
  return "";
}

std::vector<Edit> list_edits(const policy::Program& program, const ObservedValues& values, const EditOptions& options) {
  std::vector<Edit> edits;
  for (std::size_t rule = 0; rule < program.rules().size(); ++rule) {
    RuleEdits(program, rule, values.nodes[rule], options, edits).list();
  }
  return edits;
}

double typical_value(const Node& node, const NodeValues& values, bool at_mean) {
  if (node.type.kind != ValueKind::number) return values.commonest;
  return rounded(at_mean ? values.mean : values.median);
}

policy::Rule hold_nodes(const policy::Program& program, std::size_t number, std::span<const NodeId> nodes,
                        std::span<const double> values) {
  const policy::Rule& rule = program.rules()[number];
  policy::GraphBuilder builder = builder_of(program, rule);
  std::vector<NodeId> copies;
  for (NodeId id = 0; id < rule.graph.size(); ++id) {
    const Node& node = rule.graph[id];
    const auto held = std::find(nodes.begin(), nodes.end(), id);
    if (held != nodes.end()) {
      copies.push_back(builder.constant(values[static_cast<std::size_t>(held - nodes.begin())], node.type));
    } else if (node.op == Op::constant) {
      copies.push_back(builder.constant(node.value, node.type));
    } else if (node.op == Op::input) {
      copies.push_back(builder.input(node.input));
    } else {
      std::array<NodeId, 3> operands{};
      const std::size_t arity = node.operands().size();
      for (std::size_t i = 0; i < arity; ++i) operands[i] = copies[node.arguments[i]];
      copies.push_back(builder.apply(node.op, std::span(operands).first(arity)));
    }
  }
  policy::Rule held = rule;
  held.graph = builder.finish(copies.back());
  return held;
}

}  // namespace syswright::judge
