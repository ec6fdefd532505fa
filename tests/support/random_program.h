#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "base/random.h"
#include "policy/interval.h"
#include "policy/program.h"

/// Random well-typed programs over random signatures, and nasty inputs for them: for property tests of everything that
/// reads a graph (simplifier, intervals, printer, JIT, exports). Deterministic for a Random.
namespace syswright::support {

struct RandomProgramOptions {
  std::size_t nodes = 30;      ///< of one rule, about; at most twice as many
  std::size_t statistics = 3;  ///< declared at most
};

/// A program before the constructor of Program makes it canonical: graphs as generated, nothing simplified.
struct RawProgram {
  std::shared_ptr<const policy::Signature> signature;
  std::vector<policy::Statistic> statistics;
  std::vector<policy::Rule> rules;
};

namespace detail {

using namespace policy;

inline constexpr double infinity = std::numeric_limits<double>::infinity();

inline Dimension random_dimension(Random& random) {
  static constexpr std::array<Dimension, 4> base{number_dimension, time_dimension, bytes_dimension, money_dimension};
  return base[random.below(base.size())];
}

inline void random_range(Random& random, double& low, double& high) {
  static constexpr std::array<std::pair<double, double>, 6> ranges{
      {{0, infinity}, {0, 1}, {-infinity, infinity}, {1, 1099511627776.0}, {-5, 5}, {0, 1e6}}};
  std::tie(low, high) = ranges[random.below(ranges.size())];
}

inline Feature random_feature(Random& random, std::string name) {
  Feature feature;
  feature.name = std::move(name);
  feature.scope = random.chance(0.7) ? Scope::candidate : Scope::global;
  feature.doc = "A random feature.";
  if (random.chance(0.15)) {
    feature.kind = ValueKind::boolean;
    feature.high = 1;
    return feature;
  }
  feature.dimension = random_dimension(random);
  if (random.chance(0.2)) feature.length = 1 + random.below(4);
  random_range(random, feature.low, feature.high);
  return feature;
}

inline Decision random_decision(Random& random, std::string name) {
  Decision decision;
  decision.name = std::move(name);
  decision.doc = "A random decision.";
  if (random.chance(0.4)) {
    decision.kind = DecisionKind::value;
    if (random.chance(0.5)) {
      decision.actions = {"wait", "go", "stop"};
    } else {
      decision.dimension = random_dimension(random);
    }
  } else if (random.chance(0.5)) {
    decision.modes = {"order", "sample"};
  }
  const std::size_t features = 1 + random.below(6);
  for (std::size_t i = 0; i < features; ++i)
    decision.features.push_back(random_feature(random, "f" + std::to_string(i)));
  return decision;
}

inline std::shared_ptr<const Signature> random_signature(Random& random) {
  auto signature = std::make_shared<Signature>();
  signature->domain = "toy";
  const std::size_t decisions = 1 + random.below(2);
  for (std::size_t i = 0; i < decisions; ++i) {
    signature->decisions.push_back(random_decision(random, "decide" + std::to_string(i)));
  }
  for (std::size_t i = 0; i < 4; ++i) {
    Signal signal;
    signal.name = "signal" + std::to_string(i);
    signal.scope = random.chance(0.5) ? Scope::candidate : Scope::global;
    signal.dimension = random_dimension(random);
    signal.doc = "A random signal.";
    random_range(random, signal.low, signal.high);
    signature->signals.push_back(signal);
  }
  return signature;
}

inline Statistic random_statistic(Random& random, const Signature& signature, std::string name) {
  Statistic statistic;
  statistic.name = std::move(name);
  statistic.kind = static_cast<StatisticKind>(random.below(8));
  if (statistic.kind == StatisticKind::percentile) {
    statistic.kind = StatisticKind::ewma;  // unless the decision has a feature to take it of
    statistic.decision = random.below(signature.decisions.size());
    for (const Feature& feature : signature.decisions[statistic.decision].features) {
      if (feature.scope != Scope::candidate || feature.kind != ValueKind::number || feature.length != 0) continue;
      statistic.kind = StatisticKind::percentile;
      statistic.source = feature.name;
      statistic.dimension = feature.dimension;
      statistic.parameter = 0.01 * static_cast<double>(1 + random.below(99));
      return statistic;
    }
    statistic.decision = 0;
  }
  const Signal& signal = signature.signals[random.below(signature.signals.size())];
  statistic.source = signal.name;
  statistic.scope = signal.scope;
  statistic.dimension = statistic.kind == StatisticKind::count ? number_dimension : signal.dimension;
  if (statistic.kind == StatisticKind::ewma || statistic.kind == StatisticKind::quantile) {
    statistic.parameter = 0.01 * static_cast<double>(1 + random.below(99));
  } else {
    statistic.window = (statistic.kind == StatisticKind::last ? 0 : 1) + random.below(9);
  }
  return statistic;
}

inline double random_constant(Random& random) {
  static constexpr std::array<double, 12> plain{0, 1, -1, 2, 0.5, 10, -3, 100, 1e6, 1e-3, 60, 4096};
  const double draw = random.uniform();
  if (draw < 0.5) return plain[random.below(plain.size())];
  if (draw < 0.95) return (random.chance(0.3) ? -1 : 1) * std::exp(random.uniform(-14, 14));
  static constexpr std::array<double, 5> extreme{5e-324, 1e-310, 1e300, -1e300, 1.7976931348623157e308};
  return extreme[random.below(extreme.size())];
}

/// Grows one expression of a wanted type, about `size` nodes large, reusing what it made before now and then.
class Grower {
 public:
  Grower(Random& random, GraphBuilder& builder, std::vector<GraphBuilder::InputInfo> inputs, std::size_t actions)
      : random_(random), builder_(builder), inputs_(std::move(inputs)), actions_(actions) {}

