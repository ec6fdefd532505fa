#pragma once

#include <span>

#include "domain/cheat.h"

namespace syswright::broadcast {

/// Ways to look better than one is at broadcasting. Each works on scenarios as the domain makes them.
std::span<const Cheat> broadcast_cheats();

}  // namespace syswright::broadcast
