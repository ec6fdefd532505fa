#pragma once

#include <string_view>

namespace syswright::app {

/// Style sheet of reports: light and dark as the reader's system asks, and fit for paper. Names every class that
/// report_html.cpp, html.cpp and charts.cpp use.
std::string_view report_style();

}  // namespace syswright::app
