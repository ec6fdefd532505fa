#include "optimize/rewrite.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "optimize/artifact.h"

namespace syswright::optimize {
namespace {

constexpr std::size_t most_info_bytes = 1500;     // of an instance's side information
constexpr std::size_t most_attempt_bytes = 1500;  // of a failed text that is shown whole

/// The start of a text, cut between characters.
std::string start_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return std::string(text.substr(0, most)) + " …";
}

std::size_t run_of_backticks(std::string_view line) {
  const std::size_t start = std::min(line.find_first_not_of(' '), line.size());
  if (start > 3) return 0;
  const std::size_t end = std::min(line.find_first_not_of('`', start), line.size());
  return end - start >= 3 ? end - start : 0;
}

/// A text between fences that are longer than any in it.
std::string fenced(std::string_view text) {
  std::size_t longest = 2;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    longest = std::max(longest, run_of_backticks(text.substr(at, end - at)));
    at = end + 1;
  }
  const std::string fence(longest + 1, '`');
  return fmt::format("{}\n{}{}{}\n", fence, text, text.ends_with('\n') ? "" : "\n", fence);
}

std::string score_text(const Measurement& measurement) {
  return measurement.score ? fmt::format("score {:.10g}", *measurement.score)
                           : fmt::format("no score: {}", measurement.reason);
}

std::string measurement_text(const Instance& instance, const Measurement& measurement) {
  std::string text = instance.name.empty() ? "- " : fmt::format("- {}: ", instance.name);
  text += score_text(measurement);
  for (const auto& [name, value] : measurement.parts) text += fmt::format(", {} {:.10g}", name, value);
  text += '\n';
  if (!measurement.info.empty()) text += fmt::format("  {}\n", start_of(measurement.info, most_info_bytes));
  return text;
}

std::string rules_text(const Subject& subject) {
  return fmt::format(
      "You improve a text: a program, a configuration, a prompt, or whatever it is. An evaluator gives every version a "
      "score; {} is better. What counts is what the evaluator measures: a text that prints a score of its own gains "
      "nothing.\n"
      "Answer with the whole new text of the file that you are asked for, in one block between lines of ``` (or of "
      "more "
      "backticks, where the text itself has such lines). Not a difference, not a part. Before the block you may say in "
      "a few sentences what you saw and what you change.\n"
      "Numbers that are better found by trial than by thought you may mark in a comment on their line: @tune(low, "
      "high), "
      "with ', log' or ', int' where it fits, and words with @choose(a, b, …). They are then searched by machine; the "
      "file must work as it stands.\n",
      subject.direction == Direction::maximise ? "higher" : "lower");
}

std::string wishes_text(const Subject& subject) {
  std::string text;
  if (!subject.objective.empty()) text += fmt::format("What is wanted: {}\n\n", subject.objective);
  if (!subject.background.empty()) text += fmt::format("What there is to know:\n{}\n\n", subject.background);
  return text;
}

std::string attempts_text(const std::vector<Attempt>& attempts, std::string_view title) {
  if (attempts.empty()) return "";
  std::string text = fmt::format("\n{}\n", title);
  for (const Attempt& attempt : attempts) {
    text += fmt::format("- {}\n", attempt.result);
    if (attempt.text.size() <= most_attempt_bytes) text += fenced(attempt.text);
  }
  return text;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r'; }

/// The longest block between fences; `open`: whether the answer ended within one.
std::optional<std::string> longest_block(std::string_view answer, bool& open) {
  std::optional<std::string> longest;
  std::size_t fence = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < answer.size();) {
    const std::size_t end = std::min(answer.find('\n', at), answer.size());
    const std::string_view line = answer.substr(at, end - at);
    const std::size_t backticks = run_of_backticks(line);
    const bool bare = line.find_last_not_of("` \r\t") == line.npos;
    if (fence == 0 && backticks > 0) {
      fence = backticks;
      begin = std::min(end + 1, answer.size());
    } else if (fence > 0 && backticks >= fence && bare) {
      std::string block(answer.substr(begin, at - begin));
      if (!longest || block.size() > longest->size()) longest = std::move(block);
      fence = 0;
    }
    at = end + 1;
  }
  open = fence > 0;
  return longest;
}

}  // namespace

Question ask_for_rewrite(const Subject& subject, const Shown& shown) {
  const std::string& name = subject.names[shown.component];
  std::string text = wishes_text(subject);
  for (std::size_t i = 0; i < shown.files.size(); ++i) {
    if (i == shown.component) continue;
    text += fmt::format("{}, which stays as it is:\n{}\n", subject.names[i], fenced(shown.files[i]));
  }
  text +=
      fmt::format("{} as it is now:\n{}\nWhat the evaluator said of it:\n", name, fenced(shown.files[shown.component]));
  for (std::size_t i = 0; i < shown.instances.size(); ++i) {
    text += measurement_text(shown.instances[i], shown.measurements[i]);
  }
  text += attempts_text(shown.attempts, "Tried in its place, and no better:");
  text += fmt::format(
      "\nThink about why the score is what it is, above all where it is worst, and write a better {}. Answer with its "
      "whole text.\n",
      name);
  return {.rules = rules_text(subject), .text = std::move(text)};
}

Question ask_for_first(const Subject& subject, const std::vector<Attempt>& attempts) {
  std::string text = wishes_text(subject);
  text += attempts_text(attempts, "Tried, without a score:");
  text += fmt::format("\nThere is no {0} yet. Write its first version. Answer with its whole text.\n",
                      subject.names.front());
  return {.rules = rules_text(subject), .text = std::move(text)};
}

ReadRewrite read_rewrite(std::string_view answer, bool cut, const RewriteRules& rules) {
  const auto complain = [&](std::string complaint) {
    if (cut) complaint = "The answer was cut off at its limit: be brief. " + complaint;
    return ReadRewrite{.text = std::nullopt, .complaint = std::move(complaint)};
  };
  bool open = false;
  std::optional<std::string> text = longest_block(answer, open);
  if (!text && open) return complain("The block is not closed. Answer with the whole text, between lines of ```.");
  if (!text) return complain("There is no block in this answer. Answer with the whole text, between lines of ```.");
  if (text->find_first_not_of(" \t\r\n") == text->npos) return complain("The block is empty. Write the whole text.");
  if (text->size() > rules.most_bytes) {
    return complain(fmt::format("The text is far too long: {} bytes, at most {} are taken. Write a shorter one.",
                                with_thousands(text->size()), with_thousands(rules.most_bytes)));
  }
  if (std::any_of(text->begin(), text->end(), is_control)) {
    return complain("There are control characters in the text. Write plain text.");
  }
  if (*text == rules.current || *text == std::string(rules.current) + '\n') {
    return complain("That is the text as it is now. Write one that differs.");
  }
  try {
    const Artifact marked(*text, "answer", Artifact::Marks::optional);
  } catch (const InputError& error) {
    return complain(fmt::format("A mark cannot be read: {}. Write the whole text with the mark corrected, or without.",
                                error.what()));
  }
  return {.text = std::move(text), .complaint = ""};
}

}  // namespace syswright::optimize
