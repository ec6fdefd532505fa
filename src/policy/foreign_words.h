#pragma once

#include <string>

#include "policy/lexer.h"

namespace syswright::policy {

/// What to write instead of a word or symbol that other languages have where this one has another; empty for the rest.
/// For messages, where the parser expected something else.
std::string foreign_word_advice(const Token& token);

}  // namespace syswright::policy
