#pragma once

/// domains/cache/: a cache in front of slower storage. The mechanism is asked for objects, keeps what fits, and puts
/// two questions to a policy: `evict` (which object leaves?) and `admit` (is a missed object taken in?). Traces of real
/// systems drive it. Native C++ policies of the literature stand in native/; programs are hosted by host.h, in one of
/// two mechanisms: a sample of residents ranked at each eviction, or a queue re-scored at each touch. Bounds and the
/// auditor say how good a result can be and whether it is true. docs/domains/cache.md is the page for users.

#include <memory>

#include "domain/domain.h"

namespace syswright::cache {

std::unique_ptr<const Domain> make_cache_domain();

}  // namespace syswright::cache
