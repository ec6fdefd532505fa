#include "design/derivation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "design/drift.h"

namespace syswright::design {
namespace {

using policy::DecisionKind;
using policy::NodeId;
using policy::Op;
using policy::Type;
using policy::ValueKind;
using Kind = Production::Kind;

struct Hole {
  Type type;
  bool any_dimension = false;
  int depth = 0;
  bool answer = false;  ///< the whole rule
};

Hole number_hole(Dimension dimension, int depth) { return {{ValueKind::number, dimension}, false, depth, false}; }

/// Two roundings of the constant 1 must not be two productions: constants are drawn from few values.
double coarse(double value) { return rounded(value, 1); }

/// One rule under derivation.
class RuleDerivation {
 public:
  RuleDerivation(const Grammar& grammar, Random& random, Draft& draft, std::span<const Production>& rest, bool& widen,
                 Derivations::Play& play)
      : grammar_(grammar), random_(random), draft_(draft), rest_(rest), widen_(widen), play_(play) {}

  NodeId answer() {
    const policy::Decision& decision = grammar_.vocabulary().decision(draft_.decision());
    Hole hole{{}, false, grammar_.options().max_depth, true};
    if (decision.kind == DecisionKind::rank) {
      hole.any_dimension = true;
    } else if (!decision.actions.empty()) {
      hole.type.kind = ValueKind::action;
    } else {
      hole.type.dimension = decision.dimension;
    }
    return fill(hole);
  }

 private:
  NodeId fill(const Hole& hole) {
    if (!rest_.empty()) {
      const Production& next = rest_.front();
      rest_ = rest_.subspan(1);
      return apply(next, hole);
    }
    play_.open = true;
    if (widen_) {
      widen_ = false;
      play_.drawn = draw(hole);
      const Production drawn = *play_.drawn;
      return apply(drawn, hole);
    }
    if (hole.answer) return grammar_.answer(random_, draft_);
    if (hole.any_dimension) return grammar_.expression(random_, draft_, {ValueKind::number, {}}, hole.depth);
    return grammar_.expression(random_, draft_, hole.type, hole.depth);
  }

  NodeId apply(const Production& production, const Hole& hole) {
    policy::GraphBuilder& builder = draft_.builder();
    switch (production.kind) {
      case Kind::dimension:
        return fill(number_hole(production.dimension, hole.depth));
      case Kind::word:
        return builder.input(production.word);
      case Kind::ratio: {
        const NodeId word = builder.input(production.word);
        return builder.apply(Op::divide, {word, builder.constant(production.value, draft_.type(word))});
      }
      case Kind::constant:
        return builder.constant(production.value, hole.type);
      default:
        break;
    }
    std::array<NodeId, 3> operands{};
    const std::vector<Hole> holes = operands_of(production, hole);
    for (std::size_t i = 0; i < holes.size(); ++i) operands[i] = fill(holes[i]);
    return builder.apply(production.op, std::span<const NodeId>(operands.data(), holes.size()));
  }

  std::vector<Hole> operands_of(const Production& production, const Hole& hole) const {
    const int depth = hole.depth - 1;
    const Hole same{hole.type, false, depth, false};
    const Hole condition{{ValueKind::boolean, {}}, false, depth, false};
    const Hole part = number_hole(production.dimension, depth);
    const auto checked = [](std::optional<Dimension> dimension) {
      if (!dimension) throw InputError("the exponent of a dimension passes its limit");
      return *dimension;
    };
    switch (production.op) {
      case Op::multiply:
        return {part, number_hole(checked(divide(hole.type.dimension, production.dimension)), depth)};
      case Op::divide:
        return {number_hole(checked(multiply(hole.type.dimension, production.dimension)), depth), part};
      case Op::square_root:
        return {number_hole(checked(multiply(hole.type.dimension, hole.type.dimension)), depth)};
      case Op::select:
        return {condition, same, same};
      case Op::less:
        return {part, part};
      case Op::negate:
      case Op::absolute:
      case Op::logarithm:
      case Op::exponential:
      case Op::logical_not:
        return {same};
      default:
        return {same, same};
    }
  }

  Production draw(const Hole& hole) {
    if (hole.any_dimension) return draw_dimension();
    switch (hole.type.kind) {
      case ValueKind::boolean:
        return draw_condition(hole);
      case ValueKind::action:
        return draw_action(hole);
      case ValueKind::number:
        break;
    }
    return draw_number(hole);
  }

  /// A word's dimension; that of a number half of the time.
  Dimension any_dimension() {
    std::vector<Dimension> dimensions;
    for (const Vocabulary::Word& word : draft_.words()) {
      if (word.scale.varies && word.info.type.kind == ValueKind::number) {
        dimensions.push_back(word.info.type.dimension);
      }
    }
    return dimensions.empty() ? Dimension{} : dimensions[random_.below(dimensions.size())];
  }

  Production draw_dimension() {
    Production production{.kind = Kind::dimension};
    if (random_.chance(0.5)) production.dimension = any_dimension();
    return production;
  }

  /// A word of the type, weighed as the grammar does. nullopt if there is none that varies.
  std::optional<std::uint32_t> draw_word(std::optional<Type> type) {
    const auto node = grammar_.word(random_, draft_, type);
    if (!node) return std::nullopt;
    return draft_.builder()[*node].input;
  }

