#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/digest.h"
#include "trace/cache_trace.h"

namespace syswright::flash_cache {

using Object = std::uint32_t;

/// A trace made ready for replay; immutable.
struct Requests {
  trace::CacheTrace trace;               ///< sizes are filled in where it has none
  std::vector<Object> objects;           ///< [requests] numbered in the order of their first requests
  std::vector<std::uint64_t> keys;       ///< [objects]
  std::vector<std::uint32_t> positions;  ///< [requests] of a miniature: where each stood before; empty: where it stands
  std::uint64_t footprint = 0;           ///< bytes of all objects, at their first requests
  Digest digest;

  std::size_t size() const { return objects.size(); }
  std::uint32_t bytes(std::size_t request) const { return trace.sizes[request]; }
  /// Seconds since the trace began; a trace without times has a request a second.
  double time(std::size_t request) const {
    return trace.times.empty() ? static_cast<double>(position(request)) : trace.times[request] - trace.times.front();
  }
  std::uint32_t position(std::size_t request) const {
    return positions.empty() ? static_cast<std::uint32_t>(request) : positions[request];
  }
};

/// Size of each object where a trace has none.
inline constexpr std::uint32_t usual_size = 4096;

/// Throws InputError for a trace without requests.
std::shared_ptr<const Requests> prepare(trace::CacheTrace trace, std::vector<std::uint32_t> positions = {});

/// Everything but the policy.
///
/// A request is looked up in DRAM, then on flash; an object found on flash is copied to DRAM, and stays on flash as
/// well. What was missed comes into DRAM, after as many evictions as it needs; an object larger than DRAM is bypassed.
/// An object counts the bytes of the request that brought it in until it has left both tiers. What leaves DRAM and is
/// not on flash is offered to flash, unless it is too large for it, or its bytes would pass the limit of writes.
struct Setup {
  std::shared_ptr<const Requests> requests;
  std::uint64_t begin = 0;  ///< requests from here to `counted` warm both tiers
  std::uint64_t counted = 0;
  std::uint64_t end = 0;
  std::uint64_t dram = 0;     ///< bytes
  std::uint64_t region = 0;   ///< bytes that are written at once, and reclaimed at once
  std::uint64_t regions = 0;  ///< that flash has, one of them open; at least 3
  std::uint64_t sets = 0;     ///< pages of set_bytes for small objects; 0: small objects go to the regions as well
  double spare = 0.07;        ///< of the device's space beyond what is used, as a share of that
  double writes_a_day = 0;    ///< limit: bytes that the device writes, over the bytes of flash; 0: none
  std::uint64_t seed = 1;
  double share = 1;  ///< of the objects, in a miniature
  std::string label;
  std::string setting;

  std::uint64_t flash() const;
  /// Largest object that flash takes: half a region.
  std::uint64_t largest() const { return region / 2; }
  bool goes_to_a_set(std::uint32_t bytes) const;
  std::uint64_t events() const { return end - begin; }
};

inline constexpr std::uint64_t set_bytes = 4096;
/// Objects up to this size are small, as in CacheLib.
inline constexpr std::uint32_t small_bytes = 2048;

/// Throws InputError for a window that does not fit the trace, no DRAM, or fewer than 3 regions.
void check(const Setup& setup);
Digest digest_of(const Setup& setup);

/// What the device may write by some time: so much a day of the flash's size, two regions and an hour of it ahead.
/// seconds: since the first request of the window.
double write_allowance(const Setup& setup, double seconds);

/// The counted requests in parts for paired comparison: block i is [block_begin(i), block_begin(i + 1)).
std::uint64_t block_count(const Setup& setup);
std::uint64_t block_begin(const Setup& setup, std::uint64_t block);

}  // namespace syswright::flash_cache
