#pragma once

/// domains/: one folder a kind of system. This header registers them; a new domain is a new folder and one line here.

#include "domain/domain.h"
#include "domain/registry.h"

namespace syswright {

void register_domains(Registry<Domain>& registry);

}  // namespace syswright
