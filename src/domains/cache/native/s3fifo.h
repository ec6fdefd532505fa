#pragma once

#include <algorithm>

#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// S3-FIFO: new objects enter a small FIFO queue (a tenth of the capacity); those hit at least twice there move on to
/// the main FIFO queue, the others leave and are remembered by name; an object asked for while remembered enters the
/// main queue, whose objects go round again while they were hit since they last did, at most three times. A new object
/// larger than the small queue is bypassed. O(1) amortised.
/// Source: Yang, Zhang, Qiu, Yue and Rashmi, "FIFO Queues are All You Need for Cache Eviction", SOSP 2023, algorithm
/// 1; threshold of two hits and a memory of 9/10 of the capacity as in its authors' simulator.
template <typename Sizes>
class S3Fifo {
 public:
  explicit S3Fifo(const Setup& setup)
      : queues_(setup.objects),
        sizes_(setup.objects),
        capacity_(setup.capacity),
        small_capacity_(share_of(setup.capacity, 0.1)),
        main_capacity_(setup.capacity - std::min(small_capacity_, setup.capacity)),
        gone_capacity_(share_of(setup.capacity, 0.9)) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    bool remembered = false;
    if (queues_.contains(object)) {
      Node& node = queues_[object];
      if (node.queue != gone) {
        node.hits = static_cast<std::uint8_t>(std::min(node.hits + 1, most_hits));
        return Reply::hit;
      }
      remembered = true;
      take_out(object);
    }
    if (size > capacity_ || (!remembered && size > small_capacity_)) return Reply::bypassed;
    while (used_[small] + used_[main] + size > capacity_) evict(request, listener);
    sizes_.set(object, size);
    queues_[object].hits = 0;
    put(object, remembered ? main : small);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { queues_.prefetch(object); }

 private:
  enum Queue : std::uint8_t { small, main, gone };
  static constexpr int most_hits = 3;
  static constexpr int hits_to_move = 2;
  struct Node : Links {
    Queue queue = small;
    std::uint8_t hits = 0;
  };

  template <typename Listener>
  void evict(std::uint64_t request, Listener& listener) {
    if (used_[main] > main_capacity_ || queues_.empty(small)) {
      evict_from_main(request, listener);
    } else {
      evict_from_small(request, listener);
    }
  }
  /// May move everything to the main queue and evict nothing; the next call then takes from the main queue.
  template <typename Listener>
  void evict_from_small(std::uint64_t request, Listener& listener) {
    while (!queues_.empty(small)) {
      const Object oldest = queues_.back(small);
      take_out(oldest);
      if (queues_[oldest].hits >= hits_to_move) {
        queues_[oldest].hits = 0;
        put(oldest, main);
        continue;
      }
      listener.evicted(request, oldest);
      remember(oldest);
      return;
    }
  }
  template <typename Listener>
  void evict_from_main(std::uint64_t request, Listener& listener) {
    Object oldest = queues_.back(main);
    while (queues_[oldest].hits > 0) {
      --queues_[oldest].hits;
      queues_.move_to_front(oldest, main);
      oldest = queues_.back(main);
    }
    take_out(oldest);
    listener.evicted(request, oldest);
  }
  void remember(Object object) {
    if (sizes_.of(object) > gone_capacity_) return;
    while (used_[gone] + sizes_.of(object) > gone_capacity_) take_out(queues_.back(gone));
    put(object, gone);
  }
  void put(Object object, Queue queue) {
    queues_[object].queue = queue;
    used_[queue] += sizes_.of(object);
    queues_.push_front(object, queue);
  }
  void take_out(Object object) {
    used_[queues_[object].queue] -= sizes_.of(object);
    queues_.remove(object);
  }

  Lists<3, Node> queues_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t small_capacity_;
  std::uint64_t main_capacity_;
  std::uint64_t gone_capacity_;
  std::uint64_t used_[3] = {};
};

}  // namespace syswright::cache
