#include "design/prompt.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace syswright::design {
namespace {

using policy::Decision;
using policy::Feature;
using policy::Scope;
using policy::Signal;

bool is_unlimited(double value) { return std::abs(value) >= std::numeric_limits<double>::max(); }

std::string range_text(double low, double high, Dimension dimension) {
  if (is_unlimited(low) && is_unlimited(high)) return "any";
  if (is_unlimited(high)) return "at least " + format_quantity(low, dimension);
  if (is_unlimited(low)) return "at most " + format_quantity(high, dimension);
  return fmt::format("{} to {}", format_quantity(low, dimension), format_quantity(high, dimension));
}

std::string type_text(const Feature& feature) {
  const std::string one = feature.kind == policy::ValueKind::boolean ? "bool" : to_string(feature.dimension);
  return feature.length == 0 ? one : fmt::format("{}[{}]", one, feature.length);
}

std::string answer_text(const Decision& decision) {
  if (decision.kind == policy::DecisionKind::rank) {
    std::string text = "Answer: a number for each candidate, of any dimension; those with the highest are taken.";
    if (decision.modes.empty()) return text;
    return text + fmt::format(" Modes: {} (the first is the default; pick one with `by MODE`).", join(decision.modes));
  }
  if (!decision.actions.empty()) return fmt::format("Answer: one of the actions {}.", join(decision.actions));
  return fmt::format("Answer: a {}, clamped to the range {}.", to_string(decision.dimension),
                     range_text(decision.low, decision.high, decision.dimension));
}

std::string decision_text(const Decision& decision) {
  std::string text = fmt::format("\nDecision `{} {}`. {}\n{}\nFeatures it may look at:\n",
                                 decision.kind == policy::DecisionKind::rank ? "rank" : "value", decision.name,
                                 decision.doc, answer_text(decision));
  for (const Feature& feature : decision.features) {
    std::string range = feature.kind == policy::ValueKind::boolean
                            ? ""
                            : ", " + range_text(feature.low, feature.high, feature.dimension);
    text += fmt::format("- {} ({}{}{}): {}\n", feature.name, type_text(feature), range,
                        feature.scope == Scope::candidate ? ", of each candidate" : "", feature.doc);
  }
  return text;
}

std::string signals_text(const std::vector<Signal>& signals) {
  if (signals.empty()) return "";
  std::string text = "\nSignals that a `stat` may summarise:\n";
  for (const Signal& signal : signals) {
    text += fmt::format("- {} ({}, {}{}): {}\n", signal.name, to_string(signal.dimension),
                        range_text(signal.low, signal.high, signal.dimension),
                        signal.scope == Scope::candidate ? ", of each candidate" : "", signal.doc);
  }
  return text;
}

std::string exemplars_text(const Domain& domain, std::size_t most_bytes) {
  std::vector<std::string_view> programs(domain.exemplars().begin(), domain.exemplars().end());
  std::stable_sort(programs.begin(), programs.end(),
                   [](std::string_view a, std::string_view b) { return a.size() < b.size(); });
  std::string text;
  for (const std::string_view program : programs) {
    if (text.size() + program.size() > most_bytes) break;
    text += program;
    if (!program.ends_with('\n')) text += '\n';
  }
  return text.empty() ? "" : "\nKnown heuristics as programs:\n```policy\n" + text + "```\n";
}

bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// Place of the word `policy` with which a line begins that goes on with a name and `for`; npos where there is none.
std::size_t program_start(std::string_view text) {
  for (std::size_t line = 0; line < text.size(); line = std::min(text.find('\n', line), text.size() - 1) + 1) {
    std::size_t at = text.find_first_not_of(" \t", line);
    const std::size_t start = at;
    const auto word = [&](std::string_view expected) {
      if (at == text.npos || !text.substr(at).starts_with(expected)) return false;
      const std::size_t end = at + expected.size();
      at = text.find_first_not_of(" \t\r\n", end);
      return at != text.npos && at > end;
    };
    if (!word("policy")) continue;
    while (at < text.size() && is_name(text[at])) ++at;
    at = text.find_first_not_of(" \t\r\n", at);
    if (word("for")) return start;
  }
  return text.npos;
}

/// From `start` to the brace that closes the first one; to the end where none does.
std::string_view through_closing_brace(std::string_view text, std::size_t start) {
  std::size_t depth = 0;
  for (std::size_t i = start; i < text.size(); ++i) {
    if (text[i] == '#') {
      i = std::min(text.find('\n', i), text.size() - 1);
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == '}' && depth > 0 && --depth == 0) {
      return text.substr(start, i + 1 - start);
    }
  }
  return text.substr(start);
}

}  // namespace

