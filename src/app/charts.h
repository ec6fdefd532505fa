#pragma once

#include <optional>
#include <string>
#include <vector>

/// Charts as SVG, to stand inside an HTML page whose style sheet names their colours (see report_style.h). Every one
/// has a title for those who cannot see it.
namespace syswright::app {

/// Values at which an axis from `low` to `high` is marked: multiples of 1, 2 or 5 times a power of ten, between them,
/// at most `most`, ascending. Empty for an axis without length.
std::vector<double> axis_marks(double low, double high, std::size_t most);

struct LineChart {
  struct Point {
    double x = 0;
    double y = 0;
  };
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Point> points;  ///< x ascending; y holds until the next x
  double x_end = 0;           ///< to which the last value is drawn
};
/// A line in steps. Empty for a chart without points.
std::string svg(const LineChart& chart);

struct IntervalPlot {
  struct Row {
    std::string name;
    std::string value_text;
    double value = 0;
    double low = 0;  ///< interval; not finite: none is drawn
    double high = 0;
    bool highlighted = false;
  };
  struct Line {
    std::string name;
    double value = 0;
  };
  std::string title;
  std::string x_label;
  std::vector<Row> rows;     ///< from top to bottom
  std::optional<Line> line;  ///< a vertical one, such as a bound
};
/// A dot and an interval for each row. Empty for a plot without rows.
std::string svg(const IntervalPlot& plot);

}  // namespace syswright::app
