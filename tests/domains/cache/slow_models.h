#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "domains/cache/replay.h"

/// Plain models of the native policies, written from their descriptions without regard to speed: every question about a
/// queue is answered by walking it. The native policies must give the same replies and evictions in the same order.
namespace syswright::cache::slow {

/// Youngest first.
class Queue : public std::deque<Object> {
 public:
  bool has(Object object) const { return std::find(begin(), end(), object) != end(); }
  void drop(Object object) { erase(std::find(begin(), end(), object)); }
  Object pop_oldest() {
    const Object object = back();
    pop_back();
    return object;
  }
  void to_front(Object object) {
    drop(object);
    push_front(object);
  }
};

class Model {
 public:
  explicit Model(std::uint64_t capacity) : capacity_(capacity) {}
  virtual ~Model() = default;
  /// Appends what leaves to `evicted`.
  virtual Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) = 0;

 protected:
  std::uint64_t bytes(const Queue& queue) const {
    std::uint64_t sum = 0;
    for (const Object object : queue) sum += size_.at(object);
    return sum;
  }
  std::uint64_t part(double share) const {
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(capacity_) * share));
  }
  /// Adds a name to a queue of limited size, oldest names out first.
  void remember(Queue& queue, Object object, std::uint64_t limit) {
    if (size_[object] > limit) return;
    while (bytes(queue) + size_[object] > limit) queue.pop_oldest();
    queue.push_front(object);
  }
  std::uint64_t capacity_;
  std::map<Object, std::uint32_t> size_;  ///< at the last insertion
};

/// FIFO, LRU and CLOCK: one queue, and what a hit and the oldest object's turn mean.
class OneQueue : public Model {
 public:
  enum class Kind { fifo, lru, clock };
  OneQueue(std::uint64_t capacity, Kind kind) : Model(capacity), kind_(kind) {}
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    if (queue_.has(object)) {
      if (kind_ == Kind::lru) queue_.to_front(object);
      referenced_[object] = kind_ == Kind::clock;
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (bytes(queue_) + size > capacity_) {
      const Object oldest = queue_.pop_oldest();
      if (referenced_[oldest]) {
        referenced_[oldest] = false;
        queue_.push_front(oldest);
      } else {
        evicted.push_back(oldest);
      }
    }
    size_[object] = size;
    referenced_[object] = false;
    queue_.push_front(object);
    return Reply::inserted;
  }

 private:
  Kind kind_;
  Queue queue_;
  std::map<Object, bool> referenced_;
};

class Sieve : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    if (queue_.has(object)) {
      visited_[object] = true;
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (bytes(queue_) + size > capacity_) {
      // The hand counts places from the old end, so that arrivals at the young end do not move it.
      while (visited_[queue_[queue_.size() - 1 - hand_]]) {
        visited_[queue_[queue_.size() - 1 - hand_]] = false;
        hand_ = (hand_ + 1) % queue_.size();
      }
      evicted.push_back(queue_[queue_.size() - 1 - hand_]);
      queue_.drop(evicted.back());
      if (hand_ >= queue_.size()) hand_ = 0;
    }
    size_[object] = size;
    visited_[object] = false;
    queue_.push_front(object);
    return Reply::inserted;
  }

 private:
  Queue queue_;
  std::map<Object, bool> visited_;
  std::size_t hand_ = 0;
};

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

class Slru : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    const std::uint64_t limit = std::max<std::uint64_t>(1, capacity_ / 4);
    for (int i = 0; i < 4; ++i) {
      if (!segments_[i].has(object)) continue;
      segments_[i].drop(object);
      segments_[std::min(i + 1, 3)].push_front(object);
      for (int upper = i + 1; upper >= 1 && upper < 4; --upper) {
        while (bytes(segments_[upper]) > limit) {
          segments_[upper - 1].push_front(segments_[upper].pop_oldest());
          // The lowest overflows out of the cache, but only through what comes down to it.
          while (upper == 1 && bytes(segments_[0]) > limit) evicted.push_back(segments_[0].pop_oldest());
        }
      }
      return Reply::hit;
    }
    if (size > limit) return Reply::bypassed;
    const auto all = [this] {
      return bytes(segments_[0]) + bytes(segments_[1]) + bytes(segments_[2]) + bytes(segments_[3]);
    };
    while (all() + size > capacity_) {
      evicted.push_back(
          std::find_if(std::begin(segments_), std::end(segments_), [](auto& s) { return !s.empty(); })->pop_oldest());
    }
    size_[object] = size;
    const auto roomy = std::find_if(std::begin(segments_), std::end(segments_),
                                    [&](auto& segment) { return bytes(segment) + size <= limit; });
    (roomy == std::end(segments_) ? segments_[0] : *roomy).push_front(object);
    return Reply::inserted;
  }

 private:
  Queue segments_[4];
};

