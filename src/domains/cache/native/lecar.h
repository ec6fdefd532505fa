#pragma once

#include <cmath>

#include "base/random.h"
#include "domains/cache/native/count_queues.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/native/sized_queues.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// LeCaR: at each eviction LRU or LFU chooses, drawn by weights. What each evicted is remembered, for as many objects
/// as fill half the cache; when a remembered object comes back, the other one's weight grows by e to 0.45 d^t, where t
/// is the number of requests since it left and d the 1/residents-th power of 0.005. What both would evict is not
/// remembered. A remembered object keeps its count. O(1) a request, and the number of lower counts where an object
/// returns. Source: Vietri et al., "Driving Cache Replacement with ML-based LeCaR", HotStorage 2018.
template <typename Sizes>
class LeCar {
 public:
  explicit LeCar(const Setup& setup)
      : queues_(setup.objects),
        counts_(setup.objects),
        capacity_(setup.capacity),
        history_capacity_(share_of(setup.capacity, 0.5)),
        draws_(Random(setup.seed, "lecar").next()) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    Node& node = queues_[object];
    if (counts_.contains(object)) {
      queues_.move_to_front(object, residents);
      counts_.promote(object);
      return Reply::hit;
    }
    if (queues_.contains(object)) {
      learn(node, request);
      queues_.take_out(object);
    } else {
      node.count = 0;
    }
    if (size > capacity_) return Reply::bypassed;
    while (queues_.used(residents) + size > capacity_) evict(request, listener);
    queues_.set_size(object, size);
    queues_.put(object, residents);
    counts_.insert(object, ++node.count);
    ++resident_count_;
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
  enum Queue : std::uint8_t { residents, by_recency, by_frequency };  ///< the others: names by who chose them
  static constexpr double learning_rate = 0.45;
  static constexpr double discount = 0.005;
  struct Node : Links {
    std::uint64_t left = 0;   ///< request at which it was evicted
    std::uint32_t count = 0;  ///< of a name
    Queue queue = residents;
  };

  /// A name came back: whoever would have kept it gains.
  void learn(const Node& name, std::uint64_t request) {
    const double age = static_cast<double>(request - name.left);
    const double regret = std::pow(discount, age / static_cast<double>(resident_count_ > 0 ? resident_count_ : 1));
    const double gain = std::exp(learning_rate * regret);
    const double recency = name.queue == by_frequency ? recency_weight_ * gain : recency_weight_;
    const double frequency = name.queue == by_recency ? (1 - recency_weight_) * gain : 1 - recency_weight_;
    recency_weight_ = recency / (recency + frequency);
  }
  template <typename Listener>
  void evict(std::uint64_t request, Listener& listener) {
    const Object oldest = queues_.back(residents);
    const Object rarest = counts_.oldest_of_lowest();
    const bool recency = static_cast<double>(mix64(draws_++) >> 11) * 0x1p-53 < recency_weight_;
    const Object victim = recency ? oldest : rarest;
    queues_[victim].count = static_cast<std::uint32_t>(counts_.count(victim));
    counts_.remove(victim);
    queues_.take_out(victim);
    --resident_count_;
    if (oldest != rarest) remember(request, victim, recency ? by_recency : by_frequency);
    listener.evicted(request, victim);
  }
  void remember(std::uint64_t request, Object object, Queue queue) {
    if (queues_.size_of(object) > history_capacity_) return;
    while (queues_.used(queue) + queues_.size_of(object) > history_capacity_) queues_.take_out(queues_.back(queue));
    queues_[object].left = request;
    queues_.put(object, queue);
  }

  SizedQueues<3, Sizes, Node> queues_;
  CountQueues counts_;  ///< residents
  std::uint64_t capacity_;
  std::uint64_t history_capacity_;
  std::uint64_t resident_count_ = 0;
  double recency_weight_ = 0.5;  ///< the other weight is what is missing to 1
  std::uint64_t draws_;
};

}  // namespace syswright::cache
