#pragma once

#include <vector>

#include "domains/broadcast/plan.h"

namespace syswright::broadcast {

/// The fractional problem of solver.h, solved by weights.
struct Packing {
  double lower_bound = 0;          ///< dollars, on the cost of every plan
  std::vector<Tree> trees;         ///< that were best for some weights, all different
  std::vector<double> shares;      ///< [trees]: how often; sums to 1
  std::vector<double> lagrangian;  ///< [trees]: dollars at the best weights, at least the bound
};

Packing pack_trees(const Order& order, std::size_t rounds);

}  // namespace syswright::broadcast
