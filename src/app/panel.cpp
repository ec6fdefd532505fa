#include "app/panel.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/html.h"
#include "app/page.h"
#include "app/shell.h"

namespace syswright::app {
namespace {

constexpr std::size_t terminal_width = 100;

Tone tone_of(const std::vector<Cell>& row) {
  for (const Cell& cell : row) {
    if (cell.tone != Tone::plain) return cell.tone;
  }
  return Tone::plain;
}

/// `longest`: of the texts in the column that may be cut.
std::string table_text(const Sheet& sheet, std::size_t longest) {
  Table table(sheet.columns);
  for (const auto& row : sheet.rows) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(i == sheet.cut ? fit(row[i].text, longest) : row[i].text);
    }
    table.add_row(std::move(cells));
  }
  return table.text();
}

/// The rule under the heading is as wide as the table.
std::size_t width_of(std::string_view table) {
  const std::size_t rule = table.find('\n') + 1;
  return display_width(table.substr(rule, table.find('\n', rule) - rule));
}

std::string fitting_text(const Sheet& sheet) {
  std::size_t longest = 0;
  for (const auto& row : sheet.rows) {
    if (sheet.cut < row.size()) longest = std::max(longest, display_width(row[sheet.cut].text));
  }
  std::string text = table_text(sheet, longest);
  const std::size_t width = width_of(text);
  if (width <= terminal_width || longest == 0) return text;
  constexpr std::size_t least = 12;
  const std::size_t over = width - terminal_width;
  return table_text(sheet, longest > over + least ? longest - over : std::min(longest, least));
}

/// Wrapped, each line in the style.
std::string styled_lines(const Context& context, Style style, std::string_view text) {
  std::string lines;
  for (std::string rest = wrapped(text, terminal_width); !rest.empty();) {
    const std::size_t end = rest.find('\n');
    lines += context.styled(style, rest.substr(0, end)) + "\n";
    rest.erase(0, end + 1);
  }
  return lines;
}

/// The panel's items as text for a terminal.
struct TextWriter {
  const Context& context;

  std::string operator()(const Statement& statement) const { return statement_text(context, statement); }
  std::string operator()(const Remark& remark) const { return wrapped(remark.text, terminal_width); }
  std::string operator()(const Subheading& heading) const {
    return "\n" + context.styled(Style::bold, heading.text) + "\n";
  }
  std::string operator()(const Sheet& sheet) const {
    const std::string plain = fitting_text(sheet);
    std::string text;
    std::size_t begin = 0;
    for (std::size_t line = 0; begin < plain.size(); ++line) {  // the heading and its rule come before the rows
      const std::size_t end = plain.find('\n', begin);
      const bool row = line >= 2 && line - 2 < sheet.rows.size();
      Style style = row ? style_of(tone_of(sheet.rows[line - 2])) : Style::plain;
      if (row && style == Style::plain && std::count(sheet.own.begin(), sheet.own.end(), line - 2) > 0) {
        style = Style::bold;
      }
      text += context.styled(style, plain.substr(begin, end - begin)) + "\n";
      begin = end + 1;
    }
    return text;
  }
  std::string operator()(const Listing& listing) const {
    std::string text = indented(listing.text);
    if (!text.empty() && text.back() != '\n') text += "\n";
    return text;
  }
  std::string operator()(const Figure&) const { return ""; }
};

/// The panel's items as elements of a page.
struct PageWriter {
  std::string operator()(const Statement& statement) const {
    const std::string chip = statement.chip.empty() ? ""
                                                    : fmt::format("<span class=\"chip {}\">{}</span> ",
                                                                  class_name(statement.tone), escaped(statement.chip));
    return element("p", statement.chip.empty() ? attribute("class", class_name(statement.tone)) : "",
                   chip + escaped(statement.text));
  }
  std::string operator()(const Remark& remark) const { return element("p", "class=\"note\"", escaped(remark.text)); }
  std::string operator()(const Subheading& heading) const { return element("h3", "", escaped(heading.text)); }
  std::string operator()(const Sheet& sheet) const {
    const auto align = [&](std::size_t column) {
      return sheet.columns[column].align == Align::right ? std::string("r") : std::string();
    };
    std::string head;
    for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
      head += element("th", attribute("class", align(i)), escaped(sheet.columns[i].title));
    }
    std::string body;
    for (std::size_t r = 0; r < sheet.rows.size(); ++r) {
      std::string cells;
      for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
        const Cell cell = i < sheet.rows[r].size() ? sheet.rows[r][i] : Cell();
        std::string names = align(i);
        if (cell.tone != Tone::plain) names += (names.empty() ? "" : " ") + std::string(class_name(cell.tone));
        if (display_width(cell.text) > longest_unbroken) names += names.empty() ? "wide" : " wide";
        cells += element("td", attribute("class", names), escaped(cell.text));
      }
      const bool own = std::count(sheet.own.begin(), sheet.own.end(), r) > 0;
      body += element("tr", attribute("class", own ? "own" : ""), cells);
    }
    return element(
        "div", "class=\"scroll\"",
        element("table", "", element("thead", "", element("tr", "", head)) + element("tbody", "", "\n" + body)));
  }
  std::string operator()(const Listing& listing) const {
    return element("pre", "",
                   listing.kind == Listing::Kind::program ? highlighted_program(listing.text)
                                                          : highlighted_difference(listing.text));
  }
  std::string operator()(const Figure& figure) const {
    return element(
        "div", "class=\"plots\"",
        element("div", "",
                (figure.heading.empty() ? "" : element("h3", "", escaped(figure.heading))) + svg(figure.plot)));
  }

  static constexpr std::size_t longest_unbroken = 44;  // cells with more text may take several lines
};

}  // namespace

std::string_view class_name(Tone tone) {
  return tone == Tone::good ? "better" : tone == Tone::bad ? "worse" : tone == Tone::level ? "level" : "";
}

Style style_of(Tone tone) { return tone == Tone::good ? Style::good : tone == Tone::bad ? Style::bad : Style::plain; }

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  std::string line;
  const auto flush = [&] {
    if (!line.empty()) result += std::string(indent, ' ') + line + "\n";
    line.clear();
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    if (!line.empty() && indent + display_width(line) + 1 + display_width(word) > width) flush();
    line += (line.empty() ? "" : " ") + std::string(word);
  }
  flush();
  return result;
}

std::string statement_text(const Context& context, const Statement& statement) {
  const std::string text = statement.chip.empty() ? statement.text : statement.chip + ": " + statement.text;
  return styled_lines(context, style_of(statement.tone), text);
}

std::string panel_text(const Context& context, const Panel& panel) {
  std::string text = context.styled(Style::bold, panel.title) + "\n";
  for (const PanelItem& item : panel.items) text += std::visit(TextWriter{context}, item);
  if (!panel.note.empty()) {
    text += "\n" + styled_lines(context, Style::dim, panel.note);
  }
  return text;
}

std::string panel_html(const Panel& panel) {
  std::string body;
  for (const PanelItem& item : panel.items) body += std::visit(PageWriter{}, item);
  return section(panel.title, panel.note, body, "long");
}

}  // namespace syswright::app
