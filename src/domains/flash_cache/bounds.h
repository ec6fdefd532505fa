#pragma once

#include <cstdint>

#include "domains/flash_cache/setup.h"

namespace syswright::flash_cache {

/// Misses that no hierarchy can go below, whatever it knows of the future.
struct MissBound {
  std::uint64_t misses = 0;
  std::uint64_t bytes = 0;
};

/// PFOO-L over both tiers together: a hit needs its object in one of them from the request before to this one, and they
/// offer their bytes × time in all; hits that need least come first, as if space were fungible over time. Writes are
/// free in it. Space before `counted` is free. An object is charged the least size that it had so far in the window.
/// O(n log n).
/// Source: Berger, Beckmann and Harchol-Balter, "Practical Bounds on Optimal Caching with Variable Object Sizes",
/// POMACS 2(2), 2018.
MissBound fewest_misses(const Setup& setup);

}  // namespace syswright::flash_cache
