#include "domain/aggregate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <new>

#include "base/error.h"

namespace syswright {

std::string unsoundness(const Evaluation& evaluation) {
  if (evaluation.metrics.empty()) return "it has no metrics";
  for (std::size_t i = 0; i < evaluation.metrics.size(); ++i) {
    if (!std::isfinite(evaluation.metrics[i])) {
      return fmt::format("metric {} is {}, which is no finite number", i, evaluation.metrics[i]);
    }
  }
  for (std::size_t i = 0; i < evaluation.blocks.size(); ++i) {
    const Block& block = evaluation.blocks[i];
    if (!std::isfinite(block.cost) || !std::isfinite(block.weight)) {
      return fmt::format("block {} has cost {} and weight {}, which are no finite numbers", i, block.cost,
                         block.weight);
    }
  }
  return "";
}

Evaluation evaluate_checked(const Scenario& scenario, const Policy& policy, const EvaluationOptions& options) {
  Evaluation evaluation;
  try {
    evaluation = scenario.evaluate(policy, options);
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    return scenario.failed(fmt::format("policy '{}' crashed the evaluation: {}", policy.name(), error.what()));
  }
  if (evaluation.status != Evaluation::Status::ok) return evaluation;
  const std::string why = unsoundness(evaluation);
  return why.empty()
             ? evaluation
             : scenario.failed(fmt::format("the result of policy '{}' counts for nothing: {}", policy.name(), why));
}

bool is_result(const Evaluation& evaluation) {
  return evaluation.status == Evaluation::Status::ok && unsoundness(evaluation).empty();
}

double worst_objective(bool lower_is_better) {
  const double infinity = std::numeric_limits<double>::infinity();
  return lower_is_better ? infinity : -infinity;
}

double objective_or_worst(const Evaluation& evaluation, bool lower_is_better) {
  return is_result(evaluation) ? evaluation.objective() : worst_objective(lower_is_better);
}

std::optional<double> mean_objective(std::span<const Evaluation> evaluations, bool lower_is_better) {
  double sum = 0;
  for (const Evaluation& evaluation : evaluations) {
    if (evaluation.status == Evaluation::Status::cancelled) return std::nullopt;
    sum += objective_or_worst(evaluation, lower_is_better);
  }
  if (evaluations.empty()) return std::nullopt;
  return sum / static_cast<double>(evaluations.size());
}

}  // namespace syswright
