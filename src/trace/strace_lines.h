#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace syswright::trace {

/// A system call that a process has made, as strace prints it with -f -ttt -y. The views are into the caller's line or
/// into the assembler and last until its next line.
struct SystemCall {
  int process = 0;
  double time = 0;  ///< seconds since 1970, when it ended
  std::string_view name;
  std::vector<std::string_view> arguments;
  std::int64_t result = 0;       ///< -1: failed
  std::string_view result_text;  ///< "3</etc/passwd>"
};

/// A file descriptor as strace prints it with -y: "3</etc/passwd>".
struct PrintedDescriptor {
  int number = -1;
  std::string path;  ///< escapes resolved, "(deleted)" removed; empty: none was printed
};

/// nullopt for text that is no descriptor.
std::optional<PrintedDescriptor> parse_descriptor(std::string_view text);

/// The number that opens `text`: decimal, hexadecimal (0x) or octal (0), with a sign if it likes.
std::optional<std::int64_t> parse_call_number(std::string_view text);

/// Reads strace's output line by line and puts calls that other processes interrupted ("<unfinished ...>",
/// "<... read resumed>") together again.
class StraceLines {
 public:
  enum class Kind {
    call,     ///< `call` is filled
    started,  ///< a call that has begun: `call` has process, time and name
    exited,   ///< the process has ended: `call` has process and time
    other,    ///< signals, and lines that say nothing of files
    bad,      ///< not a line of strace
  };
  Kind read(std::string_view line, SystemCall& call);

 private:
  Kind read_call(std::string_view text, SystemCall& call);

  std::unordered_map<int, std::string> unfinished_;  // [process] text of its call up to the interruption
  std::string joined_;
};

}  // namespace syswright::trace
