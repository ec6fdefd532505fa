#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Rules of the source tree that a program can check. Each check takes the files and returns what breaks the rule, as
/// "file:line: what is wrong".
namespace syswright::house {

/// Content by path from the top of the checkout: "src/base/error.h".
using Files = std::map<std::string, std::string>;

/// Every file below these folders with one of these endings.
Files read_files(const std::vector<std::string>& folders, const std::vector<std::string>& endings);

struct Include {
  std::size_t line = 0;
  std::string target;
  bool quoted = false;  ///< "…", told from <…>
};
std::vector<Include> includes_of(std::string_view content);

/// The part of the house that a path of src/ belongs to: "base", "domains/cache"; "domains" for files of that folder
/// itself. Empty for a file outside every folder.
std::string module_of(std::string_view path_in_src);

/// Includes that run upward or sideways in the order of docs/design.md, or to a file that is not there.
std::vector<std::string> include_order_breaches(const Files& files);
/// Headers that pull in a large library, and includes of one outside the only folder that may know it.
std::vector<std::string> library_breaches(const Files& files);
/// Folders without a header named after them that opens with a paragraph on what the folder is for.
std::vector<std::string> missing_folder_headers(const Files& files);
/// Headers without #pragma once.
std::vector<std::string> unguarded_headers(const Files& files);
/// Lines that contain one of these paths, other than as the middle of a longer one.
std::vector<std::string> mentions(const Files& files, const std::vector<std::string>& texts);

}  // namespace syswright::house
