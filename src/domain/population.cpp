#include "domain/population.h"

#include <algorithm>
#include <cmath>

namespace syswright {

double percentile_of(std::span<double> values, double q) {
  if (values.empty()) return 0;
  const auto count = static_cast<double>(values.size());
  const double rank = std::clamp(std::ceil(q * count), 1.0, count);
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

}  // namespace syswright
