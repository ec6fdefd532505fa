#pragma once

#include <utility>

#include "domains/cache/native/filtered_fifo.h"
#include "tests/domains/cache/slow_model.h"

/// Slow models of policies that are queues.
namespace syswright::cache::slow {

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

/// S3-FIFO, and with other knobs S4-FIFO's queues.
class S3Fifo : public Model {
 public:
  using Model::Model;
  Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) override {
    if (small_.has(object) || main_.has(object)) {
      if (main_.has(object) || younger_in_small(object) >= share(part(knobs.small_share), knobs.skipped_share)) {
        ++hits_[object];
      }
      return Reply::hit;
    }
    returns_[object] = gone_.has(object) ? returns_[object] + 1 : 0;
    if (gone_.has(object)) gone_.drop(object);
    const bool known = returns_[object] >= knobs.returns_to_move;
    if (size > capacity_ || (!known && size > part(knobs.small_share))) return Reply::bypassed;
    while (bytes(small_) + bytes(main_) + size > capacity_) {
      if (bytes(main_) > capacity_ - std::min(capacity_, part(knobs.small_share)) || small_.empty()) {
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
    if (known) returns_[object] = 0;
    if (!known) arrivals_.emplace_back(object, size);
    (known ? main_ : small_).push_front(object);
    return Reply::inserted;
  }
  std::size_t residents() const { return small_.size() + main_.size(); }

  FilterKnobs knobs;

 private:
  static std::uint64_t share(std::uint64_t whole, double part) {
    return static_cast<std::uint64_t>(static_cast<double>(whole) * part);
  }
  /// What has entered the small queue since.
  std::uint64_t younger_in_small(Object object) const {
    std::uint64_t sum = 0;
    for (std::size_t i = arrivals_.size(); arrivals_[i - 1].first != object; --i) sum += arrivals_[i - 1].second;
    return sum;
  }
  /// Walks the small queue until one object has left.
  void sift(std::vector<Object>& evicted) {
    while (!small_.empty()) {
      const Object oldest = small_.pop_oldest();
      if (hits_[oldest] < knobs.hits_to_move) {
        evicted.push_back(oldest);
        remember(gone_, oldest, part(knobs.names_share));
        return;
      }
      hits_[oldest] = 0;
      main_.push_front(oldest);
    }
  }
  Queue small_, main_, gone_;
  std::map<Object, int> hits_, returns_;
  std::vector<std::pair<Object, std::uint64_t>> arrivals_;  ///< in the small queue
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

}  // namespace syswright::cache::slow
