#include "policy/lexer.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "base/error.h"

namespace syswright::policy {
namespace {

// Not those of <cctype>, which depend on the locale.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

constexpr std::array<std::string_view, 14> long_symbols{"->", "..", "<=", ">=", "==", "!=", "&&",
                                                        "||", "+=", "-=", "*=", "/=", "**", "//"};
constexpr std::string_view short_symbols = "{}()[],;:?.+-*/^<>=!%&|";

std::vector<std::string> unit_names() {
  std::vector<std::string> names;
  for (const Unit& unit : units()) names.emplace_back(unit.name);
  return names;
}

}  // namespace

Token Lexer::taken(TokenKind kind, std::size_t size) {
  Token token{.kind = kind, .text = source_.text().substr(at_, size), .place = place()};
  at_ += size;
  return token;
}

void Lexer::skip_blanks() {
  for (; at_ < source_.text().size(); ++at_) {
    const char c = peek();
    if (c == '#') {
      while (at_ + 1 < source_.text().size() && peek(1) != '\n') ++at_;
    } else if (c == '\n') {
      ++line_;
      line_start_ = at_ + 1;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      return;
    }
  }
}

Token Lexer::next() {
  skip_blanks();
  if (at_ >= source_.text().size()) return {.place = place()};
  if (is_letter(peek())) return name();
  if (is_digit(peek()) || peek() == '$' || (peek() == '.' && is_digit(peek(1)))) return number();
  return symbol();
}

Token Lexer::name() {
  std::size_t size = 1;
  while (is_letter(peek(size)) || is_digit(peek(size))) ++size;
  if (size > max_name_bytes) {
    source_.fail(place(), fmt::format("the name {} has {} characters; a name may have {}",
                                      quoted(source_.text().substr(at_, size)), size, max_name_bytes));
  }
  return taken(TokenKind::name, size);
}

std::size_t Lexer::digits_end(std::size_t at) const {
  while (is_digit(peek(at))) ++at;
  return at;
}

/// Length of digits [. digits] [e [+-] digits], from at_.
std::size_t Lexer::number_end() const {
  std::size_t end = digits_end(0);
  // The point of 0..4 belongs to the range.
  if (peek(end) == '.' && peek(end + 1) != '.') end = digits_end(end + 1);
  if (peek(end) != 'e' && peek(end) != 'E') return end;
  const std::size_t sign = peek(end + 1) == '+' || peek(end + 1) == '-' ? 1 : 0;
  return is_digit(peek(end + 1 + sign)) ? digits_end(end + 1 + sign) : end;
}

Token Lexer::number() {
  const Place start = place();
  const std::size_t begin = at_;
  const bool money = peek() == '$';
  if (money) ++at_;
  if (!is_digit(peek()) && peek() != '.') source_.fail(start, "expected an amount directly after '$', as in $0.97");
  const std::size_t end = number_end();
  double value = 0;
  const char* text = source_.text().data() + at_;
  const auto [read, error] = std::from_chars(text, text + end, value);
  if (error == std::errc::result_out_of_range) {
    source_.fail(start, "the number is out of range: not 0 and below 5e-324, or above 1.7e308");
  }
  if (error != std::errc() || read != text + end) source_.fail(start, "malformed number; write it as 3, 0.5 or 1e6");
  at_ += end;

  std::size_t unit_size = 0;
  while (is_letter(peek(unit_size)) || is_digit(peek(unit_size))) ++unit_size;
  if (unit_size == 0 && peek() == '%') unit_size = 1;
  const std::string_view unit_name = source_.text().substr(at_, unit_size);
  const Unit* unit = unit_size > 0 ? find_unit(unit_name) : nullptr;
  if (unit_size > 0 && money) source_.fail(place(), "an amount of money has no second unit; write $0.97");
  if (unit_size > 0 && unit == nullptr) {
    source_.fail(place(),
                 fmt::format("unknown unit {}{}", quoted(unit_name), advise(unit_name, unit_names(), "units")));
  }
  at_ += unit_size;

  Token token{.kind = TokenKind::number, .text = source_.text().substr(begin, at_ - begin), .place = start};
  token.value = unit != nullptr ? value * unit->scale : value;
  token.dimension = money ? money_dimension : unit != nullptr ? unit->dimension : number_dimension;
  token.plain = unit == nullptr && !money;
  if (!std::isfinite(token.value)) source_.fail(start, "the number is out of range: above 1.7e308 in base units");
  return token;
}

Token Lexer::symbol() {
  for (std::string_view symbol : long_symbols) {
    if (source_.text().substr(at_).starts_with(symbol)) return taken(TokenKind::symbol, symbol.size());
  }
  if (short_symbols.find(peek()) != std::string_view::npos) return taken(TokenKind::symbol, 1);
  if (peek() == '"' || peek() == '\'')
    source_.fail(place(), "the language has no text values; names stand without quotes");
  const auto byte = static_cast<unsigned char>(peek());
  if (byte < ' ' || byte > '~') {
    source_.fail(place(),
                 fmt::format("unexpected byte 0x{:02x}; only comments may hold characters outside ASCII", byte));
  }
  source_.fail(place(), fmt::format("unexpected character '{}'", peek()));
}

}  // namespace syswright::policy
