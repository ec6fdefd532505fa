#pragma once

#include <span>

#include "domain/cheat.h"

namespace syswright::llm_serving {

/// Ways to look better than one is in front of a cluster.
std::span<const Cheat> serving_cheats();

}  // namespace syswright::llm_serving
