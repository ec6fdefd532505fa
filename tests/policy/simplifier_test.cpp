#include "policy/interval.h"
#include "policy/program.h"
#include "tests/support/random_program.h"

namespace syswright::policy {
namespace {

constexpr Type number{};
constexpr Type time_type{ValueKind::number, time_dimension};
constexpr Type boolean{ValueKind::boolean, {}};

/// Inputs x, y, z (any number), p, q (bool), positive (at least 1), duration (a time, at least 0).
class SimplifierTest : public ::testing::Test {
 protected:
  static std::vector<GraphBuilder::InputInfo> inputs() {
    const double infinity = support::detail::infinity;
    return {{number, 1, -infinity, infinity},
            {number, 2, -infinity, infinity},
            {number, 3, -infinity, infinity},
            {boolean, 4, 0, 1},
            {boolean, 5, 0, 1},
            {number, 6, 1, infinity},
            {time_type, 7, 0, infinity}};
  }
  NodeId c(double value) { return b.constant(value, number); }
  NodeId make(Op op, NodeId a1) { return b.apply(op, {a1}); }
  NodeId make(Op op, NodeId a1, NodeId a2) { return b.apply(op, {a1, a2}); }
  NodeId choose(NodeId a1, NodeId a2, NodeId a3) { return b.apply(Op::select, {a1, a2, a3}); }

