#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "domain/evaluation.h"
#include "domains/cache/requests.h"

/// How a policy is driven through a trace, and what is counted.
///
/// Each request is looked up first. A hit is reported to the policy and changes nothing else. A miss is counted; the
/// object is then taken in, after as many evictions as it needs, or bypassed. An object larger than the whole cache is
/// bypassed without an eviction. With a capacity in objects every object counts 1. With a capacity in bytes an object
/// counts the bytes of the request that brought it in, until it leaves: later requests that ask for another size do not
/// change what it occupies. Bytes requested and missed are those of each request. Metadata is free.
namespace syswright::cache {

/// What became of one request.
enum class Reply : std::uint8_t {
  hit,
  inserted,  ///< a miss; the object is now in the cache
  bypassed,  ///< a miss; the object was not taken in (too large, or refused)
};

/// Told of every change of the cache's content. Policies are templates over it, so that not listening costs nothing.
/// The policy reports evictions; replay() reports misses that were not taken in.
struct NoListener {
  void evicted(std::uint64_t /*request*/, Object /*object*/) {}
  void refused(std::uint64_t /*request*/, Object /*object*/) {}
};

/// Indices of the decisions in the cache's signature, as they stand in logs.
inline constexpr std::uint32_t evict_decision = 0;
inline constexpr std::uint32_t admit_decision = 1;

/// Fills a DecisionLog: one record of `evict` with answer 1 for each object that leaves, and one of `admit` with answer
/// 0 for each miss that is not taken in, whatever the reason. A miss that is taken in has no record of its own.
class LogListener {
 public:
  LogListener(const Requests& requests, DecisionLog& log) : keys_(requests.keys.data()), log_(&log) {}
  void evicted(std::uint64_t request, Object object) {
    log_->records.push_back({request, evict_decision, keys_[object], 1});
  }
  void refused(std::uint64_t request, Object object) {
    log_->records.push_back({request, admit_decision, keys_[object], 0});
  }

