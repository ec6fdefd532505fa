#pragma once

/// domains/multi_region/: a job with a deadline that may run in any of several regions, on spot or on demand, and takes
/// its checkpoint along. Spot comes and goes in each region on its own, and nobody knows where it is but by trying.
/// Three questions: which region first, on what there, and which regions are worth a probe? rules.h has what a tick
/// does, lifetimes.h how long spot will last, skynomad.h the utility rule of the literature, workload.h the traces.

#include <memory>

#include "domain/domain.h"

namespace syswright::multi_region {

std::unique_ptr<const Domain> make_multi_region_domain();

}  // namespace syswright::multi_region
