#pragma once

#include "design/designer.h"
#include "domain/registry.h"

/// design/: designers, which search for a policy under a budget: one file each, registered here. designer.h says what a
/// designer is given and gives back. They know a domain by its interface only, and ask an Evaluator for evaluations.
namespace syswright::design {

/// Registers every designer of this folder.
void register_designers(Registry<Designer>& registry);

}  // namespace syswright::design
