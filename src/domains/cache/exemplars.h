#pragma once

#include <span>
#include <string>

namespace syswright::cache {

/// Known heuristics as programs: they document the language, test the hosts, and seed a search that asks for them.
std::span<const std::string> cache_exemplars();

}  // namespace syswright::cache
