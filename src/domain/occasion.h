#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "domain/cheat.h"

/// What cheats of domains with a Scenario of their own are written with.
namespace syswright {

/// One run as a cheat sees it. Measure: the domain's names of its metrics, in their order.
template <typename OwnScenario, typename Measure>
struct Occasion {
  const Policy& policy;
  const OwnScenario& scenario;
  Claim::Run run;  ///< the honest one, for the cheat to change

  const auto& setup() const { return scenario.setup(); }
  std::vector<Block>& blocks() { return run.evaluation.blocks; }
  std::vector<DecisionLog::Record>& records() { return run.log.records; }
  double& metric(Measure measure) { return run.evaluation.metrics[static_cast<std::size_t>(measure)]; }
};

/// Applies a cheat to every run that ended well, and states the mean anew. change: whether there was an occasion.
template <typename OwnScenario, typename Measure>
std::optional<Claim> change_each_run(const Claim& honest, bool (*change)(Occasion<OwnScenario, Measure>&)) {
  Claim claim = honest;
  bool any = false;
  for (Claim::Run& run : claim.runs) {
    const auto* scenario = dynamic_cast<const OwnScenario*>(run.scenario.get());
    if (scenario == nullptr || run.evaluation.status != Evaluation::Status::ok) continue;
    Occasion<OwnScenario, Measure> occasion{claim.policy, *scenario, run};
    if (!change(occasion)) continue;
    run = std::move(occasion.run);
    any = true;
  }
  if (!any) return std::nullopt;
  claim.objective = stated_objective(claim);
  return claim;
}

/// The same, as Cheat::make takes it.
template <auto change>
std::optional<Claim> in_each(const Claim& honest) {
  return change_each_run(honest, change);
}

}  // namespace syswright
