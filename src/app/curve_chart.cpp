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

struct Frame {
  double right;
  double x_low, x_high, y_low, y_high;
  double x(double value) const { return left + (std::log(value) - x_low) / (x_high - x_low) * (right - left); }
  double y(double value) const { return bottom - (value - y_low) / (y_high - y_low) * plot_height; }
};

Frame frame_of(const CurveChart& chart) {
  std::size_t longest = 0;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const CurveChart::Curve& curve : chart.curves) {
    longest = std::max(longest, display_width(curve.name));
    for (const double y : curve.y) {
      if (!std::isfinite(y)) continue;
      low = std::min(low, y);
      high = std::max(high, y);
    }
  }
  // Ratios begin at 0 where they come near it.
  if (low > 0 && low < 0.4 * high) low = 0;
  const double room = high > low ? 0.04 * (high - low) : std::max(std::abs(high) * 0.05, 1e-6);
  Frame frame{.right = width - 24 - letter * static_cast<double>(longest),
              .x_low = std::log(chart.x.front()),
              .x_high = std::log(chart.x.back()),
              .y_low = low == 0 ? 0 : low - room,
              .y_high = high + room};
  if (!(frame.x_high > frame.x_low)) {
    frame.x_low -= 1;
    frame.x_high += 1;
  }
  return frame;
}

std::string axes(const CurveChart& chart, const Frame& frame) {
  std::string result;
  const std::vector<double> marks = axis_marks(frame.y_low, frame.y_high, 8);
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
    if (std::isfinite(y)) path += fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M", frame.x(chart.x[i]), frame.y(y));
    drawing = std::isfinite(y);
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
    placed.push_back({i, std::isfinite(end) ? frame.y(end) : bottom});
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
    result += fmt::format(
        "<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{2:.1f}\" y2=\"{3:.1f}\" class=\"leader\"/>\n", frame.right,
        std::isfinite(chart.curves[name.number].y.back()) ? frame.y(chart.curves[name.number].y.back()) : name.y,
        frame.right + 12, name.y);
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