std::string_view language_summary() {
  return R"(The policy language, in short:
- `policy NAME for DOMAIN { … }` holds statistics and one rule for each decision that the policy answers.
- `rank DECISION(features) by MODE { … }` scores one candidate. `value DECISION(features) { … }` answers with a number or
  with one of the decision's actions. A rule names the features that it reads in its parameter list, and no others.
- `stat NAME = KIND(SIGNAL, ARGUMENT);` before the rules; a rule reads it by name, without listing it. Kinds:
  ewma(signal, w) with 0 <= w < 1; mean, min, max, count, last(signal, n); quantile(signal, q);
  percentile(feature, q) over the candidates that are present.
- Statements: `let x = …;`  `x = …;`  `x += …;`  `if c { … } else { … }`  `for i in 0..4 { … }` (literal bounds)
  `return …;`. Every path returns. Statements end with `;`. There are no other loops, no functions of one's own, no
  arrays of one's own, no state.
- Operators: + - * / ^ (whole exponent), < <= > >= == !=, and, or, not, c ? a : b, x in [a, b], array[i].
- Functions: min, max, clamp(x, low, high), abs, floor, sqrt, exp, log, pow(x, y), sum(array), mean(array), len(array).
- Numbers have dimensions (time, bytes, money, or none), and must fit: a time plus a number is an error. Literals carry
  units: 3s, 250ms, 5min, 64KiB, 1.5GB, $0.97, 25%. Divide by a unit for a plain number: age / 1s, size / 1KiB.
  log, exp, pow and floor take plain numbers only.
- Comments start with # and end with the line. Everything else is ASCII.
)";
}

std::string describe_domain(const Domain& domain, std::size_t most_exemplar_bytes) {
  std::string text = fmt::format("The system: {}. {}\n", domain.name(), domain.summary());
  for (const Decision& decision : domain.signature()->decisions) text += decision_text(decision);
  text += signals_text(domain.signature()->signals);
  const Metric& metric = domain.metrics().front();
  text += fmt::format("\nThe objective: {} ({}; {} is better). {}\n", metric.name, to_string(metric.dimension),
                      metric.lower_is_better ? "lower" : "higher", metric.doc);
  return text + exemplars_text(domain, most_exemplar_bytes);
}

std::vector<ChatMessage> ask_for_program(const Domain& domain, const std::vector<ShownProgram>& best) {
  const Metric& metric = domain.metrics().front();
  std::string system = "You design policies of computer systems: short programs in a small language of their own.\n\n";
  system += language_summary();
  std::string user = describe_domain(domain);
  if (!best.empty()) user += "\nThe best programs so far, with what they reach in training:\n";
  for (const ShownProgram& program : best) {
    user += fmt::format("```policy\n# {}: {}\n{}```\n", metric.name,
                        format_quantity(program.objective, metric.dimension), program.source);
  }
  user += fmt::format(
      "\nWrite one new policy that is better{}. Think of what the workload is like and of what the features tell; "
      "combine ideas, do not repeat a program. Answer with the whole program in one block that begins with ```policy, "
      "and the program with `policy NAME for {} {{`.\n",
      best.empty() ? " than the known heuristics" : " than these", domain.name());
  return {{ChatMessage::Role::system, std::move(system)}, {ChatMessage::Role::user, std::move(user)}};
}

std::optional<std::string> program_in_answer(std::string_view answer) {
  constexpr std::string_view fence = "```";
  std::optional<std::string> found;
  for (std::size_t open = answer.find(fence); open != answer.npos;) {
    const std::size_t body = answer.find('\n', open);
    if (body == answer.npos) break;
    const std::size_t close = std::min(answer.find(fence, body), answer.size());
    const std::string_view block = answer.substr(body + 1, close - std::min(close, body + 1));
    if (const std::size_t start = program_start(block); start != block.npos) found = block.substr(start);
    open = close == answer.size() ? answer.npos : answer.find(fence, close + fence.size());
  }
  if (found) return found;
  const std::size_t start = program_start(answer);
  if (start == answer.npos) return std::nullopt;
  return std::string(through_closing_brace(answer, start));
}

std::string no_program_complaint(const Domain& domain, bool cut) {
  return fmt::format(
      "There is no program in the policy language in this answer{}. Answer with one block that begins with ```policy "
      "and "
      "holds the whole program: `policy NAME for {} {{ … }}`. No other programming language is understood.",
      cut ? ", which was cut off at its limit: be brief" : "", domain.name());
}

std::string compile_complaint(std::string_view compiler_message, bool cut) {
  return fmt::format("The program is refused:\n```text\n{}\n```\n{}Answer with the whole program, corrected.",
                     compiler_message, cut ? "The answer was cut off at its limit: be brief. " : "");
}

}  // namespace syswright::design
