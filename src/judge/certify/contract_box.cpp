#include "judge/certify/contract_box.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "judge/certify/solver.h"

namespace syswright::judge {

using policy::Clause;
using policy::ClauseKind;
using policy::Interval;
using policy::Node;
using policy::Op;
using policy::ValueKind;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
/// A range with an end beyond this has none.
constexpr double endless = 1e300;

/// Where a range without an end is cut, by dimension; docs/judges/certify.md states these.
double default_cut(Dimension dimension) {
  if (dimension == number_dimension) return 1e6;
  if (dimension == time_dimension) return 30 * 86400.0;
  if (dimension == bytes_dimension) return 1099511627776.0;  // 1 TiB
  if (dimension == money_dimension) return 1e6;
  return 1e9;
}

}  // namespace

ContractBox::ContractBox(const policy::Program& program, const policy::Contract& contract)
    : program_(program), contract_(contract), rule_(*program.rule_for(contract.decision)), inputs_(rule_.inputs) {
  for (const policy::Input& input : contract.inputs) {
    const auto found = std::ranges::find(inputs_, input);
    places_.push_back(static_cast<std::size_t>(found - inputs_.begin()));
    if (found == inputs_.end()) inputs_.push_back(input);
  }
  described_ = policy::describe_inputs(inputs_, program.signature(), rule_.decision, program.statistics());
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const auto& described = described_[i];
    sides_.push_back({.name = policy::input_name(inputs_[i], decision(), program.statistics()),
                      .type = described.type,
                      .range = policy::cut_to_finite(described.low, described.high)});
  }
  for (const Clause& clause : contract.clauses) {
    if (clause.kind == ClauseKind::require) apply_requirement(clause);
  }
  cut_open_ends();
  for (const Side& side : sides_) empty_ = empty_ || !(side.range.low <= side.range.high);
}

void ContractBox::look_for_inputs(const CertifyOptions& options, std::stop_token stop) {
  if (empty_) return;
  // A claim that never holds is broken wherever all that is required holds.
  FormulaBuilder builder(described());
  assume_required(builder, input_nodes(builder));
  const Formula formula = builder.finish(builder.truth(false));
  if (formula.assumptions.empty()) return;
  const SearchSpace whole = space();
  const auto statement = make_statement(formula, whole);
  const SearchResult found = search(*statement, whole,
                                    {.max_boxes = std::max<std::size_t>(1, options.max_boxes / 10),
                                     .coverage = 0,
                                     .samples = options.samples,
                                     .seed = options.seed},
                                    stop);
  if (found.witness || found.stopped) return;
  empty_ = true;
  if (found.open.empty() || !options.solver) return;
  const SolverResult answer = ask_solver(formula, whole.box, options.solver_limit, SolverMode::reals);
  if (answer.answer == SolverAnswer::broken && required_at(answer.point)) empty_ = false;
}

void ContractBox::apply_requirement(const Clause& clause) {
  FormulaBuilder builder(described_);
  const auto inputs = input_nodes(builder);
  narrow(builder, condition(builder, clause, inputs, policy::no_node));
}

/// Cuts sides by what compares an input with a constant; other conditions stay assumptions.
void ContractBox::narrow(FormulaBuilder& builder, NodeId id) {
  const policy::GraphBuilder& nodes = builder.builder();
  const Node node = nodes[id];
  if (node.op == Op::logical_and) {
    narrow(builder, node.arguments[0]);
    narrow(builder, node.arguments[1]);
    return;
  }
  const auto range_of = [&](NodeId input) -> Interval& { return sides_[nodes[input].input].range; };
  if (node.op == Op::constant && node.value == 0) {
    empty_ = true;
  } else if (node.op == Op::input) {
    range_of(id).low = 1;
  } else if (node.op == Op::logical_not && nodes[node.arguments[0]].op == Op::input) {
    range_of(node.arguments[0]).high = 0;
  } else if (node.op == Op::less || node.op == Op::less_equal || node.op == Op::equal) {
    const auto [a, b, unused] = node.arguments;
    const bool strict = node.op == Op::less;
    if (nodes[a].op == Op::input && nodes[b].op == Op::constant) {
      const double bound = nodes[b].value;
      range_of(a).high = std::min(range_of(a).high, strict ? std::nextafter(bound, -infinity) : bound);
      if (node.op == Op::equal) range_of(a).low = std::max(range_of(a).low, bound);
    } else if (nodes[b].op == Op::input && nodes[a].op == Op::constant) {
      const double bound = nodes[a].value;
      range_of(b).low = std::max(range_of(b).low, strict ? std::nextafter(bound, infinity) : bound);
      if (node.op == Op::equal) range_of(b).high = std::min(range_of(b).high, bound);
    }
  }
}

