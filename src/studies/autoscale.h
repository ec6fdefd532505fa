#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// GPU-hours at equal attainment of latency limits: thresholds, utilisation, head-room, a fixed number and a designed
/// rule.
std::unique_ptr<const Study> make_autoscale_study();

}  // namespace syswright::studies
