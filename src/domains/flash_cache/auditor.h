#pragma once

#include "domain/evaluation.h"
#include "domains/flash_cache/setup.h"

namespace syswright::flash_cache {

/// Recomputes the metrics of a run from the raw trace and its decisions, by code of its own: it keeps what DRAM and
/// each region and set of flash hold as the decisions say, and takes from the mechanism only the rules of the system,
/// the limit of writes and the model of the device.
///
/// The log has, in the order in which the questions were asked: `evict` with answer 1, subject the key that leaves
/// DRAM; `admit` with 0 or 1 about it, where it was to be offered to flash; `keep` with 0 or 1 for each object of a
/// region that is reclaimed, as long as it may be kept.
///
/// Violations: a decision that was due and is not there, one that nobody asked for, one about another object than the
/// one in question, evicting what is not in DRAM, answers that there are not. O(requests + records).
Audit audit(const Setup& setup, const DecisionLog& log);

}  // namespace syswright::flash_cache
