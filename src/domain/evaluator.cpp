#include "domain/evaluator.h"

#include "domain/aggregate.h"

namespace syswright {

std::vector<Evaluation> SerialEvaluator::evaluate(std::span<const Job> jobs, std::stop_token stop) {
  std::vector<Evaluation> results;
  results.reserve(jobs.size());
  for (const Job& job : jobs) {
    if (stop.stop_requested()) {
      results.push_back(Evaluation{.status = Evaluation::Status::cancelled});
    } else {
      results.push_back(evaluate_checked(*job.scenario, job.policy, {.stop = stop}));
    }
  }
  return results;
}

}  // namespace syswright
