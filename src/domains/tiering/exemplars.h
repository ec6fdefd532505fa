#pragma once

#include <span>
#include <string>

namespace syswright::tiering {

/// Known heuristics as programs.
std::span<const std::string> tiering_exemplars();

}  // namespace syswright::tiering
