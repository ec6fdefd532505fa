#include "judge/explain/ablate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "base/error.h"
#include "judge/compare/correction.h"
#include "policy/expression_text.h"

namespace syswright::judge {
namespace {

/// p-values by program, corrected for as many tests as there are distinct programs.
std::map<Digest, double> corrected_by_program(const std::map<Digest, Difference>& differences) {
  std::vector<double> p_values;
  for (const auto& [digest, difference] : differences) p_values.push_back(difference.p_value);
  const std::vector<double> adjusted = corrected(p_values, Correction::holm);
  std::map<Digest, double> result;
  for (const auto& [digest, difference] : differences) {
    const std::size_t place = result.size();
    result[digest] = adjusted[place];
  }
  return result;
}

Ablation failed(Edit edit, const Score& score, double change) {
  const double infinity = std::numeric_limits<double>::infinity();
  return {std::move(edit), {change, -infinity, infinity}, 0, Effect::worse, score.failure};
}

/// Which terms of one rule no removal can make felt.
std::vector<bool> dead_nodes(const policy::Graph& graph, std::size_t rule, const std::vector<Ablation>& ablations) {
  std::vector<bool> tried(graph.size(), false);
  std::vector<bool> felt(graph.size(), false);
  for (const Ablation& ablation : ablations) {
    const Edit& edit = ablation.edit;
    if (edit.rule != rule || edit.node == policy::no_node) continue;
    const bool constant = graph[edit.node].op == policy::Op::constant;
    if (!constant && edit.kind != EditKind::hold) continue;
    tried[edit.node] = true;
    felt[edit.node] = felt[edit.node] || ablation.effect != Effect::none;
  }
  std::vector<bool> dead(graph.size());
  for (std::size_t id = 0; id < graph.size(); ++id) dead[id] = tried[id] && !felt[id];
  return dead;
}

/// Nodes that only dead terms use.
std::vector<bool> inside_dead(const policy::Graph& graph, const std::vector<bool>& dead) {
  std::vector<bool> needed(graph.size(), false);
  needed[graph.root()] = true;
  for (policy::NodeId id = graph.root() + 1; id-- > 0;) {
    if (!needed[id] || dead[id]) continue;
    for (const policy::NodeId operand : graph[id].operands()) needed[operand] = true;
  }
  needed.flip();
  return needed;
}

}  // namespace

Ablations ablate(Experiments& experiments, const policy::ProgramPtr& program, const AblateOptions& options) {
  const Ground& ground = experiments.ground();
  Ablations result;
  const ScenarioPtr observed = sampled(ground.scenarios.front(), options.observed_events);
  const Observations observations(*observed, program, {}, ground.stop);
  result.values = observations.values(*program);
  std::vector<Edit> edits = list_edits(*program, result.values, options.edits);
  const Policy whole = Policy::of(program);
  std::vector<Policy> policies{whole};
  for (const Edit& edit : edits) policies.push_back(Policy::of(edit.program));
  result.complete = observations.complete() && experiments.measure(policies);
  if (!result.complete) return result;

  const Score& original = experiments.score(whole);
  if (!original.ran()) throw InputError("policy '" + program->name() + "' cannot be explained: " + original.failure);
  result.objective = original.objective;
  result.tolerance = options.tolerance * std::abs(original.objective);
  std::map<Digest, Difference> differences;
  for (const Policy& policy : std::span(policies).subspan(1)) {
    if (differences.contains(policy.digest()) || !experiments.score(policy).ran()) continue;
    differences[policy.digest()] = experiments.difference(policy, whole);
  }
  const std::map<Digest, double> p_values = corrected_by_program(differences);
  for (Edit& edit : edits) {
    const Score& score = experiments.score(Policy::of(edit.program));
    const Digest digest = edit.program->digest();
    if (!score.ran()) {
      const double change = experiments.improvement(score.objective - original.objective);
      result.ablations.push_back(failed(std::move(edit), score, change));
      continue;
    }
    const Interval change = differences.at(digest).objective;
    const Interval improvement = experiments.lower_is_better() ? negated(change) : change;
    const double p_value = p_values.at(digest);
    result.ablations.push_back(
        {std::move(edit), improvement, p_value, effect_of(improvement, p_value, result.tolerance), ""});
  }
  std::vector<Digest> distinct;
  for (const Ablation& ablation : result.ablations) distinct.push_back(ablation.edit.program->digest());
  std::sort(distinct.begin(), distinct.end());
  result.programs = static_cast<std::size_t>(std::unique(distinct.begin(), distinct.end()) - distinct.begin());
  return result;
}

std::vector<std::size_t> Ablations::by_cost() const {
  std::vector<std::size_t> order(ablations.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return ablations[a].improvement.estimate < ablations[b].improvement.estimate;
  });
  return order;
}

std::vector<std::string> Ablations::dead(const policy::Program& program) const {
  std::vector<std::string> names;
  for (std::size_t r = 0; r < program.rules().size(); ++r) {
    const policy::Rule& rule = program.rules()[r];
    const std::vector<bool> dead = dead_nodes(rule.graph, r, ablations);
    const std::vector<bool> inside = inside_dead(rule.graph, dead);
    for (policy::NodeId id = rule.graph.root() + 1; id-- > 0;) {
      if (dead[id] && !inside[id]) names.push_back(policy::expression_text(program, rule, id));
    }
  }
  return names;
}

}  // namespace syswright::judge