  NodeId grow(Type type, std::size_t size) {
    NodeId node = no_node;
    if (random_.chance(0.12)) node = earlier(type);
    if (node == no_node) node = size <= 1 ? leaf(type) : operation(type, size - 1);
    made_.push_back(node);
    return node;
  }

 private:
  NodeId earlier(const Type& type) {
    std::vector<NodeId> fitting;
    for (NodeId id : made_) {
      if (builder_[id].type == type) fitting.push_back(id);
    }
    return fitting.empty() ? no_node : fitting[random_.below(fitting.size())];
  }

  NodeId leaf(const Type& type) {
    std::vector<std::uint32_t> fitting;
    for (std::uint32_t i = 0; i < inputs_.size(); ++i) {
      if (inputs_[i].type == type) fitting.push_back(i);
    }
    if (!fitting.empty() && random_.chance(0.75)) return builder_.input(fitting[random_.below(fitting.size())]);
    if (type.kind == ValueKind::boolean) return builder_.constant(random_.chance(0.5) ? 1 : 0, type);
    if (type.kind == ValueKind::action) return builder_.constant(static_cast<double>(random_.below(actions_)), type);
    return builder_.constant(random_constant(random_), type);
  }

  NodeId operation(const Type& type, std::size_t size) {
    if (random_.chance(0.12)) return choice(type, size);
    if (type.kind == ValueKind::boolean) return boolean(size);
    if (type.kind == ValueKind::action) return choice(type, size);
    return number(type, size);
  }

  NodeId choice(const Type& type, std::size_t size) {
    const NodeId condition = grow({ValueKind::boolean, {}}, size / 3);
    const NodeId yes = grow(type, size / 3);
    return builder_.apply(Op::select, {condition, yes, grow(type, size / 3)});
  }

  NodeId boolean(std::size_t size) {
    static constexpr std::array<Op, 6> operations{Op::less,        Op::less_equal, Op::equal,
                                                  Op::logical_and, Op::logical_or, Op::logical_not};
    const Op op = operations[random_.below(operations.size())];
    Type operand{ValueKind::boolean, {}};
    if (op == Op::less || op == Op::less_equal || (op == Op::equal && random_.chance(0.6))) {
      operand = {ValueKind::number, random_dimension(random_)};
    } else if (op == Op::equal && actions_ > 0 && random_.chance(0.5)) {
      operand = {ValueKind::action, {}};
    }
    if (op == Op::logical_not) return builder_.apply(op, {grow(operand, size)});
    const NodeId first = grow(operand, size / 2);
    return builder_.apply(op, {first, grow(operand, size - size / 2)});
  }

  /// Keeps exponents small: far from the limit, sums of products still meet.
  static bool plain(Dimension d) { return std::abs(d.time) <= 3 && std::abs(d.bytes) <= 3 && std::abs(d.money) <= 3; }

  NodeId number(const Type& type, std::size_t size) {
    static constexpr std::array<Op, 13> operations{
        Op::add,     Op::subtract, Op::multiply, Op::multiply,    Op::divide, Op::divide, Op::minimum,
        Op::maximum, Op::negate,   Op::absolute, Op::square_root, Op::floor,  Op::power};
    Op op = operations[random_.below(operations.size())];
    if (op == Op::floor) op = std::array{Op::floor, Op::logarithm, Op::exponential}[random_.below(3)];
    switch (op) {
      case Op::multiply:
      case Op::divide:
        return product(op, type, size);
      case Op::square_root: {
        if (!plain(type.dimension)) return product(Op::multiply, type, size);
        const auto squared = multiply(type.dimension, type.dimension);
        return builder_.apply(op, {grow({ValueKind::number, squared.value()}, size)});
      }
      case Op::floor:
      case Op::logarithm:
      case Op::exponential:
      case Op::power:
        if (!type.dimension.is_number()) return product(Op::multiply, type, size);
        if (op != Op::power) return builder_.apply(op, {grow(type, size)});
        break;
      case Op::negate:
      case Op::absolute:
        return builder_.apply(op, {grow(type, size)});
      default:
        break;
    }
    const NodeId first = grow(type, size / 2);
    return builder_.apply(op, {first, grow(type, size - size / 2)});
  }

