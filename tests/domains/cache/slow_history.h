#pragma once

#include <string>

#include "tests/domains/cache/slow_model.h"

/// Slow models of policies that rank residents by counts, times and reuse.
namespace syswright::cache::slow {

/// LFU, LFU-DA and GDSF: the resident with the lowest rank leaves, found by looking at all.
class Ranked : public Model {
 public:
  enum class Kind { lfu, lfuda, gdsf };
  Ranked(std::uint64_t capacity, Kind kind) : Model(capacity), kind_(kind) {}
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    ++now_;
    if (residents_.contains(object)) {
      ++count_[object];
      rank(object);
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    const auto used = [this] {
      std::uint64_t sum = 0;
      for (const auto& [resident, rank] : residents_) sum += size_[resident];
      return sum;
    };
    while (used() + size > capacity_) {
      const auto lowest = std::min_element(residents_.begin(), residents_.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
      age_ = lowest->second.first;
      evicted.push_back(lowest->first);
      residents_.erase(lowest);
    }
    size_[object] = size;
    count_[object] = 1;
    rank(object);
    return Reply::inserted;
  }

 private:
  void rank(Object object) {
    const double count = static_cast<double>(count_[object]);
    const double worth = kind_ == Kind::gdsf ? 1e6 * count / size_[object] : count;
    residents_[object] = {kind_ == Kind::lfu ? worth : age_ + worth, now_};
  }
  Kind kind_;
  std::map<Object, std::pair<double, std::uint64_t>> residents_;  ///< rank, then time it was set
  std::map<Object, std::uint64_t> count_;
  double age_ = 0;
  std::uint64_t now_ = 0;
};

class WTinyLfu : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    count(object);
    if (window_.has(object)) {
      window_.to_front(object);
      return Reply::hit;
    }
    if (guarded_.has(object)) {
      guarded_.to_front(object);
      return Reply::hit;
    }
    const std::uint64_t window = part(0.01), main = capacity_ - window;
    if (probation_.has(object)) {
      probation_.drop(object);
      guarded_.push_front(object);
      while (bytes(guarded_) > static_cast<std::uint64_t>(0.8 * static_cast<double>(main))) {
        probation_.push_front(guarded_.pop_oldest());
      }
      return Reply::hit;
    }
    if (size > std::max(window, main)) return Reply::bypassed;
    size_[object] = size;
    window_.push_front(object);
    while (bytes(window_) > window) {
      const Object candidate = window_.pop_oldest();
      if (!admit(candidate, main, evicted)) {
        if (candidate == object) return Reply::bypassed;
        evicted.push_back(candidate);
      }
    }
    return Reply::inserted;
  }

 private:
  void count(Object object) {
    count_[object] = std::min(count_[object] + 1, 15);
    const std::uint64_t residents = window_.size() + probation_.size() + guarded_.size();
    if (++counted_ < 10 * residents || residents == 0) return;
    counted_ = 0;
    for (auto& [other, value] : count_) value /= 2;
  }
  bool admit(Object candidate, std::uint64_t main, std::vector<Object>& evicted) {
    std::vector<Object> order(probation_.rbegin(), probation_.rend());
    order.insert(order.end(), guarded_.rbegin(), guarded_.rend());
    std::uint64_t used = bytes(probation_) + bytes(guarded_);
    if (size_[candidate] > main) return false;
    int frequency = 0;
    std::size_t victims = 0;
    while (used + size_[candidate] > main) {
      frequency += count_[order[victims]];
      used -= size_[order[victims++]];
    }
    if (victims > 0 && count_[candidate] <= frequency) return false;
    for (std::size_t i = 0; i < victims; ++i) {
      (probation_.has(order[i]) ? probation_ : guarded_).drop(order[i]);
      evicted.push_back(order[i]);
    }
    probation_.push_front(candidate);
    return true;
  }
  Queue window_, probation_, guarded_;
  std::map<Object, int> count_;
  std::uint64_t counted_ = 0;
};

