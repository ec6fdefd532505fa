#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/digest.h"

namespace syswright::tiering {

using Page = std::uint32_t;

inline constexpr std::uint32_t line_bytes = 64;
inline constexpr std::uint32_t page_bytes = 4096;
inline constexpr std::uint32_t page_lines = page_bytes / line_bytes;

/// What a program accessed in memory, counted by page and tick. A tick is a fixed number of accesses, so that a run is
/// the same wherever its pages lie, and only the time that a tick takes differs. Immutable once made.
struct PageRun {
  std::string name;
  std::vector<std::uint64_t> addresses;    ///< [pages] page number in the program's own address space
  std::vector<std::uint32_t> born;         ///< [pages] tick in which the page came to be; 0: there from the start
  std::vector<std::uint64_t> start;        ///< [ticks + 1] first entry of each tick
  std::vector<Page> page;                  ///< [entries] in ascending order within a tick
  std::vector<std::uint32_t> reads;        ///< [entries] loads
  std::vector<std::uint32_t> writes;       ///< [entries] stores
  std::vector<std::uint64_t> tick_reads;   ///< [ticks]
  std::vector<std::uint64_t> tick_writes;  ///< [ticks]
  Digest digest;                           ///< of all of the above but the name

  std::uint32_t pages() const { return static_cast<std::uint32_t>(addresses.size()); }
  std::uint32_t ticks() const { return static_cast<std::uint32_t>(tick_reads.size()); }
  std::uint64_t accesses() const;
};

/// Digest and sums per tick, of what stands in the other members. Asserts that these fit together.
void complete(PageRun& run);

struct RecordOptions {
  std::uint64_t accesses = 16384;  ///< to memory, a tick
  std::uint32_t ticks = 0;         ///< that are recorded at most; 0: no limit
  std::uint32_t cache_lines = 0;   ///< of a direct-mapped cache before the memory, a power of two; 0: there is none
};

/// Counts accesses as a program makes them. Those that hit a direct-mapped cache of lines never reach the memory and
/// are not counted; lines that leave the cache are not written back. Pages are numbered by address from 0.
class PageRecorder {
 public:
  explicit PageRecorder(const RecordOptions& options);

  /// address: in bytes; pages up to it come to be. Without effect once full().
  void touch(std::uint64_t address, bool store);
  /// Whether all ticks are recorded.
  bool full() const { return options_.ticks != 0 && ticks_ == options_.ticks; }
  /// Pages below `address` are there from the start.
  void reserve(std::uint64_t address);
  std::uint32_t ticks() const { return ticks_; }
  /// Whole ticks only; where there is none, the one that was begun. addresses: of the pages, or empty: their numbers.
  PageRun finish(std::string name, std::vector<std::uint64_t> addresses = {});

 private:
  void count(Page page, bool store);
  void end_tick();

  RecordOptions options_;
  std::vector<std::uint64_t> tags_;  ///< [cache lines] line that is held, plus 1
  std::vector<std::uint32_t> reads_;
  std::vector<std::uint32_t> writes_;
  std::vector<Page> touched_;
  std::vector<std::uint32_t> born_;
  std::uint64_t in_tick_ = 0;
  std::uint32_t ticks_ = 0;
  PageRun run_;
};

}  // namespace syswright::tiering
