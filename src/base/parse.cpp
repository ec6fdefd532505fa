#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/text.h"

namespace syswright {
namespace {

[[noreturn]] void refuse(std::string_view what, std::string_view text, std::string_view expected) {
  throw InputError(fmt::format("{}: '{}' is not {}", what, text, expected));
}

struct NumberAndRest {
  double number = 0;
  std::string_view rest;
};

/// A decimal number at the start of `text`. charconv, so that the locale has no say.
NumberAndRest leading_number(std::string_view text, std::string_view what, std::string_view expected) {
  NumberAndRest parts;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parts.number);
  if (error != std::errc{} || !std::isfinite(parts.number)) refuse(what, text, expected);
  parts.rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return parts;
}

double with_unit(std::string_view text, std::string_view what, Dimension dimension, std::string_view expected) {
  const auto [number, name] = leading_number(text, what, expected);
  const Unit* unit = find_unit(name == "m" && dimension == time_dimension ? "min" : name);
  if (unit == nullptr || unit->dimension != dimension) refuse(what, text, expected);
  const double value = number * unit->scale;
  if (number < 0 || !std::isfinite(value)) refuse(what, text, expected);
  return value;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "1,234,567" without its commas; the text itself if they do not part groups of three digits.
std::string without_thousands(std::string_view text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789,"), text.size());
  const bool grouped = text.substr(0, end).find(',') != text.npos;
  std::string digits;
  for (std::size_t i = 0; i < end; ++i) {
    const bool comma_due = grouped && (end - i) % 4 == 0;
    if ((text[i] == ',') != comma_due) return std::string(text);
    if (!comma_due) digits += text[i];
  }
  return digits + std::string(text.substr(end));
}

}  // namespace

std::vector<std::string> split_list(std::string_view text, std::string_view what) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    const std::string_view part = trimmed(text.substr(start, comma - start));
    if (part.empty()) refuse(what, text, "a list such as a,b,c: an item is empty");
    parts.emplace_back(part);
    start = comma + 1;
  }
  return parts;
}

double parse_number(std::string_view text, std::string_view what) {
  constexpr std::string_view expected = "a number, such as 0.5 or 1e-3";
  const auto [number, rest] = leading_number(text, what, expected);
  if (!rest.empty()) refuse(what, text, expected);
  return number;
}

std::uint64_t parse_count(std::string_view text, std::string_view what) {
  constexpr std::string_view expected = "a whole number that is not negative, such as 2000, 2,000 or 2k";
  if (text.empty() || !is_digit(text[0])) refuse(what, text, expected);
  const std::string plain = without_thousands(text);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  const std::string_view suffix(end, static_cast<std::size_t>(plain.data() + plain.size() - end));
  const std::uint64_t scale = suffix.empty()  ? 1
                              : suffix == "k" ? 1'000
                              : suffix == "M" ? 1'000'000
                              : suffix == "G" ? 1'000'000'000
                                              : 0;
  if (error != std::errc{} || scale == 0 || value > std::numeric_limits<std::uint64_t>::max() / scale) {
    refuse(what, text, expected);
  }
  return value * scale;
}

Seconds parse_duration(std::string_view text, std::string_view what) {
  return Seconds(with_unit(text, what, time_dimension, "a number and a unit of time, such as 60s, 5min or 2h"));
}

Bytes parse_size(std::string_view text, std::string_view what) {
  constexpr std::string_view expected = "a size, such as 4096, 64MiB or 1.5GB";
  const auto [number, name] = leading_number(text, what, expected);
  if (name.empty() && number >= 0) return Bytes(number);
  return Bytes(with_unit(text, what, bytes_dimension, expected));
}

double parse_fraction(std::string_view text, std::string_view what) {
  constexpr std::string_view expected = "a fraction that is not negative, such as 1% or 0.01";
  const auto [number, name] = leading_number(text, what, expected);
  if (number < 0 || (!name.empty() && name != "%")) refuse(what, text, expected);
  return name == "%" ? number / 100 : number;
}

}  // namespace syswright
