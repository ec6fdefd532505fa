#include "app/judge_views.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace syswright::app {

std::string format_relative(const Interval& interval) {
  const auto part = [](double value) { return fmt::format("{:+.1f}", 100 * value); };
  if (!std::isfinite(interval.estimate)) return "?";
  if (!std::isfinite(interval.low) || !std::isfinite(interval.high)) return part(interval.estimate) + " %";
  return fmt::format("{} % ({} to {})", part(interval.estimate), part(interval.low), part(interval.high));
}

std::string format_p(double p) {
  if (!std::isfinite(p)) return "?";
  return p < 0.001 ? "<0.001" : fmt::format("{:.3f}", p);
}

std::string format_share(double share) {
  if (share <= 0) return "0 %";
  if (share >= 1) return "100 %";
  const double rarer = std::min(share, 1 - share);
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(rarer))) - 1, 1, 9);
  return fmt::format("{:.{}f} %", 100 * share, digits);
}

}  // namespace syswright::app
