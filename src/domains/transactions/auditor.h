#pragma once

#include <span>
#include <vector>

#include "domain/instances.h"
#include "domains/transactions/workload.h"

namespace syswright::transactions {

/// Places the logged order operation by operation, as the rule of the problem is stated, without separations: keeps
/// for each key the ticks of all operations on it. Adds a violation for a transaction that is placed twice, never, or
/// not of the batch, and for an event out of its order. Returns the metrics of what was placed.
std::vector<double> audit_order(const Instance& batch, std::span<const DecisionLog::Record> records,
                                Violations& violations);

}  // namespace syswright::transactions
