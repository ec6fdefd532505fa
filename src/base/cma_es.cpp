#include "base/cma_es.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace syswright {

CmaEs::CmaEs(std::vector<double> mean, double sigma, std::size_t points)
    : n_(mean.size()),
      points_(points != 0 ? points : 4 + static_cast<std::size_t>(3 * std::log(static_cast<double>(n_)))),
      mean_(std::move(mean)),
      sigma_(sigma),
      path_c_(n_, 0),
      path_sigma_(n_, 0),
      covariance_(n_, std::vector<double>(n_, 0)) {
  assert(n_ > 0 && points_ >= 2);
  const std::size_t parents = points_ / 2;
  for (std::size_t i = 0; i < parents; ++i) {
    weights_.push_back(std::log(static_cast<double>(points_) / 2 + 0.5) - std::log(static_cast<double>(i) + 1));
  }
  const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  double squares = 0;
  for (double& weight : weights_) {
    weight /= sum;
    squares += weight * weight;
  }
  effective_ = 1 / squares;
  for (std::size_t i = 0; i < n_; ++i) covariance_[i][i] = 1;
  decompose();
}

std::vector<std::vector<double>> CmaEs::ask(Random& random) const {
  std::vector<std::vector<double>> points(points_, mean_);
  for (std::vector<double>& point : points) {
    for (std::size_t k = 0; k < n_; ++k) {
      const double length = sigma_ * scales_[k] * random.normal();
      for (std::size_t i = 0; i < n_; ++i) point[i] += vectors_[i][k] * length;
    }
  }
  return points;
}

void CmaEs::tell(std::span<const std::vector<double>> points, std::span<const double> values) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  const std::vector<double> old_mean = mean_;
  std::fill(mean_.begin(), mean_.end(), 0);
  for (std::size_t k = 0; k < weights_.size(); ++k) {
    for (std::size_t i = 0; i < n_; ++i) mean_[i] += weights_[k] * points[order[k]][i];
  }
  std::vector<double> step(n_);
  for (std::size_t i = 0; i < n_; ++i) step[i] = (mean_[i] - old_mean[i]) / sigma_;
  ++generation_;
  adapt_paths(step);
  adapt_covariance(points, order, old_mean);
  decompose();
}

/// Both evolution paths, and the step size from the length of one.
void CmaEs::adapt_paths(std::span<const double> step) {
  const auto n = static_cast<double>(n_);
  const double rate = (effective_ + 2) / (n + effective_ + 5);
  const double damping = 1 + 2 * std::max(0.0, std::sqrt((effective_ - 1) / (n + 1)) - 1) + rate;
  // C^-1/2 times the step, by the eigenvectors.
  std::vector<double> whitened(n_, 0);
  for (std::size_t k = 0; k < n_; ++k) {
    double along = 0;
    for (std::size_t i = 0; i < n_; ++i) along += vectors_[i][k] * step[i];
    for (std::size_t i = 0; i < n_; ++i) whitened[i] += vectors_[i][k] * along / scales_[k];
  }
  double squared = 0;
  for (std::size_t i = 0; i < n_; ++i) {
    path_sigma_[i] = (1 - rate) * path_sigma_[i] + std::sqrt(rate * (2 - rate) * effective_) * whitened[i];
    squared += path_sigma_[i] * path_sigma_[i];
  }
  const double expected = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
  const double length = std::sqrt(squared);
  sigma_ *= std::exp(std::min(1.0, rate / damping * (length / expected - 1)));

  const double fade = 1 - std::pow(1 - rate, 2 * static_cast<double>(generation_));
  const bool steady = length / std::sqrt(fade) < (1.4 + 2 / (n + 1)) * expected;
  const double rate_c = (4 + effective_ / n) / (n + 4 + 2 * effective_ / n);
  const double gain = steady ? std::sqrt(rate_c * (2 - rate_c) * effective_) : 0;
  for (std::size_t i = 0; i < n_; ++i) path_c_[i] = (1 - rate_c) * path_c_[i] + gain * step[i];
}

/// Rank-one update along the path, and rank-mu update from the better half. sigma_ has moved on already: steps are
/// taken relative to the new one, which differs little.
void CmaEs::adapt_covariance(std::span<const std::vector<double>> points, std::span<const std::size_t> order,
                             std::span<const double> old_mean) {
  const auto n = static_cast<double>(n_);
  const double one = 2 / ((n + 1.3) * (n + 1.3) + effective_);
  const double many = std::min(1 - one, 2 * (effective_ - 2 + 1 / effective_) / ((n + 2) * (n + 2) + effective_));
  for (std::size_t i = 0; i < n_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double spread = 0;
      for (std::size_t k = 0; k < weights_.size(); ++k) {
        const std::vector<double>& point = points[order[k]];
        spread += weights_[k] * (point[i] - old_mean[i]) * (point[j] - old_mean[j]) / (sigma_ * sigma_);
      }
      covariance_[i][j] = (1 - one - many) * covariance_[i][j] + one * path_c_[i] * path_c_[j] + many * spread;
      covariance_[j][i] = covariance_[i][j];
    }
  }
}

void CmaEs::decompose() {
  std::vector<double> values;
  symmetric_eigen(covariance_, values, vectors_);
  scales_.resize(n_);
  for (std::size_t i = 0; i < n_; ++i) scales_[i] = std::sqrt(std::max(values[i], 1e-14));
}

void symmetric_eigen(std::vector<std::vector<double>> matrix, std::vector<double>& values,
                     std::vector<std::vector<double>>& vectors) {
  const std::size_t n = matrix.size();
  vectors.assign(n, std::vector<double>(n, 0));
  for (std::size_t i = 0; i < n; ++i) vectors[i][i] = 1;
  constexpr int sweeps = 30;
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    double outside = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < i; ++j) outside += matrix[i][j] * matrix[i][j];
    }
    if (outside < 1e-30) break;
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) {
        if (matrix[p][q] == 0) continue;
        const double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
        const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1);
        const double s = t * c;
        for (std::size_t k = 0; k < n; ++k) {
          const double kp = matrix[k][p];
          const double kq = matrix[k][q];
          matrix[k][p] = c * kp - s * kq;
          matrix[k][q] = s * kp + c * kq;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const double pk = matrix[p][k];
          const double qk = matrix[q][k];
          matrix[p][k] = c * pk - s * qk;
          matrix[q][k] = s * pk + c * qk;
          const double vp = vectors[k][p];
          const double vq = vectors[k][q];
          vectors[k][p] = c * vp - s * vq;
          vectors[k][q] = s * vp + c * vq;
        }
      }
    }
  }
  values.resize(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = matrix[i][i];
}

}  // namespace syswright
