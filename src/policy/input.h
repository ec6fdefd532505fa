#pragma once

#include <cstddef>

#include "policy/signature.h"

namespace syswright::policy {

/// One number that a rule reads: an element of a feature of its decision, or a statistic of its program.
struct Input {
  enum class Source { feature, statistic };
  Source source = Source::feature;
  std::size_t index = 0;    ///< into Decision::features or Program::statistics()
  std::size_t element = 0;  ///< of an array feature
  Scope scope = Scope::candidate;
  friend bool operator==(const Input&, const Input&) = default;
};

}  // namespace syswright::policy
