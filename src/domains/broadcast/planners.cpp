#include "domains/broadcast/planners.h"

#include <algorithm>
#include <array>
#include <limits>
#include <queue>
#include <tuple>

#include "domains/broadcast/solver.h"

namespace syswright::broadcast {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Cheapest paths from a set of regions; before[r] is the region before r on its path, or r itself at a start.
struct Paths {
  std::vector<double> price;
  std::vector<int> before;
};

Paths cheapest_paths(const Network& network, Region source, const std::vector<Region>& starts) {
  using Entry = std::tuple<double, std::size_t, Region>;  // price, order of arrival
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
  std::size_t arrivals = 0;
  Paths paths{std::vector<double>(network.size(), infinite), std::vector<int>(network.size(), -1)};
  std::vector<bool> done(network.size());
  for (const Region start : starts) {
    paths.price[start] = 0;
    paths.before[start] = start;
    open.emplace(0, arrivals++, start);
  }
  while (!open.empty()) {
    const auto [price, arrival, at] = open.top();
    open.pop();
    if (done[at]) continue;
    done[at] = true;
    for (const Region next : network.neighbours(at)) {
      if (next == source || done[next]) continue;
      const double through = price + network.price(at, next);
      if (!(through < paths.price[next])) continue;
      paths.price[next] = through;
      paths.before[next] = at;
      open.emplace(through, arrivals++, next);
    }
  }
  return paths;
}

bool contains(const Tree& tree, Region region) {
  return std::any_of(tree.begin(), tree.end(), [&](const Link& link) { return link.to == region; });
}

/// Appends the path to `destination`, as far as the tree does not have it.
void attach(Tree& tree, const Paths& paths, Region destination) {
  Tree path;
  for (Region at = destination; paths.before[at] != at && !contains(tree, at);
       at = static_cast<Region>(paths.before[at])) {
    path.push_back({static_cast<Region>(paths.before[at]), at});
  }
  tree.insert(tree.end(), path.rbegin(), path.rend());
}

Plan all_along(const Order& order, Tree tree) { return {{std::move(tree), order.transfer().partitions}}; }

}  // namespace

std::span<const Planner> planners() {
  static constexpr std::array all{
      Planner{"direct", "one link from the source to each destination", "the naive plan", direct_plan},
      Planner{"dijkstra", "the cheapest path to each destination; shared links carry the data once",
              "Dijkstra, Numerische Mathematik 1, 1959; the public benchmark's baseline", dijkstra_plan},
      Planner{"nearest_terminal", "one tree that takes in the destination nearest to it, by price, again and again",
              "Takahashi and Matsuyama, Mathematica Japonica 24, 1980", nearest_terminal_plan},
      Planner{"steiner", "one tree of least egress, exactly", "Dreyfus and Wagner, Networks 1(3), 1971", steiner_plan},
      Planner{"balanced",
              "several trees weighed against time: fractional packing of trees for a bound, then search among them",
              "columns: Dantzig and Wolfe, 1960; weights: Plotkin, Shmoys and Tardos, 1995", balanced_plan},
  };
  return all;
}

const Planner* find_planner(std::string_view name) {
  for (const Planner& planner : planners()) {
    if (planner.name == name) return &planner;
  }
  return nullptr;
}

Plan direct_plan(const Order& order) {
  const Region source = order.transfer().source;
  const Paths paths = cheapest_paths(order.network(), source, {source});
  Tree tree;
  for (const Region destination : order.transfer().destinations) {
    if (contains(tree, destination)) continue;
    if (order.rate(source, destination) > 0) {
      tree.push_back({source, destination});
    } else {
      attach(tree, paths, destination);
    }
  }
  return all_along(order, std::move(tree));
}

Plan dijkstra_plan(const Order& order) {
  const Region source = order.transfer().source;
  const Paths paths = cheapest_paths(order.network(), source, {source});
  Tree tree;
  for (const Region destination : order.transfer().destinations) attach(tree, paths, destination);
  return all_along(order, std::move(tree));
}

Plan nearest_terminal_plan(const Order& order) {
  const Region source = order.transfer().source;
  std::vector<Region> reached{source};
  std::vector<Region> waiting = order.transfer().destinations;
  Tree tree;
  while (!waiting.empty()) {
    const Paths paths = cheapest_paths(order.network(), source, reached);
    const auto nearest = std::min_element(waiting.begin(), waiting.end(),
                                          [&](Region a, Region b) { return paths.price[a] < paths.price[b]; });
    attach(tree, paths, *nearest);
    for (std::size_t i = reached.size() - 1; i < tree.size(); ++i) reached.push_back(tree[i].to);
    std::erase_if(waiting, [&](Region region) { return contains(tree, region); });
  }
  return all_along(order, std::move(tree));
}

Plan steiner_plan(const Order& order) {
  return all_along(order, order.cheapest().tree(order.cheapest().all(), order.transfer().source));
}

}  // namespace syswright::broadcast
