#include "app/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/html.h"
#include "base/text.h"

namespace syswright::app {
namespace {

/// Maps values to positions.
struct Scale {
  double low = 0;
  double high = 1;
  double from = 0;
  double to = 1;
  double operator()(double value) const { return from + (value - low) / (high - low) * (to - from); }
};

/// Room around values, so that nothing stands on the frame; a single value gets some too.
Scale padded(double low, double high, double from, double to) {
  double room = 0.04 * (high - low);
  if (!(room > 0)) room = std::max(std::abs(low) * 0.05, 1e-6);
  return {low - room, high + room, from, to};
}

/// As many decimals as tell neighbouring marks apart.
std::string mark_text(double value, double step) {
  const int decimals = step >= 1 || step <= 0 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
  if (std::abs(value) >= 1e6) return fmt::format("{:.3g}", value);
  return fmt::format("{:.{}f}", value, std::min(decimals, 9));
}

double step_of(const std::vector<double>& marks) { return marks.size() < 2 ? 0 : marks[1] - marks[0]; }

std::string text(double x, double y, std::string_view attributes, std::string_view content) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, attributes, escaped(content));
}

std::string line(double x1, double y1, double x2, double y2, std::string_view name) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", x1, y1, x2, y2,
                     name);
}

std::string open_svg(double width, double height, std::string_view title) {
  return fmt::format(
      "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">\n<title>{}</title>\n",
      width, height, escaped(title));
}

/// Vertical grid lines with their values below `bottom`.
std::string x_axis(const Scale& x, double top, double bottom, std::size_t most, const std::string& label) {
  const std::vector<double> marks = axis_marks(x.low, x.high, most);
  std::string result;
  for (const double mark : marks) {
    result += line(x(mark), top, x(mark), bottom, "grid");
    result += text(x(mark), bottom + 16, "class=\"tick\" text-anchor=\"middle\"", mark_text(mark, step_of(marks)));
  }
  return result + text((x.from + x.to) / 2, bottom + 34, "class=\"axis\" text-anchor=\"middle\"", label);
}

std::string y_axis(const Scale& y, double left, double right, const std::string& label) {
  const std::vector<double> marks = axis_marks(y.low, y.high, 6);
  std::string result;
  for (const double mark : marks) {
    result += line(left, y(mark), right, y(mark), "grid");
    result += text(left - 8, y(mark) + 4, "class=\"tick\" text-anchor=\"end\"", mark_text(mark, step_of(marks)));
  }
  return result + text(left, 14, "class=\"axis\"", label);
}

std::string step_path(const LineChart& chart, const Scale& x, const Scale& y) {
  std::string path;
  for (const LineChart::Point& point : chart.points) {
    if (path.empty()) {
      path = fmt::format("M{:.1f} {:.1f}", x(point.x), y(point.y));
    } else {
      path += fmt::format("H{:.1f}V{:.1f}", x(point.x), y(point.y));
    }
  }
  std::string dots;
  for (const LineChart::Point& point : chart.points) {
    dots += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" class=\"dot own\"/>\n", x(point.x), y(point.y));
  }
  const double end = x(std::max(chart.x_end, chart.points.back().x));
  return fmt::format("<path d=\"{}H{:.1f}\" class=\"curve\"/>\n", path, end) + dots;
}

Scale range_of(const IntervalPlot& plot, double from, double to) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  const auto include = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const IntervalPlot::Row& row : plot.rows) {
    for (const double value : {row.value, row.low, row.high}) include(value);
  }
  if (plot.line) include(plot.line->value);
  return padded(low, high, from, to);
}

/// Behind everything else: bands of the highlighted rows.
std::string draw_bands(const IntervalPlot& plot, double top, double row_height, double width) {
  std::string result;
  for (std::size_t i = 0; i < plot.rows.size(); ++i) {
    if (!plot.rows[i].highlighted) continue;
    result += fmt::format("<rect x=\"0\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"4\" class=\"band\"/>\n",
                          top + row_height * static_cast<double>(i) + 1, width, row_height - 2);
  }
  return result;
}

std::string draw_row(const IntervalPlot::Row& row, const Scale& x, double y, double left, double right) {
  const std::string_view state = row.highlighted ? "own" : "other";
  std::string result = text(left - 12, y + 4, fmt::format("class=\"name {}\" text-anchor=\"end\"", state), row.name);
  if (std::isfinite(row.low) && std::isfinite(row.high)) {
    result += line(x(row.low), y, x(row.high), y, fmt::format("range {}", state));
  }
  result += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" class=\"dot {}\"/>\n", x(row.value), y,
                        row.highlighted ? 5 : 4, state);
  return result + text(right - 6, y + 4, fmt::format("class=\"number {}\" text-anchor=\"end\"", state), row.value_text);
}

}  // namespace

std::vector<double> axis_marks(double low, double high, std::size_t most) {
  if (!(high > low) || most == 0) return {};
  const double rough = (high - low) / static_cast<double>(most);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> marks;
  // Multiples, not sums: sums drift away from round numbers.
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step && marks.size() < most; ++k) {
    marks.push_back(k == 0 ? 0 : k * step);
  }
  return marks;
}

std::string svg(const LineChart& chart) {
  if (chart.points.empty()) return "";
  constexpr double width = 1060;
  constexpr double height = 300;
  constexpr double left = 70;
  constexpr double right = width - 16;
  constexpr double top = 26;
  constexpr double bottom = height - 44;
  const auto [low, high] = std::minmax_element(chart.points.begin(), chart.points.end(),
                                               [](const auto& a, const auto& b) { return a.y < b.y; });
  const double end = std::max({chart.x_end, chart.points.back().x, 1e-9});
  const Scale x{std::min(0.0, chart.points.front().x), end, left, right};
  const Scale y = padded(low->y, high->y, bottom, top);
  return open_svg(width, height, chart.title) + y_axis(y, left, right, chart.y_label) +
         x_axis(x, top, bottom, 8, chart.x_label) + step_path(chart, x, y) + "</svg>\n";
}

std::string svg(const IntervalPlot& plot) {
  if (plot.rows.empty()) return "";
  constexpr double row_height = 24;
  std::size_t longest = 0;
  for (const IntervalPlot::Row& row : plot.rows) longest = std::max(longest, display_width(row.name));
  constexpr double letter = 7.6;  // as wide as they come in the page's font
  const double left = std::max(140.0, 16 + letter * static_cast<double>(longest));
  const double width = left + 420;
  const double right = width - 70;
  constexpr double top = 26;
  const double bottom = top + row_height * static_cast<double>(plot.rows.size());
  const Scale x = range_of(plot, left, right);
  std::string result = open_svg(width, bottom + 42, plot.title) + draw_bands(plot, top, row_height, width) +
                       x_axis(x, top, bottom, 6, plot.x_label);
  if (plot.line) {
    const double at = x(plot.line->value);
    result += line(at, top - 6, at, bottom, "bound");
    const bool near_left = at < (left + right) / 2;
    result += text(at + (near_left ? -3 : 3), top - 11,
                   fmt::format("class=\"tick\" text-anchor=\"{}\"", near_left ? "start" : "end"), plot.line->name);
  }
  for (std::size_t i = 0; i < plot.rows.size(); ++i) {
    result += draw_row(plot.rows[i], x, top + row_height * (static_cast<double>(i) + 0.5), left, width);
  }
  return result + "</svg>\n";
}

}  // namespace syswright::app
