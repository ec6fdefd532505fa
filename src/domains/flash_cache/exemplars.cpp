#include "domains/flash_cache/exemplars.h"

#include <vector>

namespace syswright::flash_cache {

std::span<const std::string> flash_cache_exemplars() {
  static const std::vector<std::string> programs{
      R"(# LRU in DRAM; flash takes what was asked for twice, lately.
policy second_access for flash_cache {
  rank evict(recency) { return recency; }
  value admit(accesses) { return accesses >= 2 ? take : refuse; }
}
)",
      R"(# What flash has costs nothing to let go; large objects give DRAM the most room.
policy backed_first for flash_cache {
  rank evict(recency, size, on_flash, accesses) {
    return recency * (size / 1KiB) / accesses * (on_flash ? 2 : 1);
  }
  value admit(hits, accesses) { return hits > 0 or accesses >= 2 ? take : refuse; }
}
)",
      R"(# What was hit on flash is written again when its region goes, unless it was long ago.
policy reinserting for flash_cache {
  value admit(accesses) { return accesses >= 2 ? take : refuse; }
  value keep(hits, recency, residence) { return hits > 0 and recency < residence / 2 ? take : drop; }
}
)",
      R"(# The less of the writes is left, the more often an object must have been asked for.
policy thrifty for flash_cache {
  stat usual = ewma(victim_hits, 0.99);
  value admit(hits, size, budget, accesses) {
    if budget < 64 * size { return accesses >= 3 ? take : refuse; }
    return hits >= usual or accesses >= 2 ? take : refuse;
  }
  value keep(accesses, budget, size) { return accesses >= 2 and budget > 256 * size ? take : drop; }
}
)",
  };
  return programs;
}

}  // namespace syswright::flash_cache
