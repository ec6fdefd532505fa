#include "tune/gaussian_process.h"

#include <cmath>

#include "base/distributions.h"
#include "base/random.h"

namespace syswright::tune {
namespace {

using Matrix = std::vector<std::vector<double>>;

struct Data {
  Matrix inputs;
  Matrix trends;
  std::vector<double> values;
};

Data draw(std::size_t count, std::size_t inputs, std::size_t trends, std::uint64_t seed) {
  Random random(seed, "gp test");
  Data data;
  for (std::size_t i = 0; i < count; ++i) {
    data.inputs.emplace_back();
    data.trends.emplace_back();
    for (std::size_t k = 0; k < inputs; ++k) data.inputs.back().push_back(random.uniform());
    for (std::size_t k = 0; k < trends; ++k) data.trends.back().push_back(random.normal());
    data.values.push_back(std::sin(5 * data.inputs.back()[0]) + 0.3 * data.inputs.back()[inputs - 1] +
                          (trends > 0 ? 0.7 * data.trends.back()[0] : 0) + 0.05 * random.normal() + 4);
  }
  return data;
}

/// Gauss with pivots: the determinant's logarithm, and the solution.
double solve(Matrix a, std::vector<double> b, std::vector<double>& x) {
  const std::size_t n = b.size();
  double log_determinant = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t j = i; j < n; ++j) pivot = std::abs(a[j][i]) > std::abs(a[pivot][i]) ? j : pivot;
    std::swap(a[i], a[pivot]);
    std::swap(b[i], b[pivot]);
    log_determinant += std::log(std::abs(a[i][i]));
    for (std::size_t j = i + 1; j < n; ++j) {
      const double factor = a[j][i] / a[i][i];
      for (std::size_t k = i; k < n; ++k) a[j][k] -= factor * a[i][k];
      b[j] -= factor * b[i];
    }
  }
  x.assign(n, 0);
  for (std::size_t i = n; i-- > 0;) {
    double sum = b[i];
    for (std::size_t k = i + 1; k < n; ++k) sum -= a[i][k] * x[k];
    x[i] = sum / a[i][i];
  }
  return log_determinant;
}

/// The textbook's formulas, without any factorisation.
struct Plain {
  const Data& data;
  const GaussianProcess::Hyper& hyper;
  const std::vector<std::size_t>& groups;
  double mean = 0;
  double spread = 1;

  Plain(const Data& given, const GaussianProcess::Hyper& with, const std::vector<std::size_t>& of)
      : data(given), hyper(with), groups(of) {
    const double n = static_cast<double>(data.values.size());
    for (const double value : data.values) mean += value / n;
    double squares = 0;
    for (const double value : data.values) squares += (value - mean) * (value - mean) / n;
    spread = std::sqrt(squares);
  }
  double kernel(const std::vector<double>& a, const std::vector<double>& b, const std::vector<double>& ta,
                const std::vector<double>& tb) const {
    double squared = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      squared += std::pow((a[i] - b[i]) / std::exp(hyper.scales[groups[i]]), 2);
    }
    const double r = std::sqrt(squared);
    double value =
        std::exp(2 * hyper.signal) * (1 + std::sqrt(5.0) * r + 5 * squared / 3) * std::exp(-std::sqrt(5.0) * r);
    for (std::size_t i = 0; i < ta.size(); ++i) value += std::exp(2 * hyper.trend) * ta[i] * tb[i];
    return value;
  }
  Matrix covariance() const {
    const std::size_t n = data.values.size();
    Matrix k(n, std::vector<double>(n));
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        k[i][j] = kernel(data.inputs[i], data.inputs[j], data.trends[i], data.trends[j]);
      }
      k[i][i] += std::exp(2 * hyper.noise);
    }
    return k;
  }
  std::vector<double> standard() const {
    std::vector<double> values;
    for (const double value : data.values) values.push_back((value - mean) / spread);
    return values;
  }
  GaussianProcess::Prediction predict(const std::vector<double>& at, const std::vector<double>& trend) const {
    std::vector<double> row;
    for (std::size_t i = 0; i < data.values.size(); ++i) {
      row.push_back(kernel(at, data.inputs[i], trend, data.trends[i]));
    }
    std::vector<double> weights;
    std::vector<double> gains;
    solve(covariance(), standard(), weights);
    solve(covariance(), row, gains);
    double guess = 0;
    double known = 0;
    for (std::size_t i = 0; i < row.size(); ++i) guess += row[i] * weights[i], known += row[i] * gains[i];
    return {mean + spread * guess, spread * std::sqrt(kernel(at, at, trend, trend) - known)};
  }
  double log_likelihood() const {
    std::vector<double> weights;
    const std::vector<double> y = standard();
    const double log_determinant = solve(covariance(), y, weights);
    double fit = 0;
    for (std::size_t i = 0; i < y.size(); ++i) fit += y[i] * weights[i];
    const double n = static_cast<double>(y.size());
    return -fit / 2 - log_determinant / 2 - n / 2 * std::log(2 * M_PI) - n * std::log(spread);
  }
};

