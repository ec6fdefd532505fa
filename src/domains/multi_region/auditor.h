#pragma once

#include "domain/evaluation.h"
#include "domains/multi_region/rules.h"

namespace syswright::multi_region {

/// Recomputes all metrics from raw availability, prices and the logged answers, by code of its own, and lists the
/// answers that cannot be: given where nothing was asked, missing, twice, out of order, or none of the choices.
/// O(ticks * regions + records).
Audit audit(const Setup& setup, const DecisionLog& log);

}  // namespace syswright::multi_region