class TwoQ : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    if (in_.has(object)) return Reply::hit;
    if (main_.has(object)) {
      main_.to_front(object);
      return Reply::hit;
    }
    const bool known = out_.has(object);
    if (known) out_.drop(object);
    if (size > capacity_) return Reply::bypassed;
    while (bytes(in_) + bytes(main_) + size > capacity_) {
      if (bytes(in_) > part(0.25) || main_.empty()) {
        evicted.push_back(in_.pop_oldest());
        remember(out_, evicted.back(), part(0.5));
      } else {
        evicted.push_back(main_.pop_oldest());
      }
    }
    size_[object] = size;
    (known ? main_ : in_).push_front(object);
    return Reply::inserted;
  }

 private:
  Queue in_, main_, out_;
};

class S3Fifo : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    if (small_.has(object) || main_.has(object)) {
      ++hits_[object];
      return Reply::hit;
    }
    const bool known = gone_.has(object);
    if (known) gone_.drop(object);
    if (size > capacity_ || (!known && size > part(0.1))) return Reply::bypassed;
    while (bytes(small_) + bytes(main_) + size > capacity_) {
      if (bytes(main_) > capacity_ - std::min(capacity_, part(0.1)) || small_.empty()) {
        const Object oldest = main_.pop_oldest();
        if (hits_[oldest] == 0) {
          evicted.push_back(oldest);
        } else {
          hits_[oldest] = std::min(hits_[oldest], 3) - 1;
          main_.push_front(oldest);
        }
      } else {
        sift(evicted);
      }
    }
    size_[object] = size;
    hits_[object] = 0;
    (known ? main_ : small_).push_front(object);
    return Reply::inserted;
  }

 private:
  /// Walks the small queue until one object has left.
  void sift(std::vector<Object>& evicted) {
    while (!small_.empty()) {
      const Object oldest = small_.pop_oldest();
      if (hits_[oldest] < 2) {
        evicted.push_back(oldest);
        remember(gone_, oldest, part(0.9));
        return;
      }
      hits_[oldest] = 0;
      main_.push_front(oldest);
    }
  }
  Queue small_, main_, gone_;
  std::map<Object, int> hits_;
};

class Arc : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    for (Queue* queue : {&t1_, &t2_}) {
      if (!queue->has(object)) continue;
      queue->drop(object);
      t2_.push_front(object);
      return Reply::hit;
    }
    const bool in_b1 = b1_.has(object), in_b2 = b2_.has(object);
    const auto names1 = static_cast<double>(bytes(b1_)), names2 = static_cast<double>(bytes(b2_));
    if (in_b1) p_ = std::min(static_cast<double>(capacity_), p_ + std::max(1.0, names2 / names1));
    if (in_b2) p_ = std::max(0.0, p_ - std::max(1.0, names1 / names2));
    if (in_b1) b1_.drop(object);
    if (in_b2) b2_.drop(object);
    if (size > capacity_) return Reply::bypassed;
    while (bytes(t1_) + bytes(t2_) + size > capacity_) {
      if (!in_b1 && !in_b2) {
        if (bytes(t1_) + bytes(b1_) + size > capacity_) {
          if (b1_.empty()) {
            evicted.push_back(t1_.pop_oldest());
            continue;
          }
          b1_.pop_oldest();
        } else if (bytes(t1_) + bytes(b1_) + bytes(t2_) + bytes(b2_) >= 2 * capacity_ && !b2_.empty()) {
          b2_.pop_oldest();
        }
      }
      const auto held = static_cast<double>(bytes(t1_));
      const bool first = t2_.empty() || (!t1_.empty() && (held > p_ || (in_b2 && held == p_)));
      evicted.push_back((first ? t1_ : t2_).pop_oldest());
      (first ? b1_ : b2_).push_front(evicted.back());
    }
    size_[object] = size;
    (in_b1 || in_b2 ? t2_ : t1_).push_front(object);
    return Reply::inserted;
  }

 private:
  Queue t1_, t2_, b1_, b2_;
  double p_ = 0;
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

class QdLp : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    if (small_.has(object) || main_.has(object)) {
      hits_[object] = std::min(hits_[object] + 1, 3);
      return Reply::hit;
    }
    const bool known = gone_.has(object);
    if (known) gone_.drop(object);
    if (size > capacity_ || (!known && size > part(0.1))) return Reply::bypassed;
    const std::uint64_t main_part = capacity_ - std::min(capacity_, part(0.1));
    while (bytes(small_) + bytes(main_) + size > capacity_) {
      const bool from_main = bytes(main_) > main_part || small_.empty();
      const Object oldest = (from_main ? main_ : small_).pop_oldest();
      if (hits_[oldest] > 0) {
        hits_[oldest] = from_main ? hits_[oldest] - 1 : 0;
        main_.push_front(oldest);
      } else {
        evicted.push_back(oldest);
        if (!from_main) remember(gone_, oldest, main_part);
      }
    }
    size_[object] = size;
    hits_[object] = 0;
    (known ? main_ : small_).push_front(object);
    return Reply::inserted;
  }

 private:
  Queue small_, main_, gone_;
  std::map<Object, int> hits_;
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

