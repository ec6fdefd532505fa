#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// Vulcan's claims: caches by ranks and values designed on a part of a trace and judged on the whole of it, and its
/// printed rule for spot in several regions.
std::unique_ptr<const Study> make_vulcan_study();

}  // namespace syswright::studies
