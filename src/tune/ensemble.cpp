#include "tune/ensemble.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace syswright::tune {
namespace {

constexpr double slope_prior = 2;           // measurements, that speak for a slope of 1
constexpr std::size_t least_for_trust = 4;  // measurements before anything is judged
constexpr std::size_t least_for_correction = 8;
constexpr double least_quality = 0.1;
constexpr double usual_width = 0.6;
constexpr double nearby_prior = 0.3;  // measurements, that speak for nothing wrong
constexpr double highest_r_squared = 0.98;
constexpr double failing = 1e3;  // stands for what is expected to fail, after the logarithm

/// Solves a symmetric positive definite system in place by Gauss, without pivots: a ridge keeps them positive.
std::vector<std::vector<double>> invert(std::vector<std::vector<double>> matrix) {
  const std::size_t n = matrix.size();
  std::vector<std::vector<double>> inverse(n, std::vector<double>(n, 0));
  for (std::size_t i = 0; i < n; ++i) inverse[i][i] = 1;
  for (std::size_t i = 0; i < n; ++i) {
    const double pivot = matrix[i][i];
    for (std::size_t k = 0; k < n; ++k) {
      matrix[i][k] /= pivot;
      inverse[i][k] /= pivot;
    }
    for (std::size_t j = 0; j < n; ++j) {
      const double factor = matrix[j][i];
      if (j == i || factor == 0) continue;
      for (std::size_t k = 0; k < n; ++k) {
        matrix[j][k] -= factor * matrix[i][k];
        inverse[j][k] -= factor * inverse[i][k];
      }
    }
  }
  return inverse;
}

double weighted_mean(std::span<const double> values, std::span<const double> weights) {
  return std::inner_product(values.begin(), values.end(), weights.begin(), 0.0) /
         std::accumulate(weights.begin(), weights.end(), 0.0);
}

}  // namespace

Ensemble::Ensemble(const Space& space, std::vector<Simulator> simulators)
    : space_(space), simulators_(std::move(simulators)) {
  lines_.resize(simulators_.size());
  for (const Simulator& simulator : simulators_) {
    members_.push_back({simulator.name, 0, 1 / static_cast<double>(simulators_.size())});
  }
  members_.push_back({"correction", 0, 0});
}

double Ensemble::cost() const {
  double cost = 0;
  for (const Simulator& simulator : simulators_) cost += simulator.cost;
  return cost;
}

std::size_t Ensemble::missing(std::span<const Observation> observations) const {
  return static_cast<std::size_t>(std::count_if(observations.begin(), observations.end(), [&](const Observation& one) {
    return std::isfinite(one.loss) && !foretold_.contains(one.point);
  }));
}

double Ensemble::scaled(double value) const {
  if (!std::isfinite(value) || (logarithmic_ && !(value > 0))) return logarithmic_ ? failing : 1e300;
  return logarithmic_ ? std::log(value) : value;
}

/// Asks the simulators for what is not known yet.
void Ensemble::foretell(std::span<const Point> points) {
  std::vector<Point> missing;
  for (const Point& point : points) {
    if (foretold_.emplace(point, std::vector<double>{}).second) missing.push_back(point);
  }
  if (missing.empty()) return;
  for (const Simulator& simulator : simulators_) {
    const std::vector<double> values = simulator.predict(missing);
    for (std::size_t i = 0; i < missing.size(); ++i) foretold_[missing[i]].push_back(values[i]);
  }
}

/// From 1 for the best to a tenth for the bad ones.
void Ensemble::set_importance(std::span<const double> targets) {
  const double best = *std::min_element(targets.begin(), targets.end());
  double squares = 0;
  for (const double target : targets) squares += (target - best) * (target - best);
  const double spread = std::max(1e-12, std::sqrt(squares / static_cast<double>(targets.size())));
  importance_.clear();
  for (const double target : targets) importance_.push_back(0.1 + 0.9 * std::exp(-2 * (target - best) / spread));
}

/// Against the mean of the others, which is what a guess without a model would be.
double Ensemble::r_squared(std::span<const double> guessed, std::span<const double> targets) const {
  const double all = std::accumulate(importance_.begin(), importance_.end(), 0.0);
  const double mean = weighted_mean(targets, importance_);
  double wrong = 0;
  double spread = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double rest = all - importance_[i];
    const double others = rest > 0 ? (all * mean - importance_[i] * targets[i]) / rest : mean;
    wrong += importance_[i] * (guessed[i] - targets[i]) * (guessed[i] - targets[i]);
    spread += importance_[i] * (others - targets[i]) * (others - targets[i]);
  }
  return spread > 0 ? 1 - wrong / spread : 0;
}

