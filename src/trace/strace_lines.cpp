#include "trace/strace_lines.h"

#include <charconv>

#include "trace/text_lines.h"

namespace syswright::trace {
namespace {

constexpr std::string_view unfinished_mark = "<unfinished ...>";
constexpr std::string_view resumed_mark = " resumed>";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Position behind the text in double quotes that opens at `at`.
std::size_t skip_quoted(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

/// True if a path in angle brackets opens at `at`: behind a descriptor, and not as part of "30<<MAP_HUGE_SHIFT".
bool opens_path(std::string_view text, std::size_t at) {
  if (text[at] != '<' || at == 0 || at + 1 >= text.size() || text[at + 1] == '<') return false;
  return is_digit(text[at - 1]) || text[at - 1] == 'D';  // AT_FDCWD
}

/// Cuts "a, b, c) = result" into arguments; returns the position behind the closing parenthesis, or npos.
std::size_t split_arguments(std::string_view text, std::vector<std::string_view>& arguments) {
  arguments.clear();
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"') {
      i = skip_quoted(text, i);
      continue;
    }
    if (opens_path(text, i)) {
      i = std::min(text.find('>', i), text.size() - 1) + 1;
      continue;
    }
    if (c == '(' || c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']' || (c == ')' && depth > 0)) {
      --depth;
    } else if (depth == 0 && (c == ',' || c == ')')) {
      arguments.push_back(trimmed(text.substr(begin, i - begin)));
      begin = i + 1;
      if (c == ')') return i + 1;
    }
    ++i;
  }
  return std::string_view::npos;
}

/// Takes a number and the blanks behind it off the front of `text`.
template <typename Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty() || !is_blank(text.front())) return false;
  text = trimmed(text);
  return true;
}

int octal_digit(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '7' ? text[at] - '0' : -1;
}

char escaped_character(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'v':
      return '\v';
    case 'f':
      return '\f';
    default:
      return c;
  }
}

std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    ++i;
    int code = octal_digit(text, i);
    if (code < 0) {
      result += escaped_character(text[i]);
      continue;
    }
    for (int more = 0; more < 2 && octal_digit(text, i + 1) >= 0; ++more) code = code * 8 + octal_digit(text, ++i);
    result += static_cast<char>(code);
  }
  return result;
}

}  // namespace

std::optional<std::int64_t> parse_call_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc()) return std::nullopt;
  return static_cast<std::int64_t>(negative ? 0 - value : value);
}

std::optional<PrintedDescriptor> parse_descriptor(std::string_view text) {
  PrintedDescriptor descriptor;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), descriptor.number);
  if (error != std::errc() || descriptor.number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty() || text.front() != '<') return descriptor;
  constexpr std::string_view deleted = " (deleted)";
  std::string_view path = text.substr(1, text.find('>') - 1);
  if (path.ends_with(deleted)) path.remove_suffix(deleted.size());
  descriptor.path = unescaped(path);
  return descriptor;
}

StraceLines::Kind StraceLines::read(std::string_view line, SystemCall& call) {
  line = trimmed(line);
  if (!take_number(line, call.process) || !take_number(line, call.time)) return Kind::bad;
  if (line.starts_with("+++")) {
    unfinished_.erase(call.process);
    return Kind::exited;
  }
  if (line.starts_with("---")) return Kind::other;
  if (line.starts_with("<... ")) {
    const std::size_t mark = line.find(resumed_mark);
    const auto begun = unfinished_.find(call.process);
    if (mark == std::string_view::npos || begun == unfinished_.end()) return Kind::other;
    joined_ = std::move(begun->second);
    unfinished_.erase(begun);
    joined_ += line.substr(mark + resumed_mark.size());
    line = joined_;
  }
  if (line.ends_with(unfinished_mark)) {
    line.remove_suffix(unfinished_mark.size());
    std::string& begun = unfinished_[call.process];
    begun = std::string(line);
    call.name = std::string_view(begun).substr(0, begun.find('('));
    return Kind::started;
  }
  return read_call(line, call);
}

StraceLines::Kind StraceLines::read_call(std::string_view text, SystemCall& call) {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos || open == 0) return Kind::bad;
  call.name = text.substr(0, open);
  text.remove_prefix(open + 1);
  const std::size_t end = split_arguments(text, call.arguments);
  if (end == std::string_view::npos) return Kind::bad;
  text = trimmed(text.substr(end));
  if (!text.starts_with('=')) return Kind::bad;
  call.result_text = trimmed(text.substr(1));
  if (call.result_text.starts_with('?')) return Kind::other;  // never returned, or will be made again
  const auto result = parse_call_number(call.result_text);
  if (!result) return Kind::bad;
  call.result = *result;
  return Kind::call;
}

}  // namespace syswright::trace
