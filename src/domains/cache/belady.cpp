#include "domains/cache/belady.h"

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "domains/cache/native/setup.h"
#include "domains/cache/position_set.h"

namespace syswright::cache {

namespace {

/// Residents by the place of their next request, which no two share. A request is a hit if its own place is in the set.
class Residents {
 public:
  Residents(const Requests& requests, const Window& window)
      : objects_(requests.objects.data() + window.begin),
        begin_(window.begin),
        next_(next_requests(requests, window.begin, window.end)),
        coming_(next_.size()) {}

  std::uint32_t place(std::uint64_t request) const { return static_cast<std::uint32_t>(request - begin_); }
  std::uint32_t next(std::uint32_t place) const { return next_[place]; }
  bool is_hit(std::uint32_t place) const { return coming_.contains(place); }
  /// The object of the request at `place` stays, or comes in.
  void keep(std::uint32_t place) {
    if (next_[place] == never) {
      done_.push_back(objects_[place]);
    } else {
      coming_.insert(next_[place]);
    }
  }
  void expect(std::uint32_t place) { coming_.insert(place); }
  void forget(std::uint32_t place) { coming_.erase(place); }
  /// Place of the farthest next request; `never` if a resident has none.
  std::uint32_t farthest() const { return done_.empty() ? static_cast<std::uint32_t>(coming_.largest()) : never; }
  Object remove_farthest() {
    if (!done_.empty()) {
      const Object object = done_.back();
      done_.pop_back();
      return object;
    }
    const std::size_t place = coming_.largest();
    coming_.erase(place);
    return objects_[place];
  }

 private:
  const Object* objects_;
  std::uint64_t begin_;
  std::vector<std::uint32_t> next_;
  PositionSet coming_;
  std::vector<Object> done_;  ///< residents without a request to come
};

template <typename Sizes>
class Belady {
 public:
  Belady(const Requests& requests, const Window& window, std::uint64_t capacity)
      : residents_(requests, window), sizes_(requests.object_count()), capacity_(capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    const std::uint32_t place = residents_.place(request);
    if (residents_.is_hit(place)) {
      residents_.forget(place);
      residents_.keep(place);
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) {
      const Object victim = residents_.remove_farthest();
      used_ -= sizes_.of(victim);
      listener.evicted(request, victim);
    }
    used_ += size;
    sizes_.set(object, size);
    residents_.keep(place);
    return Reply::inserted;
  }

 private:
  Residents residents_;
  Sizes sizes_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
};

/// Residents of nearly one size, the farthest on top. Entries of hits before now lie at the bottom, where they do no
/// harm, until there are too many.
class SizeClass {
 public:
  bool known() const { return known_; }
  void add(std::uint32_t next, Object object, std::uint32_t now) {
    known_ = true;
    if (heap_.size() > 2 * live_ + 64) drop_past(now);
    heap_.push_back({next, object});
    std::push_heap(heap_.begin(), heap_.end());
  }
  void gained() { ++live_; }
  void lost() { --live_; }
  bool has_coming(std::uint32_t now) const { return !heap_.empty() && heap_.front().next > now; }
  std::uint32_t farthest() const { return heap_.front().next; }
  Object top() const { return heap_.front().object; }
  void pop() {
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
  }

 private:
  struct Entry {
    std::uint32_t next;
    Object object;
    bool operator<(const Entry& other) const { return next < other.next; }
  };
  void drop_past(std::uint32_t now) {
    std::erase_if(heap_, [now](const Entry& entry) { return entry.next <= now; });
    std::make_heap(heap_.begin(), heap_.end());
  }
  std::vector<Entry> heap_;
  std::size_t live_ = 0;  ///< residents of this class with a request to come
  bool known_ = false;
};

template <typename Sizes>
class BeladySize {
 public:
  BeladySize(const Requests& requests, const Window& window, std::uint64_t capacity)
      : begin_(window.begin),
        next_(next_requests(requests, window.begin, window.end)),
        resident_(requests.object_count()),
        sizes_(requests.object_count()),
        classes_(class_of(~std::uint32_t{0}) + 1),
        capacity_(capacity) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    const auto now = static_cast<std::uint32_t>(request - begin_);
    if (resident_[object]) {
      classes_[class_of(sizes_.of(object))].lost();
      keep(object, now);
      return Reply::hit;
    }
    if (size > capacity_) return Reply::bypassed;
    while (used_ + size > capacity_) {
      const Object victim = remove_worst(now);
      resident_[victim] = false;
      used_ -= sizes_.of(victim);
      listener.evicted(request, victim);
    }
    used_ += size;
    sizes_.set(object, size);
    resident_[object] = true;
    keep(object, now);
    return Reply::inserted;
  }

