#include "judge/certify/prover.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <utility>

#include "base/random.h"
#include "policy/semantics.h"

namespace syswright::judge {

using policy::Interval;

namespace {

/// A side this many times as wide as its distance from 0 is cut near its low end.
constexpr double steep = 64;
constexpr double wide = 1000;

double width(const Interval& side) { return policy::semantics::subtract(side.high, side.low); }

double cut_point(const Interval& side, const Interval& whole) {
  const bool magnitudes = whole.low >= 0 && width(whole) > wide && side.high > steep * std::max(side.low, 1e-9);
  if (magnitudes) return side.low + width(side) / 8;
  return side.low / 2 + side.high / 2;
}

/// Share of the whole that a box takes. Sides that are points do not count, and each value of a discrete side half.
double volume(const Box& box, const SearchSpace& space) {
  double share = 1;
  for (std::size_t i = 0; i < box.size(); ++i) {
    if (space.box[i].is_point()) continue;
    share *= space.discrete[i] ? (box[i].is_point() ? 0.5 : 1.0) : width(box[i]) / width(space.box[i]);
  }
  return share;
}

std::vector<double> middle(const Box& box) {
  std::vector<double> point;
  point.reserve(box.size());
  for (const Interval& side : box) point.push_back(std::clamp(side.low / 2 + side.high / 2, side.low, side.high));
  return point;
}

struct Pending {
  Box box;
  double volume = 0;
  std::size_t order = 0;
  Cut cut;
};
struct Smaller {
  bool operator()(const Pending& a, const Pending& b) const {
    return a.volume != b.volume ? a.volume < b.volume : a.order > b.order;
  }
};

class Search {
 public:
  Search(Statement& statement, const SearchSpace& space, const SearchOptions& options, std::stop_token stop)
      : statement_(statement), space_(space), options_(options), stop_(std::move(stop)) {}

  SearchResult run() {
    probe();
    examine(space_.box);
    std::size_t budget = options_.max_boxes;
    bool covered = false;
    bool refuted = false;
    while (!pending_.empty() && result_.boxes < budget) {
      if (stop_.stop_requested()) {
        result_.stopped = true;
        break;
      }
      if (!covered && open_volume_ <= options_.coverage) {
        covered = true;
        budget = std::min(budget, 10 * result_.boxes + 10000);
      }
      if (!refuted && result_.witness) {
        refuted = true;
        budget = std::min(budget, result_.boxes + options_.max_boxes / 20);
      }
      Pending next = std::move(const_cast<Pending&>(pending_.top()));
      pending_.pop();
      open_volume_ -= next.volume;
      auto parts = judge::split(next.box, next.cut, space_);
      if (!parts) {
        keep(std::move(next.box), next.volume);
        continue;
      }
      examine(std::move(parts->first));
      examine(std::move(parts->second));
    }
    return finish();
  }

 private:
  /// Random questions, half of them with sides drawn by order of magnitude or set to an end.
  void probe() {
    const Random stream(options_.seed, "certify samples");
    std::vector<double> point(space_.box.size());
    for (std::size_t i = 0; i < options_.samples && !result_.witness; ++i) {
      Random random = stream.at(i);
      const bool skewed = i % 2 == 1;
      for (std::size_t side = 0; side < point.size(); ++side) point[side] = draw(random, side, skewed);
      result_.witness = statement_.witness(space_.box, point);
    }
  }

  double draw(Random& random, std::size_t side, bool skewed) const {
    const Interval& range = space_.box[side];
    if (space_.discrete[side]) return random.chance(0.5) ? range.low : range.high;
    if (!skewed) return std::clamp(range.low + width(range) * random.uniform(), range.low, range.high);
    const double which = random.uniform();
    if (which < 0.2) return range.low;
    if (which < 0.4) return range.high;
    const double share = std::exp(random.uniform(std::log(1e-9), 0));
    return std::clamp(range.low + width(range) * share, range.low, range.high);
  }

  void examine(Box box) {
    ++result_.boxes;
    const double share = volume(box, space_);
    const Finding finding = statement_.examine(box);
    switch (finding.state) {
      case State::holds:
        result_.proved += share;
        result_.reals = result_.reals || finding.reals;
        result_.derivatives = result_.derivatives || finding.derivatives;
        if (options_.on_proved) options_.on_proved(box, finding);
        return;
      case State::fails:
        result_.failed += share;
        break;
      case State::excluded:
        result_.excluded += share;
        return;
      case State::open:
        break;
    }
    if (!result_.witness) result_.witness = statement_.witness(box, middle(box));
    if (finding.state == State::fails) return;
    open_volume_ += share;
    pending_.push({std::move(box), share, order_++, finding.cut});
  }

  void keep(Box box, double share) { kept_.push_back({std::move(box), share, order_++, {}}); }

  SearchResult finish() {
    while (!pending_.empty()) {
      kept_.push_back(std::move(const_cast<Pending&>(pending_.top())));
      pending_.pop();
    }
    std::ranges::stable_sort(kept_, std::ranges::greater{}, &Pending::volume);
    for (Pending& open : kept_) {
      result_.left += open.volume;
      result_.open.push_back(std::move(open.box));
      result_.open_volumes.push_back(open.volume);
    }
    return std::move(result_);
  }

  Statement& statement_;
  const SearchSpace& space_;
  const SearchOptions& options_;
  std::stop_token stop_;
  std::priority_queue<Pending, std::vector<Pending>, Smaller> pending_;
  std::vector<Pending> kept_;
  double open_volume_ = 0;
  std::size_t order_ = 0;
  SearchResult result_;
};

}  // namespace

SearchResult search(Statement& statement, const SearchSpace& space, const SearchOptions& options,
                    std::stop_token stop) {
  return Search(statement, space, options, std::move(stop)).run();
}

std::optional<std::pair<Box, Box>> split(const Box& box, const Cut& cut, const SearchSpace& space) {
  const std::size_t side = cut.side;
  if (side >= box.size()) return std::nullopt;
  const Interval range = box[side];
  if (range.is_point()) return std::nullopt;
  std::pair<Box, Box> parts{box, box};
  if (space.discrete[side]) {
    parts.first[side] = {range.low, range.low};
    parts.second[side] = {range.high, range.high};
    return parts;
  }
  const double middle = cut_point(range, space.box[side]);
  const auto [last, first] = cut.between.value_or(std::pair(middle, middle));
  if (!(first > range.low && last < range.high)) return std::nullopt;
  parts.first[side].high = last;
  parts.second[side].low = first;
  return parts;
}

Cut side_to_split(const Box& box, const Box& whole, std::span<const double> blame) {
  std::size_t best = box.size();
  double most = 0;
  for (std::size_t i = 0; i < box.size(); ++i) {
    if (box[i].is_point()) continue;
    const double influence = blame[i] * width(box[i]);
    if (influence > most) {
      most = influence;
      best = i;
    }
  }
  if (best < box.size()) return {.side = best};
  most = -1;
  for (std::size_t i = 0; i < box.size(); ++i) {
    if (box[i].is_point()) continue;
    const double share = width(box[i]) / width(whole[i]);
    if (share > most) {
      most = share;
      best = i;
    }
  }
  return {.side = best};
}

}  // namespace syswright::judge
