#pragma once

#include <cstdint>

#include "domains/llm_serving/step_time.h"

namespace syswright::llm_serving {

/// seconds = base + decode · decodes + prefill · prefill tokens + occupancy · KV tokens that the step reads or writes /
/// capacity. Simple enough to check by hand; studies that publish such coefficients can be repeated with them.
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
