#pragma once

#include <vector>

#include "policy/program.h"

namespace syswright::policy {

/// What the plain IEEE result of an arithmetic operation can be before policy/semantics.h makes it finite, for finite
/// operands. Native code leaves out the checks for what cannot happen.
struct Overflow {
  bool above = false;         ///< +infinity
  bool below = false;         ///< -infinity
  bool zero_divisor = false;  ///< of a division
};

/// One entry a node of the rule's graph. Sound for all finite inputs, also ones outside their declared ranges, so that
/// native code equals the interpreter there too. O(nodes).
std::vector<Overflow> find_overflows(const Rule& rule);

}  // namespace syswright::policy