/// Fits one simulator's line and returns what it says of each measurement when that is left out.
std::vector<double> Ensemble::fit_line(std::size_t simulator, std::span<const Point> points,
                                       std::span<const double> targets) {
  std::vector<double> x;
  for (const Point& point : points) x.push_back(scaled(foretold(point)[simulator]));
  const double mean_x = weighted_mean(x, importance_);
  const double mean_y = weighted_mean(targets, importance_);
  const double all = std::accumulate(importance_.begin(), importance_.end(), 0.0);
  double xx = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += importance_[i] * (x[i] - mean_x) * (x[i] - mean_x);
    xy += importance_[i] * (x[i] - mean_x) * (targets[i] - mean_y);
  }
  const double pull = std::max(1e-9, slope_prior * xx / static_cast<double>(x.size()));
  const double slope = (xy + pull) / (xx + pull);
  lines_[simulator] = {mean_y - slope * mean_x, slope};
  std::vector<double> left_out;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double leverage = importance_[i] * (1 / all + (x[i] - mean_x) * (x[i] - mean_x) / (xx + pull));
    const double residual = targets[i] - (mean_y + slope * (x[i] - mean_x));
    left_out.push_back(targets[i] - residual / std::max(0.05, 1 - leverage));
  }
  return left_out;
}

/// What the simulators' lines say, then the places of the point.
std::vector<double> Ensemble::features(const Point& point) const {
  std::vector<double> features;
  const std::vector<double>& values = foretold(point);
  for (std::size_t s = 0; s < simulators_.size(); ++s) {
    features.push_back(lines_[s].base + lines_[s].slope * scaled(values[s]));
  }
  for (const double place : space_.embed(point)) features.push_back(place);
  return features;
}

double Ensemble::corrected(const Point& point) const {
  const std::vector<double> at = features(point);
  double sum = target_mean_;
  for (std::size_t k = 0; k < at.size(); ++k) sum += coefficients_[k] * (at[k] - feature_mean_[k]);
  return sum;
}

/// Ridge regression about a prior (the simulators' mean, no effect of any place), its strength by what was left out.
std::vector<double> Ensemble::fit_correction(std::span<const Point> points, std::span<const double> targets) {
  const std::size_t n = points.size();
  std::vector<std::vector<double>> rows;
  for (const Point& point : points) rows.push_back(features(point));
  const std::size_t d = rows.front().size();
  feature_mean_.assign(d, 0);
  const double all = std::accumulate(importance_.begin(), importance_.end(), 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < d; ++k) feature_mean_[k] += importance_[i] * rows[i][k] / all;
  }
  for (auto& row : rows) {
    for (std::size_t k = 0; k < d; ++k) row[k] -= feature_mean_[k];
  }
  target_mean_ = weighted_mean(targets, importance_);
  std::vector<double> prior(d, 0);
  std::fill_n(prior.begin(), simulators_.size(), 1 / static_cast<double>(simulators_.size()));
  std::vector<double> rest(n);
  for (std::size_t i = 0; i < n; ++i) {
    rest[i] = targets[i] - target_mean_ - std::inner_product(rows[i].begin(), rows[i].end(), prior.begin(), 0.0);
  }
  std::vector<std::vector<double>> gram(d, std::vector<double>(d, 0));
  std::vector<double> moment(d, 0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t a = 0; a < d; ++a) {
      moment[a] += importance_[i] * rows[i][a] * rest[i];
      for (std::size_t b = 0; b < d; ++b) gram[a][b] += importance_[i] * rows[i][a] * rows[i][b];
    }
  }
  std::vector<double> best;
  double least = std::numeric_limits<double>::infinity();
  for (const double ridge : {0.3, 1.0, 3.0, 10.0, 30.0}) {
    std::vector<std::vector<double>> system = gram;
    for (std::size_t k = 0; k < d; ++k) system[k][k] += ridge;
    const std::vector<std::vector<double>> inverse = invert(std::move(system));
    std::vector<double> move(d, 0);
    for (std::size_t a = 0; a < d; ++a)
      move[a] = std::inner_product(moment.begin(), moment.end(), inverse[a].begin(), 0.0);
    std::vector<double> left_out(n);
    double wrong = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double leverage = 1 / all;
      for (std::size_t a = 0; a < d; ++a) {
        leverage += rows[i][a] * std::inner_product(rows[i].begin(), rows[i].end(), inverse[a].begin(), 0.0);
      }
      const double residual = rest[i] - std::inner_product(rows[i].begin(), rows[i].end(), move.begin(), 0.0);
      left_out[i] = targets[i] - residual / std::max(0.05, 1 - importance_[i] * leverage);
      wrong += importance_[i] * (left_out[i] - targets[i]) * (left_out[i] - targets[i]);
    }
    if (wrong >= least) continue;
    least = wrong;
    best = std::move(left_out);
    coefficients_ = prior;
    for (std::size_t k = 0; k < d; ++k) coefficients_[k] += move[k];
  }
  return best;
}

