#pragma once

#include <cmath>

#include "base/random.h"
#include "domains/cache/native/s4fifo.h"
#include "tests/domains/cache/slow_model.h"
#include "tests/domains/cache/slow_queues.h"

/// Slow models of policies that learn which of several rules to follow.
namespace syswright::cache::slow {

/// Draws as the policy does with seed 0.
class LeCar : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    ++now_;
    if (residents_.has(object)) {
      residents_.to_front(object);
      ++count_[object];
      last_[object] = now_;
      return Reply::hit;
    }
    const double gain = [&] {
      const double one = residents_.empty() ? 1 : static_cast<double>(residents_.size());
      return std::exp(0.45 * std::pow(0.005, (now_ - left_[object]) / one));
    }();
    if (lru_gone_.has(object)) {
      lru_gone_.drop(object);
      lru_ = lru_ / (lru_ + (1 - lru_) * gain);
    } else if (lfu_gone_.has(object)) {
      lfu_gone_.drop(object);
      lru_ = lru_ * gain / (lru_ * gain + (1 - lru_));
    } else {
      count_[object] = 0;
    }
    if (size > capacity_) return Reply::bypassed;
    while (bytes(residents_) + size > capacity_) {
      const Object oldest = residents_.back();
      const Object rarest = *std::min_element(residents_.begin(), residents_.end(), [this](Object a, Object b) {
        return std::pair(count_[a], last_[a]) < std::pair(count_[b], last_[b]);
      });
      const bool by_lru = static_cast<double>(mix64(draws_++) >> 11) * 0x1p-53 < lru_;
      evicted.push_back(by_lru ? oldest : rarest);
      residents_.drop(evicted.back());
      left_[evicted.back()] = now_;
      if (oldest != rarest) remember(by_lru ? lru_gone_ : lfu_gone_, evicted.back(), part(0.5));
    }
    size_[object] = size;
    ++count_[object];
    last_[object] = now_;
    residents_.push_front(object);
    return Reply::inserted;
  }

 private:
  Queue residents_, lru_gone_, lfu_gone_;
  std::map<Object, int> count_;
  std::map<Object, double> last_, left_;
  double lru_ = 0.5;  ///< weight
  double now_ = 0;
  std::uint64_t draws_ = Random(0, "lecar").next();
};

