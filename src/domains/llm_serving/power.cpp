#include "domains/llm_serving/power.h"

#include <algorithm>

namespace syswright::llm_serving {

double PowerModel::joules(const Work& work, double seconds) const {
  if (!known()) return 0;
  const double active = work.flops / flops + memory_share * work.bytes / gpu.bandwidth;
  return degree * (gpu.idle_watts * seconds + (gpu.watts - gpu.idle_watts) * std::min(active, seconds));
}

}  // namespace syswright::llm_serving
