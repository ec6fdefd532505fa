#include "app/shell.h"

namespace syswright::app {

std::string shell_word(std::string_view text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,%+@";
  if (!text.empty() && text.find_first_not_of(plain) == text.npos) return std::string(text);
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + "'";
}

std::string shell_command(std::string_view program, const std::vector<std::string>& arguments) {
  std::string line(program);
  for (const std::string& argument : arguments) line += " " + shell_word(argument);
  return line;
}

std::string indented(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    result += (line.empty() ? "" : "  ") + std::string(line);
    if (end == text.npos) break;
    result += "\n";
    text.remove_prefix(end + 1);
  }
  return result;
}

}  // namespace syswright::app
