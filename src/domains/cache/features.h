#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "policy/signature.h"

/// What the cache shows a policy, and the names under which it does.
namespace syswright::cache {

/// Quantities that a program host can compute. Features of both decisions are drawn from these: a feature of `admit`
/// has the name and meaning of the feature of `evict`, and speaks of the requested object as it would be taken in.
enum class Fact : std::uint8_t {
  hits,
  age,
  recency,
  residence,
  tenure,
  size,
  last_access,
  inserted,
  gap,
  gaps,
  ghost,
  ghost_hits,
  ghost_age,
  accesses,
  heat,
  frequency,
  // Global from here on.
  now,
  clock,
  entries,
  capacity,
  fill,
};

/// Global facts, and where one stands among them.
inline constexpr std::size_t global_facts = 5;
constexpr std::uint32_t place_of(Fact fact) {
  return static_cast<std::uint32_t>(fact) - static_cast<std::uint32_t>(Fact::now);
}

inline constexpr std::uint32_t remembered_gaps = 4;
/// Stands for a gap that the cache does not remember; longer gaps are cut to it.
inline constexpr std::uint32_t unknown_gap = 1'000'000'000;
/// The ghost list remembers this many departures for each object that the cache is expected to hold.
inline constexpr std::uint64_t ghost_multiple = 2;

/// Modes of the `evict` decision, in the order of its signature.
enum class RankingMode : std::uint8_t { sample, queue };

/// Actions of the `admit` decision, in the order of its signature, so that a logged 1 means taken.
enum class Admission : std::uint8_t { refuse, take };

/// Signals, in the order of the signature.
enum class CacheSignal : std::uint8_t {
  gap,
  inter_arrival,  // of the requested object
  hit,
  request_size,
  ghost_hit,
  victim_age,
  victim_recency,
  victim_residence,
  victim_hits,
  victim_size,
};
inline constexpr std::size_t signal_count = 10;

/// The signature of the cache domain; one object for the whole process, immutable.
const std::shared_ptr<const policy::Signature>& cache_signature();

/// Which fact a feature of a decision is.
Fact fact_of(std::size_t decision, std::size_t feature);

}  // namespace syswright::cache
