#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "domains/cache/host_resident.h"

namespace syswright::cache {

/// Residents by the score they got at their last touch: the highest leaves; of equals, the least recently touched.
///
/// A 4-ary heap whose order is mended lazily. Every resident has one live entry, which is never below its true place: a
/// touch that lowers the resident's place (policies score a touched object as less evictable, as a rule) only notes the
/// new score, and the entry is put right when it comes to the top; a touch that raises it pushes a new live entry and
/// leaves the old one to be dropped when it surfaces. When dead entries outnumber live ones the heap is built anew, so
/// it holds at most about twice the residents. O(1) a touch that lowers, amortised O(log residents) for the rest.
/// Slots follow Contents: the last one takes the place of one that leaves. Copying forks it.
class LazyQueue {
 public:
  void reserve(std::size_t residents) {
    places_.reserve(residents);
    heap_.reserve(2 * residents + slack + 1);
  }

  /// Scores a resident at its touch; slot is one past the last for a new one. No two touches have the same position.
  void touch(Slot slot, Object object, double score, Position now) {
    if (slot == places_.size()) {
      places_.push_back({score, score, now, now, object});
      push({score, now, object});
      return;
    }
    Place& place = places_[slot];
    place.score = score;
    place.touched = now;
    if (score <= place.live_score) return;
    place.live_score = score;
    place.live_touch = now;
    push({score, now, object});
  }

  /// The slot that leaves next. find(object): its slot, or a number past the slots. Needs a resident.
  template <typename Find>
  Slot top(const Find& find) {
    for (;;) {
      const Entry first = heap_.front();
      const std::uint32_t slot = find(first.object);
      if (slot >= places_.size() || places_[slot].live_touch != first.touch) {
        pop();
        continue;
      }
      Place& place = places_[slot];
      if (place.touched == first.touch) return slot;
      place.live_score = place.score;
      place.live_touch = place.touched;
      sink({place.score, place.touched, first.object});
    }
  }

  /// Takes out what top() gave, which must be `slot`.
  void remove_top(Slot slot) {
    pop();
    places_[slot] = places_.back();
    places_.pop_back();
  }

  void prefetch(Slot slot) const { __builtin_prefetch(places_.data() + slot, 1); }

 private:
  static constexpr std::size_t slack = 64;

  struct Place {
    double score;
    double live_score;
    Position live_touch;  ///< names the live entry
    Position touched;
    Object object;
  };
  struct Entry {
    double score;
    Position touch;
    Object object;
    bool before(const Entry& other) const {
      return score > other.score || (score == other.score && touch < other.touch);
    }
  };
  static_assert(sizeof(Entry) == 16);

  void push(const Entry& entry) {
    if (heap_.size() > 2 * places_.size() + slack) return rebuild();
    std::size_t at = heap_.size();
    heap_.push_back(entry);
    while (at > 0) {
      const std::size_t parent = (at - 1) / 4;
      if (!entry.before(heap_[parent])) break;
      heap_[at] = heap_[parent];
      at = parent;
    }
    heap_[at] = entry;
  }

  void pop() {
    const Entry last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sink(last);
  }

  /// Puts an entry in the place of the first.
  void sink(Entry entry) { sink_from(0, entry); }

  void sink_from(std::size_t at, Entry entry) {
    const std::size_t size = heap_.size();
    for (;;) {
      const std::size_t child = 4 * at + 1;
      if (child >= size) break;
      std::size_t best = child;
      for (std::size_t other = child + 1; other < std::min(child + 4, size); ++other) {
        if (heap_[other].before(heap_[best])) best = other;
      }
      if (!heap_[best].before(entry)) break;
      heap_[at] = heap_[best];
      at = best;
    }
    heap_[at] = entry;
  }

  /// From the places, which know the entry about to be pushed already.
  void rebuild() {
    heap_.clear();
    for (Place& place : places_) {
      place.live_score = place.score;
      place.live_touch = place.touched;
      heap_.push_back({place.score, place.touched, place.object});
    }
    for (std::size_t at = heap_.size() / 4 + 1; at-- > 0;) {
      if (at < heap_.size()) sink_from(at, heap_[at]);
    }
  }

  std::vector<Place> places_;
  std::vector<Entry> heap_;
};

}  // namespace syswright::cache
