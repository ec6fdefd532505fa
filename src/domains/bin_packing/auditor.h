#pragma once

#include <span>
#include <vector>

#include "domain/instances.h"
#include "domains/bin_packing/instance.h"

namespace syswright::bin_packing {

/// Packs the raw items as the records say, and counts: metrics in the order of Problem::metrics(). Objects to items
/// that are not placed, placed twice or out of their order, to bins that are overfull, and to bins that are taken out
/// of the order of opening.
std::vector<double> audit_packing(const Instance& instance, std::span<const DecisionLog::Record> records,
                                  Violations& violations);

}  // namespace syswright::bin_packing
