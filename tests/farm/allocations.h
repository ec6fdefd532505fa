#pragma once

#include <cstdint>

namespace syswright::testing_support {

/// Allocations by `new` of this thread since it began.
std::uint64_t allocations();

}  // namespace syswright::testing_support
