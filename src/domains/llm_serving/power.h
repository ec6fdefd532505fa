#pragma once

#include "domains/llm_serving/step_work.h"

namespace syswright::llm_serving {

/// Power of a GPU from what it does, without any measurement of it: idle watts plus the range up to the board's limit
/// times its activity, which is the share of peak arithmetic plus `memory_share` times the share of peak bandwidth, 1
/// at most. The share is our choice: decoding, which only streams memory, is reported at half to two thirds of the
/// limit, prefill near it (Patel et al., Splitwise, ISCA 2024, figures 8 and 9). Good for comparing policies on one
/// GPU, for absolute joules to perhaps 25 %; frequency scaling and temperature are not modelled.
struct PowerModel {
  GpuCard gpu = {};
  double flops = 0;  ///< peak for the operands of the model
  double memory_share = 0.6;
  double degree = 1;

  bool known() const { return gpu.watts > 0; }
  /// All GPUs of the group, each of which does `work` in `seconds`.
  double joules(const Work& work, double seconds) const;
  double idle_watts() const { return known() ? degree * gpu.idle_watts : 0; }
};

}  // namespace syswright::llm_serving
