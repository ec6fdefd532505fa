#pragma once

#include <span>
#include <string>

namespace syswright::multi_region {

/// Known heuristics in the policy language.
std::span<const std::string> multi_region_exemplars();

}  // namespace syswright::multi_region
