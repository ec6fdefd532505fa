#pragma once

#include <algorithm>
#include <type_traits>

#include "domains/cache/native/setup.h"
#include "domains/cache/native/sized_queues.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// What can be set about a FIFO queue that filters for another.
struct FilterKnobs {
  double small_share = 0.1;          ///< of the capacity, for the filter
  double names_share = 0.9;          ///< of the capacity, for the names of what it let go
  double skipped_share = 0;          ///< of the filter: hits on arrivals younger than this do not count
  std::uint8_t hits_to_move = 2;     ///< in the filter, to enter the main queue
  std::uint8_t returns_to_move = 1;  ///< requests while remembered, to enter the main queue at once
};

/// Three FIFO queues: new objects enter a small one; those hit often enough there move on to the main one, the others
/// leave and are remembered by name; an object asked for often enough while remembered enters the main queue, whose
/// objects go round again while they were hit since they last did, at most three times. A new object larger than the
/// small queue is bypassed. Tunable: all knobs count, and can be turned while it runs; otherwise the last and the third
/// keep their first values, which costs less. O(1) amortised.
template <typename Sizes, bool Tunable>
class FilteredFifo {
 public:
  explicit FilteredFifo(const Setup& setup) : queues_(setup.objects), capacity_(setup.capacity) { turn({}); }

  void turn(const FilterKnobs& knobs) {
    small_capacity_ = share_of(capacity_, knobs.small_share);
    main_capacity_ = capacity_ - std::min(small_capacity_, capacity_);
    gone_capacity_ = share_of(capacity_, knobs.names_share);
    hits_to_move_ = knobs.hits_to_move;
    if constexpr (Tunable) {
      skipped_ = static_cast<std::uint64_t>(static_cast<double>(small_capacity_) * knobs.skipped_share);
      returns_to_move_ = knobs.returns_to_move;
    }
  }

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    Node& node = queues_[object];
    bool to_main = false;
    std::uint8_t returns = 0;
    if (queues_.contains(object)) {
      if (node.queue != gone) {
        if (counts(node)) node.hits = static_cast<std::uint8_t>(std::min(node.hits + 1, most_hits));
        return Reply::hit;
      }
      queues_.take_out(object);
      to_main = true;
      if constexpr (Tunable) {
        returns = static_cast<std::uint8_t>(node.returns + 1);
        to_main = returns >= returns_to_move_;
      }
    }
    if (size > capacity_ || (!to_main && size > small_capacity_)) return Reply::bypassed;
    while (queues_.used(small) + queues_.used(main) + size > capacity_) evict(request, listener);
    queues_.set_size(object, size);
    ++resident_count_;
    node.hits = 0;
    if constexpr (Tunable) {
      if (!to_main) arrived_ += size;
      node.returns = returns;
      node.arrived = arrived_;
    }
    queues_.put(object, to_main ? main : small);
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { queues_.prefetch(object); }
  std::uint64_t residents() const { return resident_count_; }

 private:
  enum Queue : std::uint8_t { small, main, gone };
  static constexpr int most_hits = 3;
  struct PlainNode : Links {
    Queue queue = small;
    std::uint8_t hits = 0;
  };
  struct TunableNode : PlainNode {
    std::uint8_t returns = 0;   ///< requests while remembered, since it last was in the main queue
    std::uint64_t arrived = 0;  ///< arrived_ when it entered the small queue
  };
  using Node = std::conditional_t<Tunable, TunableNode, PlainNode>;

  bool counts(const Node& node) const {
    if constexpr (Tunable) return node.queue == main || arrived_ - node.arrived >= skipped_;
    return true;
  }
  template <typename Listener>
  void evict(std::uint64_t request, Listener& listener) {
    if (queues_.used(main) > main_capacity_ || queues_.empty(small)) {
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
      queues_.take_out(oldest);
      if (queues_[oldest].hits >= hits_to_move_) {
        queues_[oldest].hits = 0;
        queues_.put(oldest, main);
        continue;
      }
      listener.evicted(request, oldest);
      --resident_count_;
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
    queues_.take_out(oldest);
    listener.evicted(request, oldest);
    --resident_count_;
  }
  void remember(Object object) {
    if (queues_.size_of(object) > gone_capacity_) return;
    while (queues_.used(gone) + queues_.size_of(object) > gone_capacity_) queues_.take_out(queues_.back(gone));
    queues_.put(object, gone);
  }

  SizedQueues<3, Sizes, Node> queues_;
  std::uint64_t capacity_;
  std::uint64_t small_capacity_ = 0;
  std::uint64_t main_capacity_ = 0;
  std::uint64_t gone_capacity_ = 0;
  std::uint64_t resident_count_ = 0;
  std::uint64_t skipped_ = 0;
  std::uint64_t arrived_ = 0;  ///< in the small queue so far, as sizes count
  std::uint8_t hits_to_move_ = 0;
  std::uint8_t returns_to_move_ = 1;
};

}  // namespace syswright::cache
