#pragma once

#include <array>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/toy_domain.h"

/// Ways to cheat at the toy domain's machine.
namespace syswright::toy {
namespace cheating {

/// The jobs in the order in which a log serves them.
inline std::vector<std::size_t> order_of(const DecisionLog& log) {
  std::vector<std::size_t> order;
  for (const DecisionLog::Record& record : log.records) {
    if (record.decision == 0) order.push_back(record.subject);
  }
  return order;
}

struct Service {
  std::vector<std::size_t> order;  ///< whole batches, one after another
  bool turbo = false;              ///< every job at twice the speed
  bool fee = true;                 ///< and paid for
  bool logged = true;              ///< and shown
};

/// The run of a machine that serves so, as it would be told.
inline Claim::Run serve(const std::shared_ptr<const ToyScenario>& scenario, const Service& service) {
  Claim::Run run{scenario, {}, {}};
  double total = 0;
  double now = 0;
  for (std::size_t i = 0; i < service.order.size(); ++i) {
    const std::size_t place = service.order[i];
    const Job& job = scenario->jobs()[place];
    const bool first = i == 0 || place / jobs_per_batch != service.order[i - 1] / jobs_per_batch;
    if (first) {
      now = 0;
      run.evaluation.blocks.push_back({0, jobs_per_batch});
    }
    now += service.turbo ? job.work / 2 : job.work;
    const double cost = job.cost * now + (service.turbo && service.fee ? scenario->parameters().turbo_fee : 0);
    run.evaluation.blocks.back().cost += cost;
    total += cost;
    run.log.records.push_back({i, 0, place, 1});
    if (service.turbo && service.logged) run.log.records.push_back({i, 1, place, 1});
  }
  const auto jobs = static_cast<double>(scenario->jobs().size());
  run.evaluation.metrics = {total / jobs, service.turbo && service.fee ? jobs : 0};
  run.evaluation.events = service.order.size();
  return run;
}

/// Replaces every run that ended well; `make` gives nothing where there is no occasion.
template <typename Make>
std::optional<Claim> replace_runs(const Claim& honest, Make make) {
  Claim claim = honest;
  bool any = false;
  for (Claim::Run& run : claim.runs) {
    const auto scenario = std::dynamic_pointer_cast<const ToyScenario>(run.scenario);
    if (scenario == nullptr) continue;
    std::optional<Claim::Run> other = make(std::as_const(run), scenario);
    if (!other) continue;
    run = *std::move(other);
    any = true;
  }
  if (!any) return std::nullopt;
  claim.objective = stated_objective(claim);
  return claim;
}

inline bool ok(const Claim::Run& run) { return run.evaluation.status == Evaluation::Status::ok; }

using ScenarioOf = std::shared_ptr<const ToyScenario>;
using MaybeRun = std::optional<Claim::Run>;

inline MaybeRun free_turbo(const Claim::Run& run, const ScenarioOf& scenario) {
  if (!ok(run)) return std::nullopt;
  return serve(scenario, {.order = order_of(run.log), .turbo = true, .fee = false});
}

inline MaybeRun secret_turbo(const Claim::Run& run, const ScenarioOf& scenario) {
  if (!ok(run)) return std::nullopt;
  return serve(scenario, {.order = order_of(run.log), .turbo = true, .fee = false, .logged = false});
}

/// The last job of each batch waits for ever.
inline MaybeRun leave_jobs(const Claim::Run& run, const ScenarioOf& scenario) {
  if (!ok(run)) return std::nullopt;
  const std::vector<std::size_t> all = order_of(run.log);
  Service service;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % jobs_per_batch + 1 != jobs_per_batch) service.order.push_back(all[i]);
  }
  return serve(scenario, service);
}

/// Smith's order, whatever the policy looks at and is offered.
inline MaybeRun look_beyond(const Claim::Run& run, const ScenarioOf& scenario) {
  if (!ok(run)) return std::nullopt;
  Claim::Run other{scenario, {}, {}};
  other.evaluation = scenario->evaluate(Policy::native("smith"), {.log = &other.log});
  if (other.log.records == run.log.records) return std::nullopt;
  return other;
}

inline std::optional<Claim> edit_inputs(const Claim& honest) {
  return replace_runs(honest, [&](const Claim::Run& run, const ScenarioOf& scenario) -> MaybeRun {
    if (!ok(run)) return std::nullopt;
    Setting easier = scenario->parameters();
    easier.seed += 1000;
    Claim::Run other{std::make_shared<ToyScenario>(easier, scenario->signature_pointer()), {}, {}};
    other.evaluation = other.scenario->evaluate(honest.policy, {.log = &other.log});
    return other;
  });
}

/// A program that is too large runs on a machine without the limit.
inline std::optional<Claim> break_the_limit(const Claim& honest) {
  return replace_runs(honest, [&](const Claim::Run& run, const ScenarioOf& scenario) -> MaybeRun {
    if (ok(run)) return std::nullopt;
    Setting unlimited = scenario->parameters();
    unlimited.max_nodes = Setting().max_nodes;
    const auto other = std::make_shared<ToyScenario>(unlimited, scenario->signature_pointer());
    Claim::Run free{scenario, {}, {}};
    free.evaluation = other->evaluate(honest.policy, {.log = &free.log});
    return free;
  });
}

}  // namespace cheating

inline std::span<const Cheat> toy_cheats() {
  using namespace cheating;
  static const std::array cheats{
      Cheat{"pays_no_fees", "runs every job at twice the speed, says so, and does not pay",
            [](const Claim& honest) { return replace_runs(honest, free_turbo); }},
      Cheat{"hides_its_turbo", "runs every job at twice the speed and logs none of it",
            [](const Claim& honest) { return replace_runs(honest, secret_turbo); }},
      Cheat{"leaves_work_undone", "never serves the last job of a batch",
            [](const Claim& honest) { return replace_runs(honest, leave_jobs); }},
      Cheat{"looks_beyond_the_window", "picks among jobs that it was not offered",
            [](const Claim& honest) { return replace_runs(honest, look_beyond); }},
      Cheat{"edits_its_inputs", "serves other jobs", edit_inputs},
      Cheat{"breaks_a_limit", "goes on where the machine would have stopped it", break_the_limit},
  };
  return cheats;
}

}  // namespace syswright::toy
