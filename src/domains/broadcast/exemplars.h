#pragma once

#include <span>
#include <string>

namespace syswright::broadcast {

/// Known ways to grow a tree, as programs.
std::span<const std::string> broadcast_exemplars();

}  // namespace syswright::broadcast