  Production draw_leaf(const Hole& hole) {
    if (random_.chance(0.8)) {
      if (const auto word = draw_word(hole.type)) return {.kind = Kind::word, .word = *word};
    }
    const NodeId constant = grammar_.constant(random_, draft_, hole.type.dimension);
    return {.kind = Kind::constant, .value = coarse(draft_.builder()[constant].value)};
  }

  Production draw_number(const Hole& hole) {
    if (hole.depth <= 0 || random_.chance(0.35)) return draw_leaf(hole);
    const auto apply = [](Op op, Dimension dimension = {}) {
      return Production{.kind = Kind::apply, .op = op, .dimension = dimension};
    };
    switch (random_.weighted(std::array<double, 6>{4, 3, 4, 1.5, 1, 2})) {
      case 0: {
        constexpr std::array<Op, 4> ops{Op::add, Op::subtract, Op::minimum, Op::maximum};
        return apply(ops[random_.weighted(std::array<double, 4>{3, 3, 1, 1})]);
      }
      case 1: {
        const Dimension part = any_dimension();
        return divide(hole.type.dimension, part) ? apply(Op::multiply, part) : draw_leaf(hole);
      }
      case 2: {
        const Dimension part = any_dimension();
        return multiply(hole.type.dimension, part) ? apply(Op::divide, part) : draw_leaf(hole);
      }
      case 3:
        return apply(Op::select);
      case 4:
        return apply(Op::negate);
      default:
        break;
    }
    const bool number = hole.type.dimension.is_number();
    if (!number) {
      return multiply(hole.type.dimension, hole.type.dimension) ? apply(Op::square_root) : draw_leaf(hole);
    }
    if (random_.chance(0.4)) {
      if (const auto word = draw_word(std::nullopt)) {
        return {.kind = Kind::ratio, .word = *word, .value = coarse(draw_near(random_, draft_.words()[*word].scale))};
      }
    }
    constexpr std::array<Op, 3> ops{Op::logarithm, Op::square_root, Op::exponential};
    return apply(ops[random_.below(ops.size())]);
  }

  Production draw_condition(const Hole& hole) {
    if (random_.chance(0.3)) {
      if (const auto flag = draw_word(Type{ValueKind::boolean, {}})) return {.kind = Kind::word, .word = *flag};
    }
    if (hole.depth <= 0 || random_.chance(0.75)) {
      return {.kind = Kind::apply, .op = Op::less, .dimension = any_dimension()};
    }
    constexpr std::array<Op, 3> ops{Op::logical_not, Op::logical_and, Op::logical_or};
    return {.kind = Kind::apply, .op = ops[random_.below(ops.size())]};
  }

  Production draw_action(const Hole& hole) {
    const std::size_t actions = grammar_.vocabulary().decision(draft_.decision()).actions.size();
    const bool splits = hole.answer ? random_.chance(0.95) : random_.chance(0.3);
    if (hole.depth > 1 && actions > 1 && splits) return {.kind = Kind::apply, .op = Op::select};
    return {.kind = Kind::constant, .value = static_cast<double>(random_.below(actions))};
  }

  const Grammar& grammar_;
  Random& random_;
  Draft& draft_;
  std::span<const Production>& rest_;
  bool& widen_;
  Derivations::Play& play_;
};

Production draw_rule(const Grammar& grammar, Random& random, std::size_t decision) {
  if (decision != 0 && !random.chance(grammar.options().optional_decision)) return {.kind = Kind::leave};
  const std::size_t offered = random.chance(grammar.options().fresh_statistic) ? 1 + random.below(2) : 0;
  Production production{.kind = Kind::rule, .mode = grammar.random_mode(random, decision)};
  production.statistics = grammar.random_statistics(random, decision, offered);
  return production;
}

}  // namespace

bool operator==(const Production& a, const Production& b) {
  return a.kind == b.kind && a.op == b.op && a.word == b.word && a.value == b.value && a.dimension == b.dimension &&
         a.mode == b.mode && a.statistics.size() == b.statistics.size() &&
         std::equal(a.statistics.begin(), a.statistics.end(), b.statistics.begin(), same_content);
}

Derivations::Play Derivations::play(Random& random, std::span<const Production> productions, bool widen) const {
  const Vocabulary& vocabulary = grammar_.vocabulary();
  Play play;
  std::vector<RulePart> parts;
  std::size_t nodes = 0;
  try {
    for (std::size_t decision = 0; decision < vocabulary.signature().decisions.size(); ++decision) {
      Production rule;
      if (!productions.empty()) {
        rule = productions.front();
        productions = productions.subspan(1);
      } else {
        rule = draw_rule(grammar_, random, decision);
        play.open = true;
        if (widen) play.drawn = rule;
        widen = false;
      }
      if (rule.kind == Kind::leave) continue;
      Draft draft(vocabulary, decision, rule.statistics);
      const NodeId root = RuleDerivation(grammar_, random, draft, productions, widen, play).answer();
      parts.push_back(draft.finish(root, rule.mode));
      nodes += parts.back().graph.size();
      if (nodes > grammar_.options().max_nodes || drifts(parts.back(), vocabulary)) return play;
    }
    play.program = assemble("candidate", vocabulary.signature_pointer(), parts);
  } catch (const InputError&) {
    // The exponent of a dimension passed its limit: no program.
  }
  return play;
}

}  // namespace syswright::design
