#pragma once

#include <cstdint>
#include <vector>

#include "domains/multi_region/lifetimes.h"

namespace syswright::multi_region {

/// Something that was seen or done, as a policy that keeps books of its own needs it.
struct Event {
  enum class Kind : std::uint8_t {
    started_spot,
    started_on_demand,
    refused,    ///< a start on spot, where there was none
    preempted,  ///< what ran on spot is gone
    left,       ///< what ran was given up
    probe_found,
    probe_refused,
  };
  std::int32_t tick = 0;
  std::int16_t region = 0;
  Kind kind = Kind::refused;
};

/// What is known of spot in one region: all that was seen since the job was given.
struct Sight {
  std::int64_t last_tick = -1;  ///< that it was seen in; -1: never
  bool available = false;       ///< then
  std::int64_t seen = 0;        ///< ticks
  std::int64_t found = 0;       ///< of these, with spot
  std::int64_t losses = 0;
  std::int64_t run_start = -1;   ///< tick since which spot has been there as far as seen; -1: it is not
  std::int64_t next_beat = 0;    ///< tick from which on a run counts as a sample again
  std::uint8_t samples = 0;      ///< 0 to 5
  std::uint8_t sample_bits = 0;  ///< the latest is the lowest bit

  void sample(bool found_spot);
  double recent_share() const;
  double share() const { return seen == 0 ? 0.5 : static_cast<double>(found) / static_cast<double>(seen); }
};

}  // namespace syswright::multi_region
