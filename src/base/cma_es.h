#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/random.h"

namespace syswright {

/// Covariance matrix adaptation evolution strategy: minimises a function of a few real variables from the order of its
/// values alone, in generations whose points can be evaluated at once. For up to about 30 variables: a generation costs
/// O(n^3) beside its evaluations.
/// Source: Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv 1604.00772, 2016; its default parameters.
class CmaEs {
 public:
  /// mean: the point to start from, at least one variable. sigma: the first standard deviation, equal for all.
  /// points: in a generation; 0: 4 + 3 ln n.
  CmaEs(std::vector<double> mean, double sigma, std::size_t points = 0);

  /// The points of a generation: [points][variables].
  std::vector<std::vector<double>> ask(Random& random) const;
  /// Values of the points that ask() gave, in their order. Infinite values rank last.
  void tell(std::span<const std::vector<double>> points, std::span<const double> values);

  const std::vector<double>& mean() const { return mean_; }
  double sigma() const { return sigma_; }

 private:
  using Matrix = std::vector<std::vector<double>>;
  void adapt_paths(std::span<const double> step);
  void adapt_covariance(std::span<const std::vector<double>> points, std::span<const std::size_t> order,
                        std::span<const double> old_mean);
  void decompose();

  std::size_t n_;
  std::size_t points_;
  std::vector<double> weights_;  // of the better half, falling, sum 1
  double effective_;             // 1 / sum of squared weights
  std::vector<double> mean_;
  double sigma_;
  std::vector<double> path_c_;
  std::vector<double> path_sigma_;
  Matrix covariance_;
  Matrix vectors_;              // columns: eigenvectors of the covariance
  std::vector<double> scales_;  // square roots of its eigenvalues
  std::size_t generation_ = 0;
};

/// Eigenvalues and eigenvectors (columns) of a symmetric matrix by Jacobi's rotations; n up to about 50.
void symmetric_eigen(std::vector<std::vector<double>> matrix, std::vector<double>& values,
                     std::vector<std::vector<double>>& vectors);

}  // namespace syswright
