#include "policy/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>

#include "base/error.h"
#include "base/random.h"
#include "policy/semantics.h"

namespace syswright::policy {
namespace {

/// A builder may hold more nodes than a graph: those that simplification or dead code left behind.
constexpr std::size_t max_built_nodes = 8 * GraphBuilder::max_nodes;

std::uint64_t combine(std::uint64_t hash, std::uint64_t word) { return mix64(hash ^ mix64(word)); }

std::uint64_t pack(const Type& type) {
  const auto byte = [](std::int8_t exponent) { return std::uint64_t{static_cast<std::uint8_t>(exponent)}; };
  return std::uint64_t{static_cast<std::uint8_t>(type.kind)} | byte(type.dimension.time) << 8 |
         byte(type.dimension.bytes) << 16 | byte(type.dimension.money) << 24;
}

bool same(const Node& a, const Node& b) {
  return a.hash == b.hash && a.op == b.op && a.type == b.type && a.value == b.value && a.input == b.input &&
         a.arguments == b.arguments;
}

std::size_t table_slot(std::uint64_t hash, std::size_t table_size) { return mix64(hash) & (table_size - 1); }

[[noreturn]] void refuse_size(std::size_t limit) {
  throw InputError(fmt::format(
      "the program is too large: more than {} operations in one rule; use fewer or shorter loops, or fewer branches",
      limit));
}

}  // namespace

GraphBuilder::GraphBuilder(std::vector<InputInfo> inputs, bool simplify)
    : inputs_(std::move(inputs)), simplify_(simplify), table_(64, no_node) {}

NodeId GraphBuilder::constant(double value, Type type) {
  Node node;
  node.type = type;
  node.value = semantics::finite(value);
  if (node.value == 0) node.value = 0;  // -0 and 0 are one constant
  return intern(node);
}

NodeId GraphBuilder::input(std::uint32_t index) {
  assert(index < inputs_.size());
  const InputInfo& info = inputs_[index];
  if (simplify_ && info.low == info.high) return constant(info.low, info.type);
  Node node;
  node.op = Op::input;
  node.type = info.type;
  node.input = index;
  return intern(node);
}

NodeId GraphBuilder::apply(Op op, std::span<const NodeId> operands) {
  Node node;
  node.op = op;
  std::array<Type, 3> types;
  for (std::size_t i = 0; i < operands.size() && i < types.size(); ++i) {
    node.arguments[i] = operands[i];
    types[i] = nodes_[operands[i]].type;
  }
  node.type = result_type(op, std::span(types).first(std::min(operands.size(), types.size())));
  if (info(op).commutative && nodes_[node.arguments[1]].hash < nodes_[node.arguments[0]].hash) {
    std::swap(node.arguments[0], node.arguments[1]);
  }
  if (!simplify_) return intern(node);
  const Interval range = range_of(node);
  return range.is_point() ? constant(range.low, node.type) : simplified(node);
}

NodeId GraphBuilder::intern(Node node) {
  node.hash = combine(static_cast<std::uint64_t>(node.op), pack(node.type));
  if (node.op == Op::constant) node.hash = combine(node.hash, std::bit_cast<std::uint64_t>(node.value));
  if (node.op == Op::input) node.hash = combine(node.hash, inputs_[node.input].identity);
  for (NodeId operand : node.operands()) node.hash = combine(node.hash, nodes_[operand].hash);

  std::size_t slot = table_slot(node.hash, table_.size());
  for (; table_[slot] != no_node; slot = (slot + 1) & (table_.size() - 1)) {
    if (same(nodes_[table_[slot]], node)) return table_[slot];
  }
  if (nodes_.size() >= max_built_nodes) refuse_size(max_nodes);
  const auto id = static_cast<NodeId>(nodes_.size());
  nodes_.push_back(node);
  ranges_.push_back(range_of(node));
  table_[slot] = id;
  if (nodes_.size() * 2 > table_.size()) grow_table();
  return id;
}

Interval GraphBuilder::range_of(const Node& node) const {
  if (node.op == Op::constant) return {node.value, node.value};
  if (node.op == Op::input) return cut_to_finite(inputs_[node.input].low, inputs_[node.input].high);
  std::array<Interval, 3> operands;
  const std::size_t arity = node.operands().size();
  for (std::size_t i = 0; i < arity; ++i) operands[i] = ranges_[node.arguments[i]];
  return apply_interval(node.op, std::span(operands).first(arity));
}

void GraphBuilder::grow_table() {
  table_.assign(table_.size() * 2, no_node);
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    std::size_t slot = table_slot(nodes_[id].hash, table_.size());
    while (table_[slot] != no_node) slot = (slot + 1) & (table_.size() - 1);
    table_[slot] = id;
  }
}

NodeId GraphBuilder::copy(const Graph& graph, NodeId root, NodeId replaced, NodeId replacement) {
  std::vector<bool> needed(root + 1);
  needed[root] = true;
  for (NodeId id = root + 1; id-- > 0;) {
    if (!needed[id] || id == replaced) continue;
    for (NodeId operand : graph[id].operands()) needed[operand] = true;
  }
  std::vector<NodeId> copies(root + 1, no_node);
  for (NodeId id = 0; id <= root; ++id) {
    if (!needed[id]) continue;
    const Node& node = graph[id];
    if (id == replaced) {
      copies[id] = replacement;
    } else if (node.op == Op::constant) {
      copies[id] = constant(node.value, node.type);
    } else if (node.op == Op::input) {
      copies[id] = input(node.input);
    } else {
      std::array<NodeId, 3> operands{};
      const std::size_t arity = node.operands().size();
      for (std::size_t i = 0; i < arity; ++i) operands[i] = copies[node.arguments[i]];
      copies[id] = apply(node.op, std::span(operands).first(arity));
    }
  }
  return copies[root];
}

Graph GraphBuilder::finish(NodeId root) const {
  // Depth first, operands in order: the layout depends on the expression alone, not on how it was built.
  std::vector<Node> result;
  std::vector<NodeId> placed(nodes_.size(), no_node);
  std::vector<NodeId> pending{root};
  while (!pending.empty()) {
    const NodeId id = pending.back();
    if (placed[id] != no_node) {
      pending.pop_back();
      continue;
    }
    const Node& node = nodes_[id];
    const auto operands = node.operands();
    const auto missing = std::ranges::find_if(operands, [&](NodeId operand) { return placed[operand] == no_node; });
    if (missing != operands.end()) {
      pending.push_back(*missing);
      continue;
    }
    pending.pop_back();
    if (result.size() >= max_nodes) refuse_size(max_nodes);
    placed[id] = static_cast<NodeId>(result.size());
    Node copy = node;
    for (std::size_t i = 0; i < operands.size(); ++i) copy.arguments[i] = placed[operands[i]];
    result.push_back(copy);
  }
  return Graph(std::move(result));
}

std::size_t edit_distance(const Graph& a, const Graph& b) {
  const auto sorted_hashes = [](const Graph& graph) {
    std::vector<std::uint64_t> hashes;
    hashes.reserve(graph.size());
    for (const Node& node : graph.nodes()) hashes.push_back(node.hash);
    std::ranges::sort(hashes);
    return hashes;
  };
  std::vector<std::uint64_t> difference;
  std::ranges::set_symmetric_difference(sorted_hashes(a), sorted_hashes(b), std::back_inserter(difference));
  return difference.size();
}

}  // namespace syswright::policy
