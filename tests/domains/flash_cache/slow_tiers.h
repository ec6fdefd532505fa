#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "domain/evaluation.h"
#include "domains/flash_cache/setup.h"
#include "domains/flash_cache/wear.h"

/// The page of the domain, written down plainly: every question is answered by walking lists. For DRAM of at most 32
/// objects, all of which are then candidates.
namespace syswright::flash_cache {

class SlowTiers {
 public:
  SlowTiers(const Setup& setup, std::string policy) : setup_(setup), policy_(std::move(policy)) {
    log_.resize(setup.regions);
    sets_.resize(setup.sets);
    const double mean =
        static_cast<double>(setup.requests->footprint) / static_cast<double>(setup.requests->keys.size());
    epoch_ = std::floor(
        std::max(1.0, 10 * static_cast<double>(setup.dram + setup.region * setup.regions + 4096 * setup.sets) / mean));
  }

  void run() {
    for (now_ = setup_.begin; now_ < setup_.end; ++now_) request();
  }

  DecisionLog log;
  std::uint64_t dram_hits = 0, flash_hits = 0, misses = 0, missed_bytes = 0, regions_written = 0, pages_written = 0,
                admitted = 0;
  std::size_t most_residents = 0;

 private:
  struct Item {
    std::uint64_t key;
    std::uint64_t bytes;
    std::uint64_t hits;
    std::uint64_t since;  // request
  };
  using Items = std::vector<Item>;

  static Item* find(Items& items, std::uint64_t key) {
    for (Item& item : items) {
      if (item.key == key) return &item;
    }
    return nullptr;
  }
  Item* on_flash(std::uint64_t key) {
    for (Items& region : log_) {
      if (Item* item = find(region, key)) return item;
    }
    for (Items& set : sets_) {
      if (Item* item = find(set, key)) return item;
    }
    return nullptr;
  }
  static std::uint64_t bytes(const Items& items) {
    std::uint64_t sum = 0;
    for (const Item& item : items) sum += item.bytes;
    return sum;
  }
  bool counted() const { return now_ >= setup_.counted; }
  double seconds() const { return setup_.requests->time(now_) - setup_.requests->time(setup_.begin); }
  bool allowed(double more) const {
    if (setup_.writes_a_day == 0) return true;
    const double flash = static_cast<double>(setup_.region * setup_.regions + 4096 * setup_.sets);
    const double rate = setup_.writes_a_day * flash / 86400;
    return device_ + more <= 2.0 * static_cast<double>(setup_.region) + rate * 3600 + rate * seconds() + 1e-6;
  }
  /// Requests so far, halved at the end of each epoch.
  std::uint64_t accesses(std::uint64_t key) const {
    std::uint64_t count = 0;
    double epoch = 0;
    for (std::uint64_t i = setup_.begin; i <= now_; ++i) {
      const double here = std::floor(static_cast<double>(i - setup_.begin) / epoch_);
      for (; epoch < here; ++epoch) count /= 2;
      if (setup_.requests->trace.keys[i] == key) ++count;
    }
    return std::clamp<std::uint64_t>(count, 1, 255);
  }
  std::uint64_t last_request(std::uint64_t key) const {
    for (std::uint64_t i = now_ + 1; i-- > setup_.begin;) {
      if (setup_.requests->trace.keys[i] == key) return i;
    }
    return 0;
  }

  void request() {
    const std::uint64_t key = setup_.requests->trace.keys[now_];
    const std::uint64_t asked = setup_.requests->trace.sizes[now_];
    if (Item* item = find(dram_, key)) {
      ++item->hits;
      dram_hits += counted() ? 1 : 0;
      return;
    }
    std::uint64_t size = asked;
    if (Item* copy = on_flash(key)) {
      ++copy->hits;
      size = copy->bytes;
      flash_hits += counted() ? 1 : 0;
    } else if (counted()) {
      ++misses;
      missed_bytes += asked;
    }
    if (size > setup_.dram) return;
    while (bytes(dram_) + size > setup_.dram) evict();
    dram_.push_back({key, size, 0, now_});
    most_residents = std::max(most_residents, dram_.size());
  }

  void evict() {
    std::size_t worst = 0;
    for (std::size_t i = 1; i < dram_.size(); ++i) {
      const bool fifo = policy_ == "fifo_all";
      const std::uint64_t here = fifo ? dram_[i].since : last_request(dram_[i].key);
      const std::uint64_t there = fifo ? dram_[worst].since : last_request(dram_[worst].key);
      if (here < there) worst = i;
    }
    const Item gone = dram_[worst];
    dram_.erase(dram_.begin() + static_cast<std::ptrdiff_t>(worst));
    log.records.push_back({now_, 0, gone.key, 1});
    if (on_flash(gone.key) != nullptr) return;
    const bool small = !sets_.empty() && gone.bytes <= 2048;
    if (!small && 2 * gone.bytes > setup_.region) return;
    const double page = 4096 * random_write_amplification(setup_.spare);
    if (!allowed(small ? page : static_cast<double>(gone.bytes))) return;
    const bool takes = policy_ == "lru_none"                              ? false
                       : policy_ == "lru_hit"                             ? gone.hits > 0
                       : policy_ == "lru_second" || policy_ == "lru_keep" ? accesses(gone.key) >= 2
                                                                          : true;
    log.records.push_back({now_, 1, gone.key, takes ? 1.0 : 0.0});
    if (!takes) return;
    admitted += counted() ? gone.bytes : 0;
    if (small) {
      Items& set = sets_[mix64(gone.key) % sets_.size()];
      while (bytes(set) + gone.bytes > 4096) set.erase(set.begin());
      set.push_back({gone.key, gone.bytes, 0, now_});
      pages_written += counted() ? 1 : 0;
      device_ += page;
      return;
    }
    if (bytes(log_.back()) + gone.bytes > setup_.region) turn();
    write(gone.key, gone.bytes);
  }

  void write(std::uint64_t key, std::uint64_t size) {
    log_.back().push_back({key, size, 0, now_});
    device_ += static_cast<double>(size);
  }

  void turn() {
    regions_written += counted() ? 1 : 0;
    const Items old = log_.front();
    log_.erase(log_.begin());
    log_.emplace_back();
    std::uint64_t kept = 0;
    for (const Item& item : old) {
      if (2 * (kept + item.bytes) > setup_.region / 2 * 2 || !allowed(static_cast<double>(item.bytes))) continue;
      const bool keeps = policy_ == "lru_keep" && item.hits > 0;
      log.records.push_back({now_, 2, item.key, keeps ? 1.0 : 0.0});
      if (!keeps) continue;
      kept += item.bytes;
      write(item.key, item.bytes);
    }
  }

  const Setup& setup_;
  std::string policy_;
  double epoch_;
  std::uint64_t now_ = 0;
  double device_ = 0;
  Items dram_;
  std::vector<Items> log_;  // oldest region first
  std::vector<Items> sets_;
};

}  // namespace syswright::flash_cache
