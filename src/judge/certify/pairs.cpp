#include "judge/certify/pairs.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "judge/certify/direction.h"
#include "policy/semantics.h"

namespace syswright::judge {

using policy::Interval;

namespace {

double width(const Interval& side) { return policy::semantics::subtract(side.high, side.low); }

/// Whether a node reads an input.
bool reads(const policy::Graph& graph, NodeId root, std::uint32_t input) {
  std::vector<bool> needed(root + 1, false);
  needed[root] = true;
  for (NodeId id = root + 1; id-- > 0;) {
    if (!needed[id]) continue;
    if (graph[id].op == policy::Op::input && graph[id].input == input) return true;
    for (NodeId operand : graph[id].operands()) needed[operand] = true;
  }
  return false;
}

/// What both statements share: the output and what is required of a pair.
class PairStatement : public Statement {
 protected:
  PairStatement(const Formula& formula, const SearchSpace& space, std::uint32_t input)
      : formula_(formula), space_(space), input_(input), enclosure_(formula.graph, space.box.size()) {}

  bool required_at(std::span<const double> values) const {
    return std::ranges::all_of(formula_.assumptions, [&](NodeId id) { return values[id] != 0; });
  }
  /// Output at the point with another value of the input; nullopt where what is required does not hold.
  std::optional<double> output_at(std::span<const double> point, double value) {
    at_.assign(point.begin(), point.end());
    at_[input_] = value;
    const auto values = enclosure_.at(at_);
    if (!required_at(values)) return std::nullopt;
    return values[formula_.claim];
  }
  std::vector<double> pair(std::span<const double> point, double before, double after) const {
    std::vector<double> result(point.begin(), point.end());
    result[input_] = before;
    result.push_back(after);
    return result;
  }
  /// seen: the box with what the statement reaches from it. No side is parted at a threshold of the input `except`,
  /// whose pieces have to share their ends.
  Cut choose_cut(const Box& box, const Box& seen, std::size_t except) {
    blame_.assign(box.size(), 0.0);
    enclosure_.both(seen);
    enclosure_.add_influence(formula_.claim, 1, blame_);
    if (const auto found = enclosure_.threshold(box, except)) {
      return {.side = found->input, .between = std::pair(found->last, found->first)};
    }
    return side_to_split(box, space_.box, blame_);
  }

  const Formula& formula_;
  const SearchSpace& space_;
  std::uint32_t input_;
  Enclosure enclosure_;

 private:
  std::vector<double> at_;
  std::vector<double> blame_;
};

class MonotoneStatement final : public PairStatement {
 public:
  MonotoneStatement(const Formula& formula, const SearchSpace& space, std::uint32_t input, Trendwise wise)
      : PairStatement(formula, space, input), up_(wise == Trendwise::increasing) {
    for (NodeId assumption : formula.assumptions) {
      if (!reads(formula.graph, assumption, input)) excluding_.push_back(assumption);
    }
  }

  Finding examine(const Box& box) override {
    const auto values = enclosure_.doubles(box);
    const bool excluded = std::ranges::any_of(excluding_, [&](NodeId id) { return values[id].high == 0; });
    if (excluded) return {.state = State::excluded};
    trends(formula_.graph, values, input_, trends_);
    const Trend trend = trends_[formula_.claim];
    const bool right =
        trend.direction == Direction::constant || trend.direction == (up_ ? Direction::up : Direction::down);
    if (right && !trend.reals) return {.state = State::holds};

    const bool saturated = enclosure_.both(box).saturated;
    if (right && !saturated) return {.state = State::holds, .reals = true};
    const Gradient& gradient = enclosure_.gradient(formula_.claim);
    if (gradient.smooth) {
      const Interval slope = gradient.slopes[input_];
      if (up_ ? slope.low >= 0 : slope.high <= 0) return {.state = State::holds, .reals = true, .derivatives = true};
      const bool all_required =
          std::ranges::all_of(formula_.assumptions, [&](NodeId id) { return values[id].low > 0; });
      const bool wrong = up_ ? slope.high < 0 : slope.low > 0;
      if (wrong && all_required) return {.state = State::fails, .derivatives = true};
    }
    return {.cut = choose_cut(box, box, input_)};
  }

  std::optional<std::vector<double>> witness(const Box& box, std::span<const double> point) override {
    const Interval& side = box[input_];
    const double here = point[input_];
    const double near = std::min(side.high, here + width(side) * 1e-3);
    for (const auto& [first, second] : {std::pair(side.low, here), std::pair(here, side.high),
                                        std::pair(side.low, side.high), std::pair(here, near)}) {
      if (!(first < second)) continue;
      const auto before = output_at(point, first);
      const auto after = output_at(point, second);
      if (!before || !after) continue;
      const double fall = up_ ? *before - *after : *after - *before;
      if (fall > 0 && fall > rounding(point, first) + rounding(point, second)) return pair(point, first, second);
    }
    return std::nullopt;
  }