const std::vector<std::size_t> groups{0, 0, 1, 2};
const GaussianProcess::Hyper hyper{.scales = {-0.5, 0.3, 0.8}, .signal = -0.2, .trend = -0.7, .noise = -2};

TEST(GaussianProcess, AgreesWithTheTextbook) {
  for (const std::size_t trends : {0u, 2u}) {
    const Data data = draw(25, 4, trends, 11);
    GaussianProcess process(groups, trends);
    process.set_hyper(hyper);
    process.set(data.inputs, data.trends, data.values);
    const Plain plain(data, hyper, groups);
    EXPECT_NEAR(process.log_likelihood(), plain.log_likelihood(), 1e-8);
    const Data others = draw(10, 4, trends, 12);
    for (std::size_t i = 0; i < 10; ++i) {
      const auto ours = process.predict(others.inputs[i], others.trends[i]);
      const auto theirs = plain.predict(others.inputs[i], others.trends[i]);
      EXPECT_NEAR(ours.mean, theirs.mean, 1e-8);
      EXPECT_NEAR(ours.deviation, theirs.deviation, 1e-7);
    }
  }
}

TEST(GaussianProcess, GradientAgreesWithDifferences) {
  const Data data = draw(20, 4, 2, 13);
  GaussianProcess process(groups, 2);
  process.set(data.inputs, data.trends, data.values);
  process.set_hyper(hyper);
  std::vector<double> gradient;
  process.log_posterior(&gradient);
  ASSERT_EQ(gradient.size(), 6u);
  const double step = 1e-5;
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    double at[2];
    for (int side : {0, 1}) {
      GaussianProcess::Hyper moved = hyper;
      double& value = k < 3 ? moved.scales[k] : k == 3 ? moved.signal : k == 4 ? moved.trend : moved.noise;
      value += side == 0 ? -step : step;
      process.set_hyper(moved);
      at[side] = process.log_posterior();
    }
    EXPECT_NEAR(gradient[k], (at[1] - at[0]) / (2 * step), 1e-4 * (1 + std::abs(gradient[k]))) << k;
  }
}

TEST(GaussianProcess, AddingIsTheSameAsSetting) {
  Data data = draw(20, 4, 0, 14);
  GaussianProcess whole(groups, 0);
  GaussianProcess grown(groups, 0);
  whole.set_hyper(hyper);
  grown.set_hyper(hyper);
  // The same standardisation: what is added is the mean of the rest, and the last value is mirrored to keep it so.
  const Data one = draw(1, 4, 0, 15);
  grown.set(data.inputs, data.trends, data.values);
  grown.add(one.inputs[0], one.trends[0], 3.5);
  const Plain before(data, hyper, groups);
  data.inputs.push_back(one.inputs[0]);
  data.trends.push_back(one.trends[0]);
  data.values.push_back(3.5);
  Plain plain(data, hyper, groups);
  plain.mean = before.mean;
  plain.spread = before.spread;
  const Data others = draw(5, 4, 0, 16);
  for (const auto& input : others.inputs) {
    EXPECT_NEAR(grown.predict(input, {}).mean, plain.predict(input, {}).mean, 1e-8);
    EXPECT_NEAR(grown.predict(input, {}).deviation, plain.predict(input, {}).deviation, 1e-7);
  }
}