void ContractBox::cut_open_ends() {
  for (Side& side : sides_) {
    if (side.type.kind != ValueKind::number) continue;
    const double cut = default_cut(side.type.dimension);
    Interval& range = side.range;
    if (range.high > endless) {
      range.high = std::max(cut, range.low > 0 ? range.low * 1024 : 0);
      side.cut = true;
    }
    if (range.low < -endless) {
      range.low = std::min(-cut, range.high < 0 ? range.high * 1024 : 0);
      side.cut = true;
    }
  }
}

std::vector<policy::GraphBuilder::InputInfo> ContractBox::described() const {
  auto described = described_;
  for (std::size_t i = 0; i < described.size(); ++i) {
    described[i].low = sides_[i].range.low;
    described[i].high = sides_[i].range.high;
  }
  return described;
}

SearchSpace ContractBox::space() const {
  SearchSpace space;
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    space.box.push_back(sides_[i].range);
    space.discrete.push_back(is_boolean(i));
  }
  return space;
}

std::vector<NodeId> ContractBox::input_nodes(FormulaBuilder& builder) const {
  std::vector<NodeId> nodes;
  for (std::uint32_t i = 0; i < inputs_.size(); ++i) nodes.push_back(builder.builder().input(i));
  return nodes;
}

NodeId ContractBox::output(FormulaBuilder& builder, std::span<const NodeId> inputs) const {
  return builder.copy(rule_.graph, inputs);
}

NodeId ContractBox::condition(FormulaBuilder& builder, const Clause& clause, std::span<const NodeId> inputs,
                              NodeId output) const {
  std::vector<NodeId> arguments;
  for (std::size_t place : places_) arguments.push_back(inputs[place]);
  arguments.push_back(output);
  return builder.copy(clause.condition, arguments);
}

void ContractBox::assume_required(FormulaBuilder& builder, std::span<const NodeId> inputs) const {
  for (const Clause& clause : contract_.clauses) {
    if (clause.kind == ClauseKind::require) builder.assume(condition(builder, clause, inputs, policy::no_node));
  }
}

double ContractBox::ask(std::span<const double> values) const {
  return policy::interpret(rule_, values.first(rule_.inputs.size()));
}

bool ContractBox::required_at(std::span<const double> values) const {
  return std::ranges::all_of(contract_.clauses, [&](const Clause& clause) {
    return clause.kind != ClauseKind::require || holds_at(clause, values, 0);
  });
}

bool ContractBox::holds_at(const Clause& clause, std::span<const double> values, double output) const {
  policy::Rule question;
  question.graph = clause.condition;
  question.inputs = contract_.inputs;
  std::vector<double> arguments;
  for (std::size_t place : places_) arguments.push_back(values[place]);
  arguments.push_back(output);
  return policy::interpret(question, arguments) != 0;
}

std::string ContractBox::describe(const Point& point) const {
  std::string text;
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    const Side& side = sides_[i];
    const std::string value = is_boolean(i) ? (point.inputs[i] != 0 ? "true" : "false")
                                            : format_quantity(point.inputs[i], side.type.dimension);
    text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", side.name, value);
  }
  const auto& actions = decision().actions;
  const std::string answer = actions.empty() ? format_quantity(point.output, output_type().dimension)
                                             : actions[static_cast<std::size_t>(point.output)];
  return fmt::format("{}{}answers {}", text, text.empty() ? "" : ": ", answer);
}

}  // namespace syswright::judge