class LruK : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    ++now_;
    if (residents_.has(object)) {
      requests_[object].push_back(now_);
      return Reply::hit;
    }
    if (names_.has(object)) {
      names_.drop(object);
    } else {
      requests_[object].clear();
    }
    if (size > capacity_) return Reply::bypassed;
    while (bytes(residents_) + size > capacity_) {
      const auto victim = std::min_element(residents_.begin(), residents_.end(),
                                           [this](Object a, Object b) { return known(a) < known(b); });
      evicted.push_back(*victim);
      residents_.erase(victim);
      remember(names_, evicted.back(), capacity_);
    }
    size_[object] = size;
    requests_[object].push_back(now_);
    residents_.push_front(object);
    return Reply::inserted;
  }

 private:
  /// Last request but one, 0 where it is not known, and last request.
  std::pair<int, int> known(Object object) const {
    const std::vector<int>& all = requests_.at(object);
    return {all.size() > 1 ? all[all.size() - 2] : 0, all.back()};
  }
  Queue residents_, names_;
  std::map<Object, std::vector<int>> requests_;
  int now_ = 0;
};

class Lirs : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    if (low_.has(object)) {
      stack_.to_front(object);
      prune();
      return Reply::hit;
    }
    if (high_.has(object)) {
      if (stack_.has(object)) {
        high_.drop(object);
        rise(object);
      } else {
        stack_.push_front(object);
        high_.to_front(object);
      }
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (bytes(low_) + bytes(high_) + size > capacity_) {
      if (!high_.empty()) {
        evicted.push_back(high_.pop_oldest());
      } else {
        evicted.push_back(stack_.back());
        low_.drop(stack_.pop_oldest());
        prune();
      }
    }
    size_[object] = size;
    if (stack_.has(object)) {
      rise(object);
    } else if (bytes(low_) + size <= limit() && high_.empty()) {
      low_.push_front(object);
      stack_.push_front(object);
      prune();
    } else {
      high_.push_front(object);
      stack_.push_front(object);
    }
    return Reply::inserted;
  }

 private:
  std::uint64_t limit() const { return capacity_ - part(0.01); }
  void rise(Object object) {
    stack_.to_front(object);
    low_.push_front(object);
    prune();
    while (bytes(low_) > limit()) {
      const Object bottom = stack_.pop_oldest();
      low_.drop(bottom);
      high_.push_front(bottom);
      prune();
    }
  }
  void prune() {
    while (!stack_.empty() && !low_.has(stack_.back())) stack_.pop_oldest();
  }
  Queue stack_, low_, high_;  ///< low_ in no order
};

class ClockPro : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    if (kind_[object] == hot || kind_[object] == cold) {
      bit_[object] = true;
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    const bool known = kind_[object] == name;
    if (known) {
      leave(object);
      cold_share_ = std::min(capacity_, cold_share_ + size);
    }
    while (sum(hot) + sum(cold) + size > capacity_) run_cold(evicted);
    size_[object] = size;
    enter(object, known ? hot : cold, !known);
    cool();
    return Reply::inserted;
  }

 private:
  enum Kind { none, hot, cold, name };
  std::uint64_t sum(Kind kind) const {
    std::uint64_t result = 0;
    for (const Object object : ring_) result += kind_.at(object) == kind ? size_.at(object) : 0;
    return result;
  }
  bool any(Kind kind) const {
    return std::any_of(ring_.begin(), ring_.end(), [&](Object object) { return kind_.at(object) == kind; });
  }
  std::size_t place(Object object) const {
    return static_cast<std::size_t>(std::find(ring_.begin(), ring_.end(), object) - ring_.begin());
  }
  Object next(Object object) const { return ring_[(place(object) + 1) % ring_.size()]; }
  /// Just behind the hand of the hot: it will be met last.
  void enter(Object object, Kind kind, bool trial) {
    if (ring_.empty()) hot_hand_ = cold_hand_ = trial_hand_ = object;
    ring_.insert(ring_.begin() + static_cast<std::ptrdiff_t>(ring_.empty() ? 0 : place(hot_hand_)), object);
    kind_[object] = kind;
    trial_[object] = trial;
    bit_[object] = false;
  }
  void leave(Object object) {
    for (Object* hand : {&hot_hand_, &cold_hand_, &trial_hand_}) {
      if (*hand == object) *hand = next(object);
    }
    ring_.erase(ring_.begin() + static_cast<std::ptrdiff_t>(place(object)));
    kind_[object] = none;
  }
  void run_cold(std::vector<Object>& evicted) {
    if (!any(cold)) run_hot();
    while (kind_[cold_hand_] != cold) cold_hand_ = next(cold_hand_);
    const Object object = cold_hand_;
    cold_hand_ = next(object);
    if (bit_[object]) {
      const bool passed = trial_[object];
      leave(object);
      enter(object, passed ? hot : cold, !passed);
      if (passed) cold_share_ = std::min(capacity_, cold_share_ + size_[object]);
      if (passed) cool();
      return;
    }
    evicted.push_back(object);
    kind_[object] = name;
    if (!trial_[object]) leave(object);
    while (sum(name) > capacity_) {
      while (!trial_[trial_hand_] || bit_[trial_hand_]) trial_hand_ = next(trial_hand_);
      const Object failed = trial_hand_;
      trial_hand_ = next(failed);
      fail(failed);
    }
  }
  void fail(Object object) {
    trial_[object] = false;
    cold_share_ = cold_share_ > size_[object] + 1 ? cold_share_ - size_[object] : 1;
    if (kind_[object] == name) leave(object);
  }
  void run_hot() {
    while (true) {
      const Object object = hot_hand_;
      if (trial_[object] && !bit_[object]) fail(object);
      if (kind_[object] == none) continue;
      hot_hand_ = next(object);
      if (kind_[object] != hot) continue;
      if (!bit_[object]) {
        kind_[object] = cold;
        return;
      }
      bit_[object] = false;
    }
  }
  void cool() {
    while (sum(hot) > capacity_ - cold_share_ && any(hot)) run_hot();
  }
  std::vector<Object> ring_;  ///< hands go from the front to the back and round
  Object hot_hand_ = 0, cold_hand_ = 0, trial_hand_ = 0;
  std::map<Object, Kind> kind_;
  std::map<Object, bool> bit_, trial_;
  std::uint64_t cold_share_ = part(0.01);
};

