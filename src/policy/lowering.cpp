#include "policy/lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "policy/compile.h"
#include "policy/parser.h"

namespace syswright::policy {

using namespace syntax;

namespace {

template <typename T>
std::vector<std::string> names_of(const std::vector<T>& items) {
  std::vector<std::string> names;
  for (const T& item : items) names.push_back(item.name);
  return names;
}

}  // namespace

Lowering::Lowering(const SourceText& source, const Tree& tree, const Signature& signature, std::size_t decision,
                   std::span<const Statistic> statistics, const RuleDeclaration& rule)
    : source_(source),
      tree_(tree),
      signature_(signature),
      decision_index_(decision),
      decision_(signature.decisions[decision]),
      statistics_(statistics),
      rule_(rule),
      inputs_(collect_inputs()),
      builder_(describe_inputs(inputs_, signature, decision, statistics)) {}

std::vector<Input> Lowering::collect_inputs() {
  declare_parameters();
  std::vector<Input> inputs;
  for (std::size_t index = 0; index < decision_.features.size(); ++index) {
    const Feature& feature = decision_.features[index];
    if (!parameters_.contains(feature.name)) continue;
    first_inputs_[index] = static_cast<std::uint32_t>(inputs.size());
    for (std::size_t element = 0; element < feature.slots(); ++element) {
      inputs.push_back({Input::Source::feature, index, element, feature.scope});
    }
  }
  first_statistic_ = static_cast<std::uint32_t>(inputs.size());
  for (std::size_t index = 0; index < statistics_.size(); ++index) {
    inputs.push_back({Input::Source::statistic, index, 0, statistics_[index].scope});
  }
  return inputs;
}

void Lowering::declare_parameters() {
  for (const Name& name : rule_.parameters) {
    const auto feature = decision_.find_feature(name.text);
    if (feature) {
      if (!parameters_.emplace(name.text, *feature).second) {
        source_.fail(name.place, fmt::format("feature {} is named twice", quoted(name.text)));
      }
      continue;
    }
    if (std::ranges::find(statistics_, name.text, &Statistic::name) != statistics_.end()) {
      source_.fail(name.place,
                   fmt::format("{} is a statistic: rules read statistics without naming them here; remove it",
                               quoted(name.text)));
    }
    const auto choices = names_of(decision_.features);
    if (signature_.find_signal(name.text)) {
      source_.fail(name.place, fmt::format("{} is a signal, not a feature of '{}'; summarise it: stat NAME = ewma({}, "
                                           "0.9); features: {}",
                                           quoted(name.text), decision_.name, name.text, fmt::join(choices, ", ")));
    }
    source_.fail(name.place, fmt::format("unknown feature {}{}", quoted(name.text),
                                         advise(name.text, choices, fmt::format("features of '{}'", decision_.name))));
  }
}

Rule Lowering::run() {
  try {
    return lowered();
  } catch (const ProgramError&) {
    throw;
  } catch (const InputError& error) {  // of the builder: the graph is too large
    source_.fail(place_, error.what());
  }
}

Rule Lowering::lowered() {
  const Outcome outcome = block(rule_.body);
  if (!outcome.always) {
    source_.fail(rule_.end, fmt::format("not every path of '{}' returns a value; add 'return …;' before this brace",
                                        decision_.name));
  }
  Value result = fold(outcome, rule_.end);
  if (decision_.kind == DecisionKind::value && decision_.actions.empty() && result.any_zero) {
    result = number(0, decision_.dimension);
  }
  Rule rule;
  rule.decision = decision_index_;
  rule.inputs = inputs_;
  place_ = rule_.decision.place;
  rule.graph = builder_.finish(result.node);
  return rule;
}

void Lowering::count_steps(std::size_t steps, Place place) {
  place_ = place;
  steps_ += steps;
  if (steps_ > max_steps) {
    source_.fail(place, fmt::format("the rule unrolls to over {} steps; use fewer or shorter loops", max_steps));
  }
}

Lowering::Outcome Lowering::block(BlockId id) {
  const std::size_t outer = values_.size();
  Outcome outcome;
  for (StatementId statement_id : tree_.blocks[id]) {
    const Statement& next = tree_.statements[statement_id];
    if (outcome.always) source_.fail(next.place, "this is never reached: every path before it returns; remove it");
    count_steps(1, next.place);
    statement(next, outcome);
  }
  while (locals_.size() > outer) {
    slots_.erase(locals_.back());
    locals_.pop_back();
  }
  values_.resize(outer);
  return outcome;
}

void Lowering::statement(const Statement& statement, Outcome& outcome) {
  switch (statement.kind) {
    case StatementKind::declare:
      check_new_name(statement.name);
      return declare(statement.name, evaluate(statement.value));
    case StatementKind::assign:
      return assign(statement);
    case StatementKind::answer:
      return answer(statement, outcome);
    case StatementKind::branch:
      return branch(statement, outcome);
    case StatementKind::iterate:
      return iterate(statement, outcome);
  }
}

void Lowering::check_new_name(const Name& name) const {
  const auto refuse = [&](std::string_view what) {
    source_.fail(name.place, fmt::format("{} is already the name of {}; choose another", quoted(name.text), what));
  };
  if (slots_.contains(name.text)) {
    source_.fail(name.place, fmt::format("{} is already declared; to change it, write '{} = …;' without 'let'",
                                         quoted(name.text), name.text.substr(0, 40)));
  }
  if (parameters_.contains(name.text)) refuse("a feature");
  if (std::ranges::find(statistics_, name.text, &Statistic::name) != statistics_.end()) refuse("a statistic");
  if (std::ranges::find(decision_.actions, name.text) != decision_.actions.end()) refuse("an action");
  if (std::ranges::find(function_names(), name.text) != function_names().end()) refuse("a function");
}

void Lowering::declare(const Name& name, Value value) {
  slots_[name.text] = values_.size();
  locals_.push_back(name.text);
  values_.push_back(value);
  ever_declared_.insert(name.text);
}

void Lowering::assign(const Statement& statement) {
  const auto slot = slots_.find(statement.name.text);
  const std::string_view name = statement.name.text.substr(0, 40);
  if (slot == slots_.end()) {
    const bool quantity =
        parameters_.contains(name) || std::ranges::find(statistics_, name, &Statistic::name) != statistics_.end();
    source_.fail(statement.place,
                 quantity ? fmt::format("'{}' cannot be changed; declare a name of your own: let x = {};", name, name)
                          : fmt::format("'{}' is not declared here; write 'let {} = …;'", name, name));
  }
  if (values_[slot->second].fixed) {
    source_.fail(statement.place, fmt::format("'{}' is the variable of a loop and cannot be changed", name));
  }
  Value value = evaluate(statement.value);
  Value before = values_[slot->second];
  agree(before, value);
  if (type(before) != type(value)) {
    source_.fail(statement.place, fmt::format("'{}' holds {} and cannot become {}; declare another name for it", name,
                                              to_string(type(before)), to_string(type(value))));
  }
  values_[slot->second] = value;
}

void Lowering::answer(const Statement& statement, Outcome& outcome) {
  Value value = evaluate(statement.value);
  const Type given = type(value);
  const Place place = tree_.expressions[statement.value].place;
  outcome.always = true;
  if (!decision_.actions.empty()) {
    if (given.kind != ValueKind::action) {
      source_.fail(place, fmt::format("'{}' is answered by one of its actions ({}), but this is {}", decision_.name,
                                      fmt::join(decision_.actions, ", "), to_string(given)));
    }
  } else if (given.kind != ValueKind::number) {
    source_.fail(place, fmt::format("'{}' is answered by a number, but this is {}; write c ? 1 : 0", decision_.name,
                                    to_string(given)));
  } else if (!value.any_zero && decision_.kind == DecisionKind::value && given.dimension != decision_.dimension) {
    source_.fail(place, fmt::format("'{}' is answered by {}, but this is {}; multiply or divide by a unit (1s, 1B, $1)",
                                    decision_.name, to_string(decision_.dimension), to_string(given)));
  } else if (!value.any_zero && first_answer_.node == no_node) {
    first_answer_ = value;
    first_answer_place_ = place;
  } else if (!value.any_zero && given != type(first_answer_)) {
    source_.fail(place, fmt::format("every path must return the same dimension, but this is {} and line {} returns {}",
                                    to_string(given), first_answer_place_.line, to_string(type(first_answer_))));
  }
  outcome.answers.push_back({no_node, value});
}

void Lowering::branch(const Statement& statement, Outcome& outcome) {
  const Value decided = condition(statement.value);
  if (decided.known) {
    // Decided by literals and loop variables alone: the other block may well make no sense, as in if i > 0 { a[i - 1]
    // }.
    const BlockId taken = builder_[decided.node].value != 0 ? statement.body : statement.other;
    if (taken == none) return;
    Outcome only = block(taken);
    std::ranges::move(only.answers, std::back_inserter(outcome.answers));
    outcome.always = only.always;
    return;
  }
  count_steps(values_.size(), statement.place);
  std::vector<Value> before = values_;
  Outcome yes = block(statement.body);
  std::vector<Value> after_yes = std::exchange(values_, std::move(before));
  Outcome no = statement.other == none ? Outcome{} : block(statement.other);
  if (no.always) {
    values_ = std::move(after_yes);
  } else if (!yes.always) {
    merge_values(decided.node, after_yes, statement.place);
  }
  join(decided.node, yes, no, outcome, statement.place);
}

void Lowering::merge_values(NodeId condition, const std::vector<Value>& yes, Place place) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].node != yes[i].node) values_[i] = choose(condition, yes[i], values_[i], place);
  }
}

