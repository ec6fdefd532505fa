#pragma once

#include <string>
#include <vector>

namespace syswright::app {

/// Several curves over one axis, as SVG for a page (charts.h).
struct CurveChart {
  struct Curve {
    std::string name;
    std::vector<double> y;  ///< [x]; not finite: a gap
  };
  std::string title;
  std::string x_label;
  std::string y_label;
  bool log_x = true;                  ///< as sizes are
  bool log_y = false;                 ///< values of 0 and less are left out
  std::vector<double> x;              ///< rising; above 0 where log_x
  std::vector<std::string> x_labels;  ///< [x]
  std::vector<Curve> curves;
};
/// Names stand at the right end, in the order of the curves there. Empty for a chart without points.
std::string svg(const CurveChart& chart);

}  // namespace syswright::app