 private:
  /// How far the output may lie from that without rounding; 0 where nothing is known of that.
  double rounding(std::span<const double> point, double value) {
    Box there;
    for (double each : point) there.push_back({each, each});
    there[input_] = {value, value};
    const Enclosed& enclosed = enclosure_.both(there);
    return enclosed.saturated ? 0 : enclosed.error[formula_.claim];
  }

  bool up_;
  std::vector<NodeId> excluding_;  ///< assumptions that do not read the input
  std::vector<Trend> trends_;
};

class RobustStatement final : public PairStatement {
 public:
  RobustStatement(const Formula& formula, const SearchSpace& space, const Robustness& robustness)
      : PairStatement(formula, space, robustness.input), robustness_(robustness) {}

  Finding examine(const Box& box) override {
    const auto values = enclosure_.doubles(box);
    const bool excluded = std::ranges::any_of(formula_.assumptions, [&](NodeId id) { return values[id].high == 0; });
    if (excluded) return {.state = State::excluded};
    const bool all_required = std::ranges::all_of(formula_.assumptions, [&](NodeId id) { return values[id].low > 0; });
    const Interval here = values[formula_.claim];

    Box around = box;
    around[input_] = widened(box[input_]);
    const Enclosed& enclosed = enclosure_.both(around);
    const Interval output = enclosed.doubles[formula_.claim];
    if (output.high - output.low <= robustness_.effect) return {.state = State::holds};
    if (!enclosed.saturated) {
      const double error = 2 * enclosed.error[formula_.claim];
      const Gradient& gradient = enclosure_.gradient(formula_.claim);
      const Interval slope = gradient.slopes[input_];
      const double reach = robustness_.change * std::max(std::fabs(box[input_].low), std::fabs(box[input_].high));
      const double moved = std::max(std::fabs(slope.low), std::fabs(slope.high)) * reach;
      if (gradient.smooth && (moved + error) * (1 + 1e-12) <= robustness_.effect) {
        return {.state = State::holds, .derivatives = true};
      }
      // A jump has no slope, but a height.
      const double jump = enclosure_.perturbed(around, input_, reach * (1 + 1e-12)).error[formula_.claim];
      if ((jump + error) * (1 + 1e-12) <= robustness_.effect) return {.state = State::holds, .derivatives = true};
    }
    Finding finding{.cut = choose_cut(box, around, box.size())};
    if (all_required && jumps(box, here)) finding.state = State::fails;
    return finding;
  }

  std::optional<std::vector<double>> witness(const Box& box, std::span<const double> point) override {
    for (const double value : {point[input_], box[input_].low, box[input_].high}) {
      const auto before = output_at(point, value);
      if (!before) continue;
      for (const double sign : {1.0, -1.0}) {
        // A little less than the whole change, so that rounding cannot make it more.
        const double changed = value + sign * robustness_.change * (1 - 1e-12) * value;
        if (!space_.box[input_].contains(changed)) continue;
        const auto after = output_at(point, changed);
        if (after && std::fabs(*after - *before) > robustness_.effect * (1 + 1e-12)) {
          return pair(point, value, changed);
        }
      }
    }
    return std::nullopt;
  }

 private:
  Interval widened(const Interval& side) const {
    const double factor = robustness_.change * (1 + 1e-12);
    const Interval wide{side.low - factor * std::fabs(side.low), side.high + factor * std::fabs(side.high)};
    const Interval& whole = space_.box[input_];
    return {std::max(wide.low, whole.low), std::min(wide.high, whole.high)};
  }

  /// At every point of the box, the whole change one way moves the output by more than it may.
  bool jumps(const Box& box, const Interval& here) {
    for (const double factor : {1 + robustness_.change, 1 - robustness_.change}) {
      Box moved = box;
      moved[input_] = {box[input_].low * factor, box[input_].high * factor};
      if (moved[input_].low > moved[input_].high) std::swap(moved[input_].low, moved[input_].high);
      const Interval& whole = space_.box[input_];
      if (moved[input_].low < whole.low || moved[input_].high > whole.high) continue;
      const auto values = enclosure_.doubles(moved);
      const bool required = std::ranges::all_of(formula_.assumptions, [&](NodeId id) { return values[id].low > 0; });
      const Interval there = values[formula_.claim];
      const double gap = std::max(there.low - here.high, here.low - there.high);
      if (required && gap > robustness_.effect * (1 + 1e-12)) return true;
    }
    return false;
  }

  Robustness robustness_;
};

}  // namespace

std::unique_ptr<Statement> make_monotone_statement(const Formula& formula, const SearchSpace& space,
                                                   std::uint32_t input, Trendwise wise) {
  return std::make_unique<MonotoneStatement>(formula, space, input, wise);
}

std::unique_ptr<Statement> make_robust_statement(const Formula& formula, const SearchSpace& space,
                                                 const Robustness& robustness) {
  return std::make_unique<RobustStatement>(formula, space, robustness);
}

}  // namespace syswright::judge
