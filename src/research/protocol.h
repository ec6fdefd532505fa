#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/domain.h"
#include "policy/program.h"

/// How a language model asks for the playground's tools: one block of plain lines an answer.
///
///   ```tool
///   tool: run
///   hypothesis: short prompts should go first
///   program:
///   policy shortest for llm_serving { … }
///   ```
namespace syswright::research {

enum class Tool {
  run,       ///< tries a program on the training scenarios
  compare,   ///< two programs, paired
  slice,     ///< in which phases of a scenario one loses to the other
  ablate,    ///< what each part of a program is worth
  bound,     ///< how far a program is from what is possible
  tune,      ///< searches for a program's constants
  plot,      ///< programs beside each other, into the notebook
  conclude,  ///< writes a finding into the notebook
};
inline constexpr std::size_t tools = 8;
std::string_view tool_name(Tool tool);

struct ToolRequest {
  Tool tool = Tool::run;
  std::string hypothesis;  ///< one line; may be empty but of `run`
  std::string text;        ///< of `conclude`
  std::vector<std::string>
      programs;                ///< names of programs tried before: of compare and slice two, the first in question
  std::size_t scenario = 0;    ///< of `slice`
  policy::ProgramPtr program;  ///< of `run`
};

/// What may be named in a request.
struct ToolContext {
  std::shared_ptr<const policy::Signature> signature;
  std::span<const std::string> programs;
  std::size_t scenarios = 0;
};

/// The tools and the form of a request, as a model is told.
std::string describe_tools(const ToolContext& context);

/// Reads an answer strictly: exactly one block, known keys, each once, names that exist, a program that compiles. Else
/// what is wrong and how to mend it, for the model. cut: the answer ended at the limit of tokens.
std::variant<ToolRequest, std::string> read_request(std::string_view answer, bool cut, const ToolContext& context);

}  // namespace syswright::research
