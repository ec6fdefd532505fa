#include <algorithm>

#include "domains/expert_placement/plan.h"
#include "domains/expert_placement/problem.h"

namespace syswright::expert_placement {
namespace {

using Answers = NativeAnswers<Machine>;

/// Answers so that a whole plan comes about.
Answers follow(Plan plan) {
  return [plan = std::move(plan)](const Machine& machine, const Ask& ask, std::span<double> answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const auto candidate = static_cast<std::uint32_t>(ask.candidates[i]);
      if (ask.decision == replicate_decision) {
        answers[i] = static_cast<double>(plan.replicas[candidate]) - static_cast<double>(machine.replicas(candidate));
      } else {
        const std::vector<std::uint32_t>& held = plan.held[candidate];
        const auto planned = std::count(held.begin(), held.end(), machine.expert());
        answers[i] = static_cast<double>(planned) - static_cast<double>(machine.held(machine.expert(), candidate));
      }
    }
  };
}

Answers in_turn(const Instance& layer, const MethodOptions&) { return follow(place_in_turn(layer.cluster)); }

Answers globally(const Instance& layer, const MethodOptions&) {
  return follow(place_globally(layer.cluster, layer.past[0]));
}

Answers by_group(const Instance& layer, const MethodOptions&) {
  return follow(place_by_group(layer.cluster, layer.past[0]));
}

Answers globally_smoothed(const Instance& layer, const MethodOptions&) {
  return follow(place_globally(layer.cluster, smoothed(layer)));
}

Answers exchange(const Instance& layer, const MethodOptions& options) {
  return follow(place_by_exchange(layer.cluster, layer.past[0], {options.effort, options.stop}));
}

}  // namespace

std::span<const Method<Problem>> Problem::methods() {
  static const std::vector<Method<Problem>> methods{
      {"in_turn", "experts in turn to the GPUs, whatever their load", "static expert parallelism", in_turn},
      {"by_group", "groups to nodes, then replicas and GPUs within each node",
       "DeepSeek's expert-parallel load balancer, hierarchical", by_group},
      {"global", "largest load for each replica replicated, largest replica to the least loaded GPU",
       "the same, global; Graham, 1969", globally},
      {"global_smoothed", "global, on a mean of the last four steps", "global, with weights 8, 4, 2, 1",
       globally_smoothed},
      {"exchange", "global, then exchanges of replicas with the most loaded GPU; option 'effort'", "local search",
       exchange},
  };
  return methods;
}

}  // namespace syswright::expert_placement
