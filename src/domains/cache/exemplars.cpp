#include "domains/cache/exemplars.h"

#include <vector>

namespace syswright::cache {

std::span<const std::string> cache_exemplars() {
  static const std::vector<std::string> programs{
      R"(# First in, first out.
policy fifo_queue for cache {
  rank evict(inserted) by queue { return -inserted; }
}
)",
      R"(# Least recently used, exactly.
policy lru_queue for cache {
  rank evict(last_access) by queue { return -last_access; }
}
)",
      R"(# Least recently used of a sample, as Redis does it.
policy lru_sample for cache {
  rank evict(recency) by sample { return recency; }
}
)",
      R"(# Least frequently used since it was taken in; of equals, the least recently touched.
policy lfu_queue for cache {
  rank evict(hits) by queue { return -hits; }
}
)",
      R"(# Least frequently used, old use counting less: a hit is worth as much as being some requests younger.
# After LFU with dynamic aging (Arlitt et al., 2000).
policy lfu_aging for cache {
  rank evict(hits, last_access, entries) by queue { return -(last_access + hits * entries); }
}
)",
      R"(# Fewest accesses for the time in the cache. After hyperbolic caching (Blankstein, Sen and Freedman, 2017).
policy hyperbolic for cache {
  rank evict(hits, residence) by sample { return residence / (hits + 1); }
}
)",
      R"(# The oldest last but one access leaves; accesses are remembered through the ghost list.
# After LRU-2 (O'Neil, O'Neil and Weikum, 1993).
policy lru_2 for cache {
  rank evict(recency, gap) by sample { return recency + gap; }
}
)",
      R"(# The same in a queue: the score is the time of the last but one access.
policy lru_2_queue for cache {
  rank evict(last_access, gap) by queue { return gap - last_access; }
}
)",
      R"(# The larger of recency and last gap. After LIRS (Jiang and Zhang, 2002).
policy inter_reference_recency for cache {
  rank evict(recency, gap) by sample { return max(recency, gap); }
}
)",
      R"(# Small, popular and young stays. After GreedyDual-Size with Frequency (Cherkasova, 1998), with time for inflation.
policy gdsf_queue for cache {
  rank evict(hits, size, last_access, capacity, entries) by queue {
    let mean_size = capacity / max(entries, 1);
    return -(last_access + entries * (hits + 1) * (mean_size / size));
  }
}
)",
      R"(# Newcomers prove themselves in a small queue; what returns soon after it left goes to the main queue at once.
# After S3-FIFO (Yang et al., 2023): a score in a sample instead of two queues.
policy small_and_main for cache {
  rank evict(hits, ghost, residence, entries) by sample {
    if ghost or hits >= 2 { return residence / (1 + min(hits, 3)); }
    return residence * 10;
  }
}
)",
      R"(# Reused after a short gap stays; an object seen once competes as if its gap were the cache's size. After 2Q (Johnson
# and Shasha, 1994) and LHD (Beckmann, Chen and Cidon, 2018) in spirit: expected time to the next access.
policy expected_reuse for cache {
  rank evict(recency, gap, accesses, entries) by sample {
    let usual = min(gap, 4 * entries);
    return (recency + usual) / accesses;
  }
}
)",
      R"(# Recent and frequent as one number: decayed accesses. After LRFU (Lee et al., 2001).
policy cooling for cache {
  rank evict(heat, recency, entries) by sample { return recency / entries - log(heat); }
}
)",
      R"(# A newcomer comes in only if it is asked for more often than the less popular part of the residents.
# After TinyLFU (Einziger, Friedman and Manes, 2017).
policy frequent_enough for cache {
  stat bar = percentile(frequency, 0.1);
  rank evict(recency) by sample { return recency; }
  value admit(frequency, fill) {
    if fill < 0.95 or frequency > bar { return take; }
    return refuse;
  }
}
)",
      R"(# What was asked for at a steady pace is due again: keep it until well past its usual pause.
policy steady_pace for cache {
  stat pause = ewma(inter_arrival, 0.7);
  rank evict(age, hits, tenure) by sample {
    let wait = hits > 0 ? pause : tenure;
    return age / max(wait, 1s);
  }
}
)",
  };
  return programs;
}

}  // namespace syswright::cache