  GraphBuilder b{inputs()};
  NodeId x = b.input(0), y = b.input(1), z = b.input(2), p = b.input(3), q = b.input(4), positive = b.input(5),
         duration = b.input(6);
};

TEST_F(SimplifierTest, NeutralElementsVanish) {
  EXPECT_EQ(make(Op::add, x, c(0)), x);
  EXPECT_EQ(make(Op::add, c(0), x), x);
  EXPECT_EQ(make(Op::subtract, x, c(0)), x);
  EXPECT_EQ(make(Op::multiply, c(1), x), x);
  EXPECT_EQ(make(Op::divide, x, c(1)), x);
  EXPECT_EQ(make(Op::power, x, c(1)), x);
  EXPECT_EQ(make(Op::logical_and, p, b.constant(1, boolean)), p);
  EXPECT_EQ(make(Op::logical_or, p, b.constant(0, boolean)), p);
}

TEST_F(SimplifierTest, AUnitIsNotANeutralElement) {
  const NodeId second = b.constant(1, time_type);
  EXPECT_NE(make(Op::divide, duration, second), duration);
  EXPECT_EQ(b[make(Op::divide, duration, second)].type, number);
  EXPECT_EQ(b[make(Op::multiply, duration, second)].op, Op::multiply);
}

TEST_F(SimplifierTest, ZeroAbsorbs) {
  EXPECT_EQ(make(Op::multiply, c(0), x), c(0));
  EXPECT_EQ(make(Op::divide, c(0), x), c(0));
  EXPECT_EQ(make(Op::subtract, x, x), c(0));
  EXPECT_EQ(make(Op::logical_and, p, b.constant(0, boolean)), b.constant(0, boolean));
}

TEST_F(SimplifierTest, NegationMovesOutwards) {
  const NodeId minus_x = make(Op::negate, x);
  EXPECT_EQ(make(Op::negate, minus_x), x);
  EXPECT_EQ(make(Op::add, y, minus_x), make(Op::subtract, y, x));
  EXPECT_EQ(make(Op::subtract, y, minus_x), make(Op::add, y, x));
  EXPECT_EQ(make(Op::multiply, minus_x, y), make(Op::negate, make(Op::multiply, x, y)));
  EXPECT_EQ(make(Op::multiply, minus_x, c(3)), make(Op::multiply, x, c(-3)));
  EXPECT_EQ(make(Op::negate, make(Op::subtract, x, y)), make(Op::subtract, y, x));
  EXPECT_EQ(make(Op::less, minus_x, make(Op::negate, y)), make(Op::less, y, x));
  EXPECT_EQ(make(Op::less, minus_x, c(2)), make(Op::less, c(-2), x));
}

TEST_F(SimplifierTest, WhatIsNotExactStays) {
  // x / x is 0 at 0; x / -y and -(x / y) differ where y is 0; sums and products round.
  EXPECT_EQ(b[make(Op::divide, x, x)].op, Op::divide);
  EXPECT_NE(make(Op::divide, x, make(Op::negate, y)), make(Op::negate, make(Op::divide, x, y)));
  EXPECT_NE(make(Op::add, make(Op::add, x, y), z), make(Op::add, x, make(Op::add, y, z)));
  EXPECT_EQ(b[make(Op::divide, x, c(3))].op, Op::divide);
  EXPECT_EQ(b[make(Op::square_root, make(Op::multiply, x, x))].op, Op::square_root);
}

TEST_F(SimplifierTest, EqualOperandsCollapse) {
  EXPECT_EQ(make(Op::minimum, x, x), x);
  EXPECT_EQ(make(Op::less, x, x), b.constant(0, boolean));
  EXPECT_EQ(make(Op::less_equal, x, x), b.constant(1, boolean));
  EXPECT_EQ(make(Op::add, x, x), make(Op::multiply, c(2), x));
  EXPECT_EQ(make(Op::minimum, x, make(Op::maximum, x, y)), x);
  EXPECT_EQ(make(Op::minimum, make(Op::minimum, x, c(3)), c(2)), make(Op::minimum, x, c(2)));
}

TEST_F(SimplifierTest, CommutativeOperandsMeet) {
  EXPECT_EQ(make(Op::add, x, y), make(Op::add, y, x));
  EXPECT_EQ(make(Op::equal, x, y), make(Op::equal, y, x));
  EXPECT_NE(make(Op::subtract, x, y), make(Op::subtract, y, x));
}

TEST_F(SimplifierTest, ConditionsHaveOneForm) {
  EXPECT_EQ(make(Op::logical_not, make(Op::less, x, y)), make(Op::less_equal, y, x));
  EXPECT_EQ(make(Op::logical_not, make(Op::logical_not, p)), p);
  EXPECT_EQ(make(Op::logical_and, make(Op::less, x, y), make(Op::less_equal, y, x)), b.constant(0, boolean));
  EXPECT_EQ(make(Op::logical_or, p, make(Op::logical_and, p, q)), p);
  EXPECT_EQ(make(Op::equal, p, b.constant(0, boolean)), make(Op::logical_not, p));
  EXPECT_EQ(choose(make(Op::logical_not, p), x, y), choose(p, y, x));
  EXPECT_EQ(choose(make(Op::less_equal, x, y), z, c(1)), choose(make(Op::less, y, x), c(1), z));
}

TEST_F(SimplifierTest, ChoicesCollapse) {
  EXPECT_EQ(choose(p, x, x), x);
  EXPECT_EQ(choose(b.constant(1, boolean), x, y), x);
  EXPECT_EQ(choose(make(Op::less, x, y), x, y), make(Op::minimum, x, y));
  EXPECT_EQ(choose(make(Op::less_equal, x, y), y, x), make(Op::maximum, x, y));
  EXPECT_EQ(choose(p, b.constant(1, boolean), q), make(Op::logical_or, p, q));
  EXPECT_EQ(choose(p, choose(p, x, y), z), choose(p, x, z));
}

TEST_F(SimplifierTest, RangesDecide) {
  EXPECT_EQ(make(Op::maximum, positive, c(1)), positive);
  EXPECT_EQ(make(Op::minimum, positive, c(0.5)), c(0.5));
  EXPECT_EQ(make(Op::absolute, positive), positive);
  EXPECT_EQ(make(Op::divide, positive, positive), c(1));
  EXPECT_EQ(make(Op::less, positive, c(1)), b.constant(0, boolean));
  EXPECT_EQ(make(Op::less_equal, positive, c(1)), make(Op::less_equal, positive, c(1)));
  EXPECT_EQ(b[make(Op::less_equal, positive, c(1))].op, Op::less_equal);  // 1 itself is in the range
  EXPECT_EQ(choose(make(Op::less, c(0), positive), x, y), x);
  EXPECT_EQ(make(Op::absolute, make(Op::negate, positive)), positive);
}

// The simplified graph gives equal values, and simplifying it once more changes nothing.
TEST(SimplifierProperty, IsExactAndIdempotent) {
  std::size_t before = 0;
  std::size_t after = 0;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    Random random(20, "simplifier exactness", i);
    const auto raw = support::random_raw_program(random, {.nodes = 40});
    const Program program("p", raw.signature, raw.statistics, raw.rules);
    const Program again("p", raw.signature, program.statistics(), program.rules());
    ASSERT_EQ(program.digest(), again.digest()) << "program " << i;
    for (std::size_t r = 0; r < raw.rules.size(); ++r) {
      const Rule& plain = raw.rules[r];
      const Rule& simplified = program.rules()[r];
      before += plain.graph.size();
      after += simplified.graph.size();
      const Decision& decision = raw.signature->decisions[plain.decision];
      for (int round = 0; round < 20; ++round) {
        const auto some = support::random_inputs(random, simplified, program);
        // The values of the inputs that were simplified away do not matter: any in the range will do.
        std::vector<double> all;
        const auto described = describe_inputs(plain.inputs, *raw.signature, plain.decision, raw.statistics);
        for (std::size_t k = 0; k < plain.inputs.size(); ++k) {
          double value = described[k].type.kind == ValueKind::boolean
                             ? static_cast<double>(random.below(2))
                             : support::random_value(random, described[k].low, described[k].high);
          const auto canonical =
              describe_inputs(simplified.inputs, *raw.signature, plain.decision, program.statistics());
          for (std::size_t j = 0; j < canonical.size(); ++j) {
            if (canonical[j].identity == described[k].identity) value = some[j];
          }
          all.push_back(value);
        }
        ASSERT_EQ(interpret(plain, all), interpret(simplified, some))
            << "program " << i << ", decision " << decision.name;
      }
    }
  }
  EXPECT_LT(after, before * 8 / 10);
}

TEST(IntervalProperty, HoldsEveryValue) {
  std::size_t bounded = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    Random random(21, "interval soundness", i);
    const auto raw = support::random_raw_program(random, {.nodes = 40});
    const Program program("p", raw.signature, raw.statistics, raw.rules);
    for (const Rule& rule : program.rules()) {
      const auto intervals = evaluate_intervals(rule, input_ranges(rule, program));
      bounded += intervals.back().high < 1e300;
      // Every prefix of the nodes is a graph: its root's value must lie in its interval.
      std::vector<Rule> prefixes;
      for (std::size_t n = 1; n <= rule.graph.size(); ++n) {
        prefixes.push_back(rule);
        prefixes.back().graph = Graph({rule.graph.nodes().begin(), rule.graph.nodes().begin() + static_cast<long>(n)});
      }
      for (int round = 0; round < 1000; ++round) {
        const auto inputs = support::random_inputs(random, rule, program);
        const std::size_t n = random.below(prefixes.size());
        for (std::size_t node : {n, prefixes.size() - 1}) {
          const double value = interpret(prefixes[node], inputs);
          ASSERT_TRUE(intervals[node].contains(value))
              << "program " << i << ", node " << node << ": " << value << " not in [" << intervals[node].low << ", "
              << intervals[node].high << "]";
        }
      }
    }
  }
  EXPECT_GT(bounded, 100u);  // the intervals say something
}

}  // namespace
}  // namespace syswright::policy
