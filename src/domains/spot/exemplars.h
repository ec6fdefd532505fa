#pragma once

#include <span>
#include <string>

namespace syswright::spot {

/// Known heuristics for the market as programs.
std::span<const std::string> spot_exemplars();

}  // namespace syswright::spot
