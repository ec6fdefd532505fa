#pragma once

#include <span>

#include "domain/cheat.h"

namespace syswright::spot {

/// Ways to look better than one is on a market.
std::span<const Cheat> spot_cheats();

}  // namespace syswright::spot
