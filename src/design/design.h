#pragma once

#include "design/designer.h"
#include "domain/registry.h"

namespace syswright::design {

/// Registers every designer of this folder.
void register_designers(Registry<Designer>& registry);

}  // namespace syswright::design
