#include "domains/flash_cache/wear.h"

#include <cmath>

namespace syswright::flash_cache {

double random_write_amplification(double spare) {
  const double alpha = 1 + spare;
  // The share of a block that is still valid when it is cleaned, x = -W / alpha, solves x = exp(-alpha (1 - x)); x = 1
  // is the other solution. Iterating from 0 rises to the smaller one; bisection finds it as surely and sooner.
  double low = 0;
  double high = 1 - std::log(alpha) / alpha;  // where exp(-alpha (1 - x)) - x is least, and below 0
  for (int i = 0; i < 80; ++i) {
    const double middle = (low + high) / 2;
    (std::exp(-alpha * (1 - middle)) > middle ? low : high) = middle;
  }
  return 1 / (1 - low);
}

}  // namespace syswright::flash_cache
