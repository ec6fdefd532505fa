#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "policy/program.h"

namespace syswright::policy {

/// Parses and checks program text. `file` names it in errors.
/// Throws ProgramError, which names file, line and column, says what was expected and how to mend it, and shows the
/// line with a caret. The domain that `for` names picks the signature.
/// O(size of the text); texts over 1 MiB, expressions nested over 200 deep and graphs over GraphBuilder::max_nodes are
/// refused.
ProgramPtr compile(std::string_view text, const std::string& file,
                   std::span<const std::shared_ptr<const Signature>> signatures);

/// An error in program text: what() is the whole message, with the source line and a caret below it.
class ProgramError : public InputError {
 public:
  ProgramError(SourceLocation where, const std::string& problem, std::string_view source_line);
  const std::string& excerpt() const { return excerpt_; }

 private:
  std::string excerpt_;
};

}  // namespace syswright::policy
