#pragma once

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "domains/cache/native/count_queues.h"
#include "domains/cache/native/learning_rate.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/native/sized_queues.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// CACHEUS: one of two experts evicts, drawn by weights. SR-LRU keeps new objects apart from those that came back: the
/// oldest of the first part leaves, what is hit moves to the second, and what the second cannot hold returns to the
/// first, marked. A hit on a marked object, or a request for a remembered object that left as new, moves the border of
/// the parts by what they have to say for themselves. CR-LFU evicts the fewest requests, of equals the latest. What
/// each evicted is remembered with its count, for half the capacity each; a request for it takes e to the learning
/// rate from that expert's weight, which stays from 0.01 to 0.99; what both would evict is not remembered. The learning
/// rate follows the hit ratio, a period of as many requests as there are residents at a time (learning_rate.h). The
/// parts start equal. With sizes, the border moves by multiples of the object's. O(1) a request, and the number of
/// lower counts where an object returns. Source: Rodriguez et al., "Learning Cache Replacement with CACHEUS", FAST
/// 2021, sections 4 and 5; here the memory of the experts also serves SR-LRU, and the cache evicts only when it is
/// full.
template <typename Sizes>
class Cacheus {
 public:
  explicit Cacheus(const Setup& setup)
      : queues_(setup.objects),
        counts_(setup.objects),
        capacity_(setup.capacity),
        history_capacity_(share_of(setup.capacity, 0.5)),
        fresh_limit_(share_of(setup.capacity, 0.5)),
        rate_(setup.seed),
        draws_(Random(setup.seed, "cacheus").next()) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    rate_.request(counts_.contains(object), resident_count_);
    if (counts_.contains(object)) {
      hit(object);
      return Reply::hit;
    }
    const bool known = queues_.contains(object);
    if (known) recall(object, size);
    if (size > capacity_) return Reply::bypassed;
    while (queues_.used(fresh) + queues_.used(reused) + size > capacity_) evict(request, listener);
    queues_.set_size(object, size);
    Node& node = queues_[object];
    node.is_new = !known;
    node.demoted = false;
    node.count = known ? node.count + 1 : 1;
    counts_.insert(object, node.count);
    queues_.put(object, known ? reused : fresh);
    ++resident_count_;
    demote();
    return Reply::inserted;
  }
  void prefetch_far(Object object) const {
    queues_.prefetch(object);
    counts_.prefetch(object);
  }
  void prefetch_near(Object object) const {
    queues_.prefetch_neighbours(object);
    counts_.prefetch_neighbours(object);
  }

 private:
  enum Queue : std::uint8_t { fresh, reused, by_recency, by_frequency };  ///< the last two: names by who chose them
  struct Node : Links {
    std::uint64_t count = 0;  ///< of a name
    Queue queue = fresh;
    bool is_new = false;   ///< not asked for again since it came
    bool demoted = false;  ///< came from the reused part
  };

  void hit(Object object) {
    counts_.promote(object);
    Node& node = queues_[object];
    if (node.queue == reused) {
      queues_.move_to_front(object, reused);
      return;
    }
    queues_.take_out(object);
    if (node.demoted) {
      const std::uint64_t step = queues_.size_of(object) * ratio(new_names_, demoted_count_);
      fresh_limit_ -= std::min(fresh_limit_ - 1, step);
      node.demoted = false;
      --demoted_count_;
    }
    node.is_new = false;
    queues_.put(object, reused);
    demote();
  }
  /// A name came back: whoever evicted it loses.
  void recall(Object name, std::uint32_t size) {
    const Node& node = queues_[name];
    if (node.is_new) {
      const std::uint64_t step = size * ratio(demoted_count_, new_names_);
      fresh_limit_ = std::min(capacity_, fresh_limit_ + step);
    }
    const double kept = std::exp(-rate_.value());
    const double recency = recency_weight_ * (node.queue == by_recency ? kept : 1);
    const double frequency = (1 - recency_weight_) * (node.queue == by_frequency ? kept : 1);
    recency_weight_ = std::clamp(recency / (recency + frequency), 0.01, 0.99);  // neither is ever given up
    forget(name);
  }
  static std::uint64_t ratio(std::uint64_t above, std::uint64_t below) {
    return std::max<std::uint64_t>(1, (2 * above + below) / (2 * below));  // rounded
  }
  /// What exceeds the reused part's share goes back among the fresh.
  void demote() {
    while (queues_.used(reused) > capacity_ - fresh_limit_) {
      const Object oldest = queues_.back(reused);
      queues_.take_out(oldest);
      queues_[oldest].demoted = true;
      ++demoted_count_;
      queues_.put(oldest, fresh);
    }
  }

  template <typename Listener>
  void evict(std::uint64_t request, Listener& listener) {
    const Object oldest = queues_.empty(fresh) ? queues_.back(reused) : queues_.back(fresh);
    const Object rarest = counts_.youngest_of_lowest();
    const bool recency = static_cast<double>(mix64(draws_++) >> 11) * 0x1p-53 < recency_weight_;
    const Object victim = recency ? oldest : rarest;
    Node& node = queues_[victim];
    if (node.demoted) --demoted_count_;
    node.count = counts_.count(victim);
    counts_.remove(victim);
    queues_.take_out(victim);
    --resident_count_;
    if (oldest != rarest) remember(victim, recency ? by_recency : by_frequency);
    listener.evicted(request, victim);
  }
  void remember(Object object, Queue queue) {
    if (queues_.size_of(object) > history_capacity_) return;
    while (queues_.used(queue) + queues_.size_of(object) > history_capacity_) forget(queues_.back(queue));
    queues_.put(object, queue);
    if (queues_[object].is_new) ++new_names_;
  }
  void forget(Object name) {
    if (queues_[name].is_new) --new_names_;
    queues_.take_out(name);
  }

  SizedQueues<4, Sizes, Node> queues_;
  CountQueues counts_;  ///< residents
  std::uint64_t capacity_;
  std::uint64_t history_capacity_;
  std::uint64_t fresh_limit_;  ///< share of the first part, at least 1
  std::uint64_t resident_count_ = 0;
  std::uint64_t demoted_count_ = 0;  ///< marked residents
  std::uint64_t new_names_ = 0;      ///< remembered objects that left as new
  double recency_weight_ = 0.5;      ///< the other weight is what is missing to 1
  LearningRate rate_;
  std::uint64_t draws_;
};

}  // namespace syswright::cache
