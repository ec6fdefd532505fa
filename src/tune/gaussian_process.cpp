#include "tune/gaussian_process.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/distributions.h"

namespace syswright::tune {
namespace {

using Matrix = std::vector<std::vector<double>>;

const double root5 = std::sqrt(5.0);
constexpr double first_jitter = 1e-10;
constexpr double lowest = -7;  // of every logarithm
constexpr double highest = 5;
constexpr double lowest_noise = -7;
constexpr double highest_noise = 0;

/// Lower factor of a symmetric matrix, with as much added to the diagonal as it takes: a factor of ten more each time.
Matrix cholesky(const Matrix& matrix) {
  const std::size_t n = matrix.size();
  double jitter = 0;
  for (;;) {
    Matrix factor(n, std::vector<double>(n, 0));
    bool positive = true;
    for (std::size_t i = 0; positive && i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        const double sum = std::inner_product(factor[i].begin(), factor[i].begin() + static_cast<std::ptrdiff_t>(j),
                                              factor[j].begin(), 0.0);
        if (i != j) {
          factor[i][j] = (matrix[i][j] - sum) / factor[j][j];
          continue;
        }
        const double rest = matrix[i][i] + jitter - sum;
        positive = rest > 1e-14;
        if (!positive) break;
        factor[i][i] = std::sqrt(rest);
      }
    }
    if (positive) return factor;
    jitter = jitter == 0 ? first_jitter : 10 * jitter;
  }
}

/// factor x = b
std::vector<double> forward(const Matrix& factor, std::vector<double> b) {
  for (std::size_t i = 0; i < b.size(); ++i) {
    const double sum =
        std::inner_product(factor[i].begin(), factor[i].begin() + static_cast<std::ptrdiff_t>(i), b.begin(), 0.0);
    b[i] = (b[i] - sum) / factor[i][i];
  }
  return b;
}

/// factor^T x = b
std::vector<double> backward(const Matrix& factor, std::vector<double> b) {
  for (std::size_t i = b.size(); i-- > 0;) {
    b[i] /= factor[i][i];
    for (std::size_t j = 0; j < i; ++j) b[j] -= factor[i][j] * b[i];
  }
  return b;
}

/// (factor factor^T)^-1, from the inverse of the factor.
Matrix inverse_of(const Matrix& factor) {
  const std::size_t n = factor.size();
  Matrix columns(n, std::vector<double>(n, 0));  // [j][i]: of the inverse factor, by columns
  for (std::size_t j = 0; j < n; ++j) {
    columns[j][j] = 1 / factor[j][j];
    for (std::size_t i = j + 1; i < n; ++i) {
      double sum = 0;
      for (std::size_t k = j; k < i; ++k) sum += factor[i][k] * columns[j][k];
      columns[j][i] = -sum / factor[i][i];
    }
  }
  Matrix inverse(n, std::vector<double>(n, 0));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      const auto from = static_cast<std::ptrdiff_t>(i);
      inverse[i][j] = inverse[j][i] =
          std::inner_product(columns[i].begin() + from, columns[i].end(), columns[j].begin() + from, 0.0);
    }
  }
  return inverse;
}

double half_log_determinant(const Matrix& factor) {
  double sum = 0;
  for (std::size_t i = 0; i < factor.size(); ++i) sum += std::log(factor[i][i]);
  return sum;
}

/// Of a logarithm: log of a normal density but for its constant.
double log_normal(double x, double mean, double deviation, double* slope) {
  const double z = (x - mean) / deviation;
  *slope = -z / deviation;
  return -z * z / 2;
}

/// 1 - t m(t) for Mills' ratio m, t of at least 1: m(t) / (t + 2 / (t + 3 / (t + …))).
double one_minus_mills(double t) {
  constexpr int terms = 120;
  double tail = t;
  for (int k = terms; k >= 2; --k) tail = t + k / tail;
  const double mills = 1 / (t + 1 / tail);
  return mills / tail;
}

}  // namespace

double log_expected_improvement(double best, double mean, double deviation) {
  deviation = std::max(deviation, 1e-12);
  const double z = (best - mean) / deviation;
  const double log_root = 0.5 * std::log(2 * std::numbers::pi);
  if (z > -1) {
    const double density = std::exp(-z * z / 2 - log_root);
    return std::log(density + z * normal_probability(z)) + std::log(deviation);
  }
  return -z * z / 2 - log_root + std::log(one_minus_mills(-z)) + std::log(deviation);
}

