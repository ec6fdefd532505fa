#pragma once

#include "domain/evaluation.h"
#include "domains/tiering/setup.h"

namespace syswright::tiering {

/// Recomputes the metrics from the run's accesses, the samples and the log, and names what the log does that the rules
/// forbid. Shares the data and the costs' numbers with the mechanism, and no code that uses them.
Audit audit(const Setup& setup, const DecisionLog& log);

}  // namespace syswright::tiering
