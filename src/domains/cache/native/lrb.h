#pragma once

#include <algorithm>
#include <vector>

#include "base/random.h"
#include "domains/cache/native/lists.h"
#include "domains/cache/native/lrb_samples.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

struct LrbPace {
  std::uint64_t window_factor = 8;      ///< memory window over the requests until the cache was first full
  std::uint64_t least_window = 1024;    ///< requests
  std::uint64_t requests_a_sample = 4;  ///< one training row is opened for so many
  std::size_t first_batch = 2048;       ///< labelled rows until the first training; doubles with each,
  std::size_t largest_batch = 32'768;   ///< up to this
};

/// LRB, learned eviction: of 64 residents drawn at random the one whose next request is predicted farthest away leaves,
/// of equals the one last requested longest ago. The prediction is of boosted trees (boosted_trees.h) on what is known
/// of an object (lrb_history.h), trained anew, while the cache runs, on objects drawn at random from those requested
/// within a memory window, in the cache or not. What was not requested within the window leaves first, oldest first.
/// Until the first training, the one last requested longest ago leaves. Where there are at most 64 residents all are
/// looked at. The window is 8 times the requests that it took to fill the cache first; the paper tunes it on a part of
/// the trace. Sizes are a feature and do not otherwise matter. Amortised a request: a quarter of a training row, which
/// costs 1,700 steps; an eviction 64 predictions. 72 bytes an object, and 4 for each request of the window.
/// Source: Song, Berger, Li and Lloyd, "Learning Relaxed Belady for Content Distribution Network Caching", NSDI 2020,
/// sections 3 and 4.
template <typename Sizes>
class Lrb {
 public:
  explicit Lrb(const Setup& setup, const LrbPace& pace = {})
      : histories_(setup.objects),
        places_(setup.objects, nowhere),
        sizes_(setup.objects),
        capacity_(setup.capacity),
        pace_(pace),
        batch_(pace.first_batch),
        victim_draws_(Random(setup.seed, "lrb victims").next()),
        sample_draws_(Random(setup.seed, "lrb samples").next()) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    remember(object, size);
    if (places_[object] != nowhere) return Reply::hit;
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) {
      const Object victim = choose();
      evict(victim);
      listener.evicted(request, victim);
    }
    used_ += size;
    sizes_.set(object, size);
    places_[object] = static_cast<Object>(residents_.size());
    residents_.push_back(object);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const {
    __builtin_prefetch(&histories_[object], 1);
    __builtin_prefetch(&places_[object], 1);
  }
  bool trained() const { return model_.fitted(); }

 private:
  static constexpr std::size_t candidates = BoostedTrees::batch;
  static constexpr std::uint64_t largest_window = std::uint64_t{1} << 24;

  static std::uint64_t draw(std::uint64_t& draws, std::uint64_t below) {
    return ((mix64(draws++) >> 32) * below) >> 32;
  }

  void remember(Object object, std::uint32_t size) {
    forget_oldest();
    if (now_ % pace_.requests_a_sample == 0 && now_ > 0) open_sample(object);
    LrbHistory& history = histories_[object];
    samples_.close(history, now_);
    history.request(now_, size);
    if (window_ == 0) {
      recent_.push_back(object);
    } else {
      recent_[now_ % window_] = object;
    }
    ++now_;
    if (samples_.labelled() < batch_) return;
    samples_.fit(model_);
    batch_ = std::min(2 * batch_, pace_.largest_batch);
  }
  void forget_oldest() {
    if (window_ == 0 || now_ < window_) return;
    const Object object = recent_[now_ % window_];
    LrbHistory& history = histories_[object];
    if (!history.known() || history.last() + window_ != now_) return;
    samples_.expire(history, window_);
    history.forget();
    if (places_[object] != nowhere) stale_.push_back(object);
  }
  /// Draws among the last requests until one is the last of its object, so that objects are equally likely.
  void open_sample(Object requested) {
    constexpr int tries = 4;
    const std::uint64_t span = window_ == 0 ? now_ : std::min(now_, window_ - 1);
    for (int i = 0; i < tries; ++i) {
      const std::uint64_t at = now_ - 1 - draw(sample_draws_, span);
      const Object object = recent_[window_ == 0 ? at : at % window_];
      if (object == requested || histories_[object].last() != at) continue;
      samples_.open(histories_[object], now_);
      return;
    }
  }

  Object choose() {
    if (window_ == 0) fix_window();
    for (; next_stale_ < stale_.size(); ++next_stale_) {
      const Object object = stale_[next_stale_];
      if (places_[object] != nowhere && !histories_[object].known()) return object;
    }
    stale_.clear();
    next_stale_ = 0;
    return farthest();
  }
  void fix_window() {
    window_ = std::min(std::max(pace_.least_window, pace_.window_factor * now_), largest_window);
    window_ = std::max<std::uint64_t>(window_, now_);
    recent_.resize(window_, nowhere);
  }
  Object farthest() {
    const bool all = residents_.size() <= candidates;
    const std::size_t count = all ? residents_.size() : candidates;
    std::array<Object, candidates> drawn;
    for (std::size_t i = 0; i < count; ++i) {
      drawn[i] = residents_[all ? i : draw(victim_draws_, residents_.size())];
      __builtin_prefetch(&histories_[drawn[i]]);
    }
    std::array<std::int32_t, candidates> distance{};
    if (model_.fitted()) {
      std::array<std::uint8_t, LrbHistory::feature_count * candidates> columns{};
      for (std::size_t i = 0; i < count; ++i) {
        const LrbHistory::Features features = histories_[drawn[i]].features(now_ - 1);  // of this request
        for (std::size_t f = 0; f < features.size(); ++f) columns[f * candidates + i] = features[f];
      }
      model_.predict_batch(columns, distance);
    }
    std::size_t best = 0;
    for (std::size_t i = 1; i < count; ++i) {
      if (distance[i] < distance[best]) continue;
      if (distance[i] > distance[best] || histories_[drawn[i]].last() < histories_[drawn[best]].last()) best = i;
    }
    return drawn[best];
  }
  void evict(Object victim) {
    used_ -= sizes_.of(victim);
    const Object place = places_[victim];
    places_[victim] = nowhere;
    if (place + 1 != residents_.size()) {
      residents_[place] = residents_.back();
      places_[residents_[place]] = place;
    }
    residents_.pop_back();
  }

  std::vector<LrbHistory> histories_;
  std::vector<Object> places_;  ///< [objects] index into residents_
  std::vector<Object> residents_;
  std::vector<Object> recent_;  ///< objects of the last requests: of request r at r modulo the window, once that is set
  std::vector<Object> stale_;   ///< residents that fell out of the window, oldest first
  std::size_t next_stale_ = 0;
  LrbSamples samples_;
  BoostedTrees model_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
  std::uint64_t now_ = 0;
  std::uint64_t window_ = 0;  ///< requests; 0: the cache was not full yet
  LrbPace pace_;
  std::size_t batch_;
  std::uint64_t victim_draws_;
  std::uint64_t sample_draws_;
};

}  // namespace syswright::cache
