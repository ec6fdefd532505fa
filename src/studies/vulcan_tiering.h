#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// Memory tiering as Vulcan reports it: a policy searched for one program, against ARMS, on a part of the run that the
/// search never saw.
std::unique_ptr<const Study> make_vulcan_tiering_study();

}  // namespace syswright::studies