void Ensemble::weigh(const std::vector<std::vector<double>>& left_out, std::span<const Point> points,
                     std::span<const double> targets) {
  double sum = 0;
  for (std::size_t m = 0; m < members_.size(); ++m) {
    Member& member = members_[m];
    const bool there = !left_out[m].empty();
    member.r_squared = there ? r_squared(left_out[m], targets) : 0;
    const double kept = std::clamp(member.r_squared, 0.01, highest_r_squared);
    member.weight = there ? kept / (1 - kept) : 0;
    sum += member.weight;
  }
  for (Member& member : members_) member.weight /= sum;
  std::vector<double> guessed(targets.size(), 0);
  for (std::size_t m = 0; m < members_.size(); ++m) {
    for (std::size_t i = 0; i < left_out[m].size(); ++i) guessed[i] += members_[m].weight * left_out[m][i];
  }
  look_nearby(points, targets, guessed);
  quality_ = r_squared(guessed, targets);
  error_ = 0;
  double squares = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double off = guessed[i] - targets[i];
    squares += importance_[i] * off * off;
    error_ += std::abs(logarithmic_ ? std::expm1(off) : off / targets[i]) / static_cast<double>(targets.size());
  }
  deviation_ = std::sqrt(squares / std::accumulate(importance_.begin(), importance_.end(), 0.0));
  trusted_ = quality_ >= least_quality;
}

/// Mean of what was wrong, by nearness; next to nothing far from everything.
Ensemble::Nearby Ensemble::nearby(const std::vector<double>& place, std::size_t but, double width) const {
  double sum = 0;
  double weights = nearby_prior;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (i == but) continue;
    double squared = 0;
    for (std::size_t k = 0; k < place.size(); ++k) squared += (place[k] - places_[i][k]) * (place[k] - places_[i][k]);
    const double weight = std::exp(-squared / (width * width));
    sum += weight * wrong_[i];
    weights += weight;
  }
  return {sum / weights, 1 - nearby_prior / weights};
}

double Ensemble::doubt(const Point& point) const {
  if (places_.empty()) return 0;
  return deviation_ * (1 - nearby(space_.embed(point), places_.size(), width_ > 0 ? width_ : usual_width).known);
}

void Ensemble::look_nearby(std::span<const Point> points, std::span<const double> targets,
                           std::vector<double>& guessed) {
  places_.clear();
  wrong_.clear();
  for (std::size_t i = 0; i < points.size(); ++i) {
    places_.push_back(space_.embed(points[i]));
    wrong_.push_back(targets[i] - guessed[i]);
  }
  const std::vector<double> without = guessed;
  double highest = r_squared(guessed, targets);
  width_ = 0;
  for (const double width : {0.35, 0.6, 1.0, 1.6}) {
    std::vector<double> better = without;
    for (std::size_t i = 0; i < points.size(); ++i) better[i] += nearby(places_[i], i, width).wrong;
    const double quality = r_squared(better, targets);
    if (quality <= highest) continue;
    highest = quality;
    width_ = width;
    guessed = std::move(better);
  }
}

void Ensemble::fit(std::span<const Observation> observations) {
  std::vector<Point> points;
  std::vector<double> targets;
  for (const Observation& one : observations) {
    if (!std::isfinite(one.loss)) continue;
    points.push_back(one.point);
    targets.push_back(one.loss);
  }
  if (empty() || points.empty()) return;
  logarithmic_ = std::all_of(targets.begin(), targets.end(), [](double loss) { return loss > 0; });
  for (double& target : targets) target = scaled(target);
  set_importance(targets);
  foretell(points);
  std::vector<std::vector<double>> left_out(members_.size());
  for (std::size_t s = 0; s < simulators_.size(); ++s) left_out[s] = fit_line(s, points, targets);
  coefficients_.clear();
  if (points.size() >= least_for_correction) left_out.back() = fit_correction(points, targets);
  if (points.size() >= least_for_trust) weigh(left_out, points, targets);
}

std::vector<double> Ensemble::predict(std::span<const Point> points) {
  foretell(points);
  std::vector<double> predictions;
  for (const Point& point : points) {
    double sum = 0;
    for (std::size_t s = 0; s < simulators_.size(); ++s) {
      sum += members_[s].weight * (lines_[s].base + lines_[s].slope * scaled(foretold(point)[s]));
    }
    if (!coefficients_.empty()) sum += members_.back().weight * corrected(point);
    if (width_ > 0) sum += nearby(space_.embed(point), places_.size(), width_).wrong;
    predictions.push_back(sum);
  }
  return predictions;
}

}  // namespace syswright::tune
