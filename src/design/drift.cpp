#include "design/drift.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace syswright::design {
namespace {

using policy::NodeId;
using policy::Op;

/// Shares of growing quantities in the value of a node: one factor for each dimension of growing quantities.
class Share {
 public:
  static Share of(Dimension dimension) {
    Share share;
    share.factors_.push_back({dimension, 1});
    return share;
  }
  static Share unknown() {
    Share share;
    share.known_ = false;
    return share;
  }

  bool known() const { return known_; }
  bool none() const { return known_ && factors_.empty(); }

  Share times(double factor) const {
    Share product = *this;
    for (auto& [dimension, own] : product.factors_) own *= factor;
    product.tidy();
    return product;
  }
  Share plus(const Share& other) const {
    if (!known_ || !other.known_) return unknown();
    Share sum = *this;
    for (const auto& [dimension, factor] : other.factors_) {
      const auto found = std::ranges::find(sum.factors_, dimension, &Factor::first);
      if (found == sum.factors_.end()) {
        sum.factors_.push_back({dimension, factor});
      } else {
        // Equal up to rounding cancels.
        const double size = std::max(std::abs(found->second), std::abs(factor));
        found->second += factor;
        if (std::abs(found->second) < 1e-9 * size) found->second = 0;
      }
    }
    sum.tidy();
    return sum;
  }
  bool equals(const Share& other) const { return plus(other.times(-1)).none(); }

 private:
  using Factor = std::pair<Dimension, double>;
  void tidy() {
    std::erase_if(factors_, [](const Factor& factor) { return factor.second == 0; });
  }

  bool known_ = true;
  std::vector<Factor> factors_;
};

class Analysis {
 public:
  Analysis(const RulePart& part, const Vocabulary& vocabulary) : part_(part), vocabulary_(vocabulary) {}

  Share root() {
    for (NodeId id = 0; id < part_.graph.size(); ++id) shares_.push_back(share_of(part_.graph[id]));
    return shares_.back();
  }

 private:
  const Share& argument(const policy::Node& node, std::size_t i) const { return shares_[node.arguments[i]]; }
  bool is_constant(const policy::Node& node, std::size_t i) const {
    return part_.graph[node.arguments[i]].op == Op::constant;
  }
  double value(const policy::Node& node, std::size_t i) const { return part_.graph[node.arguments[i]].value; }

  Share share_of(const policy::Node& node) const {
    switch (node.op) {
      case Op::constant:
        return {};
      case Op::input:
        return share_of_input(part_.inputs[node.input]);
      case Op::add:
        return argument(node, 0).plus(argument(node, 1));
      case Op::subtract:
        return argument(node, 0).plus(argument(node, 1).times(-1));
      case Op::negate:
        return argument(node, 0).times(-1);
      case Op::multiply:
        if (is_constant(node, 0)) return argument(node, 1).times(value(node, 0));
        if (is_constant(node, 1)) return argument(node, 0).times(value(node, 1));
        return stationary(node);
      case Op::divide:
        if (is_constant(node, 1) && value(node, 1) != 0) return argument(node, 0).times(1 / value(node, 1));
        return stationary(node);
      case Op::minimum:
      case Op::maximum:
        return argument(node, 0).equals(argument(node, 1)) ? argument(node, 0) : Share::unknown();
      case Op::less:
      case Op::less_equal:
      case Op::equal:
        return argument(node, 0).equals(argument(node, 1)) ? Share() : Share::unknown();
      case Op::select:
        if (!argument(node, 0).none() || !argument(node, 1).equals(argument(node, 2))) return Share::unknown();
        return argument(node, 1);
      default:
        return stationary(node);
    }
  }

  /// Of an operation that keeps nothing known: its operands must have no share.
  Share stationary(const policy::Node& node) const {
    for (std::size_t i = 0; i < node.operands().size(); ++i) {
      if (!argument(node, i).none()) return Share::unknown();
    }
    return {};
  }

  Share share_of_input(const policy::Input& input) const {
    const policy::Decision& decision = vocabulary_.decision(part_.decision);
    Vocabulary::Word word;
    if (input.source == policy::Input::Source::statistic) {
      word = vocabulary_.describe(part_.statistics[input.index], part_.decision);
    } else {
      const auto& words = vocabulary_.words(part_.decision);
      word = *std::ranges::find(words, input, &Vocabulary::Word::input);
    }
    if (!word.scale.trends) return {};
    const bool is_feature = input.source == policy::Input::Source::feature;
    return Share::of(is_feature ? decision.features[input.index].dimension : word.info.type.dimension);
  }

  const RulePart& part_;
  const Vocabulary& vocabulary_;
  std::vector<Share> shares_;
};

}  // namespace

bool drifts(const RulePart& part, const Vocabulary& vocabulary) {
  const Share share = Analysis(part, vocabulary).root();
  const bool ranks = vocabulary.decision(part.decision).kind == policy::DecisionKind::rank;
  return ranks ? !share.known() : !share.none();
}

bool drifts(const policy::Program& program, const Vocabulary& vocabulary) {
  return std::ranges::any_of(
      program.rules(), [&](const policy::Rule& rule) { return drifts(extract(program, rule.decision), vocabulary); });
}

}  // namespace syswright::design