GaussianProcess::GaussianProcess(std::vector<std::size_t> groups, std::size_t trends)
    : groups_(std::move(groups)),
      group_count_(groups_.empty() ? 0 : 1 + *std::max_element(groups_.begin(), groups_.end())),
      trend_count_(trends) {
  hyper_.scales.assign(group_count_,
                       std::log(0.5) + 0.5 * std::log(static_cast<double>(std::max<std::size_t>(group_count_, 1))));
}

double GaussianProcess::covariance(std::span<const double> a, std::span<const double> b,
                                   std::span<const double> trend_a, std::span<const double> trend_b) const {
  double squared = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squared += (a[i] - b[i]) * (a[i] - b[i]) * inverse_squares_[i];
  const double r = root5 * std::sqrt(squared);
  double value = std::exp(2 * hyper_.signal) * (1 + r + r * r / 3) * std::exp(-r);
  if (trend_count_ > 0) {
    value += std::exp(2 * hyper_.trend) * std::inner_product(trend_a.begin(), trend_a.end(), trend_b.begin(), 0.0);
  }
  return value;
}

void GaussianProcess::set(std::vector<std::vector<double>> inputs, std::vector<std::vector<double>> trends,
                          std::vector<double> values) {
  assert(!values.empty() && inputs.size() == values.size());
  inputs_ = std::move(inputs);
  trends_ = std::move(trends);
  trends_.resize(inputs_.size(), std::vector<double>(trend_count_, 0));
  const auto n = static_cast<double>(values.size());
  mean_ = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean_) * (value - mean_);
  spread_ = std::sqrt(squares / n);
  if (!(spread_ > 1e-12 * (1 + std::abs(mean_)))) spread_ = 1;
  values_ = std::move(values);
  for (double& value : values_) value = (value - mean_) / spread_;
  factorise();
}

void GaussianProcess::set_hyper(Hyper hyper) {
  hyper_ = std::move(hyper);
  if (!values_.empty()) factorise();
}

void GaussianProcess::factorise() {
  inverse_squares_.resize(groups_.size());
  for (std::size_t i = 0; i < groups_.size(); ++i) inverse_squares_[i] = std::exp(-2 * hyper_.scales[groups_[i]]);
  const std::size_t n = inputs_.size();
  Matrix matrix(n, std::vector<double>(n, 0));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      matrix[i][j] = matrix[j][i] = covariance(inputs_[i], inputs_[j], trends_[i], trends_[j]);
    }
    matrix[i][i] += std::exp(2 * hyper_.noise);
  }
  factor_ = cholesky(matrix);
  weights_ = backward(factor_, forward(factor_, values_));
}

void GaussianProcess::add(const std::vector<double>& input, const std::vector<double>& trend, double value) {
  std::vector<double> row(inputs_.size());
  for (std::size_t i = 0; i < inputs_.size(); ++i) row[i] = covariance(input, inputs_[i], trend, trends_[i]);
  const double own = covariance(input, input, trend, trend) + std::exp(2 * hyper_.noise);
  row = forward(factor_, std::move(row));
  const double rest = own - std::inner_product(row.begin(), row.end(), row.begin(), 0.0);
  row.push_back(std::sqrt(std::max(rest, 1e-10)));
  for (std::vector<double>& other : factor_) other.push_back(0);
  factor_.push_back(std::move(row));
  inputs_.push_back(input);
  trends_.push_back(trend);
  trends_.back().resize(trend_count_);
  values_.push_back((value - mean_) / spread_);
  weights_ = backward(factor_, forward(factor_, values_));
}

GaussianProcess::Prediction GaussianProcess::predict(std::span<const double> input,
                                                     std::span<const double> trend) const {
  std::vector<double> row(inputs_.size());
  for (std::size_t i = 0; i < inputs_.size(); ++i) row[i] = covariance(input, inputs_[i], trend, trends_[i]);
  const double mean = std::inner_product(row.begin(), row.end(), weights_.begin(), 0.0);
  row = forward(factor_, std::move(row));
  const double known = std::inner_product(row.begin(), row.end(), row.begin(), 0.0);
  const double variance = covariance(input, input, trend, trend) - known;
  return {mean_ + spread_ * mean, spread_ * std::sqrt(std::max(variance, 1e-12))};
}

/// Rasmussen and Williams, equation 5.12.
std::vector<double> GaussianProcess::left_out() const {
  const Matrix inverse = inverse_of(factor_);
  std::vector<double> said;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    said.push_back(mean_ + spread_ * (values_[i] - weights_[i] / inverse[i][i]));
  }
  return said;
}

std::vector<double> GaussianProcess::flat() const {
  std::vector<double> flat = hyper_.scales;
  flat.insert(flat.end(), {hyper_.signal, hyper_.trend, hyper_.noise});
  return flat;
}