  NodeId product(Op op, const Type& type, std::size_t size) {
    Dimension second = random_dimension(random_);
    auto first = op == Op::multiply ? divide(type.dimension, second) : multiply(type.dimension, second);
    if (!first || !plain(*first)) {
      first = type.dimension;
      second = number_dimension;
    }
    const NodeId left = grow({ValueKind::number, *first}, size / 2);
    return builder_.apply(op, {left, grow({ValueKind::number, second}, size - size / 2)});
  }

  Random& random_;
  GraphBuilder& builder_;
  std::vector<GraphBuilder::InputInfo> inputs_;
  std::size_t actions_;
  std::vector<NodeId> made_;
};

inline std::vector<Input> all_inputs(const Decision& decision, std::span<const Statistic> statistics) {
  std::vector<Input> inputs;
  for (std::size_t i = 0; i < decision.features.size(); ++i) {
    for (std::size_t element = 0; element < decision.features[i].slots(); ++element) {
      inputs.push_back({Input::Source::feature, i, element, decision.features[i].scope});
    }
  }
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    inputs.push_back({Input::Source::statistic, i, 0, statistics[i].scope});
  }
  return inputs;
}

inline Rule random_rule(Random& random, const Signature& signature, std::size_t index,
                        std::span<const Statistic> statistics, std::size_t nodes) {
  const Decision& decision = signature.decisions[index];
  Rule rule;
  rule.decision = index;
  if (!decision.modes.empty()) rule.mode = random.below(decision.modes.size());
  rule.inputs = all_inputs(decision, statistics);
  const auto described = describe_inputs(rule.inputs, signature, index, statistics);
  Type type{ValueKind::number, decision.dimension};
  if (!decision.actions.empty()) type = {ValueKind::action, {}};
  if (decision.kind == DecisionKind::rank) type.dimension = random_dimension(random);
  GraphBuilder builder(described, false);
  Grower grower(random, builder, described, decision.actions.size());
  rule.graph = builder.finish(grower.grow(type, 1 + random.below(nodes)));
  return rule;
}

}  // namespace detail

inline RawProgram random_raw_program(Random& random, const RandomProgramOptions& options = {}) {
  RawProgram raw;
  raw.signature = detail::random_signature(random);
  const std::size_t statistics = random.below(options.statistics + 1);
  for (std::size_t i = 0; i < statistics; ++i) {
    raw.statistics.push_back(detail::random_statistic(random, *raw.signature, "s" + std::to_string(i)));
  }
  for (std::size_t d = 0; d < raw.signature->decisions.size(); ++d) {
    raw.rules.push_back(detail::random_rule(random, *raw.signature, d, raw.statistics, options.nodes));
  }
  return raw;
}

inline policy::ProgramPtr random_program(Random& random, const RandomProgramOptions& options = {}) {
  RawProgram raw = random_raw_program(random, options);
  return std::make_shared<policy::Program>("random", raw.signature, std::move(raw.statistics), std::move(raw.rules));
}

/// One value, nasty more often than not, inside the range.
inline double random_value(Random& random, double low, double high) {
  static constexpr std::array<double, 16> nasty{0.0,
                                                -0.0,
                                                1,
                                                -1,
                                                5e-324,
                                                -5e-324,
                                                2.2250738585072014e-308,
                                                1e-310,
                                                1e154,
                                                -1e154,
                                                1e300,
                                                0.5,
                                                4503599627370497.5,
                                                1.7976931348623157e308,
                                                -1.7976931348623157e308,
                                                3};
  double value = 0;
  const double draw = random.uniform();
  if (draw < 0.35) {
    value = nasty[random.below(nasty.size())];
  } else if (draw < 0.45) {
    value = std::bit_cast<double>(random.next());
    if (!std::isfinite(value)) value = 1;
  } else if (draw < 0.55) {
    value = random.chance(0.5) ? low : high;
  } else {
    value = (low < 0 && random.chance(0.5) ? -1 : 1) * std::exp(random.uniform(-12, 16));
  }
  constexpr double largest = std::numeric_limits<double>::max();
  return std::clamp(value, std::max(low, -largest), std::min(high, largest));
}

/// Values for rule.inputs, each inside its declared range.
inline std::vector<double> random_inputs(Random& random, const policy::Rule& rule, const policy::Program& program) {
  const auto ranges = policy::input_ranges(rule, program);
  std::vector<double> values;
  values.reserve(rule.inputs.size());
  for (std::size_t i = 0; i < rule.inputs.size(); ++i) {
    const policy::Input& input = rule.inputs[i];
    const auto& features = program.signature().decisions[rule.decision].features;
    const bool boolean =
        input.source == policy::Input::Source::feature && features[input.index].kind == policy::ValueKind::boolean;
    values.push_back(boolean ? static_cast<double>(random.below(2))
                             : random_value(random, ranges[i].low, ranges[i].high));
  }
  return values;
}

}  // namespace syswright::support
