#pragma once

/// domains/spot/: a job with a deadline on a market where spot instances are cheap and come and go, and on-demand ones
/// are dear and always there. One region, one question a tick: spot, idle or on demand? job.h has the rules, which are
/// those of the public Can't-Be-Late simulator; workload.h reads recorded availability and cuts scenarios from it.

#include <memory>

#include "domain/domain.h"

namespace syswright::spot {

std::unique_ptr<const Domain> make_spot_domain();

}  // namespace syswright::spot
