#include "app/html.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace syswright::app {
namespace {

constexpr std::array<std::string_view, 24> keywords{
    "policy", "require", "ensure", "for", "stat", "rank", "value", "decide", "let",   "return", "if",  "else",
    "by",     "true",    "false",  "and", "or",   "not",  "in",    "then",   "where", "max",    "min", "sum"};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool starts_number(std::string_view text) {
  const std::size_t at = text.front() == '$' ? 1 : 0;
  return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0;
}

/// Bytes of the number at the start of `text`, with its unit.
std::size_t number_length(std::string_view text) {
  std::size_t end = text.front() == '$' ? 1 : 0;
  while (end < text.size()) {
    const bool exponent_sign =
        (text[end] == '-' || text[end] == '+') && (text[end - 1] == 'e' || text[end - 1] == 'E') && end >= 2;
    if (!is_word(text[end]) && text[end] != '.' && text[end] != '%' && !exponent_sign) break;
    ++end;
  }
  return end;
}

std::string span(std::string_view name, std::string_view text) {
  return "<span class=\"" + std::string(name) + "\">" + escaped(text) + "</span>";
}

/// Length of the token at the start of `text`, and the class of its span; empty: none.
std::pair<std::size_t, std::string_view> next_token(std::string_view text) {
  if (text.front() == '#') return {std::min(text.find('\n'), text.size()), "com"};
  if (starts_number(text)) return {number_length(text), "num"};
  if (!is_word(text.front())) return {1, ""};
  const auto end = std::find_if_not(text.begin(), text.end(), is_word);
  const auto length = static_cast<std::size_t>(end - text.begin());
  const bool keyword = std::find(keywords.begin(), keywords.end(), text.substr(0, length)) != keywords.end();
  return {length, keyword ? "kw" : ""};
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        const bool allowed = byte >= 0x20 ? byte != 0x7F : c == '\n' || c == '\t';
        result += allowed ? c : ' ';
      }
    }
  }
  return result;
}

std::string highlighted_program(std::string_view source) {
  std::string result;
  while (!source.empty()) {
    const auto [length, name] = next_token(source);
    const std::string_view token = source.substr(0, length);
    result += name.empty() ? escaped(token) : span(name, token);
    source.remove_prefix(length);
  }
  return result;
}

std::string highlighted_difference(std::string_view difference) {
  std::string result;
  while (!difference.empty()) {
    const std::size_t end = std::min(difference.find('\n'), difference.size());
    const std::string_view line = difference.substr(0, end);
    if (line.starts_with('+')) {
      result += span("add", line);
    } else if (line.starts_with('-')) {
      result += span("del", line);
    } else {
      result += escaped(line);
    }
    result += "\n";
    difference.remove_prefix(std::min(end + 1, difference.size()));
  }
  return result;
}

}  // namespace syswright::app
