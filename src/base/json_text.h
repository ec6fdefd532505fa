#pragma once

#include <string>
#include <string_view>

namespace syswright {

/// Appends `text` as a JSON string, in quotation marks. What JSON must escape is escaped, and DEL; a byte that is not
/// part of well-formed UTF-8 (Unicode 15, table 3-7) becomes U+FFFD. O(length).
void append_json_string(std::string& to, std::string_view text);

}  // namespace syswright
