#include "policy/source_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "policy/compile.h"

namespace syswright::policy {
namespace {

char printable(char c) { return c >= ' ' && c <= '~' ? c : '?'; }

/// The line with a caret below the column; of a long line, what surrounds the column.
std::string draw_excerpt(std::string_view line, std::size_t column) {
  constexpr std::size_t before = 90;
  constexpr std::size_t shown = 120;
  const std::size_t caret = column > 0 ? column - 1 : 0;
  const std::size_t begin = std::min(caret > before ? caret - before : 0, line.size());
  const std::string_view part = line.substr(begin, shown);
  std::string text;
  for (char c : part) text += c == '\t' ? '\t' : printable(c);
  std::string marks;
  for (std::size_t i = begin; i < caret; ++i) marks += i < line.size() && line[i] == '\t' ? '\t' : ' ';
  return text + "\n" + marks + "^";
}

std::string_view line_of(std::string_view text, std::size_t line) {
  for (std::size_t skipped = 1; skipped < line; ++skipped) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return "";
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

ProgramError::ProgramError(SourceLocation where, const std::string& problem, std::string_view source_line)
    : InputError(where, problem + "\n" + draw_excerpt(source_line, where.column)),
      excerpt_(draw_excerpt(source_line, where.column)) {}

void SourceText::fail(Place place, const std::string& problem) const {
  throw ProgramError({file_, place.line, place.column}, problem, line_of(text_, place.line));
}

std::string quoted(std::string_view text) {
  constexpr std::size_t shown = 40;
  std::string result = "'";
  for (char c : text.substr(0, shown)) result += printable(c);
  return result + (text.size() > shown ? "…'" : "'");
}

std::string advise(std::string_view given, std::span<const std::string> choices, std::string_view where) {
  // A name of a megabyte is near to none.
  const std::string meant = did_you_mean(given.substr(0, 100), choices);
  return fmt::format("{}{}{}: {}", meant, meant.empty() ? "; " : " ", where, fmt::join(choices, ", "));
}

}  // namespace syswright::policy
