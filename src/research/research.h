#pragma once

#include "design/designer.h"
#include "domain/registry.h"

/// research/: designers that work as researchers do: they suppose, try, read what the judges say of it, and conclude,
/// and keep a notebook of it. They know design/ and judge/, and domains by their interface only.
namespace syswright::research {

/// Registers every designer of this folder.
void register_designers(Registry<design::Designer>& registry);

}  // namespace syswright::research
