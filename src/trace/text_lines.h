#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace syswright::trace {

/// Pieces that the text formats share.

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Without spaces, tabs and carriage returns at either end.
inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The whole of `text` as a decimal number below 2^64.
inline std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The whole of `text` as a decimal number, with fraction and exponent if it likes.
inline std::optional<double> parse_decimal(std::string_view text) {
  if (text.size() <= 15) {  // below 10^15 a whole number is exact, and this way to it is short
    if (const auto whole = parse_unsigned(text)) return static_cast<double>(*whole);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Position of the first byte that no text has (a control character), or npos.
inline std::size_t find_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\t' && c != '\r' && c != '\n') return i;
    if (c == 0x7F) return i;
  }
  return std::string_view::npos;
}

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace syswright::trace
