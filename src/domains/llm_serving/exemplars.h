#pragma once

#include <span>
#include <string>

namespace syswright::llm_serving {

/// Known heuristics as programs, and some of ours.
std::span<const std::string> serving_exemplars();

}  // namespace syswright::llm_serving
