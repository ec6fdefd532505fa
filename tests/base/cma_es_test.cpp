#include "base/cma_es.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace syswright {
namespace {

using Function = std::function<double(const std::vector<double>&)>;

std::vector<double> minimise(const Function& function, std::vector<double> start, int generations, std::uint64_t seed) {
  CmaEs strategy(std::move(start), 0.5);
  for (int g = 0; g < generations; ++g) {
    Random random(seed, "cma test", static_cast<std::uint64_t>(g));
    const auto points = strategy.ask(random);
    std::vector<double> values;
    for (const auto& point : points) values.push_back(function(point));
    strategy.tell(points, values);
  }
  return strategy.mean();
}

TEST(CmaEs, FindsTheCentreOfASphere) {
  const Function sphere = [](const std::vector<double>& x) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - static_cast<double>(i)) * (x[i] - static_cast<double>(i));
    return sum;
  };
  const std::vector<double> found = minimise(sphere, {5, 5, 5, 5}, 150, 1);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], static_cast<double>(i), 1e-5);
}

/// Axes of lengths 1 to 1000, rotated: only an adapted covariance gets down this valley in so few generations.
TEST(CmaEs, AdaptsToAStretchedValley) {
  const Function valley = [](const std::vector<double>& x) {
    const double along = (x[0] + x[1]) / std::sqrt(2.0);
    const double across = (x[0] - x[1]) / std::sqrt(2.0);
    return along * along + 1e6 * across * across;
  };
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const std::vector<double> found = minimise(valley, {3, 1}, 120, seed);
    EXPECT_LT(valley(found), 1e-6) << seed;
  }
}

TEST(CmaEs, InfiniteValuesRankLast) {
  const Function half = [](const std::vector<double>& x) {
    return x[0] < 0 ? std::numeric_limits<double>::infinity() : (x[0] - 1) * (x[0] - 1);
  };
  EXPECT_NEAR(minimise(half, {0.1}, 80, 1)[0], 1, 1e-4);
}

TEST(SymmetricEigen, RebuildsTheMatrix) {
  Random random(1, "eigen test");
  constexpr std::size_t n = 6;
  std::vector<std::vector<double>> matrix(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) matrix[i][j] = matrix[j][i] = random.normal();
  }
  std::vector<double> values;
  std::vector<std::vector<double>> vectors;
  symmetric_eigen(matrix, values, vectors);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double rebuilt = 0;
      double product = 0;
      for (std::size_t k = 0; k < n; ++k) {
        rebuilt += vectors[i][k] * values[k] * vectors[j][k];
        product += vectors[k][i] * vectors[k][j];
      }
      EXPECT_NEAR(rebuilt, matrix[i][j], 1e-10);
      EXPECT_NEAR(product, i == j ? 1 : 0, 1e-10);
    }
  }
}

}  // namespace
}  // namespace syswright
