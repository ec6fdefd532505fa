#include "judge/certify/shield.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/error.h"
#include "judge/certify/contract_box.h"
#include "judge/certify/property.h"

namespace syswright::judge {

using policy::Clause;
using policy::ClauseKind;
using policy::Op;

namespace {

/// A band is this much narrower than it may be, so that rounding its ends cannot make it wider.
constexpr double band_margin = 1e-9;

/// The shield of one rule.
class RuleShield {
 public:
  /// statistics: of the program, then those of the fallback, which start at `shift`.
  RuleShield(const policy::Program& program, const policy::Contract& contract, const policy::Rule* fallback,
             std::span<const policy::Statistic> statistics, std::size_t shift)
      : program_(program),
        contract_(contract),
        rule_(*program.rule_for(contract.decision)),
        decision_(program.signature().decisions[contract.decision]),
        fallback_(fallback),
        type_(rule_.graph[rule_.graph.root()].type),
        inputs_(rule_.inputs),
        rule_places_(rule_.inputs.size()),
        contract_places_(add_inputs(contract.inputs)) {
    for (std::size_t i = 0; i < rule_places_.size(); ++i) rule_places_[i] = i;
    if (fallback_ != nullptr) {
      if (fallback_->graph[fallback_->graph.root()].type != type_) {
        throw InputError(fmt::format("the fallback answers '{}' by {}, but '{}' by {}", decision_.name,
                                     to_string(fallback_->graph[fallback_->graph.root()].type), program.name(),
                                     to_string(type_)));
      }
      std::vector<policy::Input> theirs = fallback_->inputs;
      for (policy::Input& input : theirs) {
        if (input.source == policy::Input::Source::statistic) input.index += shift;
      }
      fallback_places_ = add_inputs(theirs);
    }
    described_ = policy::describe_inputs(inputs_, program.signature(), contract.decision, statistics);
  }

  policy::Rule build(const CertifyOptions& options, std::stop_token stop) {
    gather();
    FormulaBuilder builder(described_);
    NodeId output = builder.copy(rule_.graph, nodes(builder, rule_places_));
    if (low_ > high_) {
      throw InputError(
          fmt::format("no answer to '{}' lies in all of the ranges that its contract states", decision_.name));
    }
    if (ranged_ && !band_) output = clamp(builder, output);
    if (monitored_ || band_) {
      const NodeId fallback = fallback_answer(builder, options, stop);
      output = monitored_ ? watched(builder, output, fallback) : banded(builder, output, fallback);
    }
    policy::Rule result;
    result.decision = contract_.decision;
    result.mode = rule_.mode;
    result.inputs = inputs_;
    result.graph = builder.builder().finish(output);
    return result;
  }

  const std::vector<Guard>& guards() const { return guards_; }

 private:
  std::vector<std::size_t> add_inputs(const std::vector<policy::Input>& added) {
    std::vector<std::size_t> places;
    for (const policy::Input& input : added) {
      const auto found = std::ranges::find(inputs_, input);
      places.push_back(static_cast<std::size_t>(found - inputs_.begin()));
      if (found == inputs_.end()) inputs_.push_back(input);
    }
    return places;
  }

  static std::vector<NodeId> nodes(FormulaBuilder& builder, const std::vector<std::size_t>& places) {
    std::vector<NodeId> result;
    for (std::size_t place : places) result.push_back(builder.builder().input(static_cast<std::uint32_t>(place)));
    return result;
  }

  /// Decides what is done for each statement.
  void gather() {
    for (const Clause& clause : contract_.clauses) {
      if (clause.kind == ClauseKind::holds) monitored_ = true;
      if (clause.kind != ClauseKind::range) continue;
      ranged_ = true;
      low_ = std::max(low_, clause.low);
      high_ = std::min(high_, clause.high);
    }
    for (const Clause& clause : contract_.clauses) {
      if (clause.kind == ClauseKind::require) continue;
      Guard guard{decision_.name, policy::to_source(clause, contract_, program_), Guard::Kind::none};
      if (clause.kind == ClauseKind::range) guard.kind = Guard::Kind::clamp;
      if (clause.kind == ClauseKind::holds) guard.kind = Guard::Kind::monitor;
      if (clause.kind == ClauseKind::robust && can_band(clause)) {
        guard.kind = Guard::Kind::band;
        band_ = std::min(band_.value_or(clause.effect), clause.effect);
      }
      guards_.push_back(std::move(guard));
    }
  }

