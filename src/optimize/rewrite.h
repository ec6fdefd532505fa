#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "optimize/evaluator.h"
#include "optimize/score.h"
#include "optimize/writer.h"

namespace syswright::optimize {

/// What a writer is told of an artefact, whatever is being written.
struct Subject {
  std::vector<std::string> names;  ///< of its files
  std::string objective;           ///< what is wanted, in words; may be empty
  std::string background;          ///< what there is to know; may be empty
  Direction direction = Direction::maximise;
};

/// A text that was tried in the place of another, and was no better.
struct Attempt {
  std::string text;    ///< of the file that was written
  std::string result;  ///< "0.81 instead of 0.83", or why it failed
};

/// What is shown of the text that is to be improved.
struct Shown {
  std::vector<std::string> files;
  std::size_t component = 0;  ///< the file to write anew
  std::vector<Instance> instances;
  std::vector<Measurement> measurements;  ///< [instances]
  std::vector<Attempt> attempts;          ///< the last ones
};

/// The question for one file of a text, written anew.
Question ask_for_rewrite(const Subject& subject, const Shown& shown);
/// The question for a text of one file that does not exist yet. attempts: that got no score.
Question ask_for_first(const Subject& subject, const std::vector<Attempt>& attempts);

struct RewriteRules {
  std::string_view current;           ///< the file as it is; empty: there is none
  std::size_t most_bytes = 64 << 10;  ///< of an answer's text
};

/// The file in an answer: what stands in its longest fenced block, closed as CommonMark says (by a fence at least as
/// long). Or else the complaint that mends it: no block, one that is not closed, nothing in it, far too long, control
/// characters, the text as it was, marks that cannot be read.
struct ReadRewrite {
  std::optional<std::string> text;
  std::string complaint;
};
ReadRewrite read_rewrite(std::string_view answer, bool cut, const RewriteRules& rules);

}  // namespace syswright::optimize
