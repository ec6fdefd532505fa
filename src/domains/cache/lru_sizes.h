#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "domains/cache/replay.h"

namespace syswright::cache {

/// LRU at several capacities in one pass: counts for each, in the order given, equal to those of as many runs. Every
/// object counts 1: a smaller cache then always holds a part of what a larger one holds, so that one queue of the
/// largest size serves for all, with a mark at the end of each. O(capacities) a request, in most far less; memory: 12
/// bytes for each object of the trace.
/// capacities: in objects, each at least 1, at most 250 of them. Stopped: the counts so far.
std::vector<Counts> replay_lru_sizes(const Requests& requests, const Window& window,
                                     std::span<const std::uint64_t> capacities, const std::stop_token& stop = {});

}  // namespace syswright::cache
