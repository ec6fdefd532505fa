#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// SkyPilot's optimiser: dynamic programming on chains, an integer programme on DAGs, and what it is worth to count
/// egress when tasks are placed.
std::unique_ptr<const Study> make_skypilot_study();

}  // namespace syswright::studies
