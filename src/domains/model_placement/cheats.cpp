#include "domain/instance_cheats.h"
#include "domains/model_placement/problem.h"

namespace syswright::model_placement {
namespace {

using Cheated = CheatedRun<Problem>;

Instance with_less_demand(const Instance& fleet) {
  Instance easier = fleet;
  for (Model& model : easier.models) model.demand *= 0.8;
  return easier;
}

/// The policy's own decisions in changed fleets, claimed of those that were set.
template <typename Change>
bool in_changed_fleets(Cheated& cheated, Change change) {
  std::vector<Instance> changed = cheated.scenario.instances();
  for (Instance& fleet : changed) change(fleet);
  return claim_of_other_instances(cheated, std::move(changed), false);
}

bool add_a_gpu(Cheated& cheated) {
  return in_changed_fleets(cheated, [](Instance& fleet) { ++fleet.gpus; });
}
bool use_a_gpu_a_model(Cheated& cheated) {
  return in_changed_fleets(cheated, [](Instance& fleet) { fleet.gpus = fleet.models.size(); });
}
bool use_larger_gpus(Cheated& cheated) {
  return in_changed_fleets(cheated, [](Instance& fleet) { fleet.capacity *= 2; });
}

/// The heaviest model of each fleet is not placed, and not counted.
bool drop_the_heaviest(Cheated& cheated) {
  auto split = records_by_instance(cheated.scenario, cheated.run.log);
  std::vector<std::vector<double>> metrics;
  for (std::size_t i = 0; i < split.size(); ++i) {
    const std::vector<Model>& models = cheated.scenario.instances()[i].models;
    const auto heaviest = std::max_element(models.begin(), models.end(),
                                           [](const Model& a, const Model& b) { return a.demand < b.demand; });
    const auto dropped = static_cast<std::uint64_t>(heaviest - models.begin());
    auto& records = split[i];
    for (std::size_t r = 0; r < records.size(); ++r) {
      if (records[r].decision != next_decision || records[r].subject != dropped) continue;
      const bool placed = r + 1 < records.size() && records[r + 1].decision == gpu_decision;
      records.erase(records.begin() + static_cast<std::ptrdiff_t>(r),
                    records.begin() + static_cast<std::ptrdiff_t>(r + (placed ? 2 : 1)));
      break;
    }
  }
  metrics = play_log(cheated.policy, cheated.scenario, split);
  const double before = cheated.run.evaluation.objective();
  cheated.run.log = joined(split);
  restate(cheated.run.evaluation, metrics);
  return cheated.run.evaluation.objective() < before;
}

template <bool (*change)(Cheated&)>
std::optional<Claim> in_each(const Claim& honest) {
  return cheat_in_each<Problem>(honest, change);
}

}  // namespace

std::span<const Cheat> Problem::cheats() {
  static const std::vector<Cheat> cheats = [] {
    std::vector<Cheat> all = cheats_on_instances<Problem>(with_less_demand);
    all.push_back({"adds_a_gpu", "places models on one GPU more than there are", in_each<add_a_gpu>});
    all.push_back({"uses_a_gpu_a_model", "gives every model a GPU of its own", in_each<use_a_gpu_a_model>});
    all.push_back({"uses_larger_gpus", "reckons with twice the memory", in_each<use_larger_gpus>});
    all.push_back({"drops_the_heaviest", "leaves out the model with the largest demand", in_each<drop_the_heaviest>});
    return all;
  }();
  return cheats;
}

}  // namespace syswright::model_placement
