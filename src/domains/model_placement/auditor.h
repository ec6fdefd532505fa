#pragma once

#include <span>
#include <vector>

#include "domain/instances.h"
#include "domains/model_placement/fleet.h"

namespace syswright::model_placement {

/// Collects where the log puts each model, and computes the metrics from the list of models alone. Adds a violation for
/// a GPU that there is not, memory that is passed, a model that is placed twice, left out, or given up although a GPU
/// had room for it.
std::vector<double> audit_placement(const Instance& fleet, std::span<const DecisionLog::Record> records,
                                    Violations& violations);

}  // namespace syswright::model_placement
