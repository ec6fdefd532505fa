#pragma once

#include <cmath>

#include "base/random.h"
#include "domains/cache/native/lrb.h"
#include "tests/domains/cache/slow_model.h"

namespace syswright::cache::slow {

/// LRB with everything written down: every object has the list of its requests since it was last forgotten, and what
/// falls out of the window is found by asking all objects. Only the trees are the policy's. Draws as it does with seed
/// 0.
class Lrb : public Model {
 public:
  explicit Lrb(std::uint64_t capacity, const LrbPace& pace = {})
      : Model(capacity), pace_(pace), batch_(pace.first_batch) {}
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    forget();
    if (now_ % pace_.requests_a_sample == 0 && now_ > 0) sample(object);
    if (open_.contains(object)) label(object, now_ - open_[object].second);
    times_[object].push_back(now_);
    asked_[object] = size;
    objects_.push_back(object);
    ++now_;
    if (labels_.size() >= batch_) {
      trees_.fit(rows_, labels_);
      rows_.clear();
      labels_.clear();
      batch_ = std::min(2 * batch_, pace_.largest_batch);
      ++trainings;
    }
    if (std::find(residents_.begin(), residents_.end(), object) != residents_.end()) return Reply::hit;
    if (size > capacity_) return Reply::bypassed;
    while (used() + size > capacity_) {
      const std::size_t place = choose();
      evicted.push_back(residents_[place]);
      residents_[place] = residents_.back();
      residents_.pop_back();
    }
    size_[object] = size;
    residents_.push_back(object);
    return Reply::inserted;
  }

  int trainings = 0;
  int forgotten = 0;

 private:
  using Row = std::vector<std::uint8_t>;
  std::uint64_t used() const {
    std::uint64_t sum = 0;
    for (const Object object : residents_) sum += size_.at(object);
    return sum;
  }
  /// Two or four steps to a doubling, straight within one.
  static std::uint8_t step(double value, int steps) {
    int doublings = 0;
    for (; value >= 2; value /= 2) ++doublings;
    return static_cast<std::uint8_t>(std::min(63, doublings * steps + static_cast<int>((value - 1) * steps)));
  }
  Row features(Object object, std::uint64_t now) const {
    const std::vector<std::uint64_t>& times = times_.at(object);
    Row row{step(static_cast<double>(now - times.back()), 2)};
    for (std::size_t gap = 0; gap < 7; ++gap) {
      const std::size_t last = times.size() - 1;
      row.push_back(gap + 1 < times.size() ? step(static_cast<double>(times[last - gap] - times[last - gap - 1]), 2)
                                           : 63);
    }
    for (int halving = 10; halving < 20; ++halving) {
      float count = 1;
      for (std::size_t i = 1; i < times.size(); ++i) {
        // By squares of the slowest decay, as the policy does: other roundings would show.
        float factor = std::exp2(-static_cast<float>(times[i] - times[i - 1]) / 524288.0f);
        for (int square = halving; square < 19; ++square) factor *= factor;
        count = 1 + count * factor;
      }
      row.push_back(step(count, 4));
    }
    row.push_back(step(asked_.at(object), 2));
    row.push_back(step(static_cast<double>(times.size()), 4));
    return row;
  }
  void label(Object object, std::uint64_t distance) {
    const Row& row = open_[object].first;
    rows_.insert(rows_.end(), row.begin(), row.end());
    labels_.push_back(static_cast<std::int32_t>(std::lround(1024 * std::log2(1.0 + static_cast<double>(distance)))));
    open_.erase(object);
  }
  void forget() {
    if (window_ == 0) return;
    for (auto& [object, times] : times_) {
      if (times.empty() || times.back() + window_ != now_) continue;
      if (open_.contains(object)) label(object, 2 * window_);
      times.clear();
      stale_.push_back(object);
      ++forgotten;
    }
  }
  void sample(Object requested) {
    const std::uint64_t span = window_ == 0 ? now_ : std::min(now_, window_ - 1);
    for (int i = 0; i < 4; ++i) {
      const std::uint64_t at = now_ - 1 - (((mix64(sample_draws_++) >> 32) * span) >> 32);
      const Object object = objects_[at];
      if (object == requested || times_[object].empty() || times_[object].back() != at) continue;
      if (!open_.contains(object)) open_[object] = {features(object, now_), now_};
      return;
    }
  }
  std::size_t choose() {
    if (window_ == 0) window_ = std::max(pace_.least_window, pace_.window_factor * now_);
    while (!stale_.empty()) {
      const auto found = std::find(residents_.begin(), residents_.end(), stale_.front());
      const bool out = times_[stale_.front()].empty() && found != residents_.end();
      if (out) return static_cast<std::size_t>(found - residents_.begin());
      stale_.erase(stale_.begin());
    }
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < std::min<std::size_t>(64, residents_.size()); ++i) {
      places.push_back(residents_.size() <= 64 ? i : ((mix64(victim_draws_++) >> 32) * residents_.size()) >> 32);
    }
    const auto rank = [&](std::size_t place) {
      const Object object = residents_[place];
      const int distance = trees_.fitted() ? trees_.predict(features(object, now_ - 1)) : 0;
      return std::pair(distance, -static_cast<std::int64_t>(times_[object].back()));
    };
    return *std::max_element(places.begin(), places.end(), [&](auto a, auto b) { return rank(a) < rank(b); });
  }

  LrbPace pace_;
  std::size_t batch_;
  std::vector<Object> objects_;  ///< of all requests
  std::vector<Object> residents_, stale_;
  std::map<Object, std::vector<std::uint64_t>> times_;
  std::map<Object, std::uint32_t> asked_;  ///< last size asked for
  std::map<Object, std::pair<Row, std::uint64_t>> open_;
  Row rows_;
  std::vector<std::int32_t> labels_;
  BoostedTrees trees_;
  std::uint64_t now_ = 0, window_ = 0;
  std::uint64_t victim_draws_ = Random(0, "lrb victims").next();
  std::uint64_t sample_draws_ = Random(0, "lrb samples").next();
};

}  // namespace syswright::cache::slow
