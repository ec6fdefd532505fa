#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace syswright::optimize {

/// A place in a text that may be changed, and what may stand there.
struct Mark {
  enum class Kind { number, choice };
  Kind kind = Kind::number;
  std::string name;       ///< the last word before the place on its line, "line 12" without one; unique
  std::size_t line = 0;   ///< of the place, from 1
  std::size_t begin = 0;  ///< of the place, in bytes
  std::size_t end = 0;
  double low = 0;  ///< of a number, both included
  double high = 0;
  bool logarithmic = false;
  bool integer = false;
  bool with_point = false;           ///< the literal is written with a point or an exponent, and stays so
  std::vector<std::string> options;  ///< of a choice, at least 2
  double original = 0;               ///< a number's value; an index into options

  /// How many settings there are; nothing for a number that is not whole.
  std::optional<std::uint64_t> count() const;
};

/// What stands at each mark: a number's value, or the index of an option. As long as marks().
using Setting = std::vector<double>;

/// A text with marks. Marks are written in whatever the text's language takes for a comment, so that the file is a
/// working one as it stands:
///
///   #define CUTOFF 16            // @tune(4, 256, log, int)
///   mode = "fast"                 # @choose("fast", "small")
///   # @tune(0, 1)
///   smoothing = 0.25
///
/// `@tune(low, high)` belongs to the nearest number to its left on its line that no other mark has, or else to the
/// first number of the next line; `log` searches its logarithm (low over 0), `int` whole numbers. A number is decimal,
/// with a sign where nothing stands before it that it could be subtracted from; letters behind it (10ms, 0.5f) stay.
/// `@choose(a, b, …)` belongs in the same way to the nearest text that equals one of its options. Options are separated
/// by commas outside quotation marks and brackets, and are put in as they are written.
class Artifact {
 public:
  /// Throws InputError with file, line and column for a mark that cannot be read, that has nothing beside it, whose
  /// number is out of its range, and for a text without any mark where marks are required. file: for messages.
  enum class Marks { required, optional };
  Artifact(std::string text, std::string file, Marks marks = Marks::required);

  const std::string& text() const { return text_; }
  const std::vector<Mark>& marks() const { return marks_; }
  Setting original() const;
  /// The text with these settings; of original(): the text itself, byte for byte. Numbers have up to 12 digits and are
  /// within their range.
  std::string render(const Setting& setting) const;
  /// What render writes at one mark.
  std::string value_text(std::size_t mark, double value) const;
  /// Number of different settings, at most `limit`; nothing if a mark is not whole or there are more.
  std::optional<std::uint64_t> settings(std::uint64_t limit) const;

 private:
  std::string text_;
  std::vector<Mark> marks_;  // in the order of their places
};

}  // namespace syswright::optimize
