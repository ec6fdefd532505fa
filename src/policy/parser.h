#pragma once

#include "policy/syntax.h"

namespace syswright::policy {

/// Longest text of a program.
inline constexpr std::size_t max_program_bytes = std::size_t{1} << 20;
/// Deepest nesting of expressions and blocks, so that recursion over a tree is bounded.
inline constexpr std::size_t max_nesting = 200;
/// Largest number of expressions in a text; far more than fit into a graph.
inline constexpr std::size_t max_expressions = 100000;

/// Parses a whole text. Throws ProgramError at the first mistake. The tree borrows the text. O(size of the text).
syntax::Tree parse(const SourceText& source);

/// Words that cannot be names.
bool is_keyword(std::string_view word);

}  // namespace syswright::policy
