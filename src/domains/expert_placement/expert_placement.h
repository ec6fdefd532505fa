#pragma once

#include <memory>

#include "domain/domain.h"

/// domains/expert_placement/: which experts of a mixture-of-experts layer are replicated, and which GPU holds which
/// replica, decided on the loads of the past and judged on those of the next step.
namespace syswright::expert_placement {

std::unique_ptr<const Domain> make_expert_placement_domain();

}  // namespace syswright::expert_placement
