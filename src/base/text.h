#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace syswright {

/// "914,145": digits in groups of three.
std::string with_thousands(std::uint64_t value);
std::string with_thousands(std::int64_t value);

/// Columns that a terminal uses for UTF-8 text: combining marks take none, East Asian wide characters and emoji two,
/// everything else one. Bytes that are not UTF-8 take one each. No escape sequences are expected.
std::size_t display_width(std::string_view text);

/// The longest start of `text` that is at most `width` columns wide; when something is cut, the last column is "…".
std::string fit(std::string_view text, std::size_t width);

enum class Align { left, right };

/// `text` with spaces up to `width` columns; never cut.
std::string pad(std::string_view text, std::size_t width, Align align = Align::left);

/// "1.2 s", "3 min 20 s", "2 h 05 min": for people; two units at most, rounded down to what is shown. Negative and NaN
/// durations read "?".
std::string format_duration(double seconds);

/// "512 B", "1.04 MiB", "64 GiB": three digits at most, for people.
std::string format_bytes(std::uint64_t bytes);

/// Names joined with ", ": for messages that list what there is.
std::string join(const std::vector<std::string>& parts, std::string_view separator = ", ");

/// Parts of a list written with commas, without spaces around them. Throws InputError if one is empty; `what` names the
/// argument: "--size".
std::vector<std::string> split_list(std::string_view text, std::string_view what);

/// A plain text table: columns as wide as their widest cell, two spaces between them, one line under the heading.
///
///   Table table({{"policy"}, {"miss ratio", Align::right}});
///   table.add_row({"lru", "0.421"});
///   fmt::print("{}", table.text());
class Table {
 public:
  struct Column {
    std::string title;
    Align align = Align::left;
  };
  explicit Table(std::vector<Column> columns);

  /// As many cells as there are columns; missing ones are empty. Further ones assert.
  void add_row(std::vector<std::string> cells);
  /// A thin line before the next row.
  void add_rule();
  std::size_t rows() const { return rows_.size(); }
  /// Every line ends in a newline and has no spaces at its end.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> rules_;  // a rule stands before the row of this index
};

/// Readers of arguments. Each takes the whole text, without spaces around it, or throws InputError, which names the
/// argument (`what`), shows the text and gives an example of what was expected.

/// A finite number: "0.5", "1e-3".
double parse_number(std::string_view text, std::string_view what);
/// A whole number that is not negative, with "," between thousands, or k, M or G (10^3, 10^6, 10^9) behind it: "2000",
/// "2,000", "2k".
std::uint64_t parse_count(std::string_view text, std::string_view what);
/// Number and unit of time: "60s", "5m" or "5min", "1.5h", "250ms". A number alone is refused: its unit would be a
/// guess.
Seconds parse_duration(std::string_view text, std::string_view what);
/// Number and unit of size: "64MiB", "1.5GB", "4096B", or "4096".
Bytes parse_size(std::string_view text, std::string_view what);
/// "1%" or "0.01"; not negative. Values over 1 are allowed: the caller knows whether they make sense.
double parse_fraction(std::string_view text, std::string_view what);

}  // namespace syswright
