#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "optimize/evaluator.h"

namespace syswright::optimize {

/// The instances at `path`: of a folder, its files, by name (no subfolders, none that begins with a point); of a file,
/// its lines that are neither empty nor begin with '#', in their order. Throws InputError if there are none or a line
/// comes twice; `what` names the argument.
std::vector<Instance> read_instances(const std::string& path, const std::string& what);

/// Takes `count` of the instances out, drawn by seed and purpose, and returns them; both keep their order.
std::vector<Instance> take_out(std::vector<Instance>& instances, std::size_t count, std::uint64_t seed,
                               const std::string& purpose);

}  // namespace syswright::optimize
