#include "optimize/artifact.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/text.h"

namespace syswright::optimize {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// End of the decimal number without sign that begins at `at`; `at` itself if there is none.
std::size_t number_end(std::string_view text, std::size_t at, std::size_t limit) {
  std::size_t i = at;
  while (i < limit && is_digit(text[i])) ++i;
  const std::size_t whole = i - at;
  std::size_t fraction = 0;
  if (i < limit && text[i] == '.') {
    std::size_t j = i + 1;
    while (j < limit && is_digit(text[j])) ++j;
    fraction = j - i - 1;
    if (whole + fraction > 0 && !(j < limit && text[j] == '.')) i = j;
  }
  if (whole + fraction == 0) return at;
  if (i < limit && (text[i] == 'e' || text[i] == 'E')) {
    std::size_t j = i + 1;
    if (j < limit && (text[j] == '+' || text[j] == '-')) ++j;
    if (j < limit && is_digit(text[j])) {
      while (j < limit && is_digit(text[j])) ++j;
      i = j;
    }
  }
  return i;
}

/// Whether a sign at `at` makes a number negative, and does not subtract it from what stands before.
bool is_sign(std::string_view text, std::size_t line, std::size_t at) {
  std::size_t i = at;
  while (i > line && is_space(text[i - 1])) --i;
  if (i == line) return true;
  const char before = text[i - 1];
  if (before == ')' || before == ']' || before == '}' || before == '"' || before == '\'') return false;
  // "a -3" subtracts in most languages, "return -3" does not.
  return !is_word(before) || text.substr(line, i - line).ends_with("return");
}

/// Decimal numbers that stand in [line, end) of the text, with their signs, in their order.
std::vector<Range> numbers_in(std::string_view text, std::size_t line, std::size_t end) {
  std::vector<Range> found;
  for (std::size_t i = line; i < end;) {
    const bool behind_dots = i >= line + 2 && text[i - 1] == '.' && text[i - 2] == '.';  // "0..5"
    const bool behind_dot = i > line && text[i - 1] == '.';
    const bool starts = is_digit(text[i]) || (text[i] == '.' && !behind_dot && i + 1 < end && is_digit(text[i + 1]));
    if (!starts) {
      ++i;
      continue;
    }
    const bool within_word = i > line && (is_word(text[i - 1]) || (behind_dot && !behind_dots) || text[i - 1] == '\'');
    const std::size_t stop = number_end(text, i, end);
    std::size_t rest = stop;
    while (rest < end && is_word(text[rest])) ++rest;
    const std::string_view suffix = text.substr(stop, rest - stop);
    const bool other = suffix.find('_') != std::string_view::npos || (suffix.size() > 1 && is_digit(suffix.back())) ||
                       ((suffix.starts_with('x') || suffix.starts_with('X')) && text.substr(i, stop - i) == "0") ||
                       (rest < end && (text[rest] == '\'' && rest + 1 < end && is_digit(text[rest + 1])));
    if (!within_word && !other && stop > i) {
      const bool negative = i > line && text[i - 1] == '-' && is_sign(text, line, i - 1);
      found.push_back({negative ? i - 1 : i, stop});
    }
    i = std::max(rest, i + 1);
  }
  return found;
}

/// Arguments of a mark: separated by commas outside quotation marks and brackets. `at`: behind the opening bracket;
/// moved behind the closing one. Nothing if it is not closed on this line.
std::optional<std::vector<std::string>> arguments_of(std::string_view text, std::size_t& at, std::size_t end) {
  std::vector<std::string> arguments;
  std::size_t begin = at;
  int depth = 0;
  char quote = 0;
  for (std::size_t i = at; i < end; ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\') ++i;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' && depth == 0) {
      arguments.emplace_back(trimmed(text.substr(begin, i - begin)));
      at = i + 1;
      return arguments;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth == 0) {
      arguments.emplace_back(trimmed(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  return std::nullopt;
}

std::string shortest(double value) { return fmt::format("{:.12g}", value); }

/// Reads the marks of one text.
class Reader {
 public:
  Reader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  std::vector<Mark> read() {
    for (std::size_t line = 0; line < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', line), text_.size());
      ++number_;
      read_line(line, end);
      line = end + 1;
    }
    std::sort(marks_.begin(), marks_.end(), [](const Mark& a, const Mark& b) { return a.begin < b.begin; });
    name_marks();
    return std::move(marks_);
  }

 private:
  [[noreturn]] void refuse(std::size_t line, std::size_t at, const std::string& problem) const {
    throw InputError({file_, number_, at - line + 1}, problem);
  }

  void read_line(std::size_t line, std::size_t end) {
    std::size_t from = line;  // what stands before it belongs to earlier marks or is a mark
    for (std::size_t at = line; at < end;) {
      at = text_.find('@', at);
      if (at == std::string_view::npos || at >= end) return;
      const bool tune = text_.substr(at).starts_with("@tune(");
      const bool choose = text_.substr(at).starts_with("@choose(");
      if (!tune && !choose) {
        ++at;
        continue;
      }
      std::size_t behind = at + (tune ? 6 : 8);
      const auto arguments = arguments_of(text_, behind, end);
      if (!arguments) refuse(line, at, "a mark is not closed: ')' is missing on its line");
      Mark mark = tune ? read_tune(line, at, *arguments) : read_choose(line, at, *arguments);
      if (!place(mark, line, from, at) && !place_on_next_line(mark, end)) {
        refuse(line, at,
               tune ? "no decimal number stands to the left of this mark, or on the next line"
                    : fmt::format("none of the options {} stands to the left of this mark, or on the next line",
                                  join(mark.options)));
      }
      check(mark, line, at);
      marks_.push_back(std::move(mark));
      from = at = behind;
    }
  }

  Mark read_tune(std::size_t line, std::size_t at, const std::vector<std::string>& arguments) const {
    Mark mark;
    if (arguments.size() < 2) refuse(line, at, "'@tune' needs a low and a high end: '@tune(0, 1)'");
    mark.low = number(line, at, arguments[0]);
    mark.high = number(line, at, arguments[1]);
    for (std::size_t i = 2; i < arguments.size(); ++i) {
      if (arguments[i] == "log") {
        mark.logarithmic = true;
      } else if (arguments[i] == "int") {
        mark.integer = true;
      } else {
        refuse(line, at, fmt::format("'@tune' does not know '{}': it takes 'log' and 'int'", arguments[i]));
      }
    }
    if (!(mark.low < mark.high)) refuse(line, at, "the low end of '@tune' must be below the high end");
    if (mark.logarithmic && !(mark.low > 0)) refuse(line, at, "'log' needs a range above 0");
    if (mark.integer && (mark.low != std::floor(mark.low) || mark.high != std::floor(mark.high) ||
                         std::abs(mark.low) > 1e15 || std::abs(mark.high) > 1e15)) {
      refuse(line, at, "'int' needs whole ends, within 1e15 of 0");
    }
    return mark;
  }

  double number(std::size_t line, std::size_t at, const std::string& text) const {
    try {
      return parse_number(text, "'@tune'");
    } catch (const InputError& error) {
      refuse(line, at, error.what());
    }
  }

  Mark read_choose(std::size_t line, std::size_t at, const std::vector<std::string>& arguments) const {
    Mark mark;
    mark.kind = Mark::Kind::choice;
    mark.options = arguments;
    std::vector<std::string> sorted = arguments;
    std::sort(sorted.begin(), sorted.end());
    if (sorted.front().empty())
      refuse(line, at,
             "an option of '@choose' is empty; a choice to leave something out needs "
             "a word for it");
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
      refuse(line, at, "'@choose' names an option twice");
    }
    if (sorted.size() < 2) refuse(line, at, "'@choose' needs two options or more");
    return mark;
  }

  /// The nearest place in [from, to), seen from its end.
  bool place(Mark& mark, std::size_t line, std::size_t from, std::size_t to) const {
    if (mark.kind == Mark::Kind::choice) return place_choice(mark, from, to, false);
    const std::vector<Range> numbers = numbers_in(text_, line, to);
    if (numbers.empty() || numbers.back().begin < from) return false;
    return set_number(mark, numbers.back());
  }

  bool place_on_next_line(Mark& mark, std::size_t end) const {
    const std::size_t next = end + 1;
    if (next >= text_.size()) return false;
    std::size_t stop = std::min(text_.find('\n', next), text_.size());
    for (const std::string_view name : {"@tune(", "@choose("}) stop = std::min(stop, text_.find(name, next));
    mark.line = number_ + 1;
    if (mark.kind == Mark::Kind::choice) return place_choice(mark, next, stop, true);
    for (const Range& range : numbers_in(text_, next, stop)) {
      if (!taken(range)) return set_number(mark, range);
    }
    return false;
  }

  bool taken(const Range& range) const {
    return std::any_of(marks_.begin(), marks_.end(),
                       [&](const Mark& mark) { return range.begin < mark.end && mark.begin < range.end; });
  }

  bool set_number(Mark& mark, const Range& range) const {
    if (taken(range)) return false;
    mark.begin = range.begin;
    mark.end = range.end;
    if (mark.line == 0) mark.line = number_;
    const std::string_view literal = text_.substr(range.begin, range.end - range.begin);
    std::from_chars(literal.data(), literal.data() + literal.size(), mark.original);
    mark.with_point = literal.find_first_of(".eE") != std::string_view::npos;
    return true;
  }

  /// The option nearest to the mark; of two that end or begin at one place, the longer.
  bool place_choice(Mark& mark, std::size_t from, std::size_t to, bool first) const {
    std::optional<Range> best;
    for (std::size_t o = 0; o < mark.options.size(); ++o) {
      const std::string& option = mark.options[o];
      for (std::size_t at = text_.find(option, from); at != std::string_view::npos && at + option.size() <= to;
           at = text_.find(option, at + 1)) {
        const Range range{at, at + option.size()};
        const bool cut = (at > 0 && is_word(text_[at - 1]) && is_word(option.front())) ||
                         (range.end < text_.size() && is_word(text_[range.end]) && is_word(option.back()));
        if (cut || taken(range)) continue;
        const bool better =
            !best || (first ? range.begin < best->begin || (range.begin == best->begin && range.end > best->end)
                            : range.end > best->end || (range.end == best->end && range.begin < best->begin));
        if (!better) continue;
        best = range;
        mark.original = static_cast<double>(o);
      }
    }
    if (!best) return false;
    mark.begin = best->begin;
    mark.end = best->end;
    if (mark.line == 0) mark.line = number_;
    return true;
  }

  void check(const Mark& mark, std::size_t line, std::size_t at) const {
    if (mark.kind != Mark::Kind::number) return;
    if (!(mark.low <= mark.original && mark.original <= mark.high)) {
      refuse(line, at,
             fmt::format("the number beside this mark, {}, is outside its range, {} to {}", shortest(mark.original),
                         shortest(mark.low), shortest(mark.high)));
    }
    if (mark.integer && mark.original != std::floor(mark.original)) {
      refuse(line, at, fmt::format("'int' stands beside {}, which is not whole", shortest(mark.original)));
    }
    const char before = mark.begin > 0 ? text_[mark.begin - 1] : ' ';
    if (mark.low < 0 && (before == '-' || before == '+')) {
      refuse(line, at, "a number that may become negative stands behind a sign; put it in brackets");
    }
  }

  void name_marks() {
    std::map<std::string, int> uses;
    for (Mark& mark : marks_) {
      mark.name = word_before(mark);
      ++uses[mark.name];
    }
    std::map<std::string, int> seen;
    for (Mark& mark : marks_) {
      if (uses[mark.name] < 2) continue;
      const std::string name = mark.name;
      mark.name = fmt::format("{}#{}", name, ++seen[name]);
    }
  }

  std::string word_before(const Mark& mark) const {
    std::size_t line = mark.begin;
    while (line > 0 && text_[line - 1] != '\n') --line;
    std::size_t end = mark.begin;
    for (;;) {
      while (end > line && !is_word(text_[end - 1])) --end;
      std::size_t begin = end;
      while (begin > line && is_word(text_[begin - 1])) --begin;
      if (begin == end) return fmt::format("line {}", mark.line);
      const std::string_view word = text_.substr(begin, end - begin);
      if (!is_digit(word.front()) && !within_a_mark(line, begin)) return std::string(word);
      end = begin;
    }
  }

  bool within_a_mark(std::size_t line, std::size_t at) const {
    for (std::size_t i = text_.find('@', line); i < at; i = text_.find('@', i + 1)) {
      const std::string_view rest = text_.substr(i);
      if (!rest.starts_with("@tune(") && !rest.starts_with("@choose(")) continue;
      std::size_t behind = i + (rest.starts_with("@tune(") ? 6 : 8);
      if (arguments_of(text_, behind, text_.size()) && at < behind) return true;
    }
    return false;
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t number_ = 0;
  std::vector<Mark> marks_;
};

}  // namespace

std::optional<std::uint64_t> Mark::count() const {
  if (kind == Kind::choice) return options.size();
  if (!integer) return std::nullopt;
  return static_cast<std::uint64_t>(high - low) + 1;
}

Artifact::Artifact(std::string text, std::string file, Marks marks) : text_(std::move(text)) {
  marks_ = Reader(text_, file).read();
  if (marks_.empty() && marks == Marks::required) {
    throw InputError(
        {file, 0, 0},
        "there is nothing to search: mark a number with '@tune(low, high)' or a word with '@choose(a, b)' in "
        "a comment behind it, or have a language model rewrite it ('--designer reflect')");
  }
}

Setting Artifact::original() const {
  Setting setting;
  for (const Mark& mark : marks_) setting.push_back(mark.original);
  return setting;
}

std::string Artifact::value_text(std::size_t index, double value) const {
  const Mark& mark = marks_[index];
  if (value == mark.original) return text_.substr(mark.begin, mark.end - mark.begin);
  if (mark.kind == Mark::Kind::choice) return mark.options[static_cast<std::size_t>(value)];
  double inside = std::clamp(mark.integer ? std::round(value) : value, mark.low, mark.high);
  std::string written = mark.integer ? fmt::format("{:.0f}", inside) : shortest(inside);
  // Twelve digits may round an end of the range outwards.
  if (!mark.integer && (std::stod(written) < mark.low || std::stod(written) > mark.high)) {
    written = fmt::format("{}", inside);
  }
  if ((!mark.integer || mark.with_point) && written.find_first_of(".e") == std::string::npos) written += ".0";
  return written;
}

std::string Artifact::render(const Setting& setting) const {
  std::string out;
  std::size_t at = 0;
  for (std::size_t i = 0; i < marks_.size(); ++i) {
    out.append(text_, at, marks_[i].begin - at);
    out += value_text(i, setting[i]);
    at = marks_[i].end;
  }
  return out.append(text_, at);
}

std::optional<std::uint64_t> Artifact::settings(std::uint64_t limit) const {
  std::uint64_t product = 1;
  for (const Mark& mark : marks_) {
    const auto count = mark.count();
    if (!count || *count > limit / product) return std::nullopt;
    product *= *count;
  }
  return product;
}

}  // namespace syswright::optimize