/// Appends what both blocks of a branch return. An answer is only looked at if none before it held, so that after
/// (condition, answer) the condition is known not to hold.
void Lowering::join(NodeId condition, Outcome& yes, Outcome& no, Outcome& outcome, Place place) {
  const Value opposite = apply(Op::logical_not, {Value{condition}}, place);
  const auto append = [&](Outcome& part, NodeId guard) {
    count_steps(part.answers.size(), place);
    for (const Answer& answer : part.answers) {
      NodeId both = guard == no_node ? answer.guard : guard;
      if (guard != no_node && answer.guard != no_node) {
        both = apply(Op::logical_and, {Value{guard}, Value{answer.guard}}, place).node;
      }
      outcome.answers.push_back({both, answer.value});
    }
  };
  if (yes.always && no.always) {
    const Value chosen = choose(condition, fold(yes, place), fold(no, place), place);
    outcome.answers.push_back({no_node, chosen});
    outcome.always = true;
  } else if (yes.always) {
    outcome.answers.push_back({condition, fold(yes, place)});
    append(no, no_node);
  } else if (no.always) {
    append(yes, condition);
    outcome.answers.push_back({opposite.node, fold(no, place)});
  } else {
    append(yes, condition);
    append(no, opposite.node);
  }
}

void Lowering::iterate(const Statement& statement, Outcome& outcome) {
  check_new_name(statement.name);
  const long begin = whole_number(statement.value, "the start of a range");
  const long end = whole_number(statement.end, "the end of a range");
  if (end < begin) {
    source_.fail(statement.place, fmt::format("the range {}..{} ends before it begins", begin, end));
  }
  for (long i = begin; i < end && !outcome.always; ++i) {
    count_steps(1, statement.place);
    Value variable = number(static_cast<double>(i));
    variable.any_zero = false;
    variable.fixed = true;
    declare(statement.name, variable);
    Outcome once = block(statement.body);
    std::ranges::move(once.answers, std::back_inserter(outcome.answers));
    outcome.always = once.always;
    slots_.erase(statement.name.text);
    locals_.pop_back();
    values_.pop_back();
  }
}

Lowering::Value Lowering::fold(const Outcome& outcome, Place place) {
  count_steps(outcome.answers.size(), place);
  Value result = outcome.answers.back().value;
  for (std::size_t i = outcome.answers.size() - 1; i-- > 0;) {
    result = choose(outcome.answers[i].guard, outcome.answers[i].value, result, place);
  }
  return result;
}

long Lowering::whole_number(ExpressionId id, std::string_view what) {
  const Value value = evaluate(id);
  const Place place = tree_.expressions[id].place;
  const Node& node = builder_[value.node];
  if (!value.known || node.type != Type{}) {
    source_.fail(place, fmt::format("{} must be known before the program runs: a whole number, a loop variable, "
                                    "len(array) or sums of them",
                                    what));
  }
  if (node.value != std::floor(node.value) || std::fabs(node.value) > 1e6) {
    source_.fail(place, fmt::format("{} must be a whole number, but is {}", what, node.value));
  }
  return static_cast<long>(node.value);
}

}  // namespace syswright::policy
