#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tune/gaussian_process.h"
#include "tune/searcher.h"

namespace syswright::tune {

/// Simulators of varying fidelity as one, weighted by how well they foretold what was measured so far.
///
/// Each simulator is brought to scale by a line through the logarithms (of what it foretold and what was measured),
/// with the slope pulled towards 1 while there is little to go by. Beside them stands a member that corrects: a
/// Gaussian process (gaussian_process.h) of all that was measured, with the simulators as its trend. How good a member
/// is, is its R² on measurements that were left out of its fit, one at a time; its weight is R² / (1 - R²). In this a
/// measurement counts the more the better it is: what matters is to tell the good ones apart. Losses that are not
/// positive are not taken by their logarithm.
///
/// Once the ensemble's own error, again on what was left out, is no longer well below the spread of the measurements,
/// it is not trusted: whoever asks should measure instead.
class Ensemble {
 public:
  Ensemble(const Space& space, std::vector<Simulator> simulators);

  bool empty() const { return simulators_.empty(); }
  /// Fits everything anew. Failures are left out. O(n^3).
  void fit(std::span<const Observation> observations);
  /// What a measurement will give, by its logarithm where losses are positive: for comparing points only.
  std::vector<double> predict(std::span<const Point> points);
  /// How far the correction may be off at a point, as a standard deviation; 0 while there is none.
  double doubt(const Point& point);

  bool trusted() const { return trusted_; }
  /// Share of the spread of what was measured that was foretold, each measurement by a fit to the others; at most 1.
  double quality() const { return quality_; }
  /// Mean absolute error of the same, as a share of what was measured.
  double error() const { return error_; }
  /// Of one prediction by all simulators, in measurements; and of all so far. None is paid for twice.
  double cost() const;
  double spent() const { return cost() * static_cast<double>(foretold_.size()); }
  /// Measurements that fit() would first have to ask the simulators about.
  std::size_t missing(std::span<const Observation> observations) const;
  struct Member {
    std::string name;
    double r_squared = 0;
    double weight = 0;  ///< all sum to 1
  };
  const std::vector<Member>& members() const { return members_; }

 private:
  struct Line {
    double base = 0;
    double slope = 1;
  };

  const std::vector<double>& foretold(const Point& point) const { return foretold_.at(point); }
  void foretell(std::span<const Point> points);
  double scaled(double value) const;
  std::vector<double> trend(const Point& point) const;
  std::vector<double> fit_line(std::size_t simulator, std::span<const Point> points, std::span<const double> targets);
  std::vector<double> fit_correction(std::span<const Point> points, std::span<const double> targets);
  void weigh(const std::vector<std::vector<double>>& left_out, std::span<const double> targets);
  void set_importance(std::span<const double> targets);
  double r_squared(std::span<const double> guessed, std::span<const double> targets) const;

  const Space& space_;
  std::vector<Simulator> simulators_;
  std::map<Point, std::vector<double>> foretold_;
  bool logarithmic_ = true;
  std::vector<Line> lines_;
  std::optional<GaussianProcess> correction_;
  bool corrects_ = false;
  std::size_t fitted_at_ = 0;
  std::vector<double> trend_mean_;
  std::vector<double> trend_spread_;
  std::vector<double> importance_;  // of each measurement
  std::vector<Member> members_;
  bool trusted_ = true;
  double quality_ = 0;
  double error_ = 0;
};

}  // namespace syswright::tune