  /// A band around the fallback's answer is one only where that answer does not move itself; and a monitor behind it
  /// would leave it.
  bool can_band(const Clause& clause) const {
    if (type_.kind != policy::ValueKind::number || monitored_) return false;
    if (fallback_ == nullptr) return true;
    if (ranged_) return false;
    const policy::Input& input = contract_.inputs[clause.inputs[0]];
    const auto same = [&](std::size_t place) { return inputs_[place] == input; };
    return std::ranges::none_of(fallback_places_, same);
  }

  NodeId number(FormulaBuilder& builder, double value) const { return builder.number(value, type_.dimension); }
  NodeId between(FormulaBuilder& builder, NodeId value, NodeId low, NodeId high) const {
    const NodeId raised = builder.builder().apply(Op::maximum, {value, low});
    return builder.builder().apply(Op::minimum, {raised, high});
  }
  NodeId clamp(FormulaBuilder& builder, NodeId value) const {
    return between(builder, value, number(builder, low_), number(builder, high_));
  }

  NodeId watched(FormulaBuilder& builder, NodeId output, NodeId fallback) const {
    NodeId monitor = builder.truth(true);
    for (const Clause& clause : contract_.clauses) {
      if (clause.kind != ClauseKind::holds) continue;
      std::vector<NodeId> arguments = nodes(builder, contract_places_);
      arguments.push_back(output);
      monitor = builder.conjunction(monitor, builder.copy(clause.condition, arguments));
    }
    return builder.builder().apply(Op::select, {monitor, output, fallback});
  }

  NodeId banded(FormulaBuilder& builder, NodeId output, NodeId fallback) const {
    const NodeId reach = number(builder, *band_ / 2 * (1 - band_margin));
    NodeId low = builder.builder().apply(Op::subtract, {fallback, reach});
    NodeId high = builder.builder().apply(Op::add, {fallback, reach});
    if (ranged_) {  // the fallback is a constant within the range
      low = builder.builder().apply(Op::maximum, {low, number(builder, low_)});
      high = builder.builder().apply(Op::minimum, {high, number(builder, high_)});
    }
    return between(builder, output, low, high);
  }

  NodeId fallback_answer(FormulaBuilder& builder, const CertifyOptions& options, const std::stop_token& stop) const {
    if (fallback_ == nullptr) return builder.builder().constant(allowed_constant(options, stop), type_);
    const NodeId answer = builder.copy(fallback_->graph, nodes(builder, fallback_places_));
    return ranged_ ? clamp(builder, answer) : answer;
  }

  /// The first constant answer that keeps all conditions, wherever the candidate's own would break them.
  double allowed_constant(const CertifyOptions& options, const std::stop_token& stop) const {
    for (const double value : constants()) {
      if (!monitored_ || keeps(value, options, stop)) return value;
    }
    throw InputError(
        fmt::format("no constant answer to '{}' provably keeps its contract; give a fallback policy", decision_.name));
  }

  std::vector<double> constants() const {
    std::vector<double> result;
    if (type_.kind == policy::ValueKind::action) {
      for (std::size_t i = 0; i < decision_.actions.size(); ++i) result.push_back(static_cast<double>(i));
      return result;
    }
    if (low_ <= 0 && high_ >= 0) result.push_back(0);
    for (const double end : {low_, high_, decision_.low, decision_.high}) {
      const bool finite = end > -std::numeric_limits<double>::max() && end < std::numeric_limits<double>::max();
      if (finite && end >= low_ && end <= high_) result.push_back(end);
    }
    // Values that the conditions themselves compare with.
    for (const Clause& clause : contract_.clauses) {
      if (clause.kind != ClauseKind::holds) continue;
      for (const policy::Node& node : clause.condition.nodes()) {
        const bool candidate =
            node.op == Op::constant && node.type == type_ && node.value >= low_ && node.value <= high_;
        if (candidate) result.push_back(node.value);
      }
    }
    return result;
  }

