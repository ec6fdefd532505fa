#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/units.h"
#include "policy/interval_arithmetic.h"
#include "policy/signature.h"

namespace syswright::policy {

/// Operations of the expression graph. policy/semantics.h defines each on every input; docs/language.md states them.
enum class Op : std::uint8_t {
  constant,  ///< number, boolean (0 or 1) or action (its index), in Node::value
  input,     ///< Node::input indexes the rule's inputs
  add,
  subtract,
  multiply,
  divide,
  negate,
  absolute,
  minimum,
  maximum,
  square_root,
  logarithm,
  exponential,
  power,
  floor,
  less,
  less_equal,
  equal,  ///< of two numbers, or equal of two actions or booleans
  logical_and,
  logical_or,
  logical_not,
  select,  ///< condition, value if true, value if false
};

struct OpInfo {
  std::string_view name;
  std::uint8_t arity;
  bool commutative;
};
const OpInfo& info(Op op);

struct Type {
  ValueKind kind = ValueKind::number;
  Dimension dimension;  ///< of a number; all zero otherwise
  friend constexpr bool operator==(const Type&, const Type&) = default;
};
std::string to_string(const Type& type);

using NodeId = std::uint32_t;
inline constexpr NodeId no_node = ~NodeId{0};

struct Node {
  Op op = Op::constant;
  Type type;
  double value = 0;         ///< of a constant; finite
  std::uint32_t input = 0;  ///< of an input
  std::array<NodeId, 3> arguments{no_node, no_node, no_node};
  std::uint64_t hash = 0;  ///< structural: equal for equal expressions whatever the order they were built in

  std::span<const NodeId> operands() const { return {arguments.data(), info(op).arity}; }
};

/// One expression, as nodes in topological order (arguments precede their users); the last node is the root.
/// Hash-consed (no two nodes are equal), without dead nodes, arguments of commutative operations ordered by hash.
class Graph {
 public:
  Graph() = default;
  explicit Graph(std::vector<Node> nodes) : nodes_(std::move(nodes)) {}
  std::span<const Node> nodes() const { return nodes_; }
  const Node& operator[](NodeId id) const { return nodes_[id]; }
  NodeId root() const { return static_cast<NodeId>(nodes_.size() - 1); }
  std::size_t size() const { return nodes_.size(); }

 private:
  std::vector<Node> nodes_;
};

/// Builds a graph bottom-up: types are checked, constants folded with the reference semantics, and identities that hold
/// exactly for every finite input in its range (x + 0, x * 1, select(c, a, a), max(x, 1) where x is at least 1, …)
/// applied. Not thread-safe.
class GraphBuilder {
 public:
  struct InputInfo {
    Type type;
    std::uint64_t identity = 0;  ///< hashes what the input is (its name and element), not where it stands
    /// Every value lies between these, so that the simplifier may use them.
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
  };
  /// Graphs larger than this are refused with InputError: a program comes from anywhere.
  static constexpr std::size_t max_nodes = 4096;

  /// inputs: of the rule, in order; node hashes use their identities. `simplify` false keeps what was written, but for
  /// hash-consing (used by tests of the simplifier).
  explicit GraphBuilder(std::vector<InputInfo> inputs, bool simplify = true);

  NodeId constant(double value, Type type);
  NodeId input(std::uint32_t index);
  /// Throws InputError, in the words of docs/language.md, if the operands have the wrong types.
  NodeId apply(Op op, std::span<const NodeId> operands);
  NodeId apply(Op op, std::initializer_list<NodeId> operands) {
    return apply(op, std::span(operands.begin(), operands.size()));
  }
  /// Copies the expression below `root` of another graph over the same inputs; `replaced` becomes `replacement` (a node
  /// of this builder). Simplifies on the way.
  NodeId copy(const Graph& graph, NodeId root, NodeId replaced = no_node, NodeId replacement = no_node);

  const Node& operator[](NodeId id) const { return nodes_[id]; }
  std::size_t size() const { return nodes_.size(); }
  /// Holds every value that the node can have.
  const Interval& range(NodeId id) const { return ranges_[id]; }
  /// The graph of what `root` needs.
  Graph finish(NodeId root) const;

 private:
  NodeId intern(Node node);
  Interval range_of(const Node& node) const;
  void grow_table();
  /// Node equal to `node` on every finite input, by the identities of simplifier.cpp, or `node` itself interned.
  NodeId simplified(const Node& node);

  std::vector<InputInfo> inputs_;
  bool simplify_;
  std::vector<Node> nodes_;
  std::vector<Interval> ranges_;
  std::vector<NodeId> table_;  // open addressing over structural hashes
};

/// Type of `op` applied to operands of these types; throws InputError that says what was expected.
Type result_type(Op op, std::span<const Type> operands);

/// "'<' needs two numbers of equal dimension, but has time and number; give the number a unit …"
std::string describe_mismatch(std::string_view operation, const Type& a, const Type& b);

/// Number of nodes by which two graphs differ: nodes of either whose hash does not occur in the other.
std::size_t edit_distance(const Graph& a, const Graph& b);

}  // namespace syswright::policy
