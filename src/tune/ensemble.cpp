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
constexpr double trend_width = 3;  // standard deviations, beyond which what is foretold is cut
constexpr std::size_t fit_always_below = 40;
constexpr std::size_t fit_every = 4;
constexpr int first_fit_steps = 60;
constexpr int fit_steps = 20;
constexpr double highest_r_squared = 0.98;
constexpr double failing = 1e3;  // stands for what is expected to fail, after the logarithm

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

/// What the simulators say, each in standard deviations of what it said of the measurements.
std::vector<double> Ensemble::trend(const Point& point) const {
  std::vector<double> trend;
  const std::vector<double>& values = foretold_.at(point);
  for (std::size_t s = 0; s < simulators_.size(); ++s) {
    trend.push_back(std::clamp((scaled(values[s]) - trend_mean_[s]) / trend_spread_[s], -trend_width, trend_width));
  }
  return trend;
}

std::vector<double> Ensemble::fit_correction(std::span<const Point> points, std::span<const double> targets) {
  trend_mean_.assign(simulators_.size(), 0);
  trend_spread_.assign(simulators_.size(), 1);
  const auto n = static_cast<double>(points.size());
  for (std::size_t s = 0; s < simulators_.size(); ++s) {
    double squares = 0;
    for (const Point& point : points) trend_mean_[s] += std::min(scaled(foretold(point)[s]), failing) / n;
    for (const Point& point : points) squares += std::pow(scaled(foretold(point)[s]) - trend_mean_[s], 2) / n;
    trend_spread_[s] = std::max(1e-6, std::sqrt(squares));
  }
  std::vector<std::vector<double>> inputs;
  std::vector<std::vector<double>> trends;
  for (const Point& point : points) {
    inputs.push_back(space_.embed(point));
    trends.push_back(trend(point));
  }
  const bool first = !correction_;
  if (first) correction_.emplace(space_.groups(), simulators_.size());
  correction_->set(std::move(inputs), std::move(trends), {targets.begin(), targets.end()});
  const bool due = points.size() < fit_always_below || points.size() >= fitted_at_ + fit_every;
  if (due) {
    correction_->fit(first ? first_fit_steps : fit_steps);
    fitted_at_ = points.size();
  }
  corrects_ = true;
  return correction_->left_out();
}

double Ensemble::doubt(const Point& point) {
  if (!corrects_) return 0;
  foretell(std::span(&point, 1));
  return correction_->predict(space_.embed(point), trend(point)).deviation;
}

void Ensemble::weigh(const std::vector<std::vector<double>>& left_out, std::span<const double> targets) {
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
  quality_ = r_squared(guessed, targets);
  error_ = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double off = guessed[i] - targets[i];
    error_ += std::abs(logarithmic_ ? std::expm1(off) : off / targets[i]) / static_cast<double>(targets.size());
  }
  trusted_ = quality_ >= least_quality;
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
  corrects_ = false;
  if (points.size() >= least_for_correction) left_out.back() = fit_correction(points, targets);
  if (points.size() >= least_for_trust) weigh(left_out, targets);
}

std::vector<double> Ensemble::predict(std::span<const Point> points) {
  foretell(points);
  std::vector<double> predictions;
  for (const Point& point : points) {
    double sum = 0;
    for (std::size_t s = 0; s < simulators_.size(); ++s) {
      sum += members_[s].weight * (lines_[s].base + lines_[s].slope * scaled(foretold(point)[s]));
    }
    if (corrects_) {
      sum += members_.back().weight * correction_->predict(space_.embed(point), trend(point)).mean;
    }
    predictions.push_back(sum);
  }
  return predictions;
}

}  // namespace syswright::tune
