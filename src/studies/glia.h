#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// Glia's router experiment: known policies over KV capacities, a policy designed against head-room admission, and why
/// it does as well as it does.
std::unique_ptr<const Study> make_glia_study();

}  // namespace syswright::studies
