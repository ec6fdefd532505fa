#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace syswright::optimize {

/// An artefact of several files travels as one text: the files in their order, with a file separator (the control
/// character 0x1c, which no text holds) between them. One file is itself.
inline constexpr char file_separator = '\x1c';

std::string join_files(std::span<const std::string> files);
std::vector<std::string> split_files(std::string_view text);

}  // namespace syswright::optimize
