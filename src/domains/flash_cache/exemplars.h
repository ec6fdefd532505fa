#pragma once

#include <span>
#include <string>

namespace syswright::flash_cache {

/// Known heuristics as programs.
std::span<const std::string> flash_cache_exemplars();

}  // namespace syswright::flash_cache
