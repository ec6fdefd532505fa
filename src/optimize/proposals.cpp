#include "optimize/proposals.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace syswright::optimize {
namespace {

constexpr double first_sigma = 0.25;
constexpr double narrow_sigma = 0.08;
constexpr double smallest_sigma = 1e-7;
constexpr double learning_rate = 0.8;
constexpr double exploration = 0.1;  // chance of a choice that the preferences have no part in
constexpr std::size_t widest = 8;    // times the first population

double unit_of(const Mark& mark, double value) {
  const double unit = mark.logarithmic ? std::log(value / mark.low) / std::log(mark.high / mark.low)
                                       : (value - mark.low) / (mark.high - mark.low);
  return std::clamp(unit, 0.0, 1.0);
}

double value_of(const Mark& mark, double unit) {
  const double value = mark.logarithmic ? mark.low * std::exp(unit * std::log(mark.high / mark.low))
                                        : mark.low + unit * (mark.high - mark.low);
  return std::clamp(mark.integer ? std::round(value) : value, mark.low, mark.high);
}

bool inside(const std::vector<double>& point) {
  return std::all_of(point.begin(), point.end(), [](double x) { return 0 <= x && x <= 1; });
}

}  // namespace

Proposals::Proposals(const Artifact& artifact, std::uint64_t seed) : artifact_(artifact), seed_(seed) {
  for (std::size_t i = 0; i < artifact.marks().size(); ++i) {
    (artifact.marks()[i].kind == Mark::Kind::number ? numbers_ : choices_).push_back(i);
  }
  whole_marks_ = std::any_of(artifact.marks().begin(), artifact.marks().end(),
                             [](const Mark& mark) { return mark.count().has_value(); });
  for (const std::size_t mark : choices_) preferences_.emplace_back(artifact.marks()[mark].options.size(), 0.0);
  const double n = static_cast<double>(std::max<std::size_t>(1, numbers_.size() + choices_.size()));
  base_population_ = wide_population_ = 4 + static_cast<std::size_t>(3 * std::log(n) + (choices_.empty() ? 0 : 4));
}

std::vector<double> Proposals::to_unit(const Setting& setting) const {
  std::vector<double> unit;
  for (const std::size_t mark : numbers_) unit.push_back(unit_of(artifact_.marks()[mark], setting[mark]));
  return unit;
}

void Proposals::put_numbers(const std::vector<double>& unit, Setting& setting) const {
  for (std::size_t k = 0; k < numbers_.size(); ++k) {
    setting[numbers_[k]] = value_of(artifact_.marks()[numbers_[k]], unit[k]);
  }
}

/// The first search is about the original with a wide step.
void Proposals::restart(std::span<const Setting> elite) {
  Random random(seed_, "optimize restart", restarts_);
  const bool first = !started_;
  const bool narrow = !first && restarts_ % 2 == 1;
  if (!first && !narrow) wide_population_ = std::min(2 * wide_population_, widest * base_population_);
  population_ = narrow ? base_population_ : wide_population_;
  const Setting& centre = elite[narrow ? random.below(elite.size()) : 0];
  if (!numbers_.empty()) {
    std::vector<double> mean = to_unit(first ? artifact_.original() : centre);
    if (!first && !narrow) {
      for (double& x : mean) x = random.uniform();
    }
    strategy_.emplace(std::move(mean), narrow ? narrow_sigma : first_sigma, population_);
  }
  for (std::size_t c = 0; c < choices_.size(); ++c) {
    std::fill(preferences_[c].begin(), preferences_[c].end(), 0.0);
    if (narrow) preferences_[c][static_cast<std::size_t>(centre[choices_[c]])] = 2;
  }
  started_ = true;
  since_gain_ = flat_ = 0;
}

/// Sigma may be small while an axis is long, but never for long after a narrow valley has been walked down.
bool Proposals::stale() const {
  if (flat_ >= 3) return true;
  if (strategy_ && strategy_->sigma() < smallest_sigma) return true;
  const std::size_t patience = 10 + 30 * (numbers_.size() + choices_.size()) / population_;
  return since_gain_ >= patience;
}

std::vector<std::vector<double>> Proposals::draw_points(Random& random) {
  if (!strategy_) return std::vector<std::vector<double>>(population_);
  std::vector<std::vector<double>> points = strategy_->ask(random);
  constexpr int tries = 4;
  for (int again = 0; again < tries; ++again) {
    if (std::all_of(points.begin(), points.end(), inside)) break;
    const std::vector<std::vector<double>> others = strategy_->ask(random);
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (!inside(points[i])) points[i] = others[i];
    }
  }
  for (std::vector<double>& point : points) {
    for (std::size_t k = 0; k < point.size(); ++k) {
      const Mark& mark = artifact_.marks()[numbers_[k]];
      if (mark.integer && random.chance(0.3 / static_cast<double>(point.size()) + 0.05)) {
        const double value = value_of(mark, std::clamp(point[k], 0.0, 1.0)) + (random.chance(0.5) ? 1 : -1);
        point[k] = unit_of(mark, std::clamp(value, mark.low, mark.high));
      }
      point[k] = std::clamp(point[k], 0.0, 1.0);
    }
  }
  return points;
}

