#include "tune/searcher.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "tune/autoscout.h"
#include "tune/bayes.h"

namespace syswright::tune {
namespace {

constexpr int fresh_draws = 300;

class RandomSearcher final : public Searcher {
 public:
  RandomSearcher(const Space& space, std::uint64_t seed) : history_(space), random_(seed, "tune random") {}

  std::vector<Suggestion> ask(std::size_t count) override {
    std::vector<Suggestion> suggestions;
    const Space& space = history_.space();
    if (const Point initial = space.canonical(space.initial()); !history_.seen(initial) && space.valid(initial)) {
      history_.suggest(initial);
      suggestions.push_back({initial, "initial"});
    }
    while (suggestions.size() < count) {
      std::optional<Point> point = history_.fresh(random_);
      if (!point) break;
      history_.suggest(*point);
      suggestions.push_back({std::move(*point), "random"});
    }
    return suggestions;
  }
  void tell(std::span<const Observation> observations) override { history_.tell(observations); }

 private:
  History history_;
  Random random_;
};

}  // namespace

void History::tell(std::span<const Observation> observations) {
  for (const Observation& observation : observations) {
    pending_.erase(observation.point);
    if (!known_.emplace(observation.point, observation.loss).second) continue;
    observations_.push_back(observation);
    if (std::isfinite(observation.loss) &&
        (best_ >= observations_.size() || observation.loss < observations_[best_].loss)) {
      best_ = observations_.size() - 1;
    }
  }
}

std::optional<double> History::find(const Point& point) const {
  const auto found = known_.find(point);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Point> History::fresh(Random& random) const {
  for (int i = 0; i < fresh_draws; ++i) {
    std::optional<Point> point = space_->draw(random);
    if (!point) return std::nullopt;
    if (!seen(*point)) return point;
  }
  return std::nullopt;
}

std::unique_ptr<Searcher> make_random_searcher(const Space& space, const SearcherOptions& options) {
  return std::make_unique<RandomSearcher>(space, options.seed);
}

const std::vector<std::string>& searcher_names() {
  static const std::vector<std::string> names{"autoscout", "bayes", "cma", "random"};
  return names;
}

std::unique_ptr<Searcher> make_searcher(std::string_view name, const Space& space, const SearcherOptions& options) {
  if (name == "autoscout") return make_autoscout(space, options);
  if (name == "bayes") return make_bayes_searcher(space, options);
  if (name == "cma") return make_cma_searcher(space, options);
  if (name == "random") return make_random_searcher(space, options);
  throw InputError(fmt::format("unknown searcher '{}'{} (there are: {})", name, did_you_mean(name, searcher_names()),
                               join(searcher_names())));
}

}  // namespace syswright::tune
