#pragma once

#include <cstdint>

#include "trace/cache_trace.h"

namespace syswright::trace {

/// The front of a fixed trace that measurements of caches can be compared on: independent draws from Zipf's law with
/// exponent 1 over 1,000,000 keys, all of 4096 bytes, 1000 requests a second (times in whole seconds).
///
/// Draw i is SplitMix64 number i from state 42; u = its upper 53 bits * 2^-53 * H, where H is the sum of 1/rank over
/// all ranks in ascending order; the key is the smallest rank whose cumulative sum exceeds u. The same keys on every
/// machine with IEEE doubles; 10,000,000 requests have 763,274 distinct keys. About 30 ns a request.
CacheTrace reference_zipf(std::uint64_t requests);

}  // namespace syswright::trace
