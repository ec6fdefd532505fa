#pragma once

#include <memory>

#include "domain/domain.h"

/// domains/broker/: where each task of a job runs. A job is a DAG of coarse tasks; every task can run on many offers
/// (an instance type in a region of a cloud, on demand or spot), and moving data between regions costs money and time.
namespace syswright::broker {

std::unique_ptr<const Domain> make_broker_domain();

}  // namespace syswright::broker
