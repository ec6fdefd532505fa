#include "policy/foreign_words.h"

#include <array>
#include <string_view>
#include <utility>

namespace syswright::policy {

std::string foreign_word_advice(const Token& token) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 17> advice{{
      {"=", "'=' assigns; to compare, write '=='"},
      {"**", "a power is written x^2, or pow(x, y) for any exponent"},
      {"//", "comments start with '#'; a whole quotient is floor(a / b)"},
      {"%", "'%' stands directly after a number (25%); there is no remainder: write x - floor(x / y) * y"},
      {"&", "write 'and'"},
      {"|", "write 'or'"},
      {"elif", "write 'else if'"},
      {"elsif", "write 'else if'"},
      {"then", "a choice between values is written c ? a : b; statements stand in braces: if c { … } else { … }"},
      {"while", "a loop has a literal range: for i in 0..4 { … }"},
      {"var", "a name is declared by 'let'"},
      {"const", "a name is declared by 'let'"},
      {"auto", "a name is declared by 'let'"},
      {"double", "a name is declared by 'let'"},
      {"float", "a name is declared by 'let'"},
      {"require", "'require' stands at the top of a rule, before its first statement"},
      {"ensure", "'ensure' stands at the top of a rule, before its first statement"},
  }};
  for (const auto& [text, words] : advice) {
    if (token.is(text)) return std::string(words);
  }
  return "";
}

}  // namespace syswright::policy