/// Draws as the policy does with seed 0.
class Cacheus : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    ++now_;
    const bool hit = fresh_.has(object) || reused_.has(object);
    learn(hit);
    if (hit) {
      ++count_[object];
      last_[object] = now_;
      new_[object] = false;
      if (demoted_[object]) {
        border_ -= std::min(border_ - 1, size_[object] * rounded(new_names(), demoted()));
        demoted_[object] = false;
      }
      (fresh_.has(object) ? fresh_ : reused_).drop(object);
      reused_.push_front(object);
      overflow();
      return Reply::hit;
    }
    const bool known = lru_gone_.has(object) || lfu_gone_.has(object);
    if (known) {
      if (new_[object]) border_ = std::min(capacity_, border_ + size * rounded(demoted(), new_names()));
      const double lru = weight_ * (lru_gone_.has(object) ? std::exp(-rate_) : 1);
      const double lfu = (1 - weight_) * (lfu_gone_.has(object) ? std::exp(-rate_) : 1);
      weight_ = std::max(0.01, std::min(0.99, lru / (lru + lfu)));
      (lru_gone_.has(object) ? lru_gone_ : lfu_gone_).drop(object);
    } else {
      count_[object] = 0;
    }
    if (size > capacity_) return Reply::bypassed;
    while (bytes(fresh_) + bytes(reused_) + size > capacity_) evict(evicted);
    size_[object] = size;
    ++count_[object];
    last_[object] = now_;
    new_[object] = !known;
    demoted_[object] = false;
    (known ? reused_ : fresh_).push_front(object);
    overflow();
    return Reply::inserted;
  }

 private:
  static std::uint64_t rounded(std::size_t above, std::size_t below) {
    return std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::floor(static_cast<double>(above) / static_cast<double>(below) + 0.5)));
  }
  std::size_t new_names() const {
    const auto is_new = [this](Object object) { return new_.at(object); };
    return static_cast<std::size_t>(std::count_if(lru_gone_.begin(), lru_gone_.end(), is_new) +
                                    std::count_if(lfu_gone_.begin(), lfu_gone_.end(), is_new));
  }
  std::size_t demoted() const {
    return static_cast<std::size_t>(
        std::count_if(fresh_.begin(), fresh_.end(), [this](Object object) { return demoted_.at(object); }));
  }
  void overflow() {
    while (bytes(reused_) > capacity_ - border_) {
      fresh_.push_front(reused_.pop_oldest());
      demoted_[fresh_.front()] = true;
    }
  }
  void evict(std::vector<Object>& evicted) {
    Queue all = fresh_;
    all.insert(all.end(), reused_.begin(), reused_.end());
    const Object oldest = fresh_.empty() ? reused_.back() : fresh_.back();
    const Object rarest = *std::min_element(all.begin(), all.end(), [this](Object a, Object b) {
      return std::pair(count_[a], -last_[a]) < std::pair(count_[b], -last_[b]);
    });
    const bool by_lru = static_cast<double>(mix64(draws_++) >> 11) * 0x1p-53 < weight_;
    evicted.push_back(by_lru ? oldest : rarest);
    (fresh_.has(evicted.back()) ? fresh_ : reused_).drop(evicted.back());
    if (oldest != rarest) remember(by_lru ? lru_gone_ : lfu_gone_, evicted.back(), part(0.5));
  }
  /// After each period of as many requests as there are residents.
  void learn(bool hit) {
    period_.push_back(hit);
    if (period_.size() < std::max<std::size_t>(1, fresh_.size() + reused_.size())) return;
    const double ratio =
        static_cast<double>(std::count(period_.begin(), period_.end(), true)) / static_cast<double>(period_.size());
    period_.clear();
    const double gain = ratio - ratios_.back(), change = rate_ - rates_.back();
    ratios_.push_back(ratio);
    rates_.push_back(rate_);
    if (change != 0) {
      rate_ += (gain / change > 0 ? 1 : -1) * std::abs(rate_ * change);
      rate_ = std::min(1.0, std::max(0.001, rate_));
      idle_ = 0;
    } else if (ratio == 0 || gain <= 0) {
      if (++idle_ == 10) {
        idle_ = 0;
        rate_ = drawn_rate();
      }
    }
  }
  double drawn_rate() { return 0.001 + 0.999 * static_cast<double>(mix64(rate_draws_++) >> 11) * 0x1p-53; }

  Queue fresh_, reused_, lru_gone_, lfu_gone_;
  std::map<Object, int> count_;
  std::map<Object, double> last_;
  std::map<Object, bool> new_, demoted_;
  std::uint64_t border_ = part(0.5);
  std::uint64_t draws_ = Random(0, "cacheus").next();
  std::uint64_t rate_draws_ = Random(0, "cacheus rate").next();
  double weight_ = 0.5;  ///< of LRU
  double rate_ = drawn_rate();
  double now_ = 0;
  std::vector<bool> period_;
  std::vector<double> ratios_{0}, rates_{0};
  int idle_ = 0;
};

/// Plays its settings in small and turns to the one that does better.
class S4Fifo : public Model {
 public:
  explicit S4Fifo(std::uint64_t capacity, const S4FifoPace& pace = {})
      : Model(capacity), pace_(pace), cache_(capacity) {
    while (2 * rarity_ <= std::min(pace.rarest, capacity / 64)) rarity_ *= 2;
    for (const FilterKnobs& knobs : s4fifo_settings) {
      small_.emplace_back(std::max<std::uint64_t>(1, capacity / rarity_));
      small_.back().knobs = knobs;
    }
  }
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    ++requests_;
    for (std::size_t i = 0; i < small_.size() && mix64(object) % rarity_ == 0; ++i) {
      std::vector<Object> unused;
      misses_[i] += small_[i].request(object, size, unused) != Reply::hit;
    }
    if (requests_ >= std::max(pace_.least_requests, pace_.turnovers * cache_.residents())) {
      std::size_t best = 0;
      for (std::size_t i = 0; i < small_.size(); ++i) {
        recent_[i] = recent_[i] / 2 + misses_[i];
        misses_[i] = 0;
        if (recent_[i] < recent_[best]) best = i;
      }
      if (100 * recent_[best] < 99 * recent_[setting]) setting = best;
      cache_.knobs = s4fifo_settings[setting];
      requests_ = 0;
    }
    return cache_.request(object, size, evicted);
  }

  std::size_t setting = 0;

 private:
  S4FifoPace pace_;
  S3Fifo cache_;
  std::uint64_t rarity_ = 1;
  std::vector<S3Fifo> small_;
  std::map<std::size_t, std::uint64_t> misses_, recent_;
  std::uint64_t requests_ = 0;
};

}  // namespace syswright::cache::slow
