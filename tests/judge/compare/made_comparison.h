#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "judge/compare/compare.h"
#include "tests/support/toy_domain.h"

namespace syswright::judge {

/// An evaluation with these block costs, all of weight 1.
inline Evaluation evaluation_of(const std::vector<double>& costs) {
  Evaluation evaluation;
  double sum = 0;
  for (const double cost : costs) {
    evaluation.blocks.push_back({cost, 1});
    sum += cost;
  }
  evaluation.metrics = {sum / static_cast<double>(costs.size()), 0};
  return evaluation;
}

/// A comparison that was never run: [scenarios][policies] of block costs.
inline Comparison made_comparison(const std::vector<std::vector<std::vector<double>>>& costs) {
  Comparison comparison;
  for (const auto& policies : costs) {
    ScenarioComparison scenario;
    for (std::size_t i = 0; i < policies.size(); ++i) {
      scenario.standings.push_back(
          {Policy::native("policy_" + std::to_string(i)), evaluation_of(policies[i]), {}, {}, {}});
    }
    comparison.scenarios.push_back(std::move(scenario));
  }
  return comparison;
}

enum class Shape { normal, skewed, wild };

/// A draw of mean 0 and, but for the wild shape, deviation 1.
inline double draw(Random& random, Shape shape) {
  switch (shape) {
    case Shape::normal:
      break;
    case Shape::skewed:
      return random.exponential() - 1;
    case Shape::wild:
      // Now and then a hundred times as large: nearly all of the spread is in a few blocks.
      return random.normal() * (random.chance(0.02) ? 100 : 1);
  }
  return random.normal();
}

/// Block costs of policies that share the workload's swings and have errors of their own.
/// shifts  [policies] of the mean
inline std::vector<std::vector<double>> costs_of(Random random, std::size_t blocks, Shape shape,
                                                 const std::vector<double>& shifts, double memory = 0) {
  std::vector<std::vector<double>> costs(shifts.size(), std::vector<double>(blocks));
  std::vector<double> errors(shifts.size(), 0);
  for (std::size_t block = 0; block < blocks; ++block) {
    const double workload = 1000 + 20 * random.normal();
    for (std::size_t i = 0; i < shifts.size(); ++i) {
      errors[i] = memory * errors[i] + std::sqrt(1 - memory * memory) * draw(random, shape);
      costs[i][block] = workload + shifts[i] + errors[i];
    }
  }
  return costs;
}

}  // namespace syswright::judge
