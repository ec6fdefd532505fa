#pragma once

#include <algorithm>

#include "domains/cache/native/setup.h"
#include "domains/cache/native/sized_queues.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// QD-LP-FIFO: quick demotion and lazy promotion. New objects pass through a FIFO queue of a tenth of the cache; those
/// hit there go on to a main part, the others leave at its end, and their names are remembered, as many as fill the
/// main part. An object that comes back while its name is known goes to the main part at once. The main part is a
/// CLOCK with two bits. An object larger than the first queue is bypassed unless its name is known. O(1) amortised.
/// Source: Yang, Qiu, Zhang, Yue and Rashmi, "FIFO can be Better than LRU: the Power of Lazy Promotion and Quick
/// Demotion", HotOS 2023.
template <typename Sizes>
class QdLp {
 public:
  explicit QdLp(const Setup& setup)
      : queues_(setup.objects), capacity_(setup.capacity), small_capacity_(share_of(setup.capacity, 0.1)) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    const bool known = queues_.contains(object);
    Node& node = queues_[object];
    if (known && node.queue != gone) {
      node.hits = static_cast<std::uint8_t>(std::min(node.hits + 1, most_hits));
      return Reply::hit;
    }
    if (known) queues_.take_out(object);
    if (size > capacity_ || (!known && size > small_capacity_)) return Reply::bypassed;
    while (queues_.used(small) + queues_.used(main) + size > capacity_) evict(request, listener);
    queues_.set_size(object, size);
    node.hits = 0;
    queues_.put(object, known ? main : small);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { queues_.prefetch(object); }

 private:
  enum Queue : std::uint8_t { small, main, gone };
  static constexpr int most_hits = 3;
  struct Node : Links {
    Queue queue = small;
    std::uint8_t hits = 0;
  };

  std::uint64_t main_capacity() const { return capacity_ - std::min(capacity_, small_capacity_); }

  /// One object leaves, after those before it that earned to stay.
  template <typename Listener>
  void evict(std::uint64_t request, Listener& listener) {
    while (true) {
      const Queue queue = queues_.used(main) > main_capacity() || queues_.empty(small) ? main : small;
      const Object oldest = queues_.back(queue);
      std::uint8_t& hits = queues_[oldest].hits;
      queues_.take_out(oldest);
      if (hits == 0) {
        listener.evicted(request, oldest);
        if (queue == small) remember(oldest);
        return;
      }
      hits = static_cast<std::uint8_t>(queue == main ? hits - 1 : 0);
      queues_.put(oldest, main);
    }
  }
  void remember(Object object) {
    queues_.put(object, gone);
    while (queues_.used(gone) > main_capacity()) queues_.take_out(queues_.back(gone));
  }

  SizedQueues<3, Sizes, Node> queues_;
  std::uint64_t capacity_;
  std::uint64_t small_capacity_;
};

}  // namespace syswright::cache
