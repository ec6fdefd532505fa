#include <algorithm>
#include <limits>
#include <numeric>

#include "domains/model_placement/exact.h"
#include "domains/model_placement/problem.h"

namespace syswright::model_placement {
namespace {

using Answers = NativeAnswers<Machine>;

/// Takes the models in an order, and GPUs by what a score says of them, highest first.
template <typename Score>
Answers in_order(const std::vector<std::uint32_t>& order, Score score) {
  std::vector<double> places(order.size());
  for (std::size_t place = 0; place < order.size(); ++place) places[order[place]] = -static_cast<double>(place);
  return [places = std::move(places), score](const Machine& machine, const Ask& ask, std::span<double> answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const auto candidate = static_cast<std::uint32_t>(ask.candidates[i]);
      answers[i] = ask.decision == next_decision ? places[candidate] : score(machine, candidate);
    }
  };
}

std::vector<std::uint32_t> as_listed(const Instance& fleet) {
  std::vector<std::uint32_t> order(fleet.models.size());
  std::iota(order.begin(), order.end(), 0u);
  return order;
}

std::vector<std::uint32_t> by_size(const Instance& fleet) {
  std::vector<std::uint32_t> order = as_listed(fleet);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return fleet.models[a].size > fleet.models[b].size; });
  return order;
}

double pressure_of(const Machine& machine, std::uint32_t gpu) {
  return pressure(machine.gpus()[gpu].demand, machine.gpus()[gpu].size, machine.fleet().capacity);
}

double pressure_with(const Machine& machine, std::uint32_t gpu) {
  const Model& model = machine.fleet().models[machine.model()];
  return pressure(machine.gpus()[gpu].demand + model.demand, machine.gpus()[gpu].size + model.size,
                  machine.fleet().capacity);
}

/// Model i to GPU i, from the start again when they end; the next one with room where it has none.
Answers round_robin(const Instance& fleet, const MethodOptions&) {
  return in_order(as_listed(fleet), [](const Machine& machine, std::uint32_t gpu) {
    const auto gpus = static_cast<std::uint32_t>(machine.fleet().gpus);
    return -static_cast<double>((gpu + gpus - machine.model() % gpus) % gpus);
  });
}

Answers most_memory(const Instance& fleet, const MethodOptions&) {
  return in_order(by_size(fleet), [](const Machine& machine, std::uint32_t gpu) { return -machine.gpus()[gpu].size; });
}

Answers best_fit(const Instance& fleet, const MethodOptions&) {
  return in_order(by_size(fleet), [](const Machine& machine, std::uint32_t gpu) { return machine.gpus()[gpu].size; });
}

Answers least_pressure(const Instance& fleet, const MethodOptions&) {
  return in_order(by_demand(fleet),
                  [](const Machine& machine, std::uint32_t gpu) { return -pressure_of(machine, gpu); });
}

Answers least_pressure_after(const Instance& fleet, const MethodOptions&) {
  return in_order(by_demand(fleet),
                  [](const Machine& machine, std::uint32_t gpu) { return -pressure_with(machine, gpu); });
}

Answers exact(const Instance& fleet, const MethodOptions& options) {
  const ExactResult result = place_exactly(fleet, {options.effort, options.stop});
  return in_order(as_listed(fleet), [placement = result.placement](const Machine& machine, std::uint32_t gpu) {
    return !placement.empty() && placement[machine.model()] == gpu ? 1.0 : 0.0;
  });
}

}  // namespace

std::span<const Method<Problem>> Problem::methods() {
  static const std::vector<Method<Problem>> methods{
      {"round_robin", "the models in turn to the GPUs in turn", "the leaderboard's baseline", round_robin},
      {"most_memory", "largest models first, each to the GPU with most memory left", "worst fit decreasing",
       most_memory},
      {"best_fit", "largest models first, each to the GPU with least memory left that has room",
       "best fit decreasing; Johnson, 1973", best_fit},
      {"least_pressure", "most demand first, each to the GPU that is pressed least", "ADRS, PRISM: its seed program",
       least_pressure},
      {"least_pressure_after", "the same, with the GPU's pressure once it holds the model",
       "the seed program, one step ahead", least_pressure_after},
      {"exact", "the optimum: bin packing for each threshold, by bin completion; option 'effort'", "Korf, AAAI 2002",
       exact},
  };
  return methods;
}

}  // namespace syswright::model_placement
