#include "policy/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "base/error.h"

namespace syswright::policy {
namespace {

/// What a statistic is, whatever its name.
auto meaning(const Statistic& s) { return std::tie(s.kind, s.source, s.decision, s.parameter, s.window); }

const Feature& feature_of(const Input& input, const Decision& decision) { return decision.features[input.index]; }

void check_input(const Input& input, const Decision& decision, std::span<const Statistic> statistics) {
  if (input.source == Input::Source::statistic) {
    if (input.index >= statistics.size())
      throw InputError("a rule reads a statistic that its program does not declare");
  } else if (input.index >= decision.features.size()) {
    throw InputError(fmt::format("a rule reads a feature that '{}' does not have", decision.name));
  } else if (input.element >= feature_of(input, decision).slots()) {
    throw InputError(fmt::format("a rule reads element {} of '{}', which has {}", input.element,
                                 feature_of(input, decision).name, feature_of(input, decision).slots()));
  }
}

Scope scope_of(const Input& input, const Decision& decision, std::span<const Statistic> statistics) {
  return input.source == Input::Source::statistic ? statistics[input.index].scope : feature_of(input, decision).scope;
}

void check_statistic(const Statistic& statistic, const Signature& signature) {
  if (statistic.kind == StatisticKind::percentile) {
    const bool known = statistic.decision < signature.decisions.size() &&
                       signature.decisions[statistic.decision].find_feature(statistic.source).has_value();
    if (!known) throw InputError(fmt::format("percentile of '{}', which is no feature", statistic.source));
  } else if (!signature.find_signal(statistic.source)) {
    throw InputError(fmt::format("statistic of '{}', which is no signal of {}", statistic.source, signature.domain));
  }
}

void check_answer(const Rule& rule, const Decision& decision) {
  const Type type = rule.graph[rule.graph.root()].type;
  const bool wants_action = !decision.actions.empty();
  const Type wanted{wants_action ? ValueKind::action : ValueKind::number, decision.dimension};
  if (decision.kind == DecisionKind::rank && type.kind != ValueKind::number) {
    throw InputError(fmt::format("the score of '{}' must be a number, but is {}", decision.name, to_string(type)));
  }
  if (decision.kind == DecisionKind::value && (type.kind != wanted.kind || (!wants_action && type != wanted))) {
    throw InputError(
        fmt::format("the answer to '{}' must be {}, but is {}", decision.name, to_string(wanted), to_string(type)));
  }
  for (const Node& node : rule.graph.nodes()) {
    const bool action = node.op == Op::constant && node.type.kind == ValueKind::action;
    if (action && !(node.value >= 0 && node.value < static_cast<double>(decision.actions.size()))) {
      throw InputError(fmt::format("'{}' has no action number {}", decision.name, node.value));
    }
  }
}

/// Inputs that the graph reads, in canonical order and without duplicates.
std::vector<Input> read_inputs(const Rule& rule) {
  std::vector<Input> inputs;
  for (const Node& node : rule.graph.nodes()) {
    if (node.op == Op::input) inputs.push_back(rule.inputs[node.input]);
  }
  const auto key = [](const Input& input) {
    return std::tuple(input.scope == Scope::candidate, input.source, input.index, input.element);
  };
  std::ranges::sort(inputs, {}, key);
  const auto repeated = std::ranges::unique(inputs);
  inputs.erase(repeated.begin(), repeated.end());
  return inputs;
}

/// The rule built again over `inputs`, simplified on the way.
Rule rebuilt(const Rule& rule, std::vector<Input> inputs, const Signature& signature,
             std::span<const Statistic> statistics) {
  const auto described = describe_inputs(inputs, signature, rule.decision, statistics);
  std::vector<Node> nodes(rule.graph.nodes().begin(), rule.graph.nodes().end());
  for (Node& node : nodes) {
    if (node.op != Op::input) continue;
    const auto place = std::ranges::find(inputs, rule.inputs[node.input]);
    node.input = static_cast<std::uint32_t>(place - inputs.begin());
    if (node.type != described[node.input].type) {
      throw InputError(fmt::format("a rule of '{}' takes an input for {}, but it is {}",
                                   signature.decisions[rule.decision].name, to_string(node.type),
                                   to_string(described[node.input].type)));
    }
  }
  GraphBuilder builder(described);
  const Graph graph(std::move(nodes));
  Rule result;
  result.decision = rule.decision;
  result.mode = rule.mode;
  result.graph = builder.finish(builder.copy(graph, graph.root()));
  result.inputs = std::move(inputs);
  result.global_inputs = static_cast<std::size_t>(std::ranges::count(result.inputs, Scope::global, &Input::scope));
  return result;
}

Rule canonical(const Rule& rule, const Signature& signature, std::span<const Statistic> statistics) {
  Rule result = rebuilt(rule, read_inputs(rule), signature, statistics);
  // Simplification may have removed the last use of an input.
  std::vector<Input> still_read = read_inputs(result);
  if (still_read.size() < result.inputs.size()) {
    result = rebuilt(result, std::move(still_read), signature, statistics);
  }
  return result;
}

void check_rules(std::vector<Rule>& rules, const Signature& signature, std::span<const Statistic> statistics) {
  std::ranges::stable_sort(rules, {}, &Rule::decision);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    Rule& rule = rules[i];
    if (rule.decision >= signature.decisions.size()) throw InputError("a rule answers a decision that does not exist");
    const Decision& decision = signature.decisions[rule.decision];
    if (i > 0 && rules[i - 1].decision == rule.decision) {
      throw InputError(fmt::format("'{}' is answered twice", decision.name));
    }
    if (rule.mode >= std::max<std::size_t>(decision.modes.size(), 1)) {
      throw InputError(fmt::format("'{}' has no mode number {}", decision.name, rule.mode));
    }
    if (rule.graph.size() == 0) throw InputError(fmt::format("the answer to '{}' is empty", decision.name));
    for (Input& input : rule.inputs) {
      check_input(input, decision, statistics);
      input.scope = scope_of(input, decision, statistics);
    }
    for (const Node& node : rule.graph.nodes()) {
      if (node.op == Op::input && node.input >= rule.inputs.size()) {
        throw InputError(fmt::format("the answer to '{}' reads an input that it does not declare", decision.name));
      }
    }
  }
}

/// Makes equal statistics one, drops unread ones and orders the rest by meaning; rules follow.
void canonicalise_statistics(std::vector<Statistic>& statistics, std::vector<Rule>& rules) {
  std::vector<std::size_t> order(statistics.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return meaning(statistics[a]) < meaning(statistics[b]); });
  std::vector<bool> read(statistics.size());
  for (const Rule& rule : rules) {
    for (const Node& node : rule.graph.nodes()) {
      if (node.op != Op::input) continue;
      const Input& input = rule.inputs[node.input];
      if (input.source == Input::Source::statistic) read[input.index] = true;
    }
  }
  std::vector<Statistic> kept;
  std::vector<std::size_t> place(statistics.size(), 0);
  for (std::size_t index : order) {
    if (!read[index]) continue;
    if (kept.empty() || meaning(kept.back()) != meaning(statistics[index])) kept.push_back(statistics[index]);
    place[index] = kept.size() - 1;
  }
  for (Rule& rule : rules) {
    for (Input& input : rule.inputs) {
      if (input.source == Input::Source::statistic) input.index = place[input.index];
    }
  }
  statistics = std::move(kept);
}

