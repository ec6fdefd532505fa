#pragma once

#include "domain/evaluation.h"
#include "domains/spot/job.h"

namespace syswright::spot {

/// Recomputes all metrics from raw availability and the logged answers, by code of its own, and lists the answers that
/// cannot be: given while the safety net ruled or the job was over, missing, twice, out of order, or no action.
/// O(ticks + records).
Audit audit(const Setup& setup, const DecisionLog& log);

}  // namespace syswright::spot
