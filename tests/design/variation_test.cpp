#include "design/variation.h"

#include <algorithm>
#include <initializer_list>
#include <map>

#include "tests/design/toy_task.h"

namespace syswright::design {
namespace {

bool is_choice(const policy::Rule& rule) {
  return rule.graph[rule.graph.root()].type.kind == policy::ValueKind::action;
}

class VariationTest : public testing::Test {
 protected:
  toy::ToyDomain domain_;
  Vocabulary vocabulary_ = toy_vocabulary(domain_);
  Grammar grammar_{vocabulary_};
  Variation variation_{grammar_};
};

/// 10,000 operations on a drifting population: whatever comes out can go in again, compiles from its own text, and
/// keeps the limits.
TEST_F(VariationTest, IsClosed) {
  std::vector<policy::ProgramPtr> population;
  for (std::uint64_t i = 0; i < 64; ++i) {
    Random random(1, "variation test settlers", i);
    population.push_back(grammar_.random_program(random));
  }
  std::map<std::string, int> origins;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    Random random(1, "variation test", i);
    const auto& a = population[random.below(population.size())];
    const auto& b = population[random.below(population.size())];
    const auto child = variation_.vary(random, *a, *b);
    if (!child) continue;
    ++origins[child->origin];
    ASSERT_NE(child->program->digest(), a->digest()) << child->origin;
    ASSERT_LE(child->program->size(), grammar_.options().max_nodes) << child->origin;
    ASSERT_LE(child->program->statistics().size(), grammar_.options().max_statistics) << child->origin;
    ASSERT_NE(child->program->rule_for(0), nullptr) << child->origin;
    if (i % 10 == 0) {
      const std::string text = policy::to_source(*child->program);
      ASSERT_EQ(toy_program(domain_, text)->digest(), child->program->digest()) << child->origin << "\n" << text;
    }
    population[random.below(population.size())] = child->program;
  }
  for (const char* origin : {"subtree", "point", "constant", "hoist", "insert", "condition", "statistic", "mode",
                             "rule", "crossover", "blend", "exchange"}) {
    EXPECT_GT(origins[origin], 20) << origin;
  }
}

TEST_F(VariationTest, ConstantMovesNothingButConstants) {
  const auto parent = toy_program(domain_, R"(policy p for toy {
    rank dispatch(work, cost) by all { return cost / (work + 3s) - $2 / 1s / 1s; } })");
  int moved = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    Random random(2, "variation test", i);
    const auto child = variation_.mutate(random, *parent);
    ASSERT_TRUE(child);
    if (child->origin != "constant") continue;
    ++moved;
    const policy::Rule& rule = *child->program->rule_for(0);
    EXPECT_EQ(rule.inputs.size(), 2);
    EXPECT_EQ(rule.mode, 1);
    EXPECT_EQ(rule.graph.size(), parent->rule_for(0)->graph.size());
  }
  EXPECT_GT(moved, 30);
}

/// What picks actions is made of conditions: they get company, and choices get exceptions.
TEST_F(VariationTest, AChoiceOfActionsGrowsByConditions) {
  const auto parent = toy_program(domain_, R"(policy p for toy {
    value gear(work) { return work > 3s ? turbo : normal; } })");
  const auto count = [](const policy::Program& program, std::initializer_list<policy::Op> ops) {
    std::size_t found = 0;
    for (const policy::Rule& rule : program.rules()) {
      if (!is_choice(rule)) continue;
      for (const policy::Node& node : rule.graph.nodes()) {
        const bool choice = node.op != policy::Op::select || node.type.kind == policy::ValueKind::action;
        found += choice && std::find(ops.begin(), ops.end(), node.op) != ops.end() ? 1 : 0;
      }
    }
    return found;
  };
  int joined = 0;
  int excepted = 0;
  for (std::uint64_t i = 0; i < 600; ++i) {
    Random random(6, "variation test", i);
    const auto child = variation_.mutate(random, *parent);
    if (!child) continue;
    using enum policy::Op;
    if (child->origin == "insert") joined += count(*child->program, {logical_and, logical_or}) > 0 ? 1 : 0;
    if (child->origin == "condition") excepted += count(*child->program, {select}) > 1 ? 1 : 0;
  }
  EXPECT_GT(joined, 10);
  EXPECT_GT(excepted, 10);
}

TEST_F(VariationTest, CrossoverReadsWhatThePartnerReads) {
  const auto a = toy_program(domain_, "policy a for toy { rank dispatch(work) by all { return -work * 3; } }");
  const auto b = toy_program(domain_, R"(policy b for toy {
    stat pace = ewma(finished_work, 0.9);
    rank dispatch(work) by all { return pace - work; } })");
  bool took_statistic = false;
  for (std::uint64_t i = 0; i < 200; ++i) {
    Random random(3, "variation test", i);
    const auto child = variation_.cross(random, *a, *b);
    if (child && !child->program->statistics().empty()) took_statistic = true;
  }
  EXPECT_TRUE(took_statistic);
}

TEST_F(VariationTest, TheSameDrawsGiveTheSameChild) {
  Random draw(4, "variation test");
  const auto a = grammar_.random_program(draw);
  const auto b = grammar_.random_program(draw);
  for (std::uint64_t i = 0; i < 50; ++i) {
    Random one(5, "variation test", i);
    Random other(5, "variation test", i);
    const auto first = variation_.vary(one, *a, *b);
    const auto second = variation_.vary(other, *a, *b);
    ASSERT_EQ(first.has_value(), second.has_value());
    if (first) {
      EXPECT_EQ(first->program->digest(), second->program->digest());
    }
  }
}

TEST(Assemble, KeepsOneOfEqualStatistics) {
  toy::ToyDomain domain;
  const auto a = toy_program(domain, R"(policy a for toy {
    stat x = ewma(finished_work, 0.9);
    rank dispatch(work) { return work - x; } })");
  const auto b = toy_program(domain, R"(policy b for toy {
    stat y = ewma(finished_work, 0.9);
    value gear(work) { return work > y ? turbo : normal; } })");
  const std::vector<RulePart> parts{extract(*a, 0), extract(*b, 1)};
  const policy::ProgramPtr both = assemble("both", domain.signature(), parts);
  ASSERT_EQ(both->statistics().size(), 1);
  EXPECT_EQ(both->statistics()[0].name, "ewma_finished_work_900");
  EXPECT_EQ(toy_program(domain, policy::to_source(*both))->digest(), both->digest());
}

}  // namespace
}  // namespace syswright::design
