#pragma once

#include <span>
#include <string>
#include <vector>

#include "domain/instances.h"
#include "domains/column_order/table.h"

namespace syswright::column_order {

/// The rows as a log sends them, in its order: each with all its cells, in the order of fields that the logged choices
/// and the stated rules lead to. Adds a violation for a choice of a field that the rows have sent or the table lacks,
/// of a value that no row of the group has, and for choices that are missing or too many.
std::vector<std::string> rows_sent(const Instance& table, std::span<const DecisionLog::Record> records,
                                   Violations& violations);

/// Metrics from the rows sent: each is looked up among those before it in a sorted set, where the longest common start
/// is with a neighbour.
std::vector<double> audit_table(const Instance& table, std::span<const DecisionLog::Record> records,
                                Violations& violations);

}  // namespace syswright::column_order
