#include "design/grammar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "base/error.h"
#include "design/drift.h"

namespace syswright::design {
namespace {

using policy::NodeId;
using policy::Op;
using policy::Type;
using policy::ValueKind;

constexpr Type boolean{ValueKind::boolean, {}};

Type quantity_type(Dimension dimension) { return {ValueKind::number, dimension}; }

double log_uniform(Random& random, double low, double high) {
  return std::exp(random.uniform(std::log(low), std::log(high)));
}

template <std::size_t N>
std::size_t choose(Random& random, const std::array<double, N>& weights) {
  return random.weighted(weights);
}

}  // namespace

double rounded(double value, int digits) {
  return value == 0 ? 0 : std::strtod(fmt::format("{:.{}e}", value, digits - 1).c_str(), nullptr);
}

double draw_near(Random& random, const Scale& scale) {
  const double low = std::max(scale.low / 3, 1e-9);
  return rounded(log_uniform(random, low, std::max(scale.high * 3, low)), 2);
}

Grammar::Grammar(const Vocabulary& vocabulary, GrammarOptions options) : vocabulary_(vocabulary), options_(options) {}

policy::ProgramPtr Grammar::random_program(Random& random) const {
  const std::size_t decisions = vocabulary_.signature().decisions.size();
  while (true) {
    std::vector<RulePart> parts;
    std::size_t nodes = 0;
    for (std::size_t decision = 0; decision < decisions; ++decision) {
      if (decision != 0 && !random.chance(options_.optional_decision)) continue;
      parts.push_back(random_rule(random, decision));
      nodes += parts.back().graph.size();
    }
    if (nodes <= options_.max_nodes) return assemble("candidate", vocabulary_.signature_pointer(), parts);
  }
}

RulePart Grammar::random_rule(Random& random, std::size_t decision) const {
  while (true) {
    const std::size_t offered = random.chance(options_.fresh_statistic) ? 1 + random.below(2) : 0;
    Draft draft(vocabulary_, decision, random_statistics(random, decision, offered));
    try {
      const NodeId root = answer(random, draft);
      RulePart part = draft.finish(root, random_mode(random, decision));
      if (part.graph.size() <= options_.max_nodes && !drifts(part, vocabulary_)) return part;
    } catch (const InputError&) {
      // An exponent of a dimension passed its limit: draw again.
    }
  }
}

std::size_t Grammar::random_mode(Random& random, std::size_t decision) const {
  const std::size_t modes = vocabulary_.decision(decision).modes.size();
  return modes == 0 ? 0 : random.below(modes);
}

NodeId Grammar::answer(Random& random, Draft& draft) const {
  const policy::Decision& decision = vocabulary_.decision(draft.decision());
  if (decision.kind == policy::DecisionKind::rank) return score(random, draft);
  if (!decision.actions.empty()) return action(random, draft, options_.max_depth - 1);
  return quantity(random, draft, decision.dimension, options_.max_depth - 1);
}

NodeId Grammar::expression(Random& random, Draft& draft, const Type& type, int depth) const {
  switch (type.kind) {
    case ValueKind::boolean:
      return condition(random, draft, depth);
    case ValueKind::action:
      return action(random, draft, depth);
    case ValueKind::number:
      break;
  }
  return quantity(random, draft, type.dimension, depth);
}

std::optional<std::size_t> Grammar::pick(Random& random, const Draft& draft, std::optional<Type> type) const {
  std::vector<double> weights;
  const bool ranks = vocabulary_.decision(draft.decision()).kind == policy::DecisionKind::rank;
  double sum = 0;
  for (const Vocabulary::Word& word : draft.words()) {
    bool fits = word.scale.varies && (type ? word.info.type == *type : word.info.type.kind == ValueKind::number);
    double weight = fits ? 1 : 0;
    // A history's elements share one feature's weight; a ranking is told apart by what differs between candidates.
    if (word.input.source == policy::Input::Source::feature) {
      const std::size_t slots = vocabulary_.decision(draft.decision()).features[word.input.index].slots();
      weight /= std::sqrt(static_cast<double>(slots));
    }
    if (ranks && word.input.scope == policy::Scope::global) weight *= 0.25;
    weights.push_back(weight);
    sum += weight;
  }
  if (sum == 0) return std::nullopt;
  return random.weighted(weights);
}

std::optional<NodeId> Grammar::word(Random& random, Draft& draft, std::optional<Type> type) const {
  const auto place = pick(random, draft, type);
  if (!place) return std::nullopt;
  return draft.builder().input(static_cast<std::uint32_t>(*place));
}

NodeId Grammar::constant(Random& random, Draft& draft, Dimension dimension) const {
  const Type type = quantity_type(dimension);
  if (dimension.is_number() && random.chance(0.4)) {
    constexpr std::array<double, 6> plain{1, 2, 0.5, 3, 10, 0.1};
    return draft.builder().constant(plain[random.below(plain.size())], type);
  }
  if (const auto place = pick(random, draft, type)) {
    return draft.builder().constant(draw_near(random, draft.words()[*place].scale), type);
  }
  return draft.builder().constant(rounded(log_uniform(random, 0.01, 100), 2), type);
}

NodeId Grammar::number_of(Random& random, Draft& draft, NodeId node) const {
  const Dimension dimension = draft.type(node).dimension;
  if (dimension.is_number()) return node;
  return draft.builder().apply(Op::divide, {node, constant(random, draft, dimension)});
}

NodeId Grammar::leaf(Random& random, Draft& draft, Dimension dimension) const {
  if (random.chance(0.8)) {
    if (const auto found = word(random, draft, quantity_type(dimension))) return *found;
    // Nothing has this dimension: a number in its unit.
    if (const auto number = word(random, draft, quantity_type({}))) {
      return draft.builder().apply(Op::multiply, {*number, draft.builder().constant(1, quantity_type(dimension))});
    }
  }
  return constant(random, draft, dimension);
}

NodeId Grammar::quantity(Random& random, Draft& draft, Dimension dimension, int depth) const {
  if (depth <= 0 || random.chance(0.2)) return leaf(random, draft, dimension);
  policy::GraphBuilder& builder = draft.builder();
  const auto same = [&] { return quantity(random, draft, dimension, depth - 1); };
  const auto other = [&]() -> Dimension {
    const auto place = pick(random, draft, std::nullopt);
    return place ? draft.words()[*place].info.type.dimension : Dimension{};
  };
  constexpr std::array<double, 6> weights{4, 3, 4, 1.5, 1.5, 1.5};
  switch (choose(random, weights)) {
    case 0: {
      constexpr std::array<Op, 4> ops{Op::add, Op::subtract, Op::minimum, Op::maximum};
      const Op op = ops[choose(random, std::array<double, 4>{3, 3, 1, 1})];
      const NodeId left = same();
      return builder.apply(op, {left, same()});
    }
    case 1: {
      const Dimension part = other();
      const auto rest = divide(dimension, part);
      if (!rest) return leaf(random, draft, dimension);
      const NodeId left = quantity(random, draft, part, depth - 1);
      return builder.apply(Op::multiply, {left, quantity(random, draft, *rest, depth - 1)});
    }
    case 2: {
      const Dimension part = other();
      const auto whole = multiply(dimension, part);
      if (!whole) return leaf(random, draft, dimension);
      const NodeId left = quantity(random, draft, *whole, depth - 1);
      return builder.apply(Op::divide, {left, quantity(random, draft, part, depth - 1)});
    }
    case 3: {
      const NodeId decided = condition(random, draft, depth - 1);
      const NodeId yes = same();
      return builder.apply(Op::select, {decided, yes, same()});
    }
    case 4:
      return builder.apply(random.chance(0.7) ? Op::negate : Op::absolute, {same()});
    default:
      break;
  }
  if (!dimension.is_number()) {
    const auto square = multiply(dimension, dimension);
    if (!square) return leaf(random, draft, dimension);
    return builder.apply(Op::square_root, {quantity(random, draft, *square, depth - 1)});
  }
  const auto any = word(random, draft, std::nullopt);
  const NodeId operand = any && random.chance(0.6) ? number_of(random, draft, *any) : same();
  switch (random.below(4)) {
    case 0:
      return builder.apply(Op::logarithm, {builder.apply(Op::add, {operand, builder.constant(1, Type{})})});
    case 1:
      return builder.apply(Op::exponential, {builder.apply(Op::negate, {operand})});
    case 2:
      return builder.apply(Op::square_root, {operand});
    default:
      return builder.apply(Op::power, {operand, builder.constant(rounded(random.uniform(-2, 2), 2), Type{})});
  }
}

NodeId Grammar::comparison(Random& random, Draft& draft, int depth) const {
  const auto left = word(random, draft, std::nullopt);
  policy::GraphBuilder& builder = draft.builder();
  if (!left) return builder.constant(random.chance(0.5) ? 1 : 0, boolean);
  const Dimension dimension = draft.type(*left).dimension;
  const bool picks_action = !vocabulary_.decision(draft.decision()).actions.empty();
  const bool fixed = random.chance(0.7);
  if (!fixed && picks_action && random.chance(0.6)) {
    const NodeId limit = threshold(random, draft, draft.words()[builder[*left].input]);
    return random.chance(0.5) ? builder.apply(Op::less, {*left, limit}) : builder.apply(Op::less, {limit, *left});
  }
  NodeId right = fixed ? draft.builder().constant(draw_near(random, draft.words()[builder[*left].input].scale),
                                                  quantity_type(dimension))
                       : quantity(random, draft, dimension, depth - 1);
  return random.chance(0.5) ? builder.apply(Op::less, {*left, right}) : builder.apply(Op::less, {right, *left});
}

NodeId Grammar::condition(Random& random, Draft& draft, int depth) const {
  policy::GraphBuilder& builder = draft.builder();
  if (random.chance(0.3)) {
    if (const auto flag = word(random, draft, boolean)) return *flag;
  }
  if (depth <= 0 || random.chance(0.7)) return comparison(random, draft, depth);
  if (random.chance(0.3)) return builder.apply(Op::logical_not, {condition(random, draft, depth - 1)});
  const NodeId left = condition(random, draft, depth - 1);
  const NodeId right = condition(random, draft, depth - 1);
  return builder.apply(random.chance(0.5) ? Op::logical_and : Op::logical_or, {left, right});
}

NodeId Grammar::action(Random& random, Draft& draft, int depth) const {
  const std::size_t actions = vocabulary_.decision(draft.decision()).actions.size();
  const auto fixed = [&](std::size_t index) {
    return draft.builder().constant(static_cast<double>(index), {ValueKind::action, {}});
  };
  const std::size_t first = random.below(actions);
  if (depth <= 0 || actions < 2) return fixed(first);
  const NodeId decided = condition(random, draft, depth - 1);
  const std::size_t second = (first + 1 + random.below(actions - 1)) % actions;
  const NodeId otherwise = random.chance(0.25) ? action(random, draft, depth - 2) : fixed(second);
  return draft.builder().apply(Op::select, {decided, fixed(first), otherwise});
}

}  // namespace syswright::design
