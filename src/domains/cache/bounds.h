#pragma once

#include <cstdint>
#include <vector>

#include "domain/evaluation.h"
#include "domains/cache/front.h"
#include "domains/cache/requests.h"

namespace syswright::cache {

/// Counted misses that no policy can go below.
struct MissBound {
  std::uint64_t misses = 0;
  std::uint64_t bytes_missed = 0;
};

/// PFOO-L: every hit needs its object to lie in the cache from the request before to this one, and the cache offers
/// capacity × time in all. Hits that need the least are taken first, the last one in part, as if space were fungible
/// over time: a fractional knapsack, so no policy has more hits (or bytes hit), not even one that knows the future and
/// may refuse objects. Holds with a warm-up: before `counted` space is free. An object whose size changes is charged
/// the least size it had so far in the window, since it keeps the size with which it was taken in.
/// O(n log n) time, 16 bytes for each request of the window and 12 for each object.
/// Source: Berger, Beckmann and Harchol-Balter, "Practical Bounds on Optimal Caching with Variable Object Sizes",
/// POMACS 2(2), 2018.
MissBound pfoo_l(const Requests& requests, const Window& window, const Capacity& capacity);

/// Misses that no cache of any size avoids where objects expire: each lives as long as its longest lifetime in the
/// window, and one that was asked for in the warm-up was fetched at its last request there. Lower than what can be
/// reached where lifetimes of an object differ. O(requests). 0 where nothing expires and everything was seen before.
std::uint64_t expiry_misses(const Requests& requests, const Window& window, const FrontRule& front);

/// Bounds for the domain's metrics 0 (request miss ratio) and 1 (byte miss ratio), the provable ones first. Where all
/// objects count the same: the exact optimum of requests, by fewest_misses(). Else PFOO-L, which is lower than what can
/// be reached. Then, not provable, what the clairvoyant heuristics Belady and (with sizes) BeladySize reach.
/// Where objects expire, expiry_misses() stands beside them; they say nothing of expiry, and hold with it; references,
/// which would know nothing of it, are left out. An admission in front only adds misses.
/// Throws InputError as check() does.
std::vector<Bound> cache_bounds(const Requests& requests, const Window& window, const Capacity& capacity,
                                const FrontRule& front = {});

}  // namespace syswright::cache