  bool keeps(double value, const CertifyOptions& options, const std::stop_token& stop) const {
    policy::Contract conditions{.decision = contract_.decision, .inputs = contract_.inputs, .clauses = {}};
    for (const Clause& clause : contract_.clauses) {
      if (clause.kind == ClauseKind::require || clause.kind == ClauseKind::holds) conditions.clauses.push_back(clause);
    }
    CertifyOptions fewer = options;
    fewer.max_boxes = std::max<std::size_t>(1, options.max_boxes / 10);
    const ContractBox box(program_, conditions);
    return std::ranges::all_of(conditions.clauses, [&](const Clause& clause) {
      if (clause.kind == ClauseKind::require) return true;
      return examine_constant(box, clause, value, fewer, stop);
    });
  }

  bool examine_constant(const ContractBox& box, const Clause& clause, double value, const CertifyOptions& options,
                        const std::stop_token& stop) const {
    FormulaBuilder builder(box.described());
    const auto inputs = box.input_nodes(builder);
    box.assume_required(builder, inputs);
    const NodeId output = builder.builder().constant(value, type_);
    const Formula formula = builder.finish(box.condition(builder, clause, inputs, output));
    const SearchSpace space = box.space();
    const auto statement = make_statement(formula, space);
    const SearchResult found =
        search(*statement, space,
               {.max_boxes = options.max_boxes, .coverage = 0, .samples = options.samples, .seed = options.seed}, stop);
    return found.open.empty() && found.failed == 0 && !found.witness;
  }

  const policy::Program& program_;
  const policy::Contract& contract_;
  const policy::Rule& rule_;
  const policy::Decision& decision_;
  const policy::Rule* fallback_;
  policy::Type type_;
  std::vector<policy::Input> inputs_;
  std::vector<std::size_t> rule_places_;
  std::vector<std::size_t> contract_places_;
  std::vector<std::size_t> fallback_places_;
  std::vector<policy::GraphBuilder::InputInfo> described_;

  bool ranged_ = false;
  bool monitored_ = false;
  std::optional<double> band_;  ///< the least effect that a guarded robustness allows
  double low_ = -std::numeric_limits<double>::infinity();
  double high_ = std::numeric_limits<double>::infinity();
  std::vector<Guard> guards_;
};

}  // namespace

std::string_view to_string(Guard::Kind kind) {
  switch (kind) {
    case Guard::Kind::none:
      return "none";
    case Guard::Kind::clamp:
      return "clamp";
    case Guard::Kind::band:
      return "band";
    case Guard::Kind::monitor:
      return "monitor";
  }
  return "";
}

Shielded shield(const policy::Program& program, const policy::Program* fallback, const CertifyOptions& options,
                std::stop_token stop) {
  if (program.contracts().empty()) {
    throw InputError(fmt::format("policy '{}' states nothing to be kept; add 'ensure …;' to a rule", program.name()));
  }
  if (fallback != nullptr && fallback->signature().domain != program.signature().domain) {
    throw InputError(fmt::format("the fallback '{}' is for {}, but '{}' is for {}", fallback->name(),
                                 fallback->signature().domain, program.name(), program.signature().domain));
  }
  std::vector<policy::Statistic> statistics = program.statistics();
  const std::size_t shift = statistics.size();
  if (fallback != nullptr) {
    statistics.insert(statistics.end(), fallback->statistics().begin(), fallback->statistics().end());
  }
  Shielded result;
  std::vector<policy::Rule> rules;
  for (const policy::Rule& rule : program.rules()) {
    const policy::Contract* contract = program.contract_for(rule.decision);
    if (contract == nullptr) {
      rules.push_back(rule);
      continue;
    }
    const policy::Rule* other = fallback == nullptr ? nullptr : fallback->rule_for(rule.decision);
    RuleShield shielding(program, *contract, other, statistics, shift);
    rules.push_back(shielding.build(options, stop));
    result.guards.insert(result.guards.end(), shielding.guards().begin(), shielding.guards().end());
  }
  result.program = std::make_shared<policy::Program>(program.name() + "_shielded", program.signature_pointer(),
                                                     std::move(statistics), std::move(rules), program.contracts());
  result.certificate = certify(*result.program, options, stop);
  return result;
}

}  // namespace syswright::judge