/// One mark, drawn anew: another option; a whole number by one, by a factor of two, or anywhere; any other number near.
void Proposals::change(Random& random, Setting& setting) const {
  const std::size_t index = random.below(setting.size());
  const Mark& mark = artifact_.marks()[index];
  double& value = setting[index];
  if (mark.kind == Mark::Kind::choice) {
    const std::size_t others = mark.options.size() - 1;
    const std::size_t drawn = random.below(others);
    value = static_cast<double>(drawn < static_cast<std::size_t>(value) ? drawn : drawn + 1);
  } else if (!mark.integer) {
    value = value_of(mark, std::clamp(unit_of(mark, value) + 0.2 * random.normal(), 0.0, 1.0));
  } else {
    const double moves[] = {value + 1, value - 1, 2 * value, std::floor(value / 2), value_of(mark, random.uniform())};
    value = std::clamp(moves[random.below(std::size(moves))], mark.low, mark.high);
  }
}

std::vector<double> Proposals::chances(std::size_t choice) const {
  const std::vector<double>& preferences = preferences_[choice];
  const double top = *std::max_element(preferences.begin(), preferences.end());
  std::vector<double> chances;
  for (const double preference : preferences) chances.push_back(std::exp(preference - top));
  const double sum = std::accumulate(chances.begin(), chances.end(), 0.0);
  for (double& chance : chances) {
    chance = (1 - exploration) * chance / sum + exploration / static_cast<double>(chances.size());
  }
  return chances;
}

void Proposals::draw_choices(Random& random, Setting& setting) const {
  for (std::size_t c = 0; c < choices_.size(); ++c) {
    setting[choices_[c]] = static_cast<double>(random.weighted(chances(c)));
  }
}

std::vector<Proposal> Proposals::next(std::span<const Setting> elite) {
  if (!started_) restart(elite);
  if (stale()) {
    ++restarts_;
    restart(elite);
  }
  Random random(seed_, "optimize generation", generation_++);
  points_ = draw_points(random);
  settings_.clear();
  std::vector<Proposal> proposals;
  const std::size_t changes = whole_marks_ ? points_.size() / 3 : 0;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    Proposal proposal{.setting = artifact_.original(),
                      .origin = choices_.empty()   ? "cma-es"
                                : numbers_.empty() ? "bandit"
                                                   : "cma-es and bandit"};
    put_numbers(points_[i], proposal.setting);
    draw_choices(random, proposal.setting);
    if (i + 1 == points_.size() && elite.size() >= 2) {
      const std::size_t a = random.below(elite.size());
      const std::size_t b = (a + 1 + random.below(elite.size() - 1)) % elite.size();
      for (std::size_t k = 0; k < proposal.setting.size(); ++k) {
        proposal.setting[k] = elite[random.chance(0.5) ? a : b][k];
      }
      proposal.origin = "merge";
      points_[i] = to_unit(proposal.setting);
    } else if (i < changes) {
      proposal.setting = elite[random.below(std::min<std::size_t>(elite.size(), 3))];
      change(random, proposal.setting);
      if (random.chance(0.3)) change(random, proposal.setting);
      proposal.origin = "change";
      points_[i] = to_unit(proposal.setting);
    }
    settings_.push_back(proposal.setting);
    proposals.push_back(std::move(proposal));
  }
  return proposals;
}

void Proposals::learn_choices(std::span<const double> ranks) {
  const double mean = std::accumulate(ranks.begin(), ranks.end(), 0.0) / static_cast<double>(ranks.size());
  const double span = std::max(1.0, static_cast<double>(ranks.size()) - 1);
  for (std::size_t c = 0; c < choices_.size(); ++c) {
    const std::vector<double> old = chances(c);
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      const double reward = (mean - ranks[i]) / span;
      const auto chosen = static_cast<std::size_t>(settings_[i][choices_[c]]);
      for (std::size_t o = 0; o < old.size(); ++o) {
        preferences_[c][o] += learning_rate * reward * ((o == chosen ? 1 : 0) - old[o]);
      }
    }
  }
}

void Proposals::tell(std::span<const double> ranks, bool improved) {
  const auto [least, most] = std::minmax_element(ranks.begin(), ranks.end());
  flat_ = *least == *most ? flat_ + 1 : 0;
  since_gain_ = improved ? 0 : since_gain_ + 1;
  if (strategy_) strategy_->tell(points_, ranks);
  learn_choices(ranks);
}

std::vector<Setting> all_settings(const Artifact& artifact, std::uint64_t count) {
  std::vector<Setting> all{artifact.original()};
  for (std::uint64_t index = 0; index < count; ++index) {
    Setting setting;
    std::uint64_t rest = index;
    for (const Mark& mark : artifact.marks()) {
      const std::uint64_t options = *mark.count();
      setting.push_back((mark.kind == Mark::Kind::number ? mark.low : 0) + static_cast<double>(rest % options));
      rest /= options;
    }
    if (setting != all.front()) all.push_back(std::move(setting));
  }
  return all;
}

}  // namespace syswright::optimize