void add(DigestBuilder& digest, const Statistic& statistic, const Signature& signature) {
  digest.add(to_string(statistic.kind)).add(statistic.source).add(statistic.parameter).add(statistic.window);
  const bool of_decision = statistic.kind == StatisticKind::percentile;
  digest.add(of_decision ? std::string_view(signature.decisions[statistic.decision].name) : std::string_view());
}

void add(DigestBuilder& digest, const Rule& rule, const Decision& decision, std::span<const Statistic> statistics) {
  digest.add(decision.name).add(rule.mode < decision.modes.size() ? decision.modes[rule.mode] : std::string());
  digest.add(decision.actions.size());
  for (const std::string& action : decision.actions) digest.add(action);
  digest.add(rule.inputs.size());
  for (const Input& input : rule.inputs) {
    const bool statistic = input.source == Input::Source::statistic;
    digest.add(static_cast<int>(input.source)).add(input.element);
    if (statistic) {
      digest.add(input.index);  // statistics are in canonical order
    } else {
      digest.add(input_name(input, decision, statistics));
    }
  }
  digest.add(rule.graph.size());
  for (const Node& node : rule.graph.nodes()) {
    digest.add(static_cast<int>(node.op)).add(static_cast<int>(node.type.kind));
    digest.add(node.type.dimension.time).add(node.type.dimension.bytes).add(node.type.dimension.money);
    digest.add(node.value).add(node.input);
    for (NodeId operand : node.arguments) digest.add(operand);
  }
}