class Mq : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    ++now_;
    for (Queue& queue : queues_) {
      if (!queue.has(object)) continue;
      queue.drop(object);
      serve(object, residents_);
      return Reply::hit;
    }
    if (gone_.has(object)) {
      gone_.drop(object);
    } else {
      count_[object] = 0;
    }
    if (size > capacity_) return Reply::bypassed;
    const auto used = [this] {
      std::uint64_t sum = 0;
      for (const Queue& queue : queues_) sum += bytes(queue);
      return sum;
    };
    while (used() + size > capacity_) {
      auto lowest = std::begin(queues_);
      while (lowest->empty()) ++lowest;
      evicted.push_back(lowest->pop_oldest());
      remember(gone_, evicted.back(), 4 * capacity_);
      --residents_;
    }
    size_[object] = size;
    serve(object, ++residents_);
    return Reply::inserted;
  }

 private:
  void serve(Object object, int residents) {
    int level = 0;
    for (int count = ++count_[object]; count > 1 && level < 7; count /= 2) ++level;
    queues_[level].push_front(object);
    expires_[object] = now_ - 1 + 2 * residents;
    for (int i = 1; i < 8; ++i) {
      if (queues_[i].empty() || expires_[queues_[i].back()] >= now_) continue;
      const Object oldest = queues_[i].pop_oldest();
      queues_[i - 1].push_front(oldest);
      expires_[oldest] = now_ + 2 * residents;
    }
  }
  Queue queues_[8], gone_;
  std::map<Object, int> count_, expires_;
  int now_ = 0;  ///< of the requests, from 1
  int residents_ = 0;
};

/// Looks at all residents, which the policy does while there are at most 64.
class Hyperbolic : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    ++now_;
    if (residents_.has(object)) {
      ++count_[object];
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (bytes(residents_) + size > capacity_) {
      const auto rate = [this](Object one) { return std::pair(count_[one] / (now_ - since_[one]), since_[one]); };
      const auto victim =
          std::min_element(residents_.begin(), residents_.end(), [&](Object a, Object b) { return rate(a) < rate(b); });
      evicted.push_back(*victim);
      residents_.erase(victim);
    }
    size_[object] = size;
    count_[object] = 1;
    since_[object] = now_;
    residents_.push_front(object);
    return Reply::inserted;
  }

 private:
  Queue residents_;
  std::map<Object, double> count_, since_;
  double now_ = 0;
};

}  // namespace syswright::cache::slow
