// The forms in which rankings tend to be written, and the statistics that they are given: parts of Grammar.

#include <algorithm>
#include <array>
#include <cmath>

#include "design/grammar.h"

namespace syswright::design {
namespace {

using policy::NodeId;
using policy::Op;
using policy::Type;

/// Any of the quantiles: a quantity with a value for "unknown" has it as its middle, or its high end.
double typical(Random& random, const Scale& scale) {
  const std::array<double, 3> quantiles{scale.low, scale.middle, scale.high};
  return quantiles[random.below(quantiles.size())];
}

NodeId signed_by_chance(Random& random, policy::GraphBuilder& builder, NodeId node) {
  return random.chance(0.5) ? builder.apply(Op::negate, {node}) : node;
}

}  // namespace

NodeId Grammar::score(Random& random, Draft& draft) const {
  switch (random.weighted(std::array<double, 6>{3, 3, 2, 2, 1, 3})) {
    case 0:
      return signed_by_chance(random, draft.builder(), power_product(random, draft));
    case 1:
      return weighted_sum(random, draft);
    case 2:
      return log_sum(random, draft);
    case 3:
      return cases(random, draft);
    case 4: {
      const auto found = word(random, draft, std::nullopt);
      return signed_by_chance(random, draft.builder(), found ? *found : constant(random, draft, {}));
    }
    default:
      break;
  }
  const auto place = pick(random, draft, std::nullopt);
  const bool number = !place || random.chance(0.5);
  return quantity(random, draft, number ? Dimension{} : draft.words()[*place].info.type.dimension, options_.max_depth);
}

/// product of x^p over one to four words, p in {-2, -1, -1/2, 1/2, 1, 2}.
NodeId Grammar::power_product(Random& random, Draft& draft) const {
  policy::GraphBuilder& builder = draft.builder();
  NodeId product = builder.constant(1, Type{});
  for (std::size_t factors = 1 + random.weighted(std::array<double, 4>{1, 3, 3, 1}); factors > 0; --factors) {
    const auto found = word(random, draft, std::nullopt);
    NodeId factor = found ? *found : constant(random, draft, {});
    const Type type = draft.type(factor);
    if (random.chance(0.3)) factor = builder.apply(Op::add, {factor, constant(random, draft, type.dimension)});
    const std::size_t shape = random.weighted(std::array<double, 3>{5, 1, 1});
    if (shape == 1) factor = builder.apply(Op::multiply, {factor, factor});
    if (shape == 2) factor = builder.apply(Op::square_root, {number_of(random, draft, factor)});
    product = builder.apply(random.chance(0.5) ? Op::multiply : Op::divide, {product, factor});
  }
  return product;
}

/// sum of w * x in the dimension of the first word; weights bring the terms to comparable sizes, give or take.
NodeId Grammar::weighted_sum(Random& random, Draft& draft) const {
  const auto first = pick(random, draft, std::nullopt);
  if (!first) return constant(random, draft, {});
  policy::GraphBuilder& builder = draft.builder();
  const Vocabulary::Word& base = draft.words()[*first];
  NodeId sum = signed_by_chance(random, builder, builder.input(static_cast<std::uint32_t>(*first)));
  for (std::size_t terms = 1 + random.below(3); terms > 0; --terms) {
    const auto next = pick(random, draft, std::nullopt);
    const Vocabulary::Word& word = draft.words()[*next];
    const auto dimension = divide(base.info.type.dimension, word.info.type.dimension);
    if (!dimension) continue;
    const double weight =
        typical(random, base.scale) / std::max(typical(random, word.scale), 1e-9) * std::exp(random.normal());
    const NodeId factor = builder.constant(rounded(weight, 2), {policy::ValueKind::number, *dimension});
    const NodeId term = builder.apply(Op::multiply, {factor, builder.input(static_cast<std::uint32_t>(*next))});
    sum = builder.apply(random.chance(0.5) ? Op::add : Op::subtract, {sum, term});
  }
  return sum;
}

/// sum of w * x or w * x * n, n a pure number, and perhaps a constant: in the dimension and about the size of what is
/// compared with it.
NodeId Grammar::threshold(Random& random, Draft& draft, const Vocabulary::Word& compared) const {
  policy::GraphBuilder& builder = draft.builder();
  const Type type = compared.info.type;
  NodeId sum = builder.constant(random.chance(0.5) ? draw_near(random, compared.scale) : 0, type);
  for (std::size_t terms = 1 + random.below(2); terms > 0; --terms) {
    const auto next = pick(random, draft, std::nullopt);
    if (!next) break;
    const Vocabulary::Word& word = draft.words()[*next];
    const auto dimension = divide(type.dimension, word.info.type.dimension);
    if (!dimension) continue;
    double weight =
        typical(random, compared.scale) / std::max(typical(random, word.scale), 1e-9) * std::exp(random.normal());
    NodeId term = builder.input(static_cast<std::uint32_t>(*next));
    if (const auto share = random.chance(0.5) ? pick(random, draft, Type{}) : std::nullopt) {
      weight /= std::max(typical(random, draft.words()[*share].scale), 1e-9);
      term = builder.apply(Op::multiply, {term, builder.input(static_cast<std::uint32_t>(*share))});
    }
    const NodeId factor = builder.constant(rounded(weight, 2), {policy::ValueKind::number, *dimension});
    sum =
        builder.apply(random.chance(0.75) ? Op::add : Op::subtract, {sum, builder.apply(Op::multiply, {factor, term})});
  }
  return sum;
}

/// sum of w * log(1 + x / c).
NodeId Grammar::log_sum(Random& random, Draft& draft) const {
  policy::GraphBuilder& builder = draft.builder();
  NodeId sum = builder.constant(0, Type{});
  for (std::size_t terms = 2 + random.below(3); terms > 0; --terms) {
    const auto found = word(random, draft, std::nullopt);
    const NodeId ratio = number_of(random, draft, found ? *found : constant(random, draft, {}));
    const NodeId log = builder.apply(Op::logarithm, {builder.apply(Op::add, {ratio, builder.constant(1, Type{})})});
    const NodeId weight = builder.constant(rounded(random.normal(), 2), Type{});
    sum = builder.apply(Op::add, {sum, builder.apply(Op::multiply, {weight, log})});
  }
  return sum;
}

/// if condition then one score else another of the same dimension.
NodeId Grammar::cases(Random& random, Draft& draft) const {
  policy::GraphBuilder& builder = draft.builder();
  const NodeId decided = condition(random, draft, 2);
  const NodeId one = random.chance(0.5) ? weighted_sum(random, draft) : power_product(random, draft);
  const Dimension dimension = draft.type(one).dimension;
  const NodeId other = quantity(random, draft, dimension, 3);
  return builder.apply(Op::select, {decided, signed_by_chance(random, builder, one), other});
}

std::optional<policy::Statistic> Grammar::random_percentile(Random& random) const {
  std::vector<policy::Statistic> possible;
  for (std::size_t d = 0; d < vocabulary_.signature().decisions.size(); ++d) {
    const policy::Decision& decision = vocabulary_.decision(d);
    if (decision.kind != policy::DecisionKind::rank) continue;
    for (const Vocabulary::Word& word : vocabulary_.words(d)) {
      const policy::Feature& feature = decision.features[word.input.index];
      const bool ordered = feature.kind == policy::ValueKind::number && feature.length == 0;
      if (!ordered || feature.scope == policy::Scope::global || !word.scale.varies) continue;
      policy::Statistic statistic;
      statistic.kind = policy::StatisticKind::percentile;
      statistic.source = feature.name;
      statistic.decision = d;
      statistic.scope = policy::Scope::global;
      statistic.dimension = feature.dimension;
      possible.push_back(statistic);
    }
  }
  if (possible.empty()) return std::nullopt;
  constexpr std::array<double, 5> quantiles{0.1, 0.25, 0.5, 0.75, 0.9};
  policy::Statistic chosen = possible[random.below(possible.size())];
  chosen.parameter = quantiles[random.below(quantiles.size())];
  return chosen;
}

std::optional<policy::Statistic> Grammar::random_statistic(Random& random, std::size_t decision) const {
  if (random.chance(0.25)) {
    if (const auto percentile = random_percentile(random)) return percentile;
  }
  // A value is asked about one subject, which need not be present: only what is kept for the whole system is there.
  const bool ranks = vocabulary_.decision(decision).kind == policy::DecisionKind::rank;
  std::vector<const policy::Signal*> signals;
  for (const policy::Signal& signal : vocabulary_.signature().signals) {
    if (ranks || signal.scope == policy::Scope::global) signals.push_back(&signal);
  }
  if (signals.empty()) return std::nullopt;
  const policy::Signal& signal = *signals[random.below(signals.size())];
  policy::Statistic statistic;
  statistic.source = signal.name;
  statistic.scope = signal.scope;
  statistic.dimension = signal.dimension;
  constexpr std::array<double, 6> kept{0.3, 0.5, 0.8, 0.9, 0.97, 0.99};
  constexpr std::array<std::size_t, 4> windows{2, 4, 8, 16};
  using enum policy::StatisticKind;
  constexpr std::array<policy::StatisticKind, 5> kinds{ewma, last, mean, minimum, maximum};
  statistic.kind = kinds[random.weighted(std::array<double, 5>{5, 2, 2, 1, 1})];
  if (statistic.kind == ewma) {
    statistic.parameter = kept[random.below(kept.size())];
  } else {
    statistic.window = statistic.kind == last ? random.below(4) : windows[random.below(windows.size())];
  }
  return statistic;
}

std::vector<policy::Statistic> Grammar::random_statistics(Random& random, std::size_t decision,
                                                          std::size_t count) const {
  std::vector<policy::Statistic> statistics;
  for (; count > 0; --count) {
    if (auto statistic = random_statistic(random, decision)) statistics.push_back(std::move(*statistic));
  }
  return statistics;
}

}  // namespace syswright::design