/// Points the statistics that contracts read, which stand in `declared`, to the canonical ones, and orders contracts
/// as their rules.
void settle_contracts(std::vector<Contract>& contracts, std::span<const Rule> rules, const Signature& signature,
                      std::span<const Statistic> declared, std::span<const Statistic> statistics) {
  std::erase_if(contracts, [](const Contract& contract) { return contract.clauses.empty(); });
  std::ranges::stable_sort(contracts, {}, &Contract::decision);
  for (Contract& contract : contracts) {
    if (std::ranges::find(rules, contract.decision, &Rule::decision) == rules.end()) {
      throw InputError("a contract speaks of a decision that the program does not answer");
    }
    const Decision& decision = signature.decisions[contract.decision];
    for (Input& input : contract.inputs) {
      check_input(input, decision, declared);
      input.scope = scope_of(input, decision, declared);
      if (input.source != Input::Source::statistic) continue;
      const Statistic& meant = declared[input.index];
      const auto found =
          std::ranges::find_if(statistics, [&](const Statistic& each) { return meaning(each) == meaning(meant); });
      if (found == statistics.end()) {
        throw InputError(fmt::format("the contract of '{}' reads statistic '{}', which reaches no answer of the policy",
                                     decision.name, meant.name));
      }
      input.index = static_cast<std::size_t>(found - statistics.begin());
    }
  }
}

/// Range of a statistic's value: that of what it summarises, and 0, its value before the first observation.
std::pair<double, double> range_of(const Statistic& statistic, const Signature& signature) {
  if (statistic.kind == StatisticKind::count) return {0, static_cast<double>(statistic.window)};
  double low = 0;
  double high = 0;
  if (statistic.kind == StatisticKind::percentile) {
    const Decision& decision = signature.decisions[statistic.decision];
    const Feature& feature = decision.features[decision.find_feature(statistic.source).value()];
    std::tie(low, high) = std::pair(feature.low, feature.high);
  } else {
    const Signal& signal = signature.signals[signature.find_signal(statistic.source).value()];
    std::tie(low, high) = std::pair(signal.low, signal.high);
  }
  // A mean rounds: it may pass the ends of the range by a few units in the last place for each value summed.
  const double slack = statistic.kind == StatisticKind::mean ? 1 + 1e-11 : 1;
  return {std::min(low * slack, 0.0), std::max(high * slack, 0.0)};
}

std::uint64_t identity_of(const Input& input, const Signature& signature, std::size_t decision,
                          std::span<const Statistic> statistics) {
  DigestBuilder digest;
  if (input.source == Input::Source::statistic) {
    digest.add("statistic");
    add(digest, statistics[input.index], signature);
  } else {
    digest.add("feature").add(signature.decisions[decision].features[input.index].name).add(input.element);
  }
  return digest.finish().low;
}

}  // namespace

