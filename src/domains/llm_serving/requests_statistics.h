#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "domains/llm_serving/request.h"

namespace syswright::llm_serving {

/// Of one column of lengths, in tokens; quantiles by linear interpolation between order statistics.
struct LengthStatistics {
  std::uint64_t sum = 0;
  double mean = 0;
  double minimum = 0;
  double p50 = 0;
  double p90 = 0;
  double p99 = 0;
  double maximum = 0;
};

struct RequestStatistics {
  std::uint64_t requests = 0;
  double span = 0;    ///< seconds from the first to the last arrival
  double rate = 0;    ///< requests / span; 0 where the span is
  double gap_cv = 0;  ///< coefficient of variation of the gaps between arrivals
  LengthStatistics prompt;
  LengthStatistics output;
  std::uint64_t block_references = 0;
  std::uint64_t distinct_blocks = 0;
  std::uint64_t reused_references = 0;  ///< in the leading run of blocks that an earlier request had
  std::uint64_t reused_tokens = 0;      ///< of prompts, that an earlier request had in front: an unlimited prefix cache
  double reuse() const {
    return prompt.sum == 0 ? 0 : static_cast<double>(reused_tokens) / static_cast<double>(prompt.sum);
  }
};

/// O(n log n) time.
RequestStatistics request_statistics(const Requests& requests);

/// Name and value for a WorkloadSummary: "requests" → "19,366", "prompt tokens" → "mean 1,155, p50 1,020, …".
std::vector<std::pair<std::string, std::string>> request_facts(const Requests& requests);

}  // namespace syswright::llm_serving
