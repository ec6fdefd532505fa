#include "domains/tiering/exemplars.h"

#include <vector>

namespace syswright::tiering {

std::span<const std::string> tiering_exemplars() {
  static const std::vector<std::string> programs{
      R"(# The hottest pages; a fast one is given up only for one that is half as hot again.
policy hottest for tiering {
  rank promote(heat, fast) { return fast ? 1.5 * heat : heat; }
}
)",
      R"(# The pages that were seen last.
policy latest for tiering {
  rank promote(idle, fast) { return (fast ? 0.5 : 0) - idle; }
}
)",
      R"(# What happened lately counts more, as long as it lasts. After ARMS, without its change of modes.
policy both_averages for tiering {
  rank promote(heat, recent, fast) { return 0.3 * recent + 0.7 * heat / 8 + (fast ? 0.1 : 0); }
  value interval(slow_share) { return slow_share > 0.5 ? 2 : 4; }
}
)",
      R"(# A fast average, more where it rises over a slow one. After a rule that Vulcan's search found for GUPS.
policy rising for tiering {
  stat brisk = ewma(samples, 0.05);
  stat slow = ewma(samples, 0.65);
  rank promote(fast) {
    let rise = slow > 0 ? min(brisk / slow, 2.5) : 0;
    return brisk * (1 + 0.55 * rise) + (fast ? 0.5 : 0);
  }
}
)",
      R"(# Only pages as hot as those that fit may go up, and those with many stores count more. Rounds follow the need.
policy fitting for tiering {
  value threshold(cutoff) { return max(cutoff, 1); }
  rank promote(heat, reads, writes, fast) { return heat * (1 + 0.5 * writes / max(reads + writes, 1)) + (fast ? 2 : 0); }
  value interval(slow_share, swapped) { return swapped > 0 or slow_share > 0.3 ? 2 : 4; }
}
)",
      R"(# A swap must pay: over a half-life, a page must save more than both moves cost.
policy must_pay for tiering {
  rank promote(heat, recent, fast, move_time, saving) {
    let cost = 2 * move_time / max(saving * 100, 1ns);
    return heat + recent + (fast ? cost : 0);
  }
}
)",
      R"(# A new page in fast memory gets some time to prove itself.
policy patient for tiering {
  rank promote(heat, fast, held, idle) {
    if fast and held < 8 and idle < 16 { return 1000 + heat; }
    return heat;
  }
  value threshold(cutoff, hottest) { return min(0.5 * cutoff, 0.1 * hottest); }
}
)",
  };
  return programs;
}

}  // namespace syswright::tiering
