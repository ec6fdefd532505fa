#include "domains/expert_placement/problem.h"

namespace syswright::expert_placement {

std::span<const std::string> Problem::exemplars() {
  static const std::vector<std::string> programs{
      R"(# The largest share is split, and the largest replica goes where least is.
policy largest_first for expert_placement {
  rank replicate(share) { return share; }
  rank place(gpu_load) { return -gpu_load; }
}
)",
      R"(# Loads of two steps, so that one step's noise counts less.
policy two_steps for expert_placement {
  rank replicate(history, replicas) { return (0.6 * at(history, 0) + 0.4 * at(history, 1)) / replicas; }
  rank place(gpu_load, gpu_load_before) { return -(0.6 * gpu_load + 0.4 * gpu_load_before); }
}
)",
      R"(# What grows is taken to go on growing.
policy trend for expert_placement {
  rank replicate(load, trend, replicas) { return (load + 0.5 * max(trend, 0)) / replicas; }
  rank place(gpu_load, same, free) { return -gpu_load * (1 + same) - 1 / free; }
}
)",
      R"(# Keeps groups together where that costs little.
policy together for expert_placement {
  stat usual = mean(placed_load, 16);
  rank replicate(share, mean_gpu) { return share - mean_gpu / 4; }
  rank place(gpu_load, group_on_node, mean_gpu) { return group_on_node * mean_gpu / 400 - gpu_load - usual / 100; }
}
)",
  };
  return programs;
}

}  // namespace syswright::expert_placement
