#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "tune/searcher.h"

namespace syswright::tune {

/// The shapes of a space as a tree: each level sets one parameter, in a given order in which parents come before
/// what depends on them; where a parameter does not count, its level has one child. Searched by UCT (Kocsis and
/// Szepesvári, ECML 2006): from the root down to the child with the highest mean reward plus c √(ln N / n), a new child
/// first.
///
/// Rewards are within [0, 1]; those of real measurements may be put in again after the scale has changed (`clear`).
class SparseTree {
 public:
  SparseTree(const Space& space, std::vector<std::size_t> order);

  const std::vector<std::size_t>& order() const { return order_; }
  /// A valid point: down the tree to a new node, below it mostly as in `like`, and parameters that are not of the order
  /// as in `like` too, as long as that breaks no rule. Nothing if none was found.
  std::optional<Point> choose(const Point& like, Random& random);
  /// Tells the nodes on the way to a point.
  void reward(const Point& point, double reward);
  void clear();

 private:
  struct Node {
    double visits = 0;
    double sum = 0;
    std::map<double, std::unique_ptr<Node>> children;
    std::vector<double> dead;  // values below which nothing valid was found
  };
  std::vector<double> open(const Point& point, const std::vector<bool>& assigned, std::size_t level,
                           const Node& node) const;
  double pick(const Node& node, const std::vector<double>& values, Random& random) const;

  const Space* space_;
  std::vector<std::size_t> order_;
  std::vector<bool> in_order_;
  Node root_;
};

/// An order of a space's sparse parameters, or of all of them, drawn at random, parents first.
std::vector<std::size_t> draw_order(const Space& space, bool all, Random& random);

}  // namespace syswright::tune
