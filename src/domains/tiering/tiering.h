#pragma once

/// domains/tiering/: pages of a program in fast and slow memory. Every tick the program accesses pages; a system that
/// sees only samples of that, or accessed bits, decides now and then which pages change places, within a budget of
/// migrations. run.h holds what a program accessed, programs.h runs real algorithms to record it, trace_reader.h reads
/// recordings; machine.h has the rules, hardware.h what an access costs.

#include <memory>

#include "domain/domain.h"

namespace syswright::tiering {

std::unique_ptr<const Domain> make_tiering_domain();

}  // namespace syswright::tiering
