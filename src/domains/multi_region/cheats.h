#pragma once

#include <span>

#include "domain/cheat.h"

namespace syswright::multi_region {

/// Ways to look better than one is with several regions.
std::span<const Cheat> multi_region_cheats();

}  // namespace syswright::multi_region
