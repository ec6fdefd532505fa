#pragma once

#include <cstddef>
#include <memory>

#include "policy/signature.h"

/// What the mechanism shows a policy, and the names under which it does.
namespace syswright::tiering {

/// Decisions, in the order of the signature.
enum class Choice : std::size_t { promote, interval, threshold };

/// Global features of `promote`, in their order.
enum class PromoteFact : std::size_t {
  capacity,
  pages,
  budget,
  gap,
  slow_share,
  cutoff,
  contenders,
  move_time,
  saving
};
inline constexpr std::size_t promote_facts = 9;
/// Features of each page, behind these.
enum class PageFact : std::size_t { fast, reads, writes, heat, recent, idle, held };
inline constexpr std::size_t page_facts = 7;

/// Features of `interval` and of `threshold`, in their order.
enum class RoundFact : std::size_t { capacity, pages, gap, slow_share, cutoff, hottest, sampled, swapped };
inline constexpr std::size_t round_facts = 8;

/// Signals, in the order of the signature.
enum class Report : std::size_t { samples, slow_share, swaps };
inline constexpr std::size_t reports = 3;

/// The signature of the tiering domain; one object for the whole process, immutable.
const std::shared_ptr<const policy::Signature>& tiering_signature();

}  // namespace syswright::tiering
