#pragma once

#include <span>
#include <vector>

#include "domain/instances.h"
#include "domains/broker/job.h"

namespace syswright::broker {

/// Follows the logged tries task by task and bills them from the catalogue, the egress prices and the list of tasks
/// alone. Adds a violation for an offer that the task cannot run on, one that is not to be had and runs it all the
/// same, one that is tried again, a task that is skipped, decided twice or left out.
std::vector<double> audit_job(const Instance& job, std::span<const DecisionLog::Record> records,
                              Violations& violations);

}  // namespace syswright::broker
