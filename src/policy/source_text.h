#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace syswright::policy {

/// Line and column in a program's text, from 1; columns count bytes.
struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// A program's text with its name, for messages. Borrows the text.
class SourceText {
 public:
  SourceText(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}
  std::string_view text() const { return text_; }
  /// Throws ProgramError at this place.
  [[noreturn]] void fail(Place place, const std::string& problem) const;

 private:
  std::string_view text_;
  std::string file_;
};

/// A token or a name as a message quotes it: cut to 40 characters, unprintable bytes replaced.
std::string quoted(std::string_view text);

/// "; did you mean 'x'? WHERE: a, b, c", or "; WHERE: a, b, c" if nothing is near.
std::string advise(std::string_view given, std::span<const std::string> choices, std::string_view where);

}  // namespace syswright::policy
