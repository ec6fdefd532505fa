#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <vector>

#include "domains/cache/host_resident.h"

namespace syswright::cache {

/// Residents by the score they got at their last touch: the highest leaves; of equals, the least recently touched.
///
/// The order is exact, but made only where it is needed. A threshold splits the scores: residents above it stand in a
/// sorted run, or, if they came there after the run was made, in a heap; the others stand nowhere. So a touch that
/// leaves a resident below the threshold, which is what a touch does to most, costs nothing but a note. When run and
/// heap are used up, a new threshold is chosen so that about a quarter of the residents lie above it. An entry is dead
/// when its resident was touched again or has left; it is dropped when it is met.
/// O(1) a touch below the threshold, amortised O(log residents) for the rest. Memory: at most about 64 bytes a
/// resident. Slots follow Contents: the last one takes the place of one that leaves. Copying forks it.
class LazyQueue {
 public:
  void reserve(std::size_t residents) { places_.reserve(residents); }

  /// Scores a resident at its touch; slot is one past the last for a new one. No two touches have the same position.
  void touch(Slot slot, Object object, double score, Position now) {
    const std::uint64_t rank = rank_of(score);
    if (slot == places_.size()) {
      places_.push_back({rank, now, object});
    } else {
      places_[slot] = {rank, now, object};
    }
    // One at the threshold comes after all of the run, as it is touched later.
    if (rank < threshold_) push(places_[slot]);
  }

  /// The slot that leaves next. residents.find(object): its slot, or a number past the slots. Needs a resident.
  template <typename Residents>
  Slot top(const Residents& residents) {
    for (;;) {
      const Slot in_run = front_of_run(residents);
      const Slot in_heap = front_of_heap(residents);
      if (in_run == none && in_heap == none) {
        refill();
        continue;
      }
      from_run_ = in_heap == none || (in_run != none && run_[next_] < heap_.front());
      return from_run_ ? in_run : in_heap;
    }
  }

  /// Takes out what top() gave, which must be `slot`.
  void remove_top(Slot slot) {
    if (from_run_) {
      ++next_;
    } else {
      pop();
    }
    places_[slot] = places_.back();
    places_.pop_back();
  }

  [[gnu::always_inline]] void prefetch(Slot slot) const { __builtin_prefetch(places_.data() + slot, 1); }

 private:
  static constexpr Slot none = ~Slot{0};
  static constexpr std::size_t slack = 64;

  /// A resident's score as it was at a touch.
  struct Entry {
    std::uint64_t rank;
    Position touch;
    Object object;
    friend bool operator<(const Entry& a, const Entry& b) {
      return a.rank < b.rank || (a.rank == b.rank && a.touch < b.touch);
    }
    friend bool operator>(const Entry& a, const Entry& b) { return b < a; }
  };
  static_assert(sizeof(Entry) == 16);

  /// Orders as the scores do, but backwards: the lowest rank leaves first. Both zeros have one rank.
  static std::uint64_t rank_of(double score) {
    const auto bits = std::bit_cast<std::uint64_t>(score + 0.0);
    return bits >> 63 == 0 ? ~bits & ~(std::uint64_t{1} << 63) : bits;
  }

  /// The resident that an entry stands for; none if the entry is dead.
  template <typename Residents>
  Slot resident_of(const Entry& entry, const Residents& residents) const {
    const Slot slot = residents.find(entry.object);
    return slot < places_.size() && places_[slot].touch == entry.touch ? slot : none;
  }

  template <typename Residents>
  Slot front_of_run(const Residents& residents) {
    for (; next_ < run_.size(); ++next_) {
      fetch_ahead(residents);
      const Slot slot = resident_of(run_[next_], residents);
      if (slot != none) return slot;
    }
    return none;
  }

  /// Residents leave in the order of the run, which is known well before.
  template <typename Residents>
  [[gnu::always_inline]] void fetch_ahead(const Residents& residents) const {
    if (next_ + 12 < run_.size()) residents.prefetch_where(run_[next_ + 12].object);
    if (next_ + 6 >= run_.size()) return;
    const Slot slot = residents.find(run_[next_ + 6].object);
    if (slot >= places_.size()) return;
    prefetch(slot);
    residents.prefetch_slot(slot);
  }

  template <typename Residents>
  Slot front_of_heap(const Residents& residents) {
    while (!heap_.empty()) {
      const Slot slot = resident_of(heap_.front(), residents);
      if (slot != none) return slot;
      pop();
    }
    return none;
  }

  void push(const Entry& entry) {
    if (heap_.size() > places_.size() + slack) return refill();  // most are dead; the places know the new entry
    heap_.push_back(entry);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }
  void pop() {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    heap_.pop_back();
  }

  /// Makes a new run of the residents that are to leave first. O(residents), and the sorting of the run.
  void refill();
  std::uint64_t quarter_of_a_sample() const;
  void collect();
  void sort_run();
  template <typename Key>
  void scatter_twice(const Key& key);
  template <typename Key>
  void scatter(const Key& key);
  bool finish_by_insertion();

  std::vector<Entry> places_;    // of each slot
  std::uint64_t threshold_ = 0;  // of the last run; lower ranks are in run or heap
  std::vector<Entry> run_;       // sorted; what is before next_ has left
  std::size_t next_ = 0;
  std::vector<Entry> heap_;
  std::vector<Entry> scratch_;
  bool from_run_ = false;  // where the top stands
};

}  // namespace syswright::cache
