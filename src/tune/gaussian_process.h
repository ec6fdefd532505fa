#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace syswright::tune {

/// A Gaussian process: a guess at a function from a few of its values, with how sure it is.
///
/// Covariance: Matérn 5/2 with a length-scale for each group of inputs (automatic relevance determination), plus a
/// linear part in `trend` features, where there are any, plus noise. Values are standardised; the mean is theirs.
/// Hyper-parameters: maximum of the marginal likelihood times weak priors, the one of the length-scales as in Hvarfner
/// et al., "Vanilla Bayesian Optimization Performs Great in High Dimensions", ICML 2024; by Rprop (Riedmiller and
/// Braun, 1993) on the analytic gradient. A fit costs O(n^3) a step, a prediction O(n^2). Source: Rasmussen and
/// Williams, "Gaussian Processes for Machine Learning", 2006, chapters 2 and 5.
class GaussianProcess {
 public:
  /// Logarithms.
  struct Hyper {
    std::vector<double> scales;  ///< [groups]
    double signal = 0;           ///< standard deviation of the Matérn part, in standard deviations of the values
    double trend = 0;            ///< of each coefficient of the trend
    double noise = -4;           ///< standard deviation
  };
  struct Prediction {
    double mean = 0;
    double deviation = 0;  ///< of the function, without noise
  };

  /// groups: [inputs], the group of each input, from 0.  trends: number of trend features, which may be 0.
  GaussianProcess(std::vector<std::size_t> groups, std::size_t trends);

  /// Inputs within about [0, 1]; at least one value. Keeps the hyper-parameters.
  void set(std::vector<std::vector<double>> inputs, std::vector<std::vector<double>> trends,
           std::vector<double> values);
  /// Improves the hyper-parameters from where they are.
  void fit(int steps);
  /// One more value, without a new standardisation. O(n^2).
  void add(const std::vector<double>& input, const std::vector<double>& trend, double value);
  Prediction predict(std::span<const double> input, std::span<const double> trend) const;

  /// What it says of each value when that one is left out, hyper-parameters as they are. O(n^3).
  std::vector<double> left_out() const;

  /// Of the standardised values with the priors, and its gradient in the order scales, signal, trend, noise.
  double log_posterior(std::vector<double>* gradient = nullptr) const;
  /// Of the values as they were given, without the priors: to compare transformations of the values.
  double log_likelihood() const;

  const Hyper& hyper() const { return hyper_; }
  void set_hyper(Hyper hyper);

 private:
  double covariance(std::span<const double> a, std::span<const double> b, std::span<const double> trend_a,
                    std::span<const double> trend_b) const;
  void factorise();
  std::vector<double> flat() const;
  void unflatten(const std::vector<double>& flat);
  double log_prior(std::vector<double>* gradient) const;

  std::vector<std::size_t> groups_;
  std::size_t group_count_;
  std::size_t trend_count_;
  Hyper hyper_;
  std::vector<std::vector<double>> inputs_;
  std::vector<std::vector<double>> trends_;
  std::vector<double> values_;  // standardised
  double mean_ = 0;
  double spread_ = 1;
  std::vector<std::vector<double>> factor_;  // lower triangle
  std::vector<double> weights_;              // K^-1 values
  std::vector<double> inverse_squares_;      // [inputs] 1 / length-scale^2
};

/// log E[max(best - f, 0)] for f of this mean and deviation, in a form that does not underflow: far from the best it
/// still says which way is better.
/// Source: Ament et al., "Unexpected Improvements to Expected Improvement", NeurIPS 2023; the tail here by Laplace's
/// continued fraction of Mills' ratio.
double log_expected_improvement(double best, double mean, double deviation);

}  // namespace syswright::tune
