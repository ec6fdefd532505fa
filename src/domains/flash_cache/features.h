#pragma once

#include <cstddef>
#include <memory>

#include "policy/signature.h"

namespace syswright::flash_cache {

/// Decisions, in the order of the signature.
enum class Choice : std::size_t { evict, admit, keep };

/// Features of `evict`: first the global ones.
enum class EvictGlobal : std::size_t { now, clock, entries };
enum class EvictEach : std::size_t { hits, age, recency, residence, size, on_flash, accesses };
inline constexpr std::size_t evict_globals = 3;
inline constexpr std::size_t evict_each = 7;

/// Features of `admit` and `keep`, all global: they speak of one object.
enum class OfferFact : std::size_t {
  now,
  clock,
  hits,
  age,
  recency,
  residence,
  size,
  accesses,
  writes_per_day,
  budget
};
inline constexpr std::size_t offer_facts = 10;

/// Actions of `admit` and of `keep`.
inline constexpr double refuse = 0;
inline constexpr double take = 1;

enum class FlashSignal : std::size_t { hit, flash_hit, victim_hits, reclaimed_hits };

/// Candidates of one eviction.
inline constexpr std::size_t sample_size = 32;
/// `accesses` does not count further.
inline constexpr std::uint32_t most_accesses = 255;
/// Bytes of `budget` where writes are not limited.
inline constexpr double no_limit = 1e18;

const std::shared_ptr<const policy::Signature>& flash_cache_signature();

}  // namespace syswright::flash_cache
