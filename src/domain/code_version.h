#pragma once

#include <string_view>

namespace syswright {

/// Names the code that evaluations depend on: a digest of the sources of base/, trace/, policy/, domain/ and domains/,
/// taken by the build (cmake/code_version.cmake). Results of different versions are never mistaken for each other.
std::string_view code_version();

}  // namespace syswright
