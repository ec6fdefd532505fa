#pragma once

#include <span>
#include <vector>

#include "domain/instances.h"
#include "domains/expert_placement/layer.h"

namespace syswright::expert_placement {

/// Counts replicas from the log, orders them by the stated rule, puts each on its logged GPU, and computes GPU loads
/// from the raw loads. Adds a violation for an expert or GPU that there is not, a GPU with more replicas than slots,
/// and replicas that are missing or too many.
std::vector<double> audit_layer(const Instance& layer, std::span<const DecisionLog::Record> records,
                                Violations& violations);

}  // namespace syswright::expert_placement
