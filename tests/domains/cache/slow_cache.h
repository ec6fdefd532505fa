#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "domains/cache/features.h"
#include "domains/cache/host_contents.h"
#include "domains/cache/requests.h"

/// What the page of the cache domain says about features, written down plainly: every object keeps the list of its
/// remembered accesses, and the ghost list is the list of all departures. Shares no code with Contents.
namespace syswright::cache {

class SlowCache {
 public:
  struct Object {
    std::uint64_t size = 1;
    std::vector<std::uint64_t> accesses;  ///< events, as far as remembered, the present one last
    std::vector<double> times;
    std::uint64_t inserted = 0;
    double inserted_time = 0;
    std::uint64_t hits = 0;
    bool ghost = false;
    std::uint64_t ghost_hits = 0;
    std::uint64_t ghost_age = 0;
    float heat = 1;
    double score = 0;
  };

  SlowCache(const Requests& requests, const Capacity& capacity) : requests_(requests), capacity_(capacity) {
    double expected = static_cast<double>(capacity.amount);
    if (capacity.in_bytes) {
      expected *= static_cast<double>(requests.object_count()) / static_cast<double>(requests.footprint_bytes);
    }
    expected_ = std::max(1.0, std::floor(expected));
  }

  /// Moves to a request. Returns whether its object is in the cache.
  bool arrive(std::uint64_t event) {
    event_ = event;
    key_ = requests_.trace.keys[event];
    size_ = capacity_.in_bytes ? requests_.request_bytes(event) : 1;
    return residents.count(key_) != 0;
  }
  bool too_large() const { return size_ > capacity_.amount; }
  bool fits() const { return used_ + size_ <= capacity_.amount; }

  void hit() {
    Object& object = residents.at(key_);
    access(object);
    ++object.hits;
  }

  /// Makes `incoming` of the requested object and what the ghost list knows.
  void miss() {
    incoming = {};
    const auto ghost = find_ghost(key_);
    if (ghost != departures_.end()) {
      const Object& old = ghost->object;
      incoming.accesses = old.accesses;
      incoming.times = old.times;
      incoming.heat = old.heat;
      incoming.ghost = true;
      incoming.ghost_hits = old.hits;
      incoming.ghost_age = event_ - ghost->left;
      ghost->returned = true;
    }
    incoming.size = size_;
    incoming.inserted = event_;
    incoming.inserted_time = time();
    access(incoming);
  }
  void refuse() { departures_.push_back({key_, incoming, event_, false}); }
  void evict(std::uint64_t key) {
    used_ -= residents.at(key).size;
    departures_.push_back({key, residents.at(key), event_, false});
    residents.erase(key);
  }
  void insert() {
    residents[key_] = incoming;
    used_ += size_;
  }

  double feature(const std::string& name, std::size_t element, const Object& object) const {
    const std::size_t count = object.accesses.size();
    const auto gap = [&](std::size_t i) {
      return count >= i + 2 ? static_cast<double>(object.accesses[count - 1 - i] - object.accesses[count - 2 - i])
                            : 1e9;
    };
    if (name == "hits") return static_cast<double>(object.hits);
    if (name == "age") return time() - object.times.back();
    if (name == "recency") return static_cast<double>(event_ - object.accesses.back());
    if (name == "residence") return static_cast<double>(event_ - object.inserted);
    if (name == "tenure") return time() - object.inserted_time;
    if (name == "size") return static_cast<double>(object.size);
    if (name == "last_access") return static_cast<double>(object.accesses.back());
    if (name == "inserted") return static_cast<double>(object.inserted);
    if (name == "gap") return gap(0);
    if (name == "gaps") return gap(element);
    if (name == "ghost") return object.ghost ? 1 : 0;
    if (name == "ghost_hits") return static_cast<double>(object.ghost_hits);
    if (name == "ghost_age") return static_cast<double>(object.ghost_age);
    if (name == "accesses") return static_cast<double>(count);
    if (name == "heat") return object.heat;
    if (name == "now") return static_cast<double>(event_);
    if (name == "clock") return time();
    if (name == "entries") return static_cast<double>(residents.size());
    if (name == "capacity") return static_cast<double>(capacity_.amount);
    if (name == "fill") return static_cast<double>(used_) / static_cast<double>(capacity_.amount);
    return std::nan("");  // not modelled
  }

  std::map<std::uint64_t, Object> residents;
  Object incoming;

 private:
  struct Departure {
    std::uint64_t key;
    Object object;
    std::uint64_t left;
    bool returned;
  };

  double time() const {
    const std::vector<double>& times = requests_.trace.times;
    return times.empty() ? static_cast<double>(event_) : times[event_] - times[0];
  }

  void access(Object& object) {
    if (!object.accesses.empty()) {
      const auto gap = static_cast<double>(event_ - object.accesses.back());
      object.heat = static_cast<float>(1 + object.heat * std::exp2(-gap / expected_));
    }
    object.accesses.push_back(event_);
    object.times.push_back(time());
  }

  /// Among the last departures, 2 for each expected object.
  std::vector<Departure>::iterator find_ghost(std::uint64_t key) {
    const auto remembered = static_cast<std::size_t>(ghost_multiple) * static_cast<std::size_t>(expected_);
    const std::size_t first = departures_.size() - std::min(departures_.size(), remembered);
    for (std::size_t i = departures_.size(); i-- > first;) {
      if (departures_[i].key == key && !departures_[i].returned) {
        return departures_.begin() + static_cast<std::ptrdiff_t>(i);
      }
    }
    return departures_.end();
  }

  const Requests& requests_;
  Capacity capacity_;
  double expected_ = 1;
  std::uint64_t event_ = 0;
  std::uint64_t key_ = 0;
  std::uint64_t size_ = 1;
  std::uint64_t used_ = 0;
  std::vector<Departure> departures_;
};

}  // namespace syswright::cache
