#include "judge/explain/shapley_players.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "policy/expression_text.h"

namespace syswright::judge {
namespace {

using policy::no_node;
using policy::NodeId;
using policy::Op;

constexpr std::size_t most_players = 64;  // a coalition is a word

Player::Part held(const policy::Program& program, const ObservedValues& values, std::size_t rule, NodeId node) {
  return {rule, node, typical_value(program.rules()[rule].graph[node], values.nodes[rule][node])};
}

std::vector<Player> rule_players(const policy::Program& program) {
  std::vector<Player> players;
  for (std::size_t r = 0; r < program.rules().size(); ++r) {
    const policy::Decision& decision = program.signature().decisions[program.rules()[r].decision];
    players.push_back({"rule " + decision.name, {{r, no_node, 0}}});
  }
  return players;
}

std::vector<Player> feature_players(const policy::Program& program, const ObservedValues& values) {
  std::vector<Player> players;
  std::map<std::string, std::size_t> place;
  for (std::size_t r = 0; r < program.rules().size(); ++r) {
    const policy::Rule& rule = program.rules()[r];
    const policy::Decision& decision = program.signature().decisions[rule.decision];
    for (NodeId id = 0; id < rule.graph.size(); ++id) {
      if (rule.graph[id].op != Op::input) continue;
      const policy::Input& input = rule.inputs[rule.graph[id].input];
      const bool statistic = input.source == policy::Input::Source::statistic;
      const std::string name = statistic ? program.statistics()[input.index].name : decision.features[input.index].name;
      const auto [found, added] = place.try_emplace((statistic ? "stat " : "") + name, players.size());
      if (added) players.push_back({name, {}});
      players[found->second].parts.push_back(held(program, values, r, id));
    }
  }
  if (players.size() > most_players) players.resize(most_players);
  return players;
}

/// Operands that are not constants, each once.
std::vector<NodeId> variable_operands(const policy::Graph& graph, NodeId id) {
  std::vector<NodeId> result;
  for (const NodeId operand : graph[id].operands()) {
    if (graph[operand].op != Op::constant && std::ranges::find(result, operand) == result.end()) {
      result.push_back(operand);
    }
  }
  return result;
}

/// What a term falls into: the operands of the first operation below it that has several. Empty if there is none.
std::vector<NodeId> pieces(const policy::Graph& graph, NodeId id) {
  std::vector<NodeId> operands = variable_operands(graph, id);
  while (operands.size() == 1) operands = variable_operands(graph, operands.front());
  return operands;
}

std::size_t nodes_below(const policy::Graph& graph, NodeId root) {
  std::vector<bool> needed(root + 1, false);
  needed[root] = true;
  for (NodeId id = root + 1; id-- > 0;) {
    if (!needed[id]) continue;
    for (const NodeId operand : graph[id].operands()) needed[operand] = true;
  }
  return static_cast<std::size_t>(std::count(needed.begin(), needed.end(), true));
}

using Term = std::pair<std::size_t, NodeId>;  // rule, node

/// The terms after splitting one of them, or nothing if there would be too many.
std::set<Term> split(const policy::Program& program, const std::set<Term>& terms, std::size_t most) {
  std::vector<Term> by_size(terms.begin(), terms.end());
  std::ranges::stable_sort(by_size, std::greater(), [&](const Term& term) {
    return nodes_below(program.rules()[term.first].graph, term.second);
  });
  for (const Term& term : by_size) {
    const std::vector<NodeId> parts = pieces(program.rules()[term.first].graph, term.second);
    if (parts.empty()) continue;
    std::set<Term> result = terms;
    result.erase(term);
    for (const NodeId part : parts) result.emplace(term.first, part);
    if (result.size() <= most) return result;
  }
  return {};
}

std::vector<Player> term_players(const policy::Program& program, const ObservedValues& values, std::size_t most) {
  std::set<Term> terms;
  for (std::size_t r = 0; r < program.rules().size(); ++r) {
    const policy::Graph& graph = program.rules()[r].graph;
    if (graph[graph.root()].op != Op::constant) terms.emplace(r, graph.root());
  }
  most = std::clamp(most, terms.size(), most_players);
  for (std::set<Term> finer = split(program, terms, most); !finer.empty(); finer = split(program, terms, most)) {
    terms = std::move(finer);
  }
  std::vector<Player> players;
  for (const auto& [rule, node] : terms) {
    players.push_back(
        {policy::expression_text(program, program.rules()[rule], node), {held(program, values, rule, node)}});
  }
  return players;
}

}  // namespace

std::string_view to_string(PlayerKind kind) {
  switch (kind) {
    case PlayerKind::terms:
      return "terms";
    case PlayerKind::features:
      return "features";
    case PlayerKind::rules:
      return "rules";
  }
  return "";
}

std::vector<Player> list_players(const policy::Program& program, const ObservedValues& values, PlayerKind kind,
                                 std::size_t most) {
  switch (kind) {
    case PlayerKind::terms:
      return term_players(program, values, most);
    case PlayerKind::features:
      return feature_players(program, values);
    case PlayerKind::rules:
      return rule_players(program);
  }
  return {};
}

policy::ProgramPtr coalition_program(const policy::Program& program, std::span<const Player> players,
                                     std::uint64_t present) {
  std::vector<policy::Rule> rules;
  for (std::size_t r = 0; r < program.rules().size(); ++r) {
    std::vector<NodeId> nodes;
    std::vector<double> values;
    bool left_out = false;
    for (std::size_t i = 0; i < players.size(); ++i) {
      if (present >> i & 1) continue;
      for (const Player::Part& part : players[i].parts) {
        if (part.rule != r) continue;
        left_out = left_out || part.node == no_node;
        nodes.push_back(part.node);
        values.push_back(part.value);
      }
    }
    if (!left_out) rules.push_back(hold_nodes(program, r, nodes, values));
  }
  return std::make_shared<const policy::Program>(program.name(), program.signature_pointer(), program.statistics(),
                                                 std::move(rules));
}

}  // namespace syswright::judge
