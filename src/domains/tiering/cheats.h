#pragma once

#include <span>

#include "domain/cheat.h"

namespace syswright::tiering {

std::span<const Cheat> tiering_cheats();

}  // namespace syswright::tiering
