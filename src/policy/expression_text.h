#pragma once

#include <cstddef>
#include <string>

#include "policy/program.h"

namespace syswright::policy {

/// One expression of a rule of the program on one line, without names for its parts: "hits / max(age, 1s)". Where that
/// is longer than `longest` bytes its deepest parts are written "…", down to the operands of `node`.
std::string expression_text(const Program& program, const Rule& rule, NodeId node, std::size_t longest = 100);

}  // namespace syswright::policy
