#include "domains/broker/solver.h"

namespace syswright::broker {

Solution solve(const Situation& situation, const SolverOptions& options) {
  const Reduced problem(situation);
  if (std::optional<Solution> chain = solve_chain(problem)) return *chain;
  Solution found = branch_and_bound(problem, options);
  if (found.proved || options.stop.stop_requested()) return found;
  Solution better = solve_by_cbc(problem, options, found.total);
  if (better.plan.empty() || better.total >= found.total) {
    better.plan = std::move(found.plan);
    better.total = found.total;
  }
  better.bound = std::max(better.bound, found.bound);
  better.proved = better.bound >= better.total * (1 - 2e-6);
  better.nodes += found.nodes;
  return better;
}

}  // namespace syswright::broker
