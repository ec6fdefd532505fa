#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "domains/flash_cache/setup.h"

namespace syswright::flash_cache {

/// What flash holds. Objects are appended to an open region, which is written whole when the next object does not fit;
/// regions are reclaimed in the order in which they were written, whole. With sets, small objects go to the page that
/// their key hashes to, of which the oldest leave, and the page is rewritten. Names of what it holds are kept in DRAM,
/// for free. A copy forks it. O(1) a look-up.
/// Source: Berg et al., "The CacheLib Caching Engine", OSDI 2020, section 4 (large and small object cache); the regions
/// are also those of RIPQ (FAST 2015) and of the log in Kangaroo (SOSP 2021).
class Flash {
 public:
  struct Copy {
    std::uint32_t bytes = 0;    ///< 0: not on flash
    std::uint32_t hits = 0;     ///< since it was last written
    std::uint64_t region = 0;   ///< number of its region, counted from the first; of no meaning in a set
    std::uint32_t written = 0;  ///< position of the request at which it was
  };

  explicit Flash(const Setup& setup)
      : setup_(&setup), copies_(setup.requests->keys.size()), log_(setup.regions), sets_(setup.sets) {}

  bool has(Object object) const { return copies_[object].bytes != 0; }
  Copy& operator[](Object object) { return copies_[object]; }
  const Copy& operator[](Object object) const { return copies_[object]; }

  bool fits(std::uint32_t bytes) const { return fill_ + bytes <= setup_->region; }

  /// Ends the open region and opens the next one. What that one holds is lost: gives it, oldest first, for whoever
  /// wants to keep some of it.
  std::vector<Object> turn() {
    ++open_;
    fill_ = 0;
    std::vector<Object>& region = log_[open_ % setup_->regions];
    std::vector<Object> reclaimed;
    const std::uint64_t old = open_ - setup_->regions;
    for (const Object object : region) {
      if (has(object) && copies_[object].region == old) reclaimed.push_back(object);
    }
    region.clear();
    return reclaimed;
  }

  /// Needs room in the open region.
  void append(Object object, std::uint32_t bytes, std::uint32_t position) {
    fill_ += bytes;
    log_[open_ % setup_->regions].push_back(object);
    copies_[object] = {bytes, 0, open_, position};
  }

  /// Rewrites the object's set with it.
  void put(Object object, std::uint32_t bytes, std::uint32_t position) {
    Set& set = sets_[mix64(setup_->requests->keys[object]) % setup_->sets];
    while (set.fill + bytes > set_bytes) {
      set.fill -= copies_[set.objects.front()].bytes;
      forget(set.objects.front());
      set.objects.erase(set.objects.begin());
    }
    set.objects.push_back(object);
    set.fill += bytes;
    copies_[object] = {bytes, 0, 0, position};
  }

  void forget(Object object) { copies_[object].bytes = 0; }

 private:
  struct Set {
    std::vector<Object> objects;  ///< oldest first
    std::uint64_t fill = 0;
  };
  const Setup* setup_;
  std::vector<Copy> copies_;              ///< [objects]
  std::vector<std::vector<Object>> log_;  ///< [regions]
  std::uint64_t open_ = setup_->regions;  ///< number of the open region; the first lap is empty
  std::uint64_t fill_ = 0;                ///< of the open region
  std::vector<Set> sets_;
};

}  // namespace syswright::flash_cache
