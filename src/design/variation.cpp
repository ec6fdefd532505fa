#include "design/variation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "design/drift.h"

namespace syswright::design {
namespace {

using policy::NodeId;
using policy::Op;
using policy::Type;
using policy::ValueKind;

constexpr std::array<std::string_view, 9> mutations{"subtree",   "point",     "constant", "hoist", "insert",
                                                    "condition", "statistic", "mode",     "rule"};
constexpr std::array<double, 9> mutation_weights{3, 3, 4, 2, 3.5, 2, 1.5, 0.5, 0.5};
constexpr std::array<std::string_view, 3> crossings{"crossover", "blend", "exchange"};
constexpr std::array<double, 3> crossing_weights{5, 1.5, 1};
constexpr int tries = 12;

std::vector<RulePart> parts_of(const policy::Program& program) {
  std::vector<RulePart> parts;
  for (const policy::Rule& rule : program.rules()) parts.push_back(extract(program, rule.decision));
  return parts;
}

bool is_number(const policy::Node& node) { return node.type.kind == ValueKind::number; }
bool is_boolean(const policy::Node& node) { return node.type.kind == ValueKind::boolean; }
bool is_action(const policy::Node& node) { return node.type.kind == ValueKind::action; }

template <typename Predicate>
std::optional<NodeId> pick_node(Random& random, const policy::Graph& graph, const Predicate& predicate) {
  std::vector<NodeId> fitting;
  for (NodeId i = 0; i < graph.size(); ++i) {
    if (predicate(graph[i])) fitting.push_back(i);
  }
  if (fitting.empty()) return std::nullopt;
  return fitting[random.below(fitting.size())];
}

NodeId any_node(Random& random, const policy::Graph& graph) { return static_cast<NodeId>(random.below(graph.size())); }

}  // namespace

bool Variation::ranks(const RulePart& part) const {
  return grammar_.vocabulary().decision(part.decision).kind == policy::DecisionKind::rank;
}

Draft Variation::draft_for(Random& random, const RulePart& part, double fresh) const {
  std::vector<policy::Statistic> statistics = part.statistics;
  if (random.chance(fresh)) {
    for (policy::Statistic& statistic : grammar_.random_statistics(random, part.decision, 1)) {
      statistics.push_back(std::move(statistic));
    }
  }
  return Draft(grammar_.vocabulary(), part.decision, std::move(statistics));
}

std::optional<RulePart> Variation::subtree(Random& random, const RulePart& part) const {
  Draft draft = draft_for(random, part, grammar_.options().fresh_statistic);
  const NodeId target = any_node(random, part.graph);
  const int depth = 1 + static_cast<int>(random.below(3));
  const NodeId root = draft.rebuild(
      part, target, [&](Draft& d, auto) { return grammar_.expression(random, d, part.graph[target].type, depth); });
  return draft.finish(root, part.mode);
}

NodeId Variation::changed_point(Random& random, Draft& draft, const policy::Node& node,
                                std::span<const NodeId> operands) const {
  policy::GraphBuilder& builder = draft.builder();
  switch (node.op) {
    case Op::input:
    case Op::constant:
      return grammar_.expression(random, draft, node.type, 0);
    case Op::add:
    case Op::subtract:
    case Op::minimum:
    case Op::maximum: {
      constexpr std::array<Op, 4> ops{Op::add, Op::subtract, Op::minimum, Op::maximum};
      return builder.apply(ops[random.below(4)], operands);
    }
    case Op::multiply:
    case Op::divide: {
      if (!draft.type(operands[1]).dimension.is_number()) return builder.apply(node.op, operands);
      return builder.apply(node.op == Op::multiply ? Op::divide : Op::multiply, operands);
    }
    case Op::less:
    case Op::less_equal:
      return builder.apply(node.op, {operands[1], operands[0]});
    case Op::logical_and:
      return builder.apply(Op::logical_or, operands);
    case Op::logical_or:
      return builder.apply(Op::logical_and, operands);
    case Op::select:
      return builder.apply(Op::select, {operands[0], operands[2], operands[1]});
    case Op::negate:
    case Op::absolute:
      return operands[0];
    case Op::logical_not:
      return operands[0];
    default:
      break;
  }
  constexpr std::array<Op, 3> unary{Op::square_root, Op::logarithm, Op::exponential};
  return draft.type(operands[0]) == Type{} ? builder.apply(unary[random.below(3)], {operands[0]})
                                           : builder.apply(node.op, operands);
}

std::optional<RulePart> Variation::point(Random& random, const RulePart& part) const {
  Draft draft = draft_for(random, part, 0);
  const NodeId target = any_node(random, part.graph);
  const NodeId root = draft.rebuild(part, target, [&](Draft& d, std::span<const NodeId> operands) {
    return changed_point(random, d, part.graph[target], operands);
  });
  return draft.finish(root, part.mode);
}

std::optional<RulePart> Variation::constant(Random& random, const RulePart& part) const {
  const auto first = pick_node(random, part.graph,
                               [](const policy::Node& node) { return node.op == Op::constant && is_number(node); });
  if (!first) return std::nullopt;
  constexpr std::array<double, 3> steps{0.15, 0.6, 2};
  const double step = steps[random.below(steps.size())];
  Draft draft = draft_for(random, part, 0);
  const NodeId root = draft.rebuild(part, *first, [&](Draft& d, auto) {
    const policy::Node& node = part.graph[*first];
    if (node.value == 0 || random.chance(0.05)) return grammar_.constant(random, d, node.type.dimension);
    const double sign = random.chance(0.07) ? -1 : 1;
    return d.builder().constant(rounded(sign * node.value * std::exp(step * random.normal()), 3), node.type);
  });
  return draft.finish(root, part.mode);
}

std::optional<RulePart> Variation::hoist(Random& random, const RulePart& part) const {
  Draft draft = draft_for(random, part, 0);
  if (ranks(part) && random.chance(0.3)) {
    // A score may have any dimension: any quantity can be the whole answer.
    const auto chosen = pick_node(random, part.graph,
                                  [](const policy::Node& node) { return is_number(node) && node.op != Op::constant; });
    if (!chosen) return std::nullopt;
    return draft.finish(draft.import(part, *chosen), part.mode);
  }
  const auto operand_of_its_type = [&](const policy::Node& node) {
    return std::ranges::any_of(node.operands(), [&](NodeId o) { return part.graph[o].type == node.type; });
  };
  const auto target = pick_node(random, part.graph, operand_of_its_type);
  if (!target) return std::nullopt;
  const NodeId root = draft.rebuild(part, *target, [&](Draft& d, std::span<const NodeId> operands) {
    std::vector<NodeId> fitting;
    for (const NodeId operand : operands) {
      if (d.type(operand) == part.graph[*target].type) fitting.push_back(operand);
    }
    return fitting[random.below(fitting.size())];
  });
  return draft.finish(root, part.mode);
}

NodeId Variation::partnered(Random& random, Draft& draft, NodeId node) const {
  policy::GraphBuilder& builder = draft.builder();
  const Type type = draft.type(node);
  const int depth = static_cast<int>(random.below(3));
  if (random.chance(0.45)) {
    const NodeId partner = grammar_.expression(random, draft, Type{}, depth);
    return builder.apply(random.chance(0.5) ? Op::multiply : Op::divide, {node, partner});
  }
  NodeId partner = grammar_.expression(random, draft, type, depth);
  if (random.chance(0.5)) {
    partner = builder.apply(Op::multiply, {partner, grammar_.constant(random, draft, {})});
  }
  constexpr std::array<Op, 4> ops{Op::add, Op::subtract, Op::minimum, Op::maximum};
  return builder.apply(ops[random.weighted(std::array<double, 4>{3, 3, 1, 1})], {node, partner});
}

std::optional<RulePart> Variation::insert(Random& random, const RulePart& part) const {
  Draft draft = draft_for(random, part, 0.2);
  if (ranks(part) && random.chance(0.3)) {
    const NodeId whole = draft.import(part, part.graph.root());
    const auto word = grammar_.word(random, draft, std::nullopt);
    if (!word) return std::nullopt;
    const Op op = random.chance(0.5) ? Op::multiply : Op::divide;
    return draft.finish(draft.builder().apply(op, {whole, *word}), part.mode);
  }
  // Where actions are picked, the conditions carry the rule: one more of them is worth as much as one more term.
  const bool picks = is_action(part.graph[part.graph.root()]);
  const auto target = pick_node(
      random, part.graph, [&](const policy::Node& node) { return is_number(node) || (picks && is_boolean(node)); });
  if (!target) return std::nullopt;
  const NodeId root = draft.rebuild(part, *target, [&](Draft& d, std::span<const NodeId> operands) {
    const NodeId node = d.copy_node(part, *target, operands);
    if (is_number(part.graph[*target])) return partnered(random, d, node);
    const NodeId more = grammar_.condition(random, d, 1);
    return d.builder().apply(random.chance(0.5) ? Op::logical_and : Op::logical_or, {node, more});
  });
  return draft.finish(root, part.mode);
}

std::optional<RulePart> Variation::condition(Random& random, const RulePart& part) const {
  Draft draft = draft_for(random, part, 0.2);
  const auto target =
      pick_node(random, part.graph, [](const policy::Node& node) { return is_number(node) || is_action(node); });
  if (!target) return std::nullopt;
  const NodeId root = draft.rebuild(part, *target, [&](Draft& d, std::span<const NodeId> operands) {
    policy::GraphBuilder& builder = d.builder();
    const NodeId node = d.copy_node(part, *target, operands);
    const NodeId decided = grammar_.condition(random, d, 1);
    if (is_action(part.graph[*target])) {
      return builder.apply(Op::select, {decided, grammar_.expression(random, d, d.type(node), 0), node});
    }
    NodeId other = policy::no_node;
    switch (random.below(3)) {
      case 0:
        other = builder.apply(Op::multiply, {node, grammar_.constant(random, d, {})});
        break;
      case 1:
        other = builder.apply(Op::add, {node, grammar_.constant(random, d, d.type(node).dimension)});
        break;
      default:
        other = grammar_.expression(random, d, d.type(node), 2);
    }
    return random.chance(0.5) ? builder.apply(Op::select, {decided, node, other})
                              : builder.apply(Op::select, {decided, other, node});
  });
  return draft.finish(root, part.mode);
}

std::optional<RulePart> Variation::statistic(Random& random, const RulePart& part) const {
  Draft draft = draft_for(random, part, 1);
  // Where an input or a constant stands, a statistic of its type may stand, and the other way round.
  const auto target = pick_node(random, part.graph, [](const policy::Node& node) {
    return is_number(node) && (node.op == Op::input || node.op == Op::constant);
  });
  if (!target) return std::nullopt;
  const policy::Node& node = part.graph[*target];
  std::vector<std::uint32_t> fitting;
  const bool leaves =
      node.op == Op::input && part.inputs[node.input].source == policy::Input::Source::statistic && random.chance(0.5);
  for (std::uint32_t i = 0; i < draft.words().size(); ++i) {
    const bool kept = draft.words()[i].input.source == policy::Input::Source::statistic;
    if (kept != leaves && draft.words()[i].info.type == node.type && draft.words()[i].scale.varies)
      fitting.push_back(i);
  }
  if (fitting.empty()) return std::nullopt;
  const NodeId root = draft.rebuild(
      part, *target, [&](Draft& d, auto) { return d.builder().input(fitting[random.below(fitting.size())]); });
  return draft.finish(root, part.mode);
}

std::optional<RulePart> Variation::mode(Random& random, const RulePart& part) const {
  const std::size_t modes = grammar_.vocabulary().decision(part.decision).modes.size();
  if (modes < 2) return std::nullopt;
  RulePart changed = part;
  changed.mode = (part.mode + 1 + random.below(modes - 1)) % modes;
  return changed;
}

std::optional<Variation::Parts> Variation::rule(Random& random, const Parts& parts) const {
  const std::size_t decisions = grammar_.vocabulary().signature().decisions.size();
  if (decisions < 2) return std::nullopt;
  const std::size_t decision = 1 + random.below(decisions - 1);
  Parts changed = parts;
  const auto held = std::erase_if(changed, [&](const RulePart& part) { return part.decision == decision; });
  if (held == 0 || random.chance(0.3)) changed.push_back(grammar_.random_rule(random, decision));
  return changed;
}

std::optional<RulePart> Variation::crossover(Random& random, const RulePart& a, const RulePart& b) const {
  const NodeId target = any_node(random, a.graph);
  const auto source =
      pick_node(random, b.graph, [&](const policy::Node& node) { return node.type == a.graph[target].type; });
  if (!source) return std::nullopt;
  RulePart both = a;
  both.statistics.insert(both.statistics.end(), b.statistics.begin(), b.statistics.end());
  Draft draft = draft_for(random, both, 0);
  const NodeId root = draft.rebuild(a, target, [&](Draft& d, auto) { return d.import(b, *source); });
  return draft.finish(root, random.chance(0.85) ? a.mode : b.mode);
}

std::optional<RulePart> Variation::blend(Random& random, const RulePart& a, const RulePart& b) const {
  if (!is_number(a.graph[a.graph.root()])) return std::nullopt;
  RulePart both = a;
  both.statistics.insert(both.statistics.end(), b.statistics.begin(), b.statistics.end());
  Draft draft = draft_for(random, both, 0);
  policy::GraphBuilder& builder = draft.builder();
  const NodeId one = draft.import(a, a.graph.root());
  NodeId other = draft.import(b, b.graph.root());
  const auto scale = divide(draft.type(one).dimension, draft.type(other).dimension);
  if (!scale) return std::nullopt;
  if (random.chance(0.3) && ranks(a)) {
    const Op op = random.chance(0.5) ? Op::multiply : Op::divide;
    return draft.finish(builder.apply(op, {one, other}), a.mode);
  }
  if (!scale->is_number()) {
    other = builder.apply(Op::multiply, {other, builder.constant(1, {ValueKind::number, *scale})});
  }
  if (random.chance(0.5)) {
    const NodeId decided = grammar_.condition(random, draft, 1);
    return draft.finish(builder.apply(Op::select, {decided, one, other}), a.mode);
  }
  other = builder.apply(Op::multiply, {other, grammar_.constant(random, draft, {})});
  return draft.finish(builder.apply(Op::add, {one, other}), a.mode);
}

std::optional<Variation::Parts> Variation::exchange(Random& random, const Parts& a, const Parts& b) const {
  if (a.size() < 2 && b.size() < 2) return std::nullopt;
  Parts mixed;
  for (std::size_t d = 0; d < grammar_.vocabulary().signature().decisions.size(); ++d) {
    const Parts& source = random.chance(0.5) ? a : b;
    for (const RulePart& part : source) {
      if (part.decision == d) mixed.push_back(part);
    }
  }
  const bool answers_first = std::ranges::any_of(mixed, [](const RulePart& part) { return part.decision == 0; });
  if (!answers_first) return std::nullopt;
  return mixed;
}

std::optional<Variation::Parts> Variation::apply(Random& random, std::size_t op, const Parts& parts) const {
  if (mutations[op] == "rule") return rule(random, parts);
  using Method = std::optional<RulePart> (Variation::*)(Random&, const RulePart&) const;
  constexpr std::array<Method, 8> methods{&Variation::subtree,   &Variation::point,  &Variation::constant,
                                          &Variation::hoist,     &Variation::insert, &Variation::condition,
                                          &Variation::statistic, &Variation::mode};
  Parts changed = parts;
  RulePart& part = changed[random.below(changed.size())];
  auto result = (this->*methods[op])(random, part);
  if (!result) return std::nullopt;
  part = std::move(*result);
  return changed;
}

std::optional<policy::ProgramPtr> Variation::assembled(const Parts& parts) const {
  policy::ProgramPtr program = assemble("candidate", grammar_.vocabulary().signature_pointer(), parts);
  if (program->size() > grammar_.options().max_nodes) return std::nullopt;
  if (program->statistics().size() > grammar_.options().max_statistics) return std::nullopt;
  if (drifts(*program, grammar_.vocabulary())) return std::nullopt;
  return program;
}

std::optional<Variation::Child> Variation::mutate(Random& random, const policy::Program& parent) const {
  const Parts parts = parts_of(parent);
  for (int attempt = 0; attempt < tries; ++attempt) {
    const std::size_t op = random.weighted(mutation_weights);
    try {
      const auto changed = apply(random, op, parts);
      if (!changed) continue;
      const auto program = assembled(*changed);
      if (program && (*program)->digest() != parent.digest()) return Child{*program, std::string(mutations[op]), false};
    } catch (const InputError&) {
      // A dimension's exponent or a graph's size passed its limit: try another change.
    }
  }
  return std::nullopt;
}

std::optional<Variation::Child> Variation::cross(Random& random, const policy::Program& a,
                                                 const policy::Program& b) const {
  const Parts left = parts_of(a);
  const Parts right = parts_of(b);
  for (int attempt = 0; attempt < tries; ++attempt) {
    const std::size_t op = random.weighted(crossing_weights);
    try {
      std::optional<Parts> mixed;
      if (crossings[op] == "exchange") {
        mixed = exchange(random, left, right);
      } else {
        mixed = left;
        RulePart& part = (*mixed)[random.below(mixed->size())];
        const auto partner = std::ranges::find(right, part.decision, &RulePart::decision);
        if (partner == right.end()) continue;
        auto result = crossings[op] == "blend" ? blend(random, part, *partner) : crossover(random, part, *partner);
        if (!result) continue;
        part = std::move(*result);
      }
      if (!mixed) continue;
      const auto program = assembled(*mixed);
      if (program && (*program)->digest() != a.digest()) return Child{*program, std::string(crossings[op]), true};
    } catch (const InputError&) {
      // As in mutate.
    }
  }
  return std::nullopt;
}

std::optional<Variation::Child> Variation::vary(Random& random, const policy::Program& a,
                                                const policy::Program& b) const {
  if (random.chance(0.35)) {
    if (auto child = cross(random, a, b)) return child;
  }
  return mutate(random, a);
}

}  // namespace syswright::design
