#include "domains/model_placement/problem.h"

namespace syswright::model_placement {

std::span<const std::string> Problem::exemplars() {
  static const std::vector<std::string> programs{
      R"(# The GPU that would be pressed least; most demand first.
policy least_after for model_placement {
  rank gpu(pressure_after) { return -pressure_after; }
}
)",
      R"(# Heaviest first, as in bin packing at the level that an even spread would reach.
policy heaviest_first for model_placement {
  rank next(weight) { return weight; }
  rank gpu(pressure_after) { return -pressure_after; }
}
)",
      R"(# Best fit of a bin packing at the even level: the GPU that is filled best without passing it.
policy fill_to_level for model_placement {
  rank next(weight) { return weight; }
  rank gpu(slack) { return slack >= 0 ? 1 / (1 + slack) : slack; }
}
)",
      R"(# What fits in few places goes first, large before small.
policy tight_first for model_placement {
  rank next(size, room, demand) { return size / 1GB - 5 * room + demand; }
  rank gpu(free, load, demand, size) { return (free - size) / 1GB - 20 * (load + demand); }
}
)",
      R"(# As the usual model that was placed so far would add to what the GPU has.
policy usual_next for model_placement {
  stat usual = mean(placed_demand, 8);
  rank next(demand) { return demand; }
  rank gpu(load, free, demand, size) { return -(load + demand + usual / 4) / max(free - size, 1GB); }
}
)",
  };
  return programs;
}

}  // namespace syswright::model_placement
