#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/charts.h"
#include "app/context.h"
#include "base/text.h"

/// What a command has to say, laid out once: the same panel is text in a terminal and a section of a page.
namespace syswright::app {

/// Whether something speaks for the thing examined.
enum class Tone { plain, good, level, bad };

/// "good" reads as "better", "bad" as "worse" in a style sheet; nothing for plain.
std::string_view class_name(Tone tone);
Style style_of(Tone tone);

/// A line of text; on a page its first word may stand in a coloured frame.
struct Statement {
  std::string text;
  Tone tone = Tone::plain;
  std::string chip;  ///< "proved": what the statement says in a word, before it
};

/// A few sentences that explain; wrapped to the width of a terminal.
struct Remark {
  std::string text;
};

struct Subheading {
  std::string text;
};

struct Cell {
  std::string text;
  Tone tone = Tone::plain;
  Cell(std::string content = "", Tone colour = Tone::plain)  // NOLINT(google-explicit-constructor)
      : text(std::move(content)), tone(colour) {}
  Cell(const char* content) : text(content) {}  // NOLINT(google-explicit-constructor)
};

/// A table. In a terminal a row is coloured by its first cell that has a tone.
struct Sheet {
  static constexpr std::size_t none = ~std::size_t{0};
  std::vector<Table::Column> columns;
  std::vector<std::vector<Cell>> rows;
  std::vector<std::size_t> own{};  ///< rows of the thing examined, set off from the others
  std::size_t cut = none;          ///< the column whose texts are cut where the table is wider than a terminal
};

/// A program, or the difference of two, as it stands.
struct Listing {
  enum class Kind { program, difference };
  std::string text;
  Kind kind = Kind::program;
};

/// Shown on a page only: a terminal gets the table of the same numbers.
struct Figure {
  std::string heading;
  IntervalPlot plot;
};

using PanelItem = std::variant<Statement, Remark, Subheading, Sheet, Listing, Figure>;

struct Panel {
  std::string title;
  std::string note{};  ///< what it is and how to read it; on a page below the title, in a terminal at the end
  std::vector<PanelItem> items{};
};

/// Lines of at most `width` columns, broken at spaces; a longer word gets a line of its own. Every line starts with
/// `indent` spaces and ends in a newline.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent = 0);

std::string statement_text(const Context& context, const Statement& statement);
std::string panel_text(const Context& context, const Panel& panel);
/// A section of a page (see page.h).
std::string panel_html(const Panel& panel);

}  // namespace syswright::app
