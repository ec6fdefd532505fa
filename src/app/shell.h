#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace syswright::app {

/// `text` as one word of a POSIX shell: unchanged where it needs no quotes.
std::string shell_word(std::string_view text);
/// A command line that runs `program` with these arguments again.
std::string shell_command(std::string_view program, const std::vector<std::string>& arguments);
/// Every line of `text` moved right by two spaces.
std::string indented(std::string_view text);

}  // namespace syswright::app
