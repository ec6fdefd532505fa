#include "base/distributions.h"

#include <math.h>  // NOLINT(modernize-deprecated-headers): lgamma_r, which unlike std::lgamma writes no global

#include <cmath>
#include <limits>
#include <numbers>

namespace syswright {
namespace {

double normal_density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }

/// Hastings' approximation for p <= 0.5, absolute error below 4.5e-4: Abramowitz and Stegun, formula 26.2.23.
double rough_normal_quantile(double p) {
  const double t = std::sqrt(-2 * std::log(p));
  const double above = 2.515517 + t * (0.802853 + t * 0.010328);
  const double below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return above / below - t;
}

double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

/// Continued fraction of the incomplete beta function by Lentz's method; converges fast for x < (a + 1) / (a + b + 2).
/// Source: Press et al., "Numerical Recipes", 3rd edition, section 6.4; DLMF 8.17.22.
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  const auto away_from_zero = [](double value) { return std::abs(value) < tiny ? tiny : value; };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double result = d;
  for (int m = 1; m < 10'000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    result *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    result *= d * c;
    if (std::abs(d * c - 1) < 1e-15) break;
  }
  return result;
}

/// Regularised incomplete beta function I_x(a, b), 0 <= x <= 1.
double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double student_density(double x, double degrees) {
  const double log_scale =
      log_gamma((degrees + 1) / 2) - log_gamma(degrees / 2) - std::log(degrees * std::numbers::pi) / 2;
  return std::exp(log_scale - (degrees + 1) / 2 * std::log1p(x * x / degrees));
}

/// Probability above x, x >= 0.
double student_tail(double x, double degrees) {
  // Two forms, so that neither loses digits: near 0 the complement, in the tail the small number itself.
  const double square = x * x;
  if (square < degrees) return 0.5 - incomplete_beta(0.5, degrees / 2, square / (degrees + square)) / 2;
  return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + square)) / 2;
}

}  // namespace

double normal_probability(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

double normal_quantile(double p) {
  if (p <= 0) return -std::numeric_limits<double>::infinity();
  if (p >= 1) return std::numeric_limits<double>::infinity();
  if (p > 0.5) return -normal_quantile(1 - p);
  double x = rough_normal_quantile(p);
  for (int step = 0; step < 3; ++step) {  // Halley's method: each step cubes the error
    const double error = (normal_probability(x) - p) / normal_density(x);
    x -= error / (1 + x * error / 2);
  }
  return x;
}

double student_probability(double x, double degrees) {
  return x < 0 ? student_tail(-x, degrees) : 1 - student_tail(x, degrees);
}

double student_quantile(double p, double degrees) {
  if (p < 0.5) return -student_quantile(1 - p, degrees);
  if (p >= 1) return std::numeric_limits<double>::infinity();
  const double tail = 1 - p;
  // Newton's method in a bracket: the root of a falling function.
  double low = 0;
  double high = 1;
  while (student_tail(high, degrees) > tail) {
    low = high;
    high *= 2;
  }
  double x = (low + high) / 2;
  for (int step = 0; step < 100; ++step) {
    const double excess = student_tail(x, degrees) - tail;
    (excess > 0 ? low : high) = x;
    double next = x + excess / student_density(x, degrees);
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (std::abs(next - x) <= 1e-13 * std::abs(next)) return next;
    x = next;
  }
  return x;
}

double fair_coin_tail(std::uint64_t tosses, std::uint64_t heads) {
  if (heads >= tosses) return 1;
  const auto n = static_cast<double>(tosses);
  const auto k = static_cast<double>(heads);
  // From the largest term down: term(i - 1) = term(i) * i / (n - i + 1).
  double term = std::exp(log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1) - n * std::numbers::ln2);
  double sum = term;
  for (double i = k; i > 0 && term > sum * 1e-18; --i) {
    term *= i / (n - i + 1);
    sum += term;
  }
  return std::fmin(sum, 1.0);
}

}  // namespace syswright