 private:
  /// Sizes below 256 have a class each, larger ones share it if their first 8 binary digits agree.
  static std::size_t class_of(std::uint32_t size) {
    const int drop = std::max(0, static_cast<int>(std::bit_width(size)) - 8);
    return static_cast<std::size_t>(drop) * 128 + (size >> drop);
  }
  void keep(Object object, std::uint32_t now) {
    if (next_[now] == never) {
      done_.push_back(object);
      return;
    }
    const std::size_t number = class_of(sizes_.of(object));
    SizeClass& one = classes_[number];
    if (!one.known()) used_classes_.push_back(number);
    one.add(next_[now], object, now);
    one.gained();
  }
  Object remove_worst(std::uint32_t now) {
    if (!done_.empty()) {
      const Object object = done_.back();
      done_.pop_back();
      return object;
    }
    SizeClass* worst = nullptr;
    std::uint64_t most = 0;
    for (const std::size_t number : used_classes_) {
      SizeClass& one = classes_[number];
      if (!one.has_coming(now)) continue;
      const std::uint64_t space = std::uint64_t{one.farthest() - now} * sizes_.of(one.top());
      if (space <= most) continue;
      most = space;
      worst = &one;
    }
    const Object object = worst->top();
    worst->pop();
    worst->lost();
    return object;
  }

  std::uint64_t begin_;
  std::vector<std::uint32_t> next_;
  std::vector<bool> resident_;
  Sizes sizes_;
  std::vector<SizeClass> classes_;
  std::vector<std::size_t> used_classes_;  ///< in the order of their first use
  std::vector<Object> done_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
};

template <template <typename> typename Policy, typename Sizes>
ReplayResult run(const Requests& requests, const Window& window, const Capacity& capacity,
                 const ClairvoyantOptions& options) {
  Policy<Sizes> policy(requests, window, capacity.amount);
  if (options.log != nullptr) {
    LogListener listener(requests, *options.log);
    return detail::replay<Sizes::in_bytes>(requests, window, policy, listener, options.stop);
  }
  NoListener listener;
  return detail::replay<Sizes::in_bytes>(requests, window, policy, listener, options.stop);
}

}  // namespace

std::vector<std::uint32_t> next_requests(const Requests& requests, std::uint64_t begin, std::uint64_t end) {
  if (end - begin >= never) throw InputError("a window of 2^32 - 1 requests or more is too long for a bound");
  std::vector<std::uint32_t> next(end - begin);
  std::vector<std::uint32_t> coming(requests.object_count(), never);
  for (std::size_t place = next.size(); place-- > 0;) {
    const Object object = requests.objects[begin + place];
    next[place] = coming[object];
    coming[object] = static_cast<std::uint32_t>(place);
  }
  return next;
}

std::uint64_t fewest_misses(const Requests& requests, const Window& window, std::uint64_t capacity) {
  check(requests, window, {capacity, false});
  const Window counted{window.counted, window.counted, window.end};
  Residents residents(requests, counted);
  std::uint64_t used = 0;

  // Of the objects seen before, those whose first request to come is soonest: the first in order of time.
  std::vector<bool> seen(requests.object_count());
  for (std::uint64_t i = window.begin; i < window.counted; ++i) seen[requests.objects[i]] = true;
  for (std::uint64_t i = window.counted; i < window.end && used < capacity; ++i) {
    if (!seen[requests.objects[i]]) continue;
    seen[requests.objects[i]] = false;
    residents.expect(residents.place(i));
    ++used;
  }

  std::uint64_t misses = 0;
  for (std::uint32_t place = 0; place < window.end - window.counted; ++place) {
    if (residents.is_hit(place)) {
      residents.forget(place);
      if (residents.next(place) == never) {
        --used;
      } else {
        residents.keep(place);
      }
      continue;
    }
    ++misses;
    if (residents.next(place) == never) continue;
    if (used == capacity) {
      if (residents.farthest() <= residents.next(place)) continue;
      residents.remove_farthest();
      --used;
    }
    residents.keep(place);
    ++used;
  }
  return misses;
}

ReplayResult replay_belady(const Requests& requests, const Window& window, const Capacity& capacity,
                           const ClairvoyantOptions& options) {
  check(requests, window, capacity);
  return capacity.in_bytes ? run<Belady, StoredSizes>(requests, window, capacity, options)
                           : run<Belady, UnitSizes>(requests, window, capacity, options);
}

ReplayResult replay_belady_size(const Requests& requests, const Window& window, const Capacity& capacity,
                                const ClairvoyantOptions& options) {
  check(requests, window, capacity);
  return capacity.in_bytes ? run<BeladySize, StoredSizes>(requests, window, capacity, options)
                           : run<BeladySize, UnitSizes>(requests, window, capacity, options);
}

}  // namespace syswright::cache
