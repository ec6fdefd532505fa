#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace syswright {

/// Root of every exception that Syswright throws for a reason outside the program: bad input, a full disk, a missing
/// file. A programmer's mistake asserts instead. The message says what was wrong, where, and how to mend it.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Place in a text or file; line and column count from 1, and 0 means "not known".
struct SourceLocation {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
};

/// What a user gave cannot be used: an argument, a file, a program. Reads "file:line:column: problem", with the parts
/// that are known.
class InputError : public Error {
 public:
  explicit InputError(const std::string& problem) : Error(problem) {}
  InputError(SourceLocation where, const std::string& problem);
  const SourceLocation& where() const { return where_; }

 private:
  SourceLocation where_;
};

/// The system refused: a file cannot be opened or written, a disk is full. Appends the text of the errno given.
class SystemError : public Error {
 public:
  SystemError(const std::string& what, int error_number);
};

/// "; did you mean 'sieve'?" for the candidate nearest to `given` by edit distance, if one is near enough
/// (a third of its length, at least 1); otherwise empty.
std::string did_you_mean(std::string_view given, std::span<const std::string> candidates);

}  // namespace syswright
