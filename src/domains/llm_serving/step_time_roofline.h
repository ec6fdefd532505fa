#pragma once

#include <cstdint>

#include "domains/llm_serving/cards.h"
#include "domains/llm_serving/step_time.h"
#include "domains/llm_serving/step_work.h"

namespace syswright::llm_serving {

/// What kernels reach of a GPU's peaks. Our choice, between what vendors' libraries reach on large matrices and what
/// profiles of serving show; not fitted to any table here. Williams et al., CACM 52(4), 2009, for the roofline itself.
struct Efficiency {
  double matrix = 0.75;     ///< of peak arithmetic, matrix products
  double attention = 0.45;  ///< of peak arithmetic, attention over chunks
  double bandwidth = 0.85;  ///< of peak bandwidth
  double link = 0.75;       ///< of the link, all-reduces
};

struct RooflineOptions {
  GpuCard gpu = {};
  ModelCard model = {};
  std::uint32_t degree = 1;  ///< tensor parallel
  Efficiency efficiency = {};
  MemoryPlan memory = {};
};

/// Step times of hardware that nobody has to own: for each kernel the longer of its arithmetic and its memory traffic
/// at the shares above, plus the time that any kernel takes; two all-reduces a layer beyond degree 1. Attention of
/// chunks and of decodes is added. Skew of KV lengths costs nothing here. Experts: as many weights are read as distinct
/// experts are expected to be drawn. seconds() is O(1), about 0.1 microseconds. Throws InputError if a share is not in
/// (0, 1] or the weights do not fit.
StepTimePtr make_roofline_step_time(const RooflineOptions& options);

}  // namespace syswright::llm_serving
