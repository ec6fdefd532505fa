#include "tune/bayes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tune/gaussian_process.h"

namespace syswright::tune {
namespace {

constexpr std::size_t random_candidates = 400;
constexpr std::size_t climbs = 4;
constexpr std::size_t climb_steps = 25;
constexpr std::size_t best_looked_at = 5;
constexpr std::size_t fit_always_below = 40;
constexpr std::size_t fit_every = 4;
constexpr int first_fit_steps = 60;
constexpr int fit_steps = 20;
constexpr double trend_width = 3;  // standard deviations, beyond which a foretold value is cut

std::size_t first_points(const Space& space) { return std::clamp<std::size_t>(space.size() / 2 + 2, 4, 10); }

class Bayes final : public Searcher {
 public:
  Bayes(const Space& space, const SearcherOptions& options)
      : history_(space), random_(options.seed, "tune bayes"), simulators_(options.simulators) {}

  std::vector<Suggestion> ask(std::size_t count) override;
  void tell(std::span<const Observation> observations) override { history_.tell(observations); }
  std::vector<std::string> notes() const override;

 private:
  struct Candidate {
    Point point;
    double score = 0;
  };

  bool is_logarithmic() const { return logarithmic_ && process_ == &*logarithmic_; }
  bool first(std::vector<Suggestion>& suggestions, std::size_t count);
  void model();
  GaussianProcess* fitted(std::optional<GaussianProcess>& process, const std::vector<double>& values, int steps);
  std::vector<double> losses(bool logarithmic) const;
  void set_trend_scales();
  std::vector<std::vector<double>> foretold(std::span<const Point> points);
  std::vector<Candidate> scored(std::span<const Point> points);
  std::optional<Point> choose();
  void climb(Candidate& from);

