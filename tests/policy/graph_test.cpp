#include "policy/graph.h"

#include "base/error.h"
#include "policy/semantics.h"

namespace syswright::policy {
namespace {

using ::testing::HasSubstr;

constexpr Type number{};
constexpr Type time_type{ValueKind::number, time_dimension};
constexpr Type bytes_type{ValueKind::number, bytes_dimension};
constexpr Type boolean{ValueKind::boolean, {}};
constexpr Type action{ValueKind::action, {}};

Type type_of(Op op, std::vector<Type> operands) { return result_type(op, operands); }

std::string refusal(Op op, std::vector<Type> operands) {
  try {
    result_type(op, operands);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ResultType, CombinesDimensions) {
  EXPECT_EQ(type_of(Op::multiply, {time_type, bytes_type}), (Type{ValueKind::number, {1, 1, 0}}));
  EXPECT_EQ(type_of(Op::divide, {bytes_type, time_type}), (Type{ValueKind::number, {-1, 1, 0}}));
  EXPECT_EQ(type_of(Op::square_root, {Type{ValueKind::number, {2, 0, -4}}}), (Type{ValueKind::number, {1, 0, -2}}));
  EXPECT_EQ(type_of(Op::add, {time_type, time_type}), time_type);
  EXPECT_EQ(type_of(Op::less, {time_type, time_type}), boolean);
  EXPECT_EQ(type_of(Op::equal, {action, action}), boolean);
  EXPECT_EQ(type_of(Op::select, {boolean, action, action}), action);
}

TEST(ResultType, RefusesWithAdvice) {
  EXPECT_EQ(refusal(Op::add, {time_type, number}),
            "'+' needs two numbers of equal dimension, but has time and number; give the number a unit (3s, 5min, 2h) "
            "or divide the time by 1s");
  EXPECT_THAT(refusal(Op::add, {time_type, bytes_type}), HasSubstr("time and bytes; divide each by a unit"));
  EXPECT_THAT(refusal(Op::logical_and, {boolean, number}), HasSubstr("'and' needs a bool, but has number"));
  EXPECT_THAT(refusal(Op::less, {boolean, boolean}), HasSubstr("'<' cannot take bool and bool"));
  EXPECT_THAT(refusal(Op::negate, {action}), HasSubstr("'-' needs a number, but has action"));
  EXPECT_THAT(refusal(Op::power, {time_type, number}), HasSubstr("'pow' needs a number, but has time"));
  EXPECT_THAT(refusal(Op::select, {boolean, time_type, number}),
              HasSubstr("'if' needs two numbers of equal dimension"));
  EXPECT_THAT(refusal(Op::add, {time_type}), HasSubstr("'+' takes 2 operands, but has 1"));
}

std::vector<GraphBuilder::InputInfo> two_numbers() { return {{number, 11}, {number, 12}}; }

TEST(GraphBuilder, MakesEqualExpressionsOneNode) {
  GraphBuilder b(two_numbers());
  const NodeId sum = b.apply(Op::add, {b.input(0), b.input(1)});
  const std::size_t size = b.size();
  EXPECT_EQ(b.apply(Op::add, {b.input(1), b.input(0)}), sum);
  EXPECT_EQ(b.size(), size);
}

TEST(GraphBuilder, LayoutAndHashesDoNotDependOnTheOrderOfBuilding) {
  const auto build = [](bool reversed) {
    GraphBuilder b(two_numbers());
    NodeId first = no_node, second = no_node;
    if (reversed) second = b.apply(Op::exponential, {b.input(1)});
    b.apply(Op::floor, {b.input(0)});  // dead
    first = b.apply(Op::logarithm, {b.input(0)});
    if (!reversed) second = b.apply(Op::exponential, {b.input(1)});
    return b.finish(b.apply(Op::multiply, {first, second}));
  };
  const Graph one = build(false);
  const Graph other = build(true);
  ASSERT_EQ(one.size(), 5u);
  ASSERT_EQ(other.size(), 5u);
  for (NodeId id = 0; id < one.size(); ++id) {
    EXPECT_EQ(one[id].hash, other[id].hash);
    EXPECT_EQ(one[id].arguments, other[id].arguments);
  }
}

TEST(GraphBuilder, FoldsConstantsByTheReferenceSemantics) {
  GraphBuilder b({});
  const auto folded = [&](Op op, double x, double y) {
    return b[b.apply(op, {b.constant(x, number), b.constant(y, number)})].value;
  };
  EXPECT_EQ(folded(Op::divide, 1, 0), semantics::largest);
  EXPECT_EQ(folded(Op::divide, -1, 0), -semantics::largest);
  EXPECT_EQ(folded(Op::divide, 0, 0), 0);
  EXPECT_EQ(folded(Op::multiply, 1e300, -1e300), -semantics::largest);
  EXPECT_EQ(folded(Op::power, -8, 1.0 / 3), 0);
  EXPECT_EQ(folded(Op::power, 0, -1), semantics::largest);
  EXPECT_EQ(folded(Op::power, -0.0, -1), semantics::largest);
}

TEST(GraphBuilder, CopiesWithAReplacement) {
  GraphBuilder b(two_numbers());
  const NodeId log = b.apply(Op::logarithm, {b.input(0)});
  const Graph graph = b.finish(b.apply(Op::subtract, {log, b.apply(Op::multiply, {log, b.input(1)})}));
  NodeId in_graph = no_node;
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (graph[id].op == Op::logarithm) in_graph = id;
  }
  GraphBuilder c(two_numbers());
  const NodeId root = c.copy(graph, graph.root(), in_graph, c.constant(3, number));
  const NodeId three = c.constant(3, number);
  EXPECT_EQ(root, c.apply(Op::subtract, {three, c.apply(Op::multiply, {three, c.input(1)})}));
  EXPECT_EQ(c.finish(root).size(), 4u);
}

TEST(GraphBuilder, RefusesGraphsThatAreTooLarge) {
  GraphBuilder b(two_numbers());
  NodeId node = b.input(0);
  NodeId before = node;
  // Each step adds a sum and a logarithm to the two inputs.
  for (std::size_t i = 0; i < GraphBuilder::max_nodes / 2; ++i) {
    before = node;
    node = b.apply(Op::add, {b.apply(Op::logarithm, {node}), b.input(1)});
  }
  EXPECT_THROW(b.finish(node), InputError);
  EXPECT_EQ(b.finish(before).size(), GraphBuilder::max_nodes);
}

TEST(EditDistance, CountsNodesOfOneGraphOnly) {
  GraphBuilder b(two_numbers());
  const NodeId product = b.apply(Op::multiply, {b.input(0), b.input(1)});
  const Graph one = b.finish(b.apply(Op::logarithm, {product}));
  const Graph other = b.finish(b.apply(Op::exponential, {product}));
  EXPECT_EQ(edit_distance(one, one), 0u);
  EXPECT_EQ(edit_distance(one, other), 2u);
  EXPECT_EQ(edit_distance(one, b.finish(product)), 1u);
}

}  // namespace
}  // namespace syswright::policy