TEST(GaussianProcess, LeavesOneOutAsIfItHadNotBeenThere) {
  const Data data = draw(15, 4, 2, 21);
  GaussianProcess process(groups, 2);
  process.set_hyper(hyper);
  process.set(data.inputs, data.trends, data.values);
  const std::vector<double> left_out = process.left_out();
  const Plain whole(data, hyper, groups);
  for (std::size_t i = 0; i < data.values.size(); ++i) {
    Data rest = data;
    const auto at = static_cast<std::ptrdiff_t>(i);
    rest.inputs.erase(rest.inputs.begin() + at);
    rest.trends.erase(rest.trends.begin() + at);
    rest.values.erase(rest.values.begin() + at);
    Plain plain(rest, hyper, groups);
    plain.mean = whole.mean;
    plain.spread = whole.spread;
    EXPECT_NEAR(left_out[i], plain.predict(data.inputs[i], data.trends[i]).mean, 1e-7);
  }
}

TEST(GaussianProcess, FittingRaisesThePosteriorAndFindsWhatMatters) {
  // Depends on input 0 only.
  Random random(5, "gp test");
  Matrix inputs;
  std::vector<double> values;
  for (int i = 0; i < 40; ++i) {
    inputs.push_back({random.uniform(), random.uniform(), random.uniform()});
    values.push_back(std::sin(6 * inputs.back()[0]));
  }
  GaussianProcess process({0, 1, 2}, 0);
  process.set(inputs, {}, values);
  const double before = process.log_posterior();
  process.fit(60);
  EXPECT_GT(process.log_posterior(), before + 10);
  EXPECT_LT(process.hyper().scales[0] + 1, process.hyper().scales[1]);
  EXPECT_LT(process.hyper().scales[0] + 1, process.hyper().scales[2]);
  EXPECT_NEAR(process.predict(std::vector<double>{0.4, 0.5, 0.5}, {}).mean, std::sin(2.4), 0.03);
}

TEST(GaussianProcess, BearsEqualInputsAndEqualValues) {
  GaussianProcess process({0}, 0);
  process.set({{0.5}, {0.5}, {0.5}, {0.2}}, {}, {1, 1, 1, 1});
  process.fit(30);
  const auto there = process.predict(std::vector<double>{0.5}, {});
  EXPECT_NEAR(there.mean, 1, 1e-6);
  EXPECT_TRUE(std::isfinite(there.deviation));
}

TEST(LogExpectedImprovement, AgreesWithTheIntegralAndKeepsItsOrderFarOut) {
  for (const double z : {3.0, 0.5, -0.5, -0.99, -1.01, -2.0, -4.0}) {
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * M_PI);
    const double direct = std::log(2.0) + std::log(density + z * normal_probability(z));
    // best = mean + z x deviation, deviation 2
    EXPECT_NEAR(log_expected_improvement(1 + 2 * z, 1, 2), direct, 1e-6) << z;
  }
  // E = deviation x (phi + z Phi): without cancellation it is about phi / z^2 far out.
  const double z = -40;
  EXPECT_NEAR(log_expected_improvement(z, 0, 1), -z * z / 2 - std::log(std::sqrt(2 * M_PI)) - 2 * std::log(40.0), 0.01);
  EXPECT_GT(log_expected_improvement(-1000, 0, 1), log_expected_improvement(-1001, 0, 1));
}

}  // namespace
}  // namespace syswright::tune