 private:
  const std::uint64_t* keys_;
  DecisionLog* log_;
};

/// What a replayed policy is: one object that answers requests in order and keeps all of its state, so that a copy of
/// it is a fork. `size` is 1 where every object counts 1. It must hold at most `capacity` in total after each request,
/// and never takes in an object larger than the capacity.
template <typename P, typename Listener>
concept ReplayPolicy =
    requires(P policy, std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
      { policy.request(request, object, size, listener) } -> std::same_as<Reply>;
    };

/// Counts of the requests in the counted part of a window. Bytes are the requests' own, 1 each where the trace has no
/// sizes, also where the capacity is in objects.
struct Counts {
  std::uint64_t requests = 0;
  std::uint64_t misses = 0;
  std::uint64_t bytes_requested = 0;
  std::uint64_t bytes_missed = 0;
  std::uint64_t bytes_written = 0;   ///< bytes of the objects taken in, or fetched anew when they had expired
  std::uint64_t expired_misses = 0;  ///< of the misses: the object was there, and too old
  friend bool operator==(const Counts&, const Counts&) = default;
};

/// Request miss ratio, byte miss ratio, bytes written: the domain's metrics, in their order.
inline std::vector<double> metrics_of(const Counts& counts) {
  const auto ratio = [](std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  };
  return {ratio(counts.misses, counts.requests), ratio(counts.bytes_missed, counts.bytes_requested),
          static_cast<double>(counts.bytes_written)};
}

struct ReplayResult {
  Counts counts;
  std::vector<Block> blocks;  ///< misses and requests of consecutive, nearly equal parts of the counted requests
  bool stopped = false;
};

/// Parts into which the counted requests are cut for paired comparison: at most this many, at least min_block requests
/// each, so that neighbouring blocks are nearly independent.
inline constexpr std::uint64_t max_blocks = 64;
inline constexpr std::uint64_t min_block = 256;

/// Number of blocks of a window, at least 1.
inline std::uint64_t block_count(const Window& window) {
  return std::clamp<std::uint64_t>((window.end - window.counted) / min_block, 1, max_blocks);
}
/// First request of block `block`; block_begin(window, block_count(window)) is window.end.
inline std::uint64_t block_begin(const Window& window, std::uint64_t block) {
  const std::uint64_t blocks = block_count(window);
  const std::uint64_t counted = window.end - window.counted;
  return window.counted + counted / blocks * block + counted % blocks * block / blocks;
}

/// Requests between two looks at the stop token.
inline constexpr std::uint64_t stop_interval = 64 * 1024;

namespace detail {

/// How many requests ahead the policy is told of an object, so that its state is in the processor's cache when the
/// request is served. The near call may follow pointers that the far one fetched.
inline constexpr std::uint64_t prefetch_far = 24;
inline constexpr std::uint64_t prefetch_near = 8;

template <bool InBytes, typename Policy, typename Listener>
Counts replay_part(const Requests& requests, std::uint64_t from, std::uint64_t to, Policy& policy, Listener& listener) {
  const Object* objects = requests.objects.data();
  const std::uint32_t* sizes = requests.has_sizes() ? requests.trace.sizes.data() : nullptr;
  const std::uint64_t last = requests.size() - 1;
  Counts counts;
  for (std::uint64_t i = from; i < to; ++i) {
    if constexpr (requires { policy.prefetch_far(Object{}); }) {
      policy.prefetch_far(objects[std::min(i + prefetch_far, last)]);
    }
    if constexpr (requires { policy.prefetch_near(Object{}); }) {
      policy.prefetch_near(objects[std::min(i + prefetch_near, last)]);
    }
    const std::uint32_t bytes = sizes != nullptr ? sizes[i] : 1;
    const Reply reply = policy.request(i, objects[i], InBytes ? bytes : 1, listener);
    counts.bytes_requested += bytes;
    if (reply == Reply::hit) continue;
    ++counts.misses;
    counts.bytes_missed += bytes;
    if (reply == Reply::inserted) {
      counts.bytes_written += bytes;
    } else {
      listener.refused(i, objects[i]);
    }
  }
  counts.requests = to - from;
  return counts;
}

inline void add(Counts& sum, const Counts& part) {
  sum.requests += part.requests;
  sum.misses += part.misses;
  sum.bytes_requested += part.bytes_requested;
  sum.bytes_missed += part.bytes_missed;
  sum.bytes_written += part.bytes_written;
  sum.expired_misses += part.expired_misses;
}

/// Replays [from, to) in steps between which it looks at the stop token; returns false if it was stopped.
template <typename Part>
bool replay_steps(std::uint64_t from, std::uint64_t to, Part& part, const std::stop_token& stop, Counts& counts) {
  while (from < to) {
    if (stop.stop_requested()) return false;
    const std::uint64_t step = std::min(to, from + stop_interval);
    add(counts, part(from, step));
    from = step;
  }
  return true;
}

/// part: Counts(from, to) of the requests in between, which it replays.
template <typename Part>
ReplayResult replay_window(const Window& window, Part part, const std::stop_token& stop) {
  ReplayResult result;
  Counts warm;
  result.stopped = !replay_steps(window.begin, window.counted, part, stop, warm);
  for (std::uint64_t block = 0; block < block_count(window) && !result.stopped; ++block) {
    Counts counts;
    result.stopped = !replay_steps(block_begin(window, block), block_begin(window, block + 1), part, stop, counts);
    result.blocks.push_back({static_cast<double>(counts.misses), static_cast<double>(counts.requests)});
    add(result.counts, counts);
  }
  return result;
}

template <bool InBytes, typename Policy, typename Listener>
ReplayResult replay(const Requests& requests, const Window& window, Policy& policy, Listener& listener,
                    const std::stop_token& stop) {
  return replay_window(
      window,
      [&](std::uint64_t from, std::uint64_t to) { return replay_part<InBytes>(requests, from, to, policy, listener); },
      stop);
}

}  // namespace detail

/// Drives a policy through a window: [begin, counted) warms it, [counted, end) is counted. Blocks depend on the window
/// only. A policy may offer prefetch_far(object) and prefetch_near(object) (see above). Stops within stop_interval
/// requests once asked to; the result then covers the requests so far. The window must fit the trace (see check()).
template <typename Policy, typename Listener>
  requires ReplayPolicy<Policy, Listener>
ReplayResult replay(const Requests& requests, const Window& window, const Capacity& capacity, Policy& policy,
                    Listener& listener, const std::stop_token& stop = {}) {
  return capacity.in_bytes ? detail::replay<true>(requests, window, policy, listener, stop)
                           : detail::replay<false>(requests, window, policy, listener, stop);
}

}  // namespace syswright::cache
