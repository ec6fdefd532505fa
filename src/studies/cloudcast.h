#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// The public CloudCast configurations: figures of known planners, a valid plan cheaper than the best published one,
/// how far it can be from the best, and what searches for a rule reach, with and without seeing the configurations.
std::unique_ptr<const Study> make_cloudcast_study();

}  // namespace syswright::studies
