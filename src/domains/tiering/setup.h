#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/digest.h"
#include "domains/tiering/hardware.h"
#include "domains/tiering/run.h"
#include "domains/tiering/sampling.h"

namespace syswright::tiering {

/// Longest time between two rounds, in ticks.
inline constexpr std::uint32_t longest_interval = 32;
/// Ticks of a block, over which policies are compared in pairs.
inline constexpr std::uint32_t block_ticks = 4;

/// Everything but the policy.
struct Setup {
  std::shared_ptr<const PageRun> run;
  std::shared_ptr<const Samples> samples;  ///< of the run; may be null where visibility is `bits`
  SamplingOptions sampling;                ///< that they were drawn with
  Visibility visibility = Visibility::samples;
  Costs costs;
  std::uint32_t fast = 1;    ///< pages that fit into fast memory
  std::uint32_t budget = 4;  ///< swaps that a policy may have for each tick since the last round
  std::uint32_t from = 0;    ///< first tick
  std::uint32_t to = 0;      ///< behind the last one
  std::string label;
  std::string name;  ///< of the setting

  std::uint32_t ticks() const { return to - from; }
};

/// Throws InputError where the parts do not fit.
void check(const Setup& setup);
Digest digest_of(const Setup& setup);

/// [pages] 1 for the pages that first touch puts into fast memory: the first ones that came to be, as many as fit. No
/// policy changes that, as pages change places in pairs.
std::vector<std::uint8_t> first_touch(const PageRun& run, std::uint32_t fast);

/// Heat: a decaying count of samples, in 65,536ths, so that it is the same whoever computes it. After `gap` ticks, and
/// `samples` more: heat * factor[gap] / 65,536, rounded down, plus samples * 65,536.
using Heat = std::uint64_t;
inline constexpr Heat heat_unit = 65536;
using Decay = std::array<std::uint32_t, longest_interval + 1>;
/// Factors that halve a heat every `half_life` ticks.
Decay decay(double half_life);
inline constexpr double heat_half_life = 16;
inline constexpr double recent_half_life = 2;

}  // namespace syswright::tiering
