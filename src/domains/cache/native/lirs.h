#pragma once

#include <algorithm>

#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// LIRS: objects that came back soon (LIR) fill 99 % of the cache; the others (HIR) pass through a queue that holds the
/// rest, and the oldest of these leaves. A stack by recency holds all LIR objects, HIR objects requested since the
/// oldest LIR one, and the names of those of them that left. An HIR object that is requested while it is on the stack
/// becomes LIR, and the LIR object at the bottom takes its place. With sizes, the bottom object leaves where the
/// queue is empty. Names are not limited, as in the paper. O(1) amortised.
/// Source: Jiang and Zhang, "LIRS: An Efficient Low Inter-reference Recency Set Replacement Policy to Improve Buffer
/// Cache Performance", SIGMETRICS 2002.
template <typename Sizes>
class Lirs {
 public:
  explicit Lirs(const Setup& setup)
      : stack_(setup.objects),
        queue_(setup.objects),
        sizes_(setup.objects),
        capacity_(setup.capacity),
        low_capacity_(setup.capacity - std::min(setup.capacity, share_of(setup.capacity, 0.01))) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (state(object) == State::low || state(object) == State::high) {
      hit(object);
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) evict(request, listener);
    used_ += size;
    sizes_.set(object, size);
    if (state(object) == State::gone) {
      rise(object);
    } else if (low_used_ + size <= low_capacity_ && queue_.empty()) {
      low_used_ += size;
      state(object) = State::low;
      stack_.push_front(object);
      prune();
    } else {
      state(object) = State::high;
      stack_.push_front(object);
      queue_.push_front(object);
    }
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { stack_.prefetch(object); }
  void prefetch_near(Object object) const { stack_.prefetch_neighbours(object); }

 private:
  enum class State : std::uint8_t {
    unknown,
    low,   ///< LIR: in the cache and on the stack
    high,  ///< HIR: in the cache and in the queue, perhaps on the stack
    gone,  ///< a name on the stack
  };
  struct Node : Links {
    State state = State::unknown;
  };
  State& state(Object object) { return stack_[object].state; }

  void hit(Object object) {
    if (state(object) == State::low) {
      stack_.move_to_front(object);
      prune();
    } else if (stack_.contains(object)) {
      queue_.remove(object);
      rise(object);
    } else {
      stack_.push_front(object);
      queue_.move_to_front(object);
    }
  }

  /// An object on the stack becomes LIR.
  void rise(Object object) {
    stack_.move_to_front(object);
    state(object) = State::low;
    low_used_ += sizes_.of(object);
    prune();
    while (low_used_ > low_capacity_) {
      const Object bottom = stack_.back();
      leave_bottom(bottom);
      state(bottom) = State::high;
      queue_.push_front(bottom);
      prune();
    }
  }

  template <typename Listener>
  void evict(std::uint64_t request, Listener& listener) {
    const bool high = !queue_.empty();
    const Object victim = high ? queue_.back() : stack_.back();
    used_ -= sizes_.of(victim);
    if (high) {
      queue_.remove(victim);
      state(victim) = stack_.contains(victim) ? State::gone : State::unknown;
    } else {
      leave_bottom(victim);
      state(victim) = State::unknown;
      prune();
    }
    listener.evicted(request, victim);
  }

  void leave_bottom(Object low) {
    low_used_ -= sizes_.of(low);
    stack_.remove(low);
  }
  /// What lies below the lowest LIR object cannot become LIR any more.
  void prune() {
    while (!stack_.empty() && state(stack_.back()) != State::low) {
      const Object bottom = stack_.back();
      stack_.remove(bottom);
      if (state(bottom) == State::gone) state(bottom) = State::unknown;
    }
  }

  Lists<1, Node> stack_;  ///< most recent first
  Lists<1> queue_;        ///< youngest first
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t low_capacity_;  ///< of LIR objects
  std::uint64_t used_ = 0;
  std::uint64_t low_used_ = 0;
};

}  // namespace syswright::cache
