#pragma once

#include <span>
#include <string_view>

#include "domains/broadcast/plan.h"

namespace syswright::broadcast {

/// A standard way to plan.
struct Planner {
  std::string_view name;
  std::string_view doc;
  std::string_view source;
  Plan (*plan)(const Order& order);
};

std::span<const Planner> planners();
/// nullptr if there is none of that name.
const Planner* find_planner(std::string_view name);

/// One link from the source to each destination; where there is none, the cheapest path.
Plan direct_plan(const Order& order);
/// The cheapest path to each destination, by Dijkstra's algorithm with networkx's order among equals: neighbours in the
/// order of the throughput table, first come first served.
Plan dijkstra_plan(const Order& order);
/// Grows one tree: the destination that is cheapest to reach from any region of the tree, by its cheapest path, until
/// all are in. Among equals the first destination, and paths as above.
Plan nearest_terminal_plan(const Order& order);
/// One tree of least egress, exactly.
Plan steiner_plan(const Order& order);

}  // namespace syswright::broadcast