class Car : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    if (t1_.has(object) || t2_.has(object)) {
      bit_[object] = true;
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (bytes(t1_) + bytes(t2_) + size > capacity_) {
      const bool first = t2_.empty() || (!t1_.empty() && static_cast<double>(bytes(t1_)) >= std::max(1.0, p_));
      const Object oldest = (first ? t1_ : t2_).pop_oldest();
      if (bit_[oldest]) {
        bit_[oldest] = false;
        t2_.push_front(oldest);
      } else {
        evicted.push_back(oldest);
        (first ? b1_ : b2_).push_front(oldest);
      }
    }
    const bool in_b1 = b1_.has(object), in_b2 = b2_.has(object);
    const auto names1 = static_cast<double>(bytes(b1_)), names2 = static_cast<double>(bytes(b2_));
    if (in_b1) {
      p_ = std::min(p_ + std::max(1.0, names2 / names1), static_cast<double>(capacity_));
      b1_.drop(object);
    } else if (in_b2) {
      p_ = std::max(p_ - std::max(1.0, names1 / names2), 0.0);
      b2_.drop(object);
    } else {
      while (bytes(t1_) + bytes(b1_) + size > capacity_ && !b1_.empty()) b1_.pop_oldest();
      const auto all = [&] { return bytes(t1_) + bytes(t2_) + bytes(b1_) + bytes(b2_); };
      while (all() + size > 2 * capacity_ && !b2_.empty()) b2_.pop_oldest();
    }
    size_[object] = size;
    bit_[object] = false;
    (in_b1 || in_b2 ? t2_ : t1_).push_front(object);
    return Reply::inserted;
  }

 private:
  Queue t1_, t2_, b1_, b2_;
  std::map<Object, bool> bit_;
  double p_ = 0;
};

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

/// Two sets of names before an LRU queue.
class SecondHit : public Model {
 public:
  explicit SecondHit(std::uint64_t capacity) : Model(capacity), behind_(capacity, OneQueue::Kind::lru) {}
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    const bool known = younger_.contains(object) || older_.contains(object);
    if (!younger_.contains(object)) {
      std::uint64_t sum = 0;
      for (const auto& [name, bytes] : younger_) sum += bytes;
      if (!younger_.empty() && sum + size > 4 * capacity_) {
        older_ = younger_;
        younger_.clear();
      }
      younger_[object] = size;
    }
    if (residents_.has(object) || known) {
      const std::size_t before = evicted.size();
      const Reply reply = behind_.request(object, size, evicted);
      for (std::size_t i = before; i < evicted.size(); ++i) residents_.drop(evicted[i]);
      if (reply == Reply::inserted) residents_.push_front(object);
      return reply;
    }
    return Reply::bypassed;
  }

 private:
  OneQueue behind_;
  Queue residents_;
  std::map<Object, std::uint32_t> younger_, older_;
};

/// Model of a native policy; nullptr for those whose choices are random, which have tests of their own.
inline std::unique_ptr<Model> make_model(const std::string& name, std::uint64_t capacity) {
  if (name == "fifo") return std::make_unique<OneQueue>(capacity, OneQueue::Kind::fifo);
  if (name == "lru") return std::make_unique<OneQueue>(capacity, OneQueue::Kind::lru);
  if (name == "clock") return std::make_unique<OneQueue>(capacity, OneQueue::Kind::clock);
  if (name == "sieve") return std::make_unique<Sieve>(capacity);
  if (name == "lfu") return std::make_unique<Ranked>(capacity, Ranked::Kind::lfu);
  if (name == "lfuda") return std::make_unique<Ranked>(capacity, Ranked::Kind::lfuda);
  if (name == "lru2") return std::make_unique<LruK>(capacity);
  if (name == "lirs") return std::make_unique<Lirs>(capacity);
  if (name == "qdlp") return std::make_unique<QdLp>(capacity);
  if (name == "hyperbolic") return std::make_unique<Hyperbolic>(capacity);
  if (name == "mq") return std::make_unique<Mq>(capacity);
  if (name == "car") return std::make_unique<Car>(capacity);
  if (name == "lecar") return std::make_unique<LeCar>(capacity);
  if (name == "second_hit") return std::make_unique<SecondHit>(capacity);
  if (name == "gdsf") return std::make_unique<Ranked>(capacity, Ranked::Kind::gdsf);
  if (name == "slru") return std::make_unique<Slru>(capacity);
  if (name == "twoq") return std::make_unique<TwoQ>(capacity);
  if (name == "s3fifo") return std::make_unique<S3Fifo>(capacity);
  if (name == "arc") return std::make_unique<Arc>(capacity);
  if (name == "wtinylfu") return std::make_unique<WTinyLfu>(capacity);
  return nullptr;
}

}  // namespace syswright::cache::slow
