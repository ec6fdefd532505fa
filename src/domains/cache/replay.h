#pragma once

#include <algorithm>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "domain/evaluation.h"
#include "domains/cache/requests.h"

namespace syswright::cache {

/// What became of one request.
enum class Reply : std::uint8_t {
  hit,
  inserted,  ///< a miss; the object is now in the cache
  bypassed,  ///< a miss; the object was not taken in (too large, or refused)
};

/// Told of every change of the cache's content. Policies are templates over it, so that not listening costs nothing.
struct NoListener {
  void evicted(std::uint64_t /*request*/, Object /*object*/) {}
};

/// What a replayed policy is: one object that answers requests in order and keeps all of its state, so that a copy of
/// it is a fork. `size` is 1 where every object counts 1. It must hold at most `capacity` in total after each request,
/// and never takes in an object larger than the capacity.
template <typename P, typename Listener>
concept ReplayPolicy = requires(P policy, std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
  { policy.request(request, object, size, listener) } -> std::same_as<Reply>;
};

/// Counts of the requests in the counted part of a window.
struct Counts {
  std::uint64_t requests = 0;
  std::uint64_t misses = 0;
  std::uint64_t bytes_requested = 0;
  std::uint64_t bytes_missed = 0;
  std::uint64_t bytes_written = 0;  ///< bytes of the objects taken in
  friend bool operator==(const Counts&, const Counts&) = default;
};

struct ReplayResult {
  Counts counts;
  std::vector<Block> blocks;  ///< misses and requests of consecutive, nearly equal parts of the counted requests
  bool stopped = false;
};

/// Parts into which the counted requests are cut for paired comparison: at most this many, at least min_block requests
/// each, so that neighbouring blocks are nearly independent.
inline constexpr std::uint64_t max_blocks = 64;
inline constexpr std::uint64_t min_block = 256;

}  // namespace syswright::cache
