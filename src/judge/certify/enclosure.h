#pragma once

#include <optional>
#include <span>
#include <vector>

#include "policy/graph.h"

namespace syswright::judge {

using policy::NodeId;

/// What one examination of a graph over a box yields, node by node.
struct Enclosed {
  /// Holds every value of the program as it runs. Ends are attained often enough: rounding is not added to it.
  std::vector<policy::Interval> doubles;
  /// Holds every value of the program as it runs and of the same program without rounding, over all real inputs of the
  /// box.
  std::vector<policy::Interval> reals;
  /// Bounds how far the two lie apart at any one point. Of booleans: 1 if they may differ, else 0.
  std::vector<double> error;
  /// A value may be too large for a double, or a quotient may divide by 0: nothing is known of the reals.
  bool saturated = false;
};

/// Partial derivatives of one node (or of a difference of two) by every input, over a box.
struct Gradient {
  /// The real function is continuous over the box and Lipschitz with these derivatives. If not, only `influence` means
  /// something.
  bool smooth = true;
  std::vector<policy::Interval> slopes;  ///< by input
};

/// Evaluates a graph over boxes. Keeps its memory between calls; not thread-safe.
/// Cost: about 20 ns a node for the doubles, 40 ns more for the reals, and 40 ns for a gradient.
class Enclosure {
 public:
  Enclosure(const policy::Graph& graph, std::size_t inputs);

  /// The program as it runs, over the box. Sound, rounding and saturation included.
  std::span<const policy::Interval> doubles(std::span<const policy::Interval> box);
  /// Doubles and reals with the distance between them, over the box.
  const Enclosed& both(std::span<const policy::Interval> box);
  /// The same where one input may differ between the two by `distance`, and the others are equal: `error` then bounds
  /// how far a change of that input, within the box, moves a value, rounding included.
  const Enclosed& perturbed(std::span<const policy::Interval> box, std::uint32_t input, double distance);
  /// Of the box last given to `both`: derivatives of node `up`, less those of `down` where it is not no_node.
  const Gradient& gradient(NodeId up, NodeId down = policy::no_node);
  /// Of the box last given to `both`: how much of the uncertainty of the node, given its weight, each input is to blame
  /// for. Added to `blame`; a rule of thumb for choosing what to split.
  void add_influence(NodeId node, double weight, std::vector<double>& blame);
  /// A comparison of an input with what is constant over the box, open, that the last call of `add_influence` passed.
  struct Threshold {
    std::uint32_t input = 0;
    double last = 0;   ///< input up to here: one answer
    double first = 0;  ///< input from here: the other; the next double
  };
  /// The first of them in graph order whose input is not `except`.
  std::optional<Threshold> threshold(std::span<const policy::Interval> box, std::size_t except) const;
  /// Value of every node as the program runs, at a point.
  std::span<const double> at(std::span<const double> point);

  const policy::Graph& graph() const { return graph_; }
  std::size_t inputs() const { return inputs_; }

 private:
  void enclose(NodeId id);
  void back(NodeId id);
  void add_slope(NodeId id, const policy::Interval& slope);
  void blame_operands(NodeId id, double weight);

  const policy::Graph& graph_;
  std::size_t inputs_;
  Enclosed enclosed_;
  Gradient gradient_;
  std::vector<policy::Interval> slopes_;  ///< of each node, in `gradient`
  std::vector<double> weights_;           ///< of each node, in `add_influence`
  std::vector<double> values_;
};

}  // namespace syswright::judge
