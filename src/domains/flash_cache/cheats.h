#pragma once

#include <span>

#include "domain/cheat.h"

namespace syswright::flash_cache {

/// Ways to look better than one is in a cache of two tiers.
std::span<const Cheat> flash_cache_cheats();

}  // namespace syswright::flash_cache
