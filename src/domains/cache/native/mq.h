#pragma once

#include <algorithm>
#include <bit>

#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// MQ: eight LRU queues; an object requested f times stands in queue log2 f. At each request the oldest object of a
/// queue goes one down if it was not requested for a lifetime, here twice as many requests as there are residents.
/// The oldest of the lowest queue leaves; its count is remembered, for as many objects as fill the cache four times.
/// O(queues) a request.
/// Source: Zhou, Philbin and Li, "The Multi-Queue Replacement Algorithm for Second Level Buffer Caches", USENIX ATC
/// 2001; there the lifetime is the peak distance between requests, which is measured beforehand.
template <typename Sizes>
class Mq {
 public:
  explicit Mq(const Setup& setup) : queues_(setup.objects), sizes_(setup.objects), capacity_(setup.capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    const bool known = queues_.contains(object);
    Node& node = queues_[object];
    if (known && node.queue != gone) {
      queues_.remove(object);
      serve(request, object, node.count + 1);
      return Reply::hit;
    }
    if (known) forget(object);
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) evict(request, listener);
    used_ += size;
    ++residents_;
    sizes_.set(object, size);
    serve(request, object, known ? node.count + 1 : 1);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { queues_.prefetch(object); }
  void prefetch_near(Object object) const { queues_.prefetch_neighbours(object); }

 private:
  static constexpr std::uint8_t levels = 8;
  static constexpr std::uint8_t gone = levels;  ///< the queue of names
  struct Node : Links {
    std::uint64_t expires = 0;
    std::uint32_t count = 0;
    std::uint8_t queue = 0;
  };

  void put(std::uint64_t request, Object object, std::uint8_t queue) {
    queues_[object].queue = queue;
    queues_[object].expires = request + 2 * residents_;
    queues_.push_front(object, queue);
  }
  void serve(std::uint64_t request, Object object, std::uint32_t count) {
    queues_[object].count = count;
    put(request, object,
        static_cast<std::uint8_t>(std::min<unsigned>(static_cast<unsigned>(std::bit_width(count)) - 1, levels - 1)));
    for (std::uint8_t queue = 1; queue < levels; ++queue) {
      if (queues_.empty(queue)) continue;
      const Object oldest = queues_.back(queue);
      if (queues_[oldest].expires >= request + 1) continue;
      queues_.remove(oldest);
      put(request + 1, oldest, static_cast<std::uint8_t>(queue - 1));
    }
  }
  template <typename Listener>
  void evict(std::uint64_t request, Listener& listener) {
    std::uint8_t lowest = 0;
    while (queues_.empty(lowest)) ++lowest;
    const Object victim = queues_.back(lowest);
    queues_.remove(victim);
    used_ -= sizes_.of(victim);
    --residents_;
    queues_[victim].queue = gone;
    queues_.push_front(victim, gone);
    named_ += sizes_.of(victim);
    while (named_ > 4 * capacity_) forget(queues_.back(gone));
    listener.evicted(request, victim);
  }
  void forget(Object name) {
    named_ -= sizes_.of(name);
    queues_.remove(name);
  }

  Lists<levels + 1, Node> queues_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
  std::uint64_t named_ = 0;
  std::uint64_t residents_ = 0;
};

}  // namespace syswright::cache
