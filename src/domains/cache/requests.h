#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/digest.h"
#include "trace/cache_trace.h"

namespace syswright::cache {

/// Dense number of an object: objects are numbered in the order of their first request, so that policies keep their
/// state in arrays instead of hash tables.
using Object = std::uint32_t;

/// A trace made ready for replay. Immutable once made; shared by all scenarios cut from it.
struct Requests {
  trace::CacheTrace trace;                 ///< as read: raw keys, for auditors and logs
  std::vector<Object> objects;             ///< [requests]
  std::vector<std::uint64_t> keys;         ///< [objects] raw key of each object
  std::vector<std::uint32_t> first_sizes;  ///< [objects] bytes at the first request; 1 where the trace has no sizes
  std::uint64_t footprint_bytes = 0;       ///< sum of first_sizes
  Digest digest;  ///< of keys, sizes, times and TTLs, not of the file's name or format, nor of who asks

  std::size_t size() const { return objects.size(); }
  std::size_t object_count() const { return keys.size(); }
  bool has_sizes() const { return !trace.sizes.empty(); }
  /// Bytes asked for by a request; 1 where the trace has no sizes.
  std::uint32_t request_bytes(std::size_t request) const { return has_sizes() ? trace.sizes[request] : 1; }
};

/// O(n) time; throws InputError for a trace without requests, with columns of different lengths, or with more than
/// 2^32 - 64 objects.
std::shared_ptr<const Requests> prepare(trace::CacheTrace trace);

/// The part of a trace that a scenario replays: [begin, end); requests before `counted` only warm the cache.
struct Window {
  std::uint64_t begin = 0;
  std::uint64_t counted = 0;
  std::uint64_t end = 0;
  friend bool operator==(const Window&, const Window&) = default;
};

/// How large the cache is and what it counts.
struct Capacity {
  std::uint64_t amount = 0;  ///< objects if every object counts 1, else bytes
  bool in_bytes = false;
  friend bool operator==(const Capacity&, const Capacity&) = default;
};

/// Throws InputError unless begin <= counted < end <= requests and the capacity is at least 1.
void check(const Requests& requests, const Window& window, const Capacity& capacity);

}  // namespace syswright::cache
