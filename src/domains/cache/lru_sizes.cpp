#include "domains/cache/lru_sizes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "domains/cache/native/lists.h"

namespace syswright::cache {
namespace {

constexpr std::size_t most_capacities = 250;

/// A queue by recency, cut into zones: zone z holds what cache z (by rising size) holds and cache z - 1 does not.
class ZonedQueue {
 public:
  ZonedQueue(std::size_t objects, std::vector<std::uint64_t> rising)
      : queue_(objects), sizes_(std::move(rising)), last_(sizes_.size(), nowhere) {}

  /// The zone in which the object was found; the number of zones: nowhere.
  std::size_t request(Object object) {
    if (!queue_.contains(object)) {
      enter(object);
      return sizes_.size();
    }
    const std::size_t zone = queue_[object].zone;
    if (object != queue_.front()) {
      rise(object, zone);
    }
    return zone;
  }

  void prefetch_far(Object object) const { queue_.prefetch(object); }
  void prefetch_near(Object object) const { queue_.prefetch_neighbours(object); }

 private:
  struct Node : Links {
    std::uint32_t zone = 0;
  };

  void enter(Object object) {
    queue_.push_front(object);
    queue_[object].zone = 0;
    ++length_;
    for (std::size_t zone = 0; zone < full_; ++zone) pass_on(zone);
    if (full_ == sizes_.size()) {
      // The largest cache was full: what left its last zone is gone.
      queue_.remove(queue_.back());
      --length_;
    } else if (length_ == sizes_[full_]) {
      last_[full_++] = queue_.back();
    }
  }

  void rise(Object object, std::size_t zone) {
    if (zone < full_ && last_[zone] == object) last_[zone] = queue_[object].previous;
    queue_.move_to_front(object);
    for (std::size_t before = 0; before < zone; ++before) pass_on(before);
    queue_[object].zone = 0;
  }

  /// A zone's last object is pushed over its end.
  void pass_on(std::size_t zone) {
    const Object over = last_[zone];
    Node& node = queue_[over];
    node.zone = static_cast<std::uint32_t>(zone + 1);
    last_[zone] = node.previous;
    queue_.prefetch(last_[zone]);
  }

  Lists<1, Node> queue_;
  std::vector<std::uint64_t> sizes_;  // rising
  std::vector<Object> last_;          // [zones] at the place that is the cache's size; those below full_
  std::size_t full_ = 0;              // caches that are
  std::uint64_t length_ = 0;
};

struct Zone {
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;
};

/// False if it was stopped.
bool serve(const Requests& requests, std::uint64_t from, std::uint64_t to, ZonedQueue& queue, std::vector<Zone>& zones,
           const std::stop_token& stop) {
  const Object* objects = requests.objects.data();
  const std::uint64_t last = requests.size() - 1;
  for (std::uint64_t i = from; i < to; ++i) {
    if (i % stop_interval == 0 && stop.stop_requested()) return false;
    queue.prefetch_far(objects[std::min(i + detail::prefetch_far, last)]);
    queue.prefetch_near(objects[std::min(i + detail::prefetch_near, last)]);
    Zone& zone = zones[queue.request(objects[i])];
    ++zone.requests;
    zone.bytes += requests.request_bytes(i);
  }
  return true;
}

}  // namespace

std::vector<Counts> replay_lru_sizes(const Requests& requests, const Window& window,
                                     std::span<const std::uint64_t> capacities, const std::stop_token& stop) {
  if (capacities.empty() || capacities.size() > most_capacities) {
    throw InputError(
        fmt::format("LRU can be run at 1 to {} sizes at once, not {}", most_capacities, capacities.size()));
  }
  std::vector<std::uint64_t> rising(capacities.begin(), capacities.end());
  std::ranges::sort(rising);
  rising.erase(std::unique(rising.begin(), rising.end()), rising.end());
  check(requests, window, {rising.front(), false});

  ZonedQueue queue(requests.object_count(), rising);
  std::vector<Zone> zones(rising.size() + 1);
  if (serve(requests, window.begin, window.counted, queue, zones, stop)) {
    std::ranges::fill(zones, Zone{});
    serve(requests, window.counted, window.end, queue, zones, stop);
  }
  // Cache z misses what was found beyond zone z.
  std::vector<Counts> by_size(rising.size());
  Counts counts;
  for (const Zone& zone : zones) {
    counts.requests += zone.requests;
    counts.bytes_requested += zone.bytes;
  }
  Zone missed;
  for (std::size_t zone = rising.size(); zone-- > 0;) {
    missed.requests += zones[zone + 1].requests;
    missed.bytes += zones[zone + 1].bytes;
    by_size[zone] = counts;
    by_size[zone].misses = missed.requests;
    by_size[zone].bytes_missed = by_size[zone].bytes_written = missed.bytes;
  }
  std::vector<Counts> result;
  for (const std::uint64_t capacity : capacities) {
    result.push_back(by_size[static_cast<std::size_t>(std::ranges::lower_bound(rising, capacity) - rising.begin())]);
  }
  return result;
}

}  // namespace syswright::cache
