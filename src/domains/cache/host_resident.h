#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "domains/cache/features.h"
#include "domains/cache/requests.h"

namespace syswright::cache {

/// Place in the host's dense array of residents. Slots move: when a resident leaves, the last one takes its slot.
using Slot = std::uint32_t;
/// Number of a request within the window, from 0; in a miniature, in the scenario it was made from.
using Position = std::uint32_t;

/// What the cache keeps of one object, in one line of the processor's cache.
struct alignas(64) Resident {
  Object object = 0;
  std::uint32_t size = 1;
  Position last_access = 0;
  Position inserted = 0;
  std::uint32_t hits = 0;
  std::uint32_t ghost_age = 0;  ///< 0: did not come from the ghost list
  std::array<std::uint32_t, remembered_gaps> gaps{unknown_gap, unknown_gap, unknown_gap, unknown_gap};
  std::uint16_t ghost_hits = 0;
  std::uint16_t earlier = 0;  ///< accesses in earlier stays, as far as remembered
  float heat = 1;
  double last_time = 0;
  double inserted_time = 0;

  std::uint32_t accesses() const { return 1 + hits + earlier; }
};
static_assert(sizeof(Resident) == 64);

/// What the ghost list keeps of an object that has left.
struct Ghost {
  static constexpr Object nobody = ~Object{0};
  Object object = nobody;  ///< nobody: the object has returned since
  Position left = 0;
  Position last_access = 0;
  std::uint32_t hits = 0;
  std::array<std::uint32_t, remembered_gaps> gaps{};
  float heat = 0;
  std::uint16_t accesses = 0;
  double last_time = 0;
};

inline std::uint16_t saturated(std::uint64_t count) {
  return static_cast<std::uint16_t>(std::min<std::uint64_t>(count, std::numeric_limits<std::uint16_t>::max()));
}

/// Puts a new gap before the others.
inline void push_gap(std::array<std::uint32_t, remembered_gaps>& gaps, std::uint32_t gap) {
  for (std::size_t i = remembered_gaps - 1; i > 0; --i) gaps[i] = gaps[i - 1];
  gaps[0] = std::min(gap, unknown_gap);
}

}  // namespace syswright::cache
