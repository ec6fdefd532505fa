#include "domain/cheat.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "domain/aggregate.h"

namespace syswright {
namespace {

using Runs = std::vector<Claim::Run>;

bool ran(const Claim::Run& run) { return run.evaluation.status == Evaluation::Status::ok; }

/// A tenth better than it is.
double improved(double value, bool lower_is_better) {
  const double step = value == 0 ? 1.0 : 0.1 * std::abs(value);
  return lower_is_better ? value - step : value + step;
}

std::optional<Claim> restated(Claim claim) {
  claim.objective = stated_objective(claim);
  return claim;
}

/// The place of the run with the worst objective; failures are worst.
std::size_t worst_run(const Claim& claim) {
  const auto worse = [&](const Claim::Run& a, const Claim::Run& b) {
    const double left = objective_or_worst(a.evaluation, claim.lower_is_better);
    const double right = objective_or_worst(b.evaluation, claim.lower_is_better);
    return claim.lower_is_better ? left > right : left < right;
  };
  return static_cast<std::size_t>(std::min_element(claim.runs.begin(), claim.runs.end(), worse) - claim.runs.begin());
}

/// Changes the evaluation of every run that ended well.
template <typename Change>
std::optional<Claim> with_changed_runs(Claim claim, Change change) {
  bool any = false;
  for (Claim::Run& run : claim.runs) {
    if (!ran(run) || run.evaluation.metrics.empty()) continue;
    change(run);
    any = true;
  }
  return any ? restated(std::move(claim)) : std::nullopt;
}

std::optional<Claim> forge_objective(const Claim& honest) {
  return with_changed_runs(honest, [&](Claim::Run& run) {
    double& objective = run.evaluation.metrics.front();
    const double before = objective;
    objective = improved(objective, honest.lower_is_better);
    // Scaled likewise, so that the claim agrees with itself.
    for (Block& block : run.evaluation.blocks)
      block.cost = before == 0 ? objective * block.weight : block.cost * objective / before;
  });
}

std::optional<Claim> forge_blocks(const Claim& honest) {
  Claim claim = honest;
  bool any = false;
  for (Claim::Run& run : claim.runs) {
    std::vector<Block>& blocks = run.evaluation.blocks;
    if (!ran(run) || blocks.size() < 2) continue;
    // The same sum of costs in other blocks: a steadier policy than it is.
    double cost = 0;
    double weight = 0;
    for (const Block& block : blocks) {
      cost += block.cost;
      weight += block.weight;
    }
    const std::vector<Block> before = blocks;
    for (Block& block : blocks) block.cost = cost * block.weight / weight;
    any = any || blocks != before;
  }
  return any ? std::optional(std::move(claim)) : std::nullopt;
}

std::optional<Claim> claim_no_number(const Claim& honest) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::optional<Claim> claim =
      with_changed_runs(honest, [nan](Claim::Run& run) { run.evaluation.metrics.front() = nan; });
  if (claim) claim->objective = nan;
  return claim;
}

std::optional<Claim> claim_infinity(const Claim& honest) {
  const double best = -worst_objective(honest.lower_is_better);
  std::optional<Claim> claim = with_changed_runs(honest, [best](Claim::Run& run) {
    run.evaluation.metrics.front() = best;
    for (Block& block : run.evaluation.blocks) block.cost = best;
  });
  if (claim) claim->objective = best;
  return claim;
}

std::optional<Claim> leave_out_the_worst(const Claim& honest) {
  if (honest.runs.size() < 2) return std::nullopt;
  Claim claim = honest;
  claim.runs.erase(claim.runs.begin() + static_cast<std::ptrdiff_t>(worst_run(claim)));
  return restated(std::move(claim));
}

/// The mean of the runs that it shows is that of fewer: failures and the hardest scenario count for nothing in it.
std::optional<Claim> state_a_better_mean(const Claim& honest) {
  if (honest.runs.size() < 2) return std::nullopt;
  Claim claim = honest;
  claim.objective = leave_out_the_worst(honest)->objective;
  if (claim.objective == honest.objective) return std::nullopt;
  return claim;
}

std::optional<Claim> repeat_the_easiest(const Claim& honest) {
  if (honest.runs.size() < 2) return std::nullopt;
  Claim claim = honest;
  const std::size_t worst = worst_run(claim);
  const auto better = [&](const Claim::Run& a, const Claim::Run& b) {
    const double left = objective_or_worst(a.evaluation, claim.lower_is_better);
    const double right = objective_or_worst(b.evaluation, claim.lower_is_better);
    return claim.lower_is_better ? left < right : left > right;
  };
  const Claim::Run easiest = *std::min_element(claim.runs.begin(), claim.runs.end(), better);
  if (easiest.evaluation == claim.runs[worst].evaluation) return std::nullopt;
  claim.runs[worst].evaluation = easiest.evaluation;
  claim.runs[worst].log = easiest.log;
  return restated(std::move(claim));
}

std::optional<Claim> turn_a_failure_into_a_result(const Claim& honest) {
  Claim claim = honest;
  bool any = false;
  for (Claim::Run& run : claim.runs) {
    if (run.evaluation.status != Evaluation::Status::failed) continue;
    run.evaluation.status = Evaluation::Status::ok;
    run.evaluation.failure.clear();
    any = true;
  }
  return any ? restated(std::move(claim)) : std::nullopt;
}

std::optional<Claim> hide_the_decisions(const Claim& honest) {
  Claim claim = honest;
  bool any = false;
  for (Claim::Run& run : claim.runs) {
    any = any || !run.log.records.empty();
    run.log.records.clear();
  }
  return any ? std::optional(std::move(claim)) : std::nullopt;
}

}  // namespace

