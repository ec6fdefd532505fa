#include <algorithm>
#include <numeric>

#include "domain/instance_cheats.h"
#include "domains/expert_placement/plan.h"
#include "domains/expert_placement/problem.h"

namespace syswright::expert_placement {
namespace {

using Cheated = CheatedRun<Problem>;

/// Half of each expert's distance to the mean is gone, in the past and in the next step.
Instance flattened(const Instance& layer) {
  Instance easier = layer;
  const auto flatten = [](Loads& loads) {
    const double mean = std::accumulate(loads.begin(), loads.end(), 0.0) / static_cast<double>(loads.size());
    for (double& load : loads) load = (load + mean) / 2;
  };
  for (Loads& past : easier.past) flatten(past);
  flatten(easier.next);
  return easier;
}

/// The placement is judged on the loads on which it was decided.
bool judge_by_the_past(Cheated& cheated) {
  auto metrics = play_log(cheated.policy, cheated.scenario, records_by_instance(cheated.scenario, cheated.run.log));
  for (auto& one : metrics) one[0] = one[1];
  const double before = cheated.run.evaluation.objective();
  restate(cheated.run.evaluation, metrics);
  return cheated.run.evaluation.objective() < before;
}

/// Decides on the next step's loads, as if they were the present ones.
bool read_the_future(Cheated& cheated) {
  std::vector<Instance> told = cheated.scenario.instances();
  for (Instance& layer : told) layer.past.fill(layer.next);
  return claim_of_other_instances(cheated, std::move(told), false);
}

bool add_slots(Cheated& cheated) {
  std::vector<Instance> larger = cheated.scenario.instances();
  for (Instance& layer : larger) ++layer.cluster.slots;
  return claim_of_other_instances(cheated, std::move(larger), false);
}

/// The most loaded expert of the next step counts as idle; the decisions are honest.
bool leave_out_the_hottest(Cheated& cheated) {
  InstanceSetup<Problem> setup = cheated.scenario.setup();
  for (Instance& layer : setup.instances) *std::max_element(layer.next.begin(), layer.next.end()) = 0;
  const auto cooler = std::make_shared<InstanceScenario<Problem>>(std::move(setup));
  const double before = cheated.run.evaluation.objective();
  restate(cheated.run.evaluation,
          play_log(cheated.policy, *cooler, records_by_instance(cheated.scenario, cheated.run.log)));
  return cheated.run.evaluation.objective() < before;
}

template <bool (*change)(Cheated&)>
std::optional<Claim> in_each(const Claim& honest) {
  return cheat_in_each<Problem>(honest, change);
}

}  // namespace

std::span<const Cheat> Problem::cheats() {
  static const std::vector<Cheat> cheats = [] {
    std::vector<Cheat> all = cheats_on_instances<Problem>(flattened);
    all.push_back(
        {"judges_by_the_past", "states the balance of the step on which it was decided", in_each<judge_by_the_past>});
    all.push_back({"reads_the_future", "decides on the loads of the next step", in_each<read_the_future>});
    all.push_back({"adds_slots", "gives every GPU one slot more", in_each<add_slots>});
    all.push_back({"leaves_out_the_hottest", "does not count the load of the most loaded expert",
                   in_each<leave_out_the_hottest>});
    return all;
  }();
  return cheats;
}

}  // namespace syswright::expert_placement
