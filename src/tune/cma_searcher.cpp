#include <algorithm>
#include <cmath>
#include <limits>

#include "base/cma_es.h"
#include "tune/searcher.h"

namespace syswright::tune {
namespace {

constexpr double first_sigma = 0.25;
constexpr double smallest_sigma = 1e-3;
constexpr int redraws = 20;
constexpr std::size_t widest = 8;  // times the first population
constexpr std::size_t idle_generations = 50;

class CmaSearcher final : public Searcher {
 public:
  CmaSearcher(const Space& space, std::uint64_t seed)
      : history_(space), random_(seed, "tune cma"), groups_(space.groups()) {
    base_ = population_ = 4 + static_cast<std::size_t>(3 * std::log(static_cast<double>(groups_.size())));
  }

  std::vector<Suggestion> ask(std::size_t count) override;
  void tell(std::span<const Observation> observations) override {
    history_.tell(observations);
    finish_generation();
  }

 private:
  struct Member {
    std::vector<double> places;
    Point point;
    bool valid = false;
  };

  void restart();
  void draw_generation();
  Member draw(std::vector<double> places);
  Point decode(const std::vector<double>& places) const;
  void finish_generation();
  bool narrow() const;

  History history_;
  Random random_;
  std::vector<std::size_t> groups_;
  std::size_t base_;
  std::size_t population_;
  std::optional<CmaEs> strategy_;
  std::vector<Member> generation_;
  std::size_t given_ = 0;  // of the generation
  std::size_t flat_ = 0;
  bool started_ = false;
};

Point CmaSearcher::decode(const std::vector<double>& places) const {
  const Space& space = history_.space();
  Point point = space.initial();
  std::vector<double> largest(space.size(), -std::numeric_limits<double>::infinity());
  std::vector<double> option(space.size(), 0);
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const std::size_t parameter = groups_[i];
    if (space.parameters()[parameter].kind != Parameter::Kind::choice) {
      point[parameter] = space.value(parameter, places[i]);
      continue;
    }
    if (places[i] > largest[parameter]) {
      largest[parameter] = places[i];
      point[parameter] = option[parameter];
    }
    ++option[parameter];
  }
  return space.canonical(std::move(point));
}

/// The first search starts at the space's initial point, later ones anywhere.
void CmaSearcher::restart() {
  const Space& space = history_.space();
  Point centre = space.canonical(space.initial());
  if (started_) {
    population_ = std::min(2 * population_, widest * base_);
    if (std::optional<Point> drawn = space.draw(random_)) centre = std::move(*drawn);
  }
  strategy_.emplace(space.embed(centre), first_sigma, population_);
  flat_ = 0;
}

CmaSearcher::Member CmaSearcher::draw(std::vector<double> places) {
  const Space& space = history_.space();
  for (int again = 0;; ++again) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::size_t parameter = groups_[i];
      places[i] = std::clamp(places[i], 0.0, 1.0);
      const Parameter& one = space.parameters()[parameter];
      if (one.kind == Parameter::Kind::choice || !one.discrete() || !random_.chance(0.05)) continue;
      const double value = space.value(parameter, places[i]) + (random_.chance(0.5) ? 1 : -1);
      const double low = one.options.empty() ? one.low : 0;
      places[i] = space.unit(parameter, std::clamp(value, low, low + static_cast<double>(one.count() - 1)));
    }
    Member member{places, decode(places), false};
    member.valid = space.valid(member.point);
    if (member.valid || again == redraws) return member;
    places = strategy_->ask(random_).front();
  }
}

void CmaSearcher::draw_generation() {
  if (!strategy_ || narrow()) restart();
  generation_.clear();
  given_ = 0;
  for (std::vector<double>& places : strategy_->ask(random_)) generation_.push_back(draw(std::move(places)));
  if (started_) return;
  const Space& space = history_.space();
  const Point initial = space.canonical(space.initial());
  generation_.front() = {space.embed(initial), initial, space.valid(initial)};
  started_ = true;
}

bool CmaSearcher::narrow() const { return strategy_->sigma() < smallest_sigma || flat_ >= 3; }

/// Once nothing of it is open any more.
void CmaSearcher::finish_generation() {
  if (generation_.empty() || given_ < generation_.size()) return;
  std::vector<std::vector<double>> places;
  std::vector<double> losses;
  for (const Member& member : generation_) {
    if (history_.pending().contains(member.point)) return;
    places.push_back(member.places);
    const std::optional<double> known = member.valid ? history_.find(member.point) : std::nullopt;
    losses.push_back(known.value_or(std::numeric_limits<double>::infinity()));
  }
  const auto [least, most] = std::minmax_element(losses.begin(), losses.end());
  flat_ = *least == *most ? flat_ + 1 : 0;
  strategy_->tell(places, losses);
  generation_.clear();
}

std::vector<Suggestion> CmaSearcher::ask(std::size_t count) {
  std::vector<Suggestion> suggestions;
  for (std::size_t idle = 0; suggestions.empty() && idle < idle_generations; ++idle) {
    if (generation_.empty()) draw_generation();
    while (given_ < generation_.size() && suggestions.size() < count) {
      const Member& member = generation_[given_++];
      if (!member.valid || history_.seen(member.point)) continue;
      history_.suggest(member.point);
      suggestions.push_back({member.point, "cma-es"});
    }
    finish_generation();
  }
  if (suggestions.empty()) {
    if (std::optional<Point> point = history_.fresh(random_)) {
      history_.suggest(*point);
      suggestions.push_back({std::move(*point), "random"});
    }
  }
  return suggestions;
}

}  // namespace

std::unique_ptr<Searcher> make_cma_searcher(const Space& space, const SearcherOptions& options) {
  return std::make_unique<CmaSearcher>(space, options.seed);
}

}  // namespace syswright::tune
