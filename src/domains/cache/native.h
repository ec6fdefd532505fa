#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string_view>

#include "domains/cache/front_replay.h"

namespace syswright::cache {

/// A standard policy of the field, built in.
struct NativePolicy {
  std::string_view name;    ///< as users write it: "s3fifo"
  std::string_view doc;     ///< one line
  std::string_view source;  ///< paper or system
};

/// Every native policy, simplest first. They see the past only.
std::span<const NativePolicy> native_policies();

struct NativeOptions {
  std::uint64_t seed = 0;      ///< of policies that draw at random (random, lhd, hyperbolic, lecar, cacheus, lrb)
  DecisionLog* log = nullptr;  ///< filled as LogListener says, if given
  std::stop_token stop;
  const FrontSetup* front = nullptr;  ///< what stands in front of the policy; nullptr: nothing does
  Outcome* outcomes = nullptr;        ///< [requests of the window], filled if given together with a front
};

/// Replays a native policy by name. O(requests) time but for gdsf, lfuda and lru2, which take O(log residents) a
/// request. Memory: 8 to 40 bytes for each object of the whole trace, 4 more with a capacity in bytes; 4 MB besides for
/// lhd; 72 bytes, and the window, for lrb. Throws InputError for an unknown name, a window that does not fit the trace,
/// or a capacity of 0.
ReplayResult replay_native(std::string_view name, const Requests& requests, const Window& window,
                           const Capacity& capacity, const NativeOptions& options = {});

}  // namespace syswright::cache