void GaussianProcess::unflatten(const std::vector<double>& flat) {
  std::copy(flat.begin(), flat.begin() + static_cast<std::ptrdiff_t>(group_count_), hyper_.scales.begin());
  hyper_.signal = flat[group_count_];
  hyper_.trend = flat[group_count_ + 1];
  hyper_.noise = flat[group_count_ + 2];
  factorise();
}

/// Length-scales grow with the square root of the number of inputs, so that distances stay what they are.
double GaussianProcess::log_prior(std::vector<double>* gradient) const {
  double sum = 0;
  double slope = 0;
  const auto put = [&](std::size_t at, double x, double mean, double deviation) {
    sum += log_normal(x, mean, deviation, &slope);
    if (gradient != nullptr) (*gradient)[at] += slope;
  };
  const double typical = 0.5 * std::log(static_cast<double>(std::max<std::size_t>(group_count_, 1)));
  for (std::size_t g = 0; g < group_count_; ++g) put(g, hyper_.scales[g], typical, 1.0);
  put(group_count_, hyper_.signal, 0, 1);
  put(group_count_ + 1, hyper_.trend, -0.5, 1);
  put(group_count_ + 2, hyper_.noise, -4, 1.5);
  return sum;
}

double GaussianProcess::log_posterior(std::vector<double>* gradient) const {
  const std::size_t n = values_.size();
  const double fit = std::inner_product(values_.begin(), values_.end(), weights_.begin(), 0.0);
  if (gradient != nullptr) {
    gradient->assign(group_count_ + 3, 0);
    const Matrix inverse = inverse_of(factor_);
    const double signal = std::exp(2 * hyper_.signal);
    const double trend = std::exp(2 * hyper_.trend);
    std::vector<double> by_group(group_count_);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        // Half the trace of (weights weights^T - K^-1) dK: both triangles at once.
        const double factor = (weights_[i] * weights_[j] - inverse[i][j]) * (i == j ? 0.5 : 1.0);
        std::fill(by_group.begin(), by_group.end(), 0.0);
        double squared = 0;
        for (std::size_t k = 0; k < groups_.size(); ++k) {
          const double d = inputs_[i][k] - inputs_[j][k];
          if (d == 0) continue;
          by_group[groups_[k]] += d * d * inverse_squares_[k];
          squared += d * d * inverse_squares_[k];
        }
        const double r = root5 * std::sqrt(squared);
        const double decay = signal * std::exp(-r);
        const double by_scale = factor * decay * (5.0 / 3.0) * (1 + r);
        for (std::size_t g = 0; g < group_count_; ++g) (*gradient)[g] += by_scale * by_group[g];
        (*gradient)[group_count_] += factor * 2 * decay * (1 + r + r * r / 3);
        if (trend_count_ > 0) {
          (*gradient)[group_count_ + 1] +=
              factor * 2 * trend * std::inner_product(trends_[i].begin(), trends_[i].end(), trends_[j].begin(), 0.0);
        }
        if (i == j) (*gradient)[group_count_ + 2] += factor * 2 * std::exp(2 * hyper_.noise);
      }
    }
  }
  return -0.5 * fit - half_log_determinant(factor_) + log_prior(gradient);
}

double GaussianProcess::log_likelihood() const {
  const auto n = static_cast<double>(values_.size());
  const double fit = std::inner_product(values_.begin(), values_.end(), weights_.begin(), 0.0);
  return -0.5 * fit - half_log_determinant(factor_) - 0.5 * n * std::log(2 * std::numbers::pi) - n * std::log(spread_);
}

void GaussianProcess::fit(int steps) {
  std::vector<double> gradient;
  double best = log_posterior(&gradient);
  std::vector<double> best_at = flat();
  std::vector<double> at = best_at;
  std::vector<double> step(at.size(), 0.1);
  std::vector<double> before(at.size(), 0);
  for (int i = 0; i < steps; ++i) {
    for (std::size_t k = 0; k < at.size(); ++k) {
      const double product = gradient[k] * before[k];
      if (product > 0) step[k] = std::min(1.2 * step[k], 1.0);
      if (product < 0) step[k] = std::max(0.5 * step[k], 1e-4);
      before[k] = product < 0 ? 0 : gradient[k];
      const double sign = before[k] > 0 ? 1 : before[k] < 0 ? -1 : 0;
      const bool noise = k + 1 == at.size();
      at[k] = std::clamp(at[k] + sign * step[k], noise ? lowest_noise : lowest, noise ? highest_noise : highest);
    }
    unflatten(at);
    const double now = log_posterior(&gradient);
    if (now > best) {
      best = now;
      best_at = at;
    }
  }
  unflatten(best_at);
}

}  // namespace syswright::tune
