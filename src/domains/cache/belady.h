#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "domains/cache/replay.h"

/// Clairvoyant replays and the optimum for equal sizes. They see the future: references and bounds, never baselines.
namespace syswright::cache {

/// "No request to come", in what next_requests() gives.
inline constexpr std::uint32_t never = ~std::uint32_t{0};

/// For each request of [begin, end), the place of the next request for its object, counted from begin; `never` if there
/// is none before end. O(requests + objects) time, 4 bytes for each request and each object.
/// Throws InputError for 2^32 - 1 requests or more.
std::vector<std::uint32_t> next_requests(const Requests& requests, std::uint64_t begin, std::uint64_t end);

/// Fewest counted misses of any cache of `capacity` objects that may refuse to take an object in, whatever it did in
/// the warm-up: Belady's MIN with bypassing, begun at `counted` from the best set of objects seen before. Some
/// sequence of answers reaches it, so it is exact. A cache that must take in every miss (the references below) may
/// need more.
/// capacity  objects, at least 1; every object counts 1
/// O(n log n) time with a base of 64, about 5 bytes for each request of the window.
/// Source: Belady, IBM Systems Journal 5(2), 1966; Mattson et al., ibid. 9(2), 1970. With bypassing the requested
/// object stands among the candidates to leave; the exchange argument of the proof is the same.
std::uint64_t fewest_misses(const Requests& requests, const Window& window, std::uint64_t capacity);

struct ClairvoyantOptions {
  DecisionLog* log = nullptr;
  std::stop_token stop;
};

/// Belady's MIN as usually simulated: every miss is taken in, and the resident whose next request is farthest leaves.
/// With objects of equal size no policy that takes in every miss does better over a window without warm-up; with sizes
/// it is a heuristic, and so is it after a warm-up. O(n log n) with a base of 64.
ReplayResult replay_belady(const Requests& requests, const Window& window, const Capacity& capacity,
                           const ClairvoyantOptions& options = {});

/// The resident with the greatest product of size and time to its next request leaves: a heuristic for objects of
/// unequal sizes, better than Belady's in requests and not always in bytes. Among sizes equal in their first 8 binary
/// digits the farthest stands for all. O(log n + distinct sizes) an eviction.
ReplayResult replay_belady_size(const Requests& requests, const Window& window, const Capacity& capacity,
                                const ClairvoyantOptions& options = {});

}  // namespace syswright::cache
