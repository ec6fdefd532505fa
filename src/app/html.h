#pragma once

#include <string>
#include <string_view>

namespace syswright::app {

/// Text as the content of an element or of a quoted attribute: & < > " and ' become references, control characters that
/// HTML does not allow become spaces.
std::string escaped(std::string_view text);

/// Program text with its words in spans of the classes kw (keywords), num (numbers with their units), com (comments).
std::string highlighted_program(std::string_view source);

/// Lines of a difference: those that start with '+' or '-' in spans of the classes add and del.
std::string highlighted_difference(std::string_view difference);

}  // namespace syswright::app
