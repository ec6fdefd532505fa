#include "tune/sparse_tree.h"

#include <algorithm>
#include <cmath>

namespace syswright::tune {
namespace {

constexpr double exploration = 0.5;
constexpr double keep = 0.7;  // of the values below a new node that are as in the point that is followed

bool contains(const std::vector<double>& values, double value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

std::vector<std::size_t> draw_order(const Space& space, bool all, Random& random) {
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (all || space.parameters()[i].sparse) left.push_back(i);
  }
  std::vector<std::size_t> order;
  while (!left.empty()) {
    std::vector<std::size_t> ready;
    for (const std::size_t i : left) {
      const auto& conditions = space.parameters()[i].conditions;
      const bool waits = std::any_of(conditions.begin(), conditions.end(), [&](const Parameter::Condition& one) {
        return std::find(left.begin(), left.end(), one.parent) != left.end();
      });
      if (!waits) ready.push_back(i);
    }
    const std::size_t next = ready[random.below(ready.size())];
    order.push_back(next);
    left.erase(std::find(left.begin(), left.end(), next));
  }
  return order;
}

SparseTree::SparseTree(const Space& space, std::vector<std::size_t> order)
    : space_(&space), order_(std::move(order)), in_order_(space.size(), false) {
  for (const std::size_t parameter : order_) in_order_[parameter] = true;
}

void SparseTree::clear() { root_ = Node{}; }

/// Values that the level's parameter may take here.
std::vector<double> SparseTree::open(const Point& point, const std::vector<bool>& assigned, std::size_t level,
                                     const Node& node) const {
  const std::size_t parameter = order_[level];
  Point trial = point;
  std::vector<bool> with = assigned;
  with[parameter] = true;
  std::vector<double> values{space_->parameters()[parameter].initial};
  if (space_->active(point, parameter)) {
    Random unused(0, "tune tree values");
    values = space_->values(parameter, unused);
  }
  std::erase_if(values, [&](double value) {
    trial[parameter] = value;
    return contains(node.dead, value) || !space_->may_be(trial, with, parameter);
  });
  return values;
}

double SparseTree::pick(const Node& node, const std::vector<double>& values, Random& random) const {
  std::vector<double> fresh;
  for (const double value : values) {
    const auto child = node.children.find(value);
    if (child == node.children.end() || child->second->visits == 0) fresh.push_back(value);
  }
  if (!fresh.empty()) return fresh[random.below(fresh.size())];
  double best = values.front();
  double highest = -1;
  for (const double value : values) {
    const Node& child = *node.children.at(value);
    const double bonus = exploration * std::sqrt(std::log(std::max(node.visits, 1.0)) / child.visits);
    const double bound = child.sum / child.visits + bonus;
    if (bound > highest) {
      highest = bound;
      best = value;
    }
  }
  return best;
}

std::optional<Point> SparseTree::choose(const Point& like, Random& random) {
  constexpr int tries = 20;
  for (int again = 0; again < tries; ++again) {
    Point point = space_->initial();
    std::vector<bool> assigned(space_->size(), false);
    Node* node = &root_;
    Node* last = nullptr;
    double last_value = 0;
    std::size_t level = 0;
    bool stuck = false;
    for (; level < order_.size(); ++level) {
      const std::vector<double> values = open(point, assigned, level, *node);
      if (values.empty()) {
        stuck = true;
        break;
      }
      const double value = pick(*node, values, random);
      const bool fresh = !node->children.contains(value);
      point[order_[level]] = value;
      assigned[order_[level]] = true;
      last = node;
      last_value = value;
      std::unique_ptr<Node>& child = node->children[value];
      if (!child) child = std::make_unique<Node>();
      node = child.get();
      if (fresh) break;
    }
    std::optional<Point> complete;
    if (!stuck) {
      // First with the knobs as they stand, then with any.
      std::vector<bool> with_knobs = assigned;
      Point trial = point;
      for (std::size_t i = 0; i < space_->size(); ++i) {
        if (in_order_[i]) continue;
        trial[i] = like[i];
        with_knobs[i] = true;
      }
      const Space::Guide guide{like, keep};
      complete = space_->complete(std::move(trial), std::move(with_knobs), random, &guide);
      if (!complete) complete = space_->complete(point, assigned, random, &guide);
    }
    if (complete) return complete;
    if (last == nullptr) return std::nullopt;
    last->children.erase(last_value);
    last->dead.push_back(last_value);
  }
  return std::nullopt;
}

void SparseTree::reward(const Point& point, double reward) {
  Node* node = &root_;
  node->visits += 1;
  node->sum += reward;
  for (const std::size_t parameter : order_) {
    const auto child = node->children.find(point[parameter]);
    if (child == node->children.end()) return;
    node = child->second.get();
    node->visits += 1;
    node->sum += reward;
  }
}

}  // namespace syswright::tune
