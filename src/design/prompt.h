#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "design/chat.h"
#include "domain/domain.h"

namespace syswright::design {

/// What a language model is told of a task. Everything comes from the domain's interface, so that it works in each.

/// The policy language on one page: enough to write programs that compile.
std::string_view language_summary();

/// Decisions with their features (type, unit, range, meaning), signals, the objective, and known heuristics as
/// programs, shortest first, as far as `most_exemplar_bytes` reach.
std::string describe_domain(const Domain& domain, std::size_t most_exemplar_bytes = 6000);

/// A program with what it reached.
struct ShownProgram {
  std::string source;
  double objective = 0;
};

/// The question for one new program: system and user message.
std::vector<ChatMessage> ask_for_program(const Domain& domain, const std::vector<ShownProgram>& best);

/// The program in an answer: the last fenced block that holds one, else what stands from `policy NAME for` to the brace
/// that closes it. nullopt where there is none.
std::optional<std::string> program_in_answer(std::string_view answer);

/// What the model is told of an answer without a program, and of one that does not compile. cut: the answer ended at
/// the limit of tokens.
std::string no_program_complaint(const Domain& domain, bool cut);
std::string compile_complaint(std::string_view compiler_message, bool cut);

}  // namespace syswright::design