Program::Program(std::string name, std::shared_ptr<const Signature> signature, std::vector<Statistic> statistics,
                 std::vector<Rule> rules, std::vector<Contract> contracts)
    : name_(std::move(name)),
      signature_(std::move(signature)),
      statistics_(std::move(statistics)),
      rules_(std::move(rules)),
      contracts_(std::move(contracts)) {
  for (const Statistic& statistic : statistics_) check_statistic(statistic, *signature_);
  const std::vector<Statistic> declared = contracts_.empty() ? std::vector<Statistic>{} : statistics_;
  check_rules(rules_, *signature_, statistics_);
  for (Rule& rule : rules_) check_answer(rule, signature_->decisions[rule.decision]);
  // Rules first, as simplification may drop the last use of a statistic; and again, as merged statistics make equal
  // inputs, which may simplify further.
  for (std::size_t count = statistics_.size() + 1; count != statistics_.size();) {
    count = statistics_.size();
    for (Rule& rule : rules_) rule = canonical(rule, *signature_, statistics_);
    canonicalise_statistics(statistics_, rules_);
  }
  for (Rule& rule : rules_) rule = canonical(rule, *signature_, statistics_);
  settle_contracts(contracts_, rules_, *signature_, declared, statistics_);

  DigestBuilder digest;
  digest.add("policy program 1").add(signature_->domain).add(statistics_.size());
  for (const Statistic& statistic : statistics_) add(digest, statistic, *signature_);
  digest.add(rules_.size());
  for (const Rule& rule : rules_) add(digest, rule, signature_->decisions[rule.decision], statistics_);
  digest_ = digest.finish();
}

const Rule* Program::rule_for(std::size_t decision) const {
  const auto found = std::ranges::find(rules_, decision, &Rule::decision);
  return found == rules_.end() ? nullptr : &*found;
}

const Contract* Program::contract_for(std::size_t decision) const {
  const auto found = std::ranges::find(contracts_, decision, &Contract::decision);
  return found == contracts_.end() ? nullptr : &*found;
}

std::size_t Program::size() const {
  std::size_t nodes = 0;
  for (const Rule& rule : rules_) nodes += rule.graph.size();
  return nodes;
}

std::shared_ptr<const Program> Program::renamed(std::string name) const {
  auto copy = std::make_shared<Program>(*this);
  copy->name_ = std::move(name);
  return copy;
}

std::shared_ptr<const Program> Program::with_contracts_of(const Program& other) const {
  if (other.signature().domain != signature_->domain) {
    throw InputError(fmt::format("the contracts of '{}' are for {}, but '{}' is for {}", other.name(),
                                 other.signature().domain, name_, signature_->domain));
  }
  auto copy = std::make_shared<Program>(*this);
  copy->contracts_.clear();
  for (const Contract& contract : other.contracts_) {
    const bool acts = !signature_->decisions[contract.decision].actions.empty();
    const Rule* rule = rule_for(contract.decision);
    const Rule* theirs = other.rule_for(contract.decision);
    if (rule == nullptr || theirs == nullptr) continue;
    if (!acts && rule->graph[rule->graph.root()].type != theirs->graph[theirs->graph.root()].type) {
      throw InputError(fmt::format("the contract of '{}' speaks of {}, but the answer of '{}' is {}", other.name(),
                                   to_string(theirs->graph[theirs->graph.root()].type), name_,
                                   to_string(rule->graph[rule->graph.root()].type)));
    }
    copy->contracts_.push_back(contract);
  }
  settle_contracts(copy->contracts_, copy->rules_, *signature_, other.statistics_, statistics_);
  return copy;
}

std::vector<GraphBuilder::InputInfo> describe_inputs(std::span<const Input> inputs, const Signature& signature,
                                                     std::size_t decision, std::span<const Statistic> statistics) {
  std::vector<GraphBuilder::InputInfo> described;
  described.reserve(inputs.size());
  for (const Input& input : inputs) {
    GraphBuilder::InputInfo info;
    if (input.source == Input::Source::statistic) {
      info.type.dimension = statistics[input.index].dimension;
      std::tie(info.low, info.high) = range_of(statistics[input.index], signature);
    } else {
      const Feature& feature = signature.decisions[decision].features[input.index];
      info.type.kind = feature.kind;
      if (feature.kind == ValueKind::number) info.type.dimension = feature.dimension;
      info.low = feature.low;
      info.high = feature.kind == ValueKind::boolean ? 1 : feature.high;
    }
    info.identity = identity_of(input, signature, decision, statistics);
    described.push_back(info);
  }
  return described;
}

std::string input_name(const Input& input, const Decision& decision, std::span<const Statistic> statistics) {
  if (input.source == Input::Source::statistic) return statistics[input.index].name;
  const Feature& feature = decision.features[input.index];
  return feature.length == 0 ? feature.name : fmt::format("{}[{}]", feature.name, input.element);
}

}  // namespace syswright::policy
