#include "app/curve_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/charts.h"
#include "app/html.h"
#include "base/text.h"

namespace syswright::app {
namespace {

constexpr double width = 1060;
constexpr double left = 64;
constexpr double top = 28;
constexpr double plot_height = 380;
constexpr double bottom = top + plot_height;
constexpr double name_height = 15;
constexpr double letter = 7.2;
/// Colours of the style sheet (`hue0` …); further curves get them again, dashed.
constexpr std::size_t hues = 8;

/// x_low to y_high: logarithms where the axis is logarithmic.
struct Frame {
  double right;
  double x_low, x_high, y_low, y_high;
  bool log_x, log_y;
  double x(double value) const {
    return left + ((log_x ? std::log(value) : value) - x_low) / (x_high - x_low) * (right - left);
  }
  double y(double value) const {
    return bottom - ((log_y ? std::log(value) : value) - y_low) / (y_high - y_low) * plot_height;
  }
  bool has(double value) const { return std::isfinite(value) && (!log_y || value > 0); }
};

Frame frame_of(const CurveChart& chart) {
  std::size_t longest = 0;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const CurveChart::Curve& curve : chart.curves) {
    longest = std::max(longest, display_width(curve.name));
    for (const double y : curve.y) {
      if (!std::isfinite(y) || (chart.log_y && y <= 0)) continue;
      low = std::min(low, chart.log_y ? std::log(y) : y);
      high = std::max(high, chart.log_y ? std::log(y) : y);
    }
  }
  // Ratios begin at 0 where they come near it.
  if (!chart.log_y && low > 0 && low < 0.4 * high) low = 0;
  const double room = high > low ? 0.04 * (high - low) : std::max(std::abs(high) * 0.05, 1e-6);
  Frame frame{.right = width - 24 - letter * static_cast<double>(longest),
              .x_low = chart.log_x ? std::log(chart.x.front()) : chart.x.front(),
              .x_high = chart.log_x ? std::log(chart.x.back()) : chart.x.back(),
              .y_low = low == 0 && !chart.log_y ? 0 : low - room,
              .y_high = high + room,
              .log_x = chart.log_x,
              .log_y = chart.log_y};
  if (!(frame.x_high > frame.x_low)) {
    frame.x_low -= 1;
    frame.x_high += 1;
  }
  return frame;
}

/// Powers of ten on a logarithmic axis.
std::vector<double> y_marks(const Frame& frame) {
  if (!frame.log_y) return axis_marks(frame.y_low, frame.y_high, 8);
  std::vector<double> marks;
  for (double power = std::ceil(frame.y_low / std::log(10.0)); power <= frame.y_high / std::log(10.0); ++power) {
    marks.push_back(std::pow(10.0, power));
  }
  return marks;
}

std::string axes(const CurveChart& chart, const Frame& frame) {
  std::string result;
  const std::vector<double> marks = y_marks(frame);
  for (const double mark : marks) {
    result += fmt::format("<line x1=\"{0:.1f}\" y1=\"{2:.1f}\" x2=\"{1:.1f}\" y2=\"{2:.1f}\" class=\"grid\"/>\n", left,
                          frame.right, frame.y(mark));
    result += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"tick\" text-anchor=\"end\">{:g}</text>\n", left - 8,
                          frame.y(mark) + 4, mark);
  }
  double last = -1e9;
  for (std::size_t i = 0; i < chart.x.size(); ++i) {
    const double at = frame.x(chart.x[i]);
    if (at - last < letter * static_cast<double>(display_width(chart.x_labels[i])) + 26) continue;
    last = at;
    result += fmt::format("<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" class=\"grid\"/>\n", at,
                          top, bottom);
    result += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"tick\" text-anchor=\"middle\">{}</text>\n", at,
                          bottom + 16, escaped(chart.x_labels[i]));
  }
  result += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"axis\" text-anchor=\"middle\">{}</text>\n",
                        (left + frame.right) / 2, bottom + 36, escaped(chart.x_label));
  return result + fmt::format("<text x=\"{:.1f}\" y=\"16\" class=\"axis\">{}</text>\n", left, escaped(chart.y_label));
}

std::string style_of(std::size_t number) {
  return fmt::format("hue{}{}", number % hues, number < hues ? "" : number < 2 * hues ? " dashed" : " dotted");
}

std::string path_of(const CurveChart& chart, const Frame& frame, std::size_t number) {
  std::string path;
  bool drawing = false;
  for (std::size_t i = 0; i < chart.x.size(); ++i) {
    const double y = chart.curves[number].y[i];
    if (frame.has(y)) path += fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M", frame.x(chart.x[i]), frame.y(y));
    drawing = frame.has(y);
  }
  return fmt::format("<path d=\"{}\" class=\"curve {}\"><title>{}</title></path>\n", path, style_of(number),
                     escaped(chart.curves[number].name));
}

/// Beside the curves' ends, pushed apart where they would overlap.
std::string names(const CurveChart& chart, const Frame& frame) {
  struct Name {
    std::size_t number;
    double y;
  };
  std::vector<Name> placed;
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    const double end = chart.curves[i].y.back();
    placed.push_back({i, frame.has(end) ? frame.y(end) : bottom});
  }
  std::ranges::stable_sort(placed, {}, &Name::y);
  for (std::size_t i = 1; i < placed.size(); ++i) placed[i].y = std::max(placed[i].y, placed[i - 1].y + name_height);
  const double over = placed.back().y - (bottom + 4);
  if (over > 0) {
    placed.back().y -= over;
    for (std::size_t i = placed.size() - 1; i-- > 0;)
      placed[i].y = std::min(placed[i].y, placed[i + 1].y - name_height);
  }
  std::string result;
  for (const Name& name : placed) {
    const double end = chart.curves[name.number].y.back();
    result += fmt::format("<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{2:.1f}\" y2=\"{3:.1f}\" class=\"leader\"/>\n",
                          frame.right, frame.has(end) ? frame.y(end) : name.y, frame.right + 12, name.y);
    result += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"name {}\">{}</text>\n", frame.right + 16, name.y + 4,
                          style_of(name.number), escaped(chart.curves[name.number].name));
  }
  return result;
}

}  // namespace

std::string svg(const CurveChart& chart) {
  if (chart.x.empty() || chart.curves.empty()) return "";
  const Frame frame = frame_of(chart);
  std::string result = fmt::format(
      "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">\n<title>{}</title>\n",
      width, bottom + 46, escaped(chart.title));
  result += axes(chart, frame);
  for (std::size_t i = 0; i < chart.curves.size(); ++i) result += path_of(chart, frame, i);
  return result + names(chart, frame) + "</svg>\n";
}

}  // namespace syswright::app
