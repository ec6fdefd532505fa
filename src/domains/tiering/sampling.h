#pragma once

#include <cstdint>
#include <vector>

#include "domains/tiering/run.h"

namespace syswright::tiering {

/// How accesses are seen. samples: as processors report them to the kernel (PEBS), each access with some probability.
/// bits: a page table's accessed and dirty bits, read and cleared in each round.
enum class Visibility : std::uint8_t { samples, bits };

struct SamplingOptions {
  double period = 100;     ///< loads for each sample, on average; at least 1
  double store_bias = 1;   ///< chance of a store to be sampled over that of a load, 0 to 1
  std::uint64_t seed = 1;  ///< of the draws
};

/// Sampled accesses of a whole run. Which ones are sampled depends on nothing that a policy does.
struct Samples {
  struct Sample {
    Page page;
    bool store;
  };
  std::vector<std::uint64_t> start;  ///< [ticks + 1]
  std::vector<Sample> sample;
};

/// Each access is sampled for itself; draws of a tick depend on the seed and the tick alone. O(entries + samples).
Samples draw_samples(const PageRun& run, const SamplingOptions& options);

}  // namespace syswright::tiering