  History history_;
  Random random_;
  std::vector<Simulator> simulators_;
  std::optional<GaussianProcess> plain_;
  std::optional<GaussianProcess> logarithmic_;
  GaussianProcess* process_ = nullptr;  // the one of the two that is used
  std::vector<double> trend_mean_;
  std::vector<double> trend_spread_;
  std::map<Point, std::vector<double>> foretold_;  // raw, of measured points
  double best_ = 0;                                // in the model's terms
  std::size_t fitted_at_ = 0;
};

std::vector<std::string> Bayes::notes() const {
  if (process_ == nullptr) return {};
  return {is_logarithmic() ? "losses were modelled by their logarithm" : "losses were modelled as they are"};
}

bool Bayes::first(std::vector<Suggestion>& suggestions, std::size_t count) {
  const Space& space = history_.space();
  const Point initial = space.canonical(space.initial());
  if (!history_.seen(initial) && space.valid(initial)) {
    history_.suggest(initial);
    suggestions.push_back({initial, "initial"});
  }
  const std::size_t wanted = first_points(space);
  while (suggestions.size() < count && history_.observations().size() + history_.pending().size() < wanted) {
    std::optional<Point> point = history_.fresh(random_);
    if (!point) break;
    history_.suggest(*point);
    suggestions.push_back({std::move(*point), "random"});
  }
  return history_.best() != nullptr && history_.observations().size() + history_.pending().size() >= wanted;
}

/// A failure counts as the worst that was measured.
std::vector<double> Bayes::losses(bool logarithmic) const {
  std::vector<double> values;
  double worst = -std::numeric_limits<double>::infinity();
  for (const Observation& one : history_.observations()) {
    if (std::isfinite(one.loss)) worst = std::max(worst, one.loss);
  }
  for (const Observation& one : history_.observations()) {
    const double loss = std::isfinite(one.loss) ? one.loss : worst;
    values.push_back(logarithmic ? std::log(loss) : loss);
  }
  return values;
}

void Bayes::set_trend_scales() {
  trend_mean_.assign(simulators_.size(), 0);
  trend_spread_.assign(simulators_.size(), 1);
  std::vector<Point> missing;
  for (const Observation& one : history_.observations()) {
    if (!foretold_.contains(one.point)) missing.push_back(one.point);
  }
  for (std::size_t s = 0; s < simulators_.size(); ++s) {
    const std::vector<double> values = simulators_[s].predict(missing);
    for (std::size_t i = 0; i < missing.size(); ++i) foretold_[missing[i]].push_back(std::log(values[i]));
  }
  for (std::size_t s = 0; s < simulators_.size(); ++s) {
    std::vector<double> finite;
    for (const auto& [point, values] : foretold_) {
      if (std::isfinite(values[s])) finite.push_back(values[s]);
    }
    if (finite.empty()) continue;
    const auto n = static_cast<double>(finite.size());
    trend_mean_[s] = std::accumulate(finite.begin(), finite.end(), 0.0) / n;
    double squares = 0;
    for (const double value : finite) squares += (value - trend_mean_[s]) * (value - trend_mean_[s]);
    trend_spread_[s] = std::max(1e-6, std::sqrt(squares / n));
  }
}

std::vector<std::vector<double>> Bayes::foretold(std::span<const Point> points) {
  std::vector<std::vector<double>> trends(points.size());
  for (std::size_t s = 0; s < simulators_.size(); ++s) {
    const std::vector<double> values = simulators_[s].predict(points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double z = (std::log(values[i]) - trend_mean_[s]) / trend_spread_[s];
      trends[i].push_back(std::isfinite(z) ? std::clamp(z, -trend_width, trend_width) : trend_width);
    }
  }
  return trends;
}

GaussianProcess* Bayes::fitted(std::optional<GaussianProcess>& process, const std::vector<double>& values, int steps) {
  const Space& space = history_.space();
  std::vector<Point> points;
  std::vector<std::vector<double>> inputs;
  for (const Observation& one : history_.observations()) {
    points.push_back(one.point);
    inputs.push_back(space.embed(one.point));
  }
  if (!process) process.emplace(space.groups(), simulators_.size());
  process->set(std::move(inputs), foretold(points), values);
  if (steps > 0) process->fit(steps);
  return &*process;
}

void Bayes::model() {
  const std::size_t n = history_.observations().size();
  if (!simulators_.empty()) set_trend_scales();
  const bool fit = process_ == nullptr || n < fit_always_below || n >= fitted_at_ + fit_every;
  const int steps = !fit ? 0 : process_ == nullptr ? first_fit_steps : fit_steps;
  const std::vector<double> plain = losses(false);
  const bool positive = std::all_of(plain.begin(), plain.end(), [](double loss) { return loss > 0; });
  if (!fit) {
    const bool logarithmic = is_logarithmic();
    process_ = fitted(logarithmic ? logarithmic_ : plain_, losses(logarithmic), 0);
    best_ = logarithmic ? std::log(history_.best()->loss) : history_.best()->loss;
    return;
  }
  fitted_at_ = n;
  process_ = fitted(plain_, plain, steps);
  best_ = history_.best()->loss;
  if (!positive) return;
  const std::vector<double> logs = losses(true);
  GaussianProcess* const other = fitted(logarithmic_, logs, steps);
  // The density of the logarithms, as one of the losses.
  const double likelihood = other->log_likelihood() - std::accumulate(logs.begin(), logs.end(), 0.0);
  if (likelihood <= process_->log_likelihood()) return;
  process_ = other;
  best_ = std::log(best_);
}

std::vector<Bayes::Candidate> Bayes::scored(std::span<const Point> points) {
  std::vector<Candidate> candidates;
  std::vector<Point> fresh;
  for (const Point& point : points) {
    if (!history_.seen(point)) fresh.push_back(point);
  }
  const std::vector<std::vector<double>> trends = foretold(fresh);
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const auto [mean, deviation] = process_->predict(history_.space().embed(fresh[i]), trends[i]);
    candidates.push_back({fresh[i], log_expected_improvement(best_, mean, deviation)});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  return candidates;
}

void Bayes::climb(Candidate& from) {
  for (std::size_t step = 0; step < climb_steps; ++step) {
    const std::vector<Candidate> around = scored(history_.space().neighbours(from.point, random_));
    if (around.empty() || around.front().score <= from.score) return;
    from = around.front();
  }
}

std::optional<Point> Bayes::choose() {
  const Space& space = history_.space();
  std::vector<Point> points;
  for (std::size_t i = 0; i < random_candidates; ++i) {
    if (std::optional<Point> point = space.draw(random_)) points.push_back(std::move(*point));
  }
  std::vector<const Observation*> measured;
  for (const Observation& one : history_.observations()) measured.push_back(&one);
  const auto end = measured.begin() + static_cast<std::ptrdiff_t>(std::min(best_looked_at, measured.size()));
  std::partial_sort(measured.begin(), end, measured.end(),
                    [](const Observation* a, const Observation* b) { return a->loss < b->loss; });
  for (auto one = measured.begin(); one != end; ++one) {
    for (Point& point : space.neighbours((*one)->point, random_)) points.push_back(std::move(point));
  }
  std::vector<Candidate> candidates = scored(points);
  if (candidates.empty()) return std::nullopt;
  if (candidates.size() > climbs) candidates.resize(climbs);
  for (Candidate& candidate : candidates) climb(candidate);
  return std::max_element(candidates.begin(), candidates.end(),
                          [](const Candidate& a, const Candidate& b) { return a.score < b.score; })
      ->point;
}

std::vector<Suggestion> Bayes::ask(std::size_t count) {
  std::vector<Suggestion> suggestions;
  if (!first(suggestions, count) || suggestions.size() >= count) {
    // Where nothing but failures is known there is nothing to model.
    while (suggestions.size() < count && history_.best() == nullptr && history_.pending().empty()) {
      std::optional<Point> point = history_.fresh(random_);
      if (!point) break;
      history_.suggest(*point);
      suggestions.push_back({std::move(*point), "random"});
    }
    return suggestions;
  }
  model();
  std::vector<Point> lied;
  for (const Point& point : history_.pending()) lied.push_back(point);
  std::size_t lies = 0;
  while (suggestions.size() < count) {
    for (; lies < lied.size(); ++lies) {
      process_->add(history_.space().embed(lied[lies]), foretold(std::span(&lied[lies], 1)).front(), best_);
    }
    std::optional<Point> point = choose();
    if (!point) point = history_.fresh(random_);
    if (!point) break;
    history_.suggest(*point);
    lied.push_back(*point);
    suggestions.push_back({std::move(*point), "expected improvement"});
  }
  return suggestions;
}

}  // namespace

std::unique_ptr<Searcher> make_bayes_searcher(const Space& space, const SearcherOptions& options) {
  return std::make_unique<Bayes>(space, options);
}

}  // namespace syswright::tune
