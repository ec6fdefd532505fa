#pragma once

#include <algorithm>

#include "domains/cache/native/lists.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/replay.h"

namespace syswright::cache {

/// CLOCK-Pro: what LIRS keeps, told apart with a clock and bits. One ring holds hot objects, cold ones and the names of
/// cold ones that left, in the order in which the hand of the hot ones will meet them. A new object is cold and on
/// trial; if it is asked for again before its trial ends it becomes hot. Three hands go round: that of the cold lets go
/// of what was not asked for, or moves it to the young end and tries it again; that of the hot makes cold what was not
/// asked for and ends every trial it passes; that of trials keeps the names within one capacity. The share of the cold
/// grows by an object that is asked for during its trial and shrinks by one whose trial ends without that, between 1
/// and everything; it starts at 1 % of the capacity, where LIRS keeps it. A resident that was asked for but not yet met
/// by the hand of the cold has passed its trial: nothing ends it. With sizes, shares are bytes. O(1) amortised. Source:
/// Jiang, Chen and Zhang, "CLOCK-Pro: An Effective Improvement of the CLOCK Replacement", USENIX ATC 2005, section 4;
/// it leaves open where the share of the cold starts and which bits end a trial.
template <typename Sizes>
class ClockPro {
 public:
  explicit ClockPro(const Setup& setup)
      : ring_(setup.objects),
        sizes_(setup.objects),
        capacity_(setup.capacity),
        cold_share_(share_of(setup.capacity, 0.01)),
        cold_hand_(ring_.end()),
        trial_hand_(ring_.end()) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    if (resident(object)) {
      ring_[object].referenced = true;
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    const bool known = ring_[object].state == State::gone;
    if (known) {
      drop_name(object);
      cold_share_ = std::min(capacity_, cold_share_ + size);
    }
    while (used_[hot] + used_[cold] + size > capacity_) turn_cold_hand(request, listener);
    sizes_.set(object, size);
    enter(object);
    ring_[object].referenced = false;
    set_state(object, known ? State::hot : State::cold);
    ring_[object].on_trial = !known;
    cool();
    return Reply::inserted;
  }
  void prefetch_far(Object object) const { ring_.prefetch(object); }

 private:
  enum class State : std::uint8_t {
    unknown,
    hot,
    cold,
    gone,  ///< a name
  };
  enum Kind { hot, cold, gone };
  struct Node : Links {
    State state = State::unknown;
    bool referenced = false;
    bool on_trial = false;
  };
  bool resident(Object object) const { return ring_[object].state == State::hot || ring_[object].state == State::cold; }

  /// The back of the list is where the hand of the hot stands, the front what it has passed last; the hands go from
  /// the back to the front and round again.
  Object ahead(Object object) const {
    const Object next = ring_[object].previous;
    return next == ring_.end() ? ring_.back() : next;
  }
  void enter(Object object) {
    ring_.push_front(object);
    if (cold_hand_ == ring_.end()) cold_hand_ = trial_hand_ = object;
  }
  void leave(Object object) {
    const Object next = ahead(object) == object ? ring_.end() : ahead(object);
    if (cold_hand_ == object) cold_hand_ = next;
    if (trial_hand_ == object) trial_hand_ = next;
    ring_.remove(object);
  }

  void count(Object object, std::int64_t sign) {
    const State state = ring_[object].state;
    if (state == State::unknown) return;
    const Kind kind = state == State::hot ? hot : state == State::cold ? cold : gone;
    used_[kind] += static_cast<std::uint64_t>(sign * static_cast<std::int64_t>(sizes_.of(object)));
    count_[kind] += static_cast<std::uint64_t>(sign);
  }
  void set_state(Object object, State state) {
    count(object, -1);
    ring_[object].state = state;
    count(object, +1);
  }
  void drop_name(Object object) {
    leave(object);
    set_state(object, State::unknown);
  }
  /// A trial ends without a request.
  void fail_trial(Object object) {
    cold_share_ -= std::min<std::uint64_t>(cold_share_ - 1, sizes_.of(object));
    ring_[object].on_trial = false;
    if (ring_[object].state == State::gone) drop_name(object);
  }
  bool can_fail(Object object) const { return ring_[object].on_trial && !ring_[object].referenced; }

  template <typename Listener>
  void turn_cold_hand(std::uint64_t request, Listener& listener) {
    if (count_[cold] == 0) turn_hot_hand();
    while (ring_[cold_hand_].state != State::cold) cold_hand_ = ahead(cold_hand_);
    const Object object = cold_hand_;
    cold_hand_ = ahead(object);
    Node& node = ring_[object];
    if (node.referenced) {
      node.referenced = false;
      leave(object);
      enter(object);
      if (node.on_trial) {
        node.on_trial = false;
        set_state(object, State::hot);
        cold_share_ = std::min(capacity_, cold_share_ + sizes_.of(object));
        cool();
      } else {
        node.on_trial = true;
      }
      return;
    }
    set_state(object, State::gone);
    if (!node.on_trial) drop_name(object);
    listener.evicted(request, object);
    while (used_[gone] > capacity_) turn_trial_hand();
  }
  void turn_trial_hand() {
    while (!can_fail(trial_hand_)) trial_hand_ = ahead(trial_hand_);
    const Object object = trial_hand_;
    trial_hand_ = ahead(object);
    fail_trial(object);
  }
  /// Until one hot object has become cold. There must be one.
  void turn_hot_hand() {
    while (true) {
      const Object object = ring_.back();
      Node& node = ring_[object];
      if (can_fail(object)) {
        fail_trial(object);
        if (node.state == State::unknown) continue;
      }
      ring_.move_to_front(object);
      if (node.state != State::hot) continue;
      if (!node.referenced) {
        set_state(object, State::cold);
        return;
      }
      node.referenced = false;
    }
  }
  void cool() {
    while (used_[hot] > capacity_ - cold_share_ && count_[hot] > 0) turn_hot_hand();
  }

  Lists<1, Node> ring_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t cold_share_;
  std::uint64_t used_[3] = {};
  std::uint64_t count_[3] = {};
  Object cold_hand_;
  Object trial_hand_;
};

}  // namespace syswright::cache