Claim honest_claim(const Policy& policy, std::span<const ScenarioPtr> scenarios, bool lower_is_better,
                   std::stop_token stop) {
  Claim claim{.policy = policy, .runs = {}, .lower_is_better = lower_is_better};
  for (const ScenarioPtr& scenario : scenarios) {
    Claim::Run& run = claim.runs.emplace_back(Claim::Run{scenario, {.status = Evaluation::Status::cancelled}, {}});
    if (!stop.stop_requested()) run.evaluation = evaluate_checked(*scenario, policy, {.log = &run.log, .stop = stop});
  }
  claim.objective = stated_objective(claim);
  return claim;
}

double stated_objective(const Claim& claim) {
  std::vector<Evaluation> evaluations;
  for (const Claim::Run& run : claim.runs) {
    evaluations.push_back({.status = run.evaluation.status, .metrics = run.evaluation.metrics});
  }
  return mean_objective(evaluations, claim.lower_is_better).value_or(worst_objective(claim.lower_is_better));
}

std::span<const Cheat> common_cheats() {
  static const std::array cheats{
      Cheat{"forges_the_objective", "states an objective a tenth better than the run's, and blocks that agree with it",
            forge_objective},
      Cheat{"forges_the_blocks", "spreads the costs evenly over the blocks, so that intervals are narrow",
            forge_blocks},
      Cheat{"claims_no_number", "states NaN, which is neither better nor worse than anything", claim_no_number},
      Cheat{"claims_infinity", "states a result that is infinitely good", claim_infinity},
      Cheat{"leaves_out_the_worst", "leaves its failure, or its hardest scenario, out of the claim",
            leave_out_the_worst},
      Cheat{"states_a_better_mean", "shows every run, and states the mean without the worst of them",
            state_a_better_mean},
      Cheat{"repeats_the_easiest", "shows its best scenario's run in place of its worst", repeat_the_easiest},
      Cheat{"hides_a_failure", "calls a failed run a result", turn_a_failure_into_a_result},
      Cheat{"hides_its_decisions", "shows no decisions, so that there is nothing to check", hide_the_decisions},
  };
  return cheats;
}

}  // namespace syswright
