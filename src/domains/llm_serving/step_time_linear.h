#pragma once

#include <cstdint>

#include "domains/llm_serving/step_time.h"

namespace syswright::llm_serving {

/// seconds = base + decode · decodes + prefill · prefill tokens + occupancy · KV tokens that the step reads or writes /
/// capacity. The first line of a published model of Llama-3-8B on A10s: 30 ms, 0.20 ms, 0.19 ms and 11.6 ms.
struct LinearOptions {
  double base = 0;       ///< s
  double decode = 0;     ///< s
  double prefill = 0;    ///< s
  double occupancy = 0;  ///< s at a full cache
  std::uint64_t kv_tokens = 0;
  double kv_bytes_per_token = 0;  ///< only for transfers
};

/// Throws InputError if a coefficient is negative, all are 0, or occupancy is given without a capacity.
StepTimePtr make_linear_step_time(const LinearOptions& options);

}  // namespace syswright::llm_serving
