#include "design/search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"

namespace syswright::design {
namespace {

double mean_events(const std::vector<ScenarioPtr>& scenarios) {
  double sum = 0;
  for (const ScenarioPtr& scenario : scenarios) sum += static_cast<double>(scenario->events());
  return sum / static_cast<double>(scenarios.size());
}

const Task& checked(const Task& task) {
  if (task.train.empty()) throw InputError("a search needs at least one training scenario");
  for (const policy::ProgramPtr& seed : task.seeds) {
    if (seed->signature().domain == task.domain.name()) continue;
    throw InputError("the search is for " + task.domain.name() + ", but its seed '" + seed->name() +
                     "' is a policy for " + seed->signature().domain);
  }
  return task;
}

double cost_of_validation(const Task& task) {
  return task.validation.empty()
             ? 0
             : mean_events(task.validation) * static_cast<double>(task.validation.size()) / mean_events(task.train);
}

/// Evaluations to hold back: one program at the top level, and the finalists on validation, these for at most a fifth
/// of the budget.
double held_back(const Task& task, double validation_cost, std::size_t most) {
  if (!task.budget.evaluations || validation_cost == 0) return static_cast<double>(task.train.size());
  const double affordable = std::floor(*task.budget.evaluations / 5 / validation_cost);
  return static_cast<double>(task.train.size()) +
         std::clamp(affordable, 1.0, static_cast<double>(most)) * validation_cost;
}

}  // namespace

Search::Search(const Task& task, const GrammarOptions& options)
    : task_(checked(task)),
      validation_cost_(cost_of_validation(task)),
      spending_(task.budget, task.stop, held_back(task, validation_cost_, max_finalists), task.paid),
      trials_(task, spending_),
      vocabulary_(task.domain.signature(), look_around()),
      grammar_(vocabulary_, options) {}

Scales Search::look_around() {
  // What a scenario holds constant may vary between them: several are looked at where there are several.
  constexpr std::size_t most = 8;
  const std::vector<ScenarioPtr> scenarios = spread_scenarios(trials_.levels().front().scenarios, most);
  double cost = 0;
  for (const ScenarioPtr& scenario : scenarios) cost += static_cast<double>(scenario->events());
  cost *= static_cast<double>(task_.domain.signature()->decisions.size()) /
          static_cast<double>(task_.train.front()->events());
  if (spending_.affordable() < 2 * cost || !spending_.may_go_on()) return declared_scales(*task_.domain.signature());
  spending_.charge(cost);
  return observe_scales(scenarios, task_.domain.signature(), task_.seed);
}

bool Search::may_go_on() {
  const double second = trials_.seconds_per_evaluation();
  spending_.hold_back_seconds(1.1 * second * validation_cost_ * static_cast<double>(max_finalists) + 0.1);
  return spending_.may_go_on();
}

const std::vector<Candidate*>& Search::propose_seeds() {
  if (std::exchange(proposed_seeds_, true)) return seeds_;
  for (const policy::ProgramPtr& seed : task_.seeds) {
    if (Candidate* candidate = trials_.propose_again(seed, "seed " + seed->name())) seeds_.push_back(candidate);
  }
  propose_remembered();
  return seeds_;
}

/// What earlier runs chose are seeds like those of the task; their best programs enter the hall, where every strategy
/// sees them. Both cost nothing: all results are known.
void Search::propose_remembered() {
  const Recollection* const past = trials_.recollection();
  if (past == nullptr) return;
  std::vector<Candidate*> proposed;
  for (const policy::ProgramPtr& program : past->chosen()) {
    if (Candidate* candidate = trials_.propose(program, "chosen by an earlier run")) {
      seeds_.push_back(candidate);
      proposed.push_back(candidate);
    }
  }
  for (const policy::ProgramPtr& program : past->best()) {
    if (Candidate* candidate = trials_.propose(program, "of an earlier run")) proposed.push_back(candidate);
  }
  for (std::size_t level = 0; level <= trials_.top(); ++level) {
    std::vector<Candidate*> known;
    for (Candidate* candidate : proposed) {
      if (past->knows(candidate->digest(), level)) known.push_back(candidate);
    }
    trials_.measure(known, level);
  }
}

std::vector<Candidate*> Search::propose_random(Random& random, std::size_t count) {
  std::vector<Candidate*> proposed;
  for (std::size_t tries = 0; tries < 20 * count && proposed.size() < count; ++tries) {
    if (Candidate* candidate = trials_.propose(grammar_.random_program(random), "random")) {
      proposed.push_back(candidate);
    }
  }
  return proposed;
}

}  // namespace syswright::design
