#include "optimize/files.h"

namespace syswright::optimize {

std::string join_files(std::span<const std::string> files) {
  std::string text;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (i > 0) text += file_separator;
    text += files[i];
  }
  return text;
}

std::vector<std::string> split_files(std::string_view text) {
  std::vector<std::string> files;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(file_separator, at);
    files.emplace_back(text.substr(at, end == text.npos ? text.npos : end - at));
    if (end == text.npos) return files;
    at = end + 1;
  }
}

}  // namespace syswright::optimize
