#pragma once

#include <cstddef>

#include "base/units.h"
#include "policy/source_text.h"

namespace syswright::policy {

/// Longest name. Messages, printed programs and exported code repeat names, some of them thousands of times.
inline constexpr std::size_t max_name_bytes = 100;

enum class TokenKind : std::uint8_t { name, number, symbol, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;  ///< as written; empty at the end
  Place place;
  double value = 0;     ///< of a number, in base units
  Dimension dimension;  ///< of a number
  bool plain = false;   ///< a number without a unit

  bool is(std::string_view symbol_or_word) const { return kind != TokenKind::number && text == symbol_or_word; }
  Place end() const { return {place.line, place.column + static_cast<std::uint32_t>(text.size())}; }
};

/// Cuts program text into tokens, one at a time. Throws ProgramError for bytes that start no token, malformed numbers,
/// unknown units and names over max_name_bytes.
class Lexer {
 public:
  explicit Lexer(const SourceText& source) : source_(source) {}
  Token next();

 private:
  void skip_blanks();
  Token name();
  Token number();
  Token symbol();
  std::size_t digits_end(std::size_t at) const;
  std::size_t number_end() const;
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.text().size() ? source_.text()[at_ + ahead] : '\0';
  }
  Place place() const { return {line_, static_cast<std::uint32_t>(at_ - line_start_ + 1)}; }
  Token taken(TokenKind kind, std::size_t size);

  const SourceText& source_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
};

}  // namespace syswright::policy
