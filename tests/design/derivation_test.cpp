#include "design/derivation.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/design/toy_task.h"

namespace syswright::design {
namespace {

class DerivationTest : public testing::Test {
 protected:
  toy::ToyDomain domain_;
  Vocabulary vocabulary_ = toy_vocabulary(domain_);
  Grammar grammar_{vocabulary_};
  Derivations derivations_{grammar_};
};

TEST_F(DerivationTest, EndsInWellTypedProgramsWithoutHoles) {
  const std::vector<std::shared_ptr<const policy::Signature>> signatures{domain_.signature()};
  std::set<Digest> distinct;
  std::size_t broken = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    Random random(1, "derivation test", i);
    std::vector<Production> productions;
    while (true) {
      const Derivations::Play play = derivations_.play(random, productions, true);
      if (!play.drawn) {
        broken += play.program == nullptr ? 1 : 0;
        if (!play.program) break;
        EXPECT_FALSE(play.open);
        EXPECT_LE(play.program->size(), grammar_.options().max_nodes);
        const auto text = policy::to_source(*play.program);
        EXPECT_EQ(policy::compile(text, "derived.pol", signatures)->digest(), play.program->digest()) << text;
        // Nothing is left to chance.
        Random other(2, "another", i);
        EXPECT_EQ(derivations_.play(other, productions, false).program->digest(), play.program->digest());
        distinct.insert(play.program->digest());
        break;
      }
      productions.push_back(*play.drawn);
      ASSERT_LT(productions.size(), 500u);
    }
  }
  EXPECT_GT(distinct.size(), 200u);
  EXPECT_LT(broken, 200u) << "too large, drifting, or of a dimension beyond the limit";
}

TEST_F(DerivationTest, APrefixIsKeptByEveryCompletion) {
  const std::uint32_t work = toy::dispatch_globals;  // after waiting, now and served
  ASSERT_EQ(vocabulary_.decision(0).features[work].name, "work");
  const std::vector<Production> prefix{
      {.kind = Production::Kind::rule, .mode = 1},
      {.kind = Production::Kind::dimension, .dimension = time_dimension},
      {.kind = Production::Kind::apply, .op = policy::Op::negate},
      {.kind = Production::Kind::word, .word = work},
  };
  for (std::uint64_t i = 0; i < 30; ++i) {
    Random random(3, "derivation test", i);
    const Derivations::Play play = derivations_.play(random, prefix, false);
    EXPECT_TRUE(play.open) << "the other decision";
    ASSERT_NE(play.program, nullptr);
    const policy::Rule* rule = play.program->rule_for(0);
    EXPECT_EQ(rule->mode, 1u);
    EXPECT_EQ(rule->graph.size(), 2u);
    EXPECT_EQ(rule->graph[rule->graph.root()].op, policy::Op::negate);
  }
}

TEST_F(DerivationTest, EqualProductionsAreTold) {
  Production one{.kind = Production::Kind::word, .word = 2};
  Production other = one;
  EXPECT_TRUE(one == other);
  other.word = 3;
  EXPECT_FALSE(one == other);
}

}  // namespace
}  // namespace syswright::design
