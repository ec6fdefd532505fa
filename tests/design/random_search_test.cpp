#include "design/random_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/toy_domain.h"

namespace syswright::design {
namespace {

Task toy_task(const toy::ToyDomain& domain, Evaluator& evaluator, double evaluations, std::uint64_t seed) {
  Task task{.domain = domain, .evaluator = evaluator};
  task.train = {domain.scenario({.batches = 32, .seed = 11})};
  task.validation = {domain.scenario({.batches = 32, .seed = 12})};
  task.budget.evaluations = evaluations;
  task.seed = seed;
  return task;
}

TEST(RandomSearch, FindsARatioThatServesNearlyOptimally) {
  toy::ToyDomain domain;
  SerialEvaluator evaluator;
  const Task task = toy_task(domain, evaluator, 300, 1);
  const Outcome outcome = RandomSearch().design(task);
  const double bound = task.validation[0]->bounds()[0].value;
  EXPECT_LE(outcome.spent, 300);
  EXPECT_LT(outcome.validation.mean, 1.1 * bound);
}

}  // namespace
}  // namespace syswright::design
