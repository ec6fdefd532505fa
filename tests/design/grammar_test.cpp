#include "design/grammar.h"

#include <set>

#include "tests/design/toy_task.h"

namespace syswright::design {
namespace {

class GrammarTest : public testing::Test {
 protected:
  toy::ToyDomain domain_;
  Vocabulary vocabulary_ = toy_vocabulary(domain_);
  Grammar grammar_{vocabulary_};
};

TEST_F(GrammarTest, EveryProgramIsAcceptedByTheCompiler) {
  for (std::uint64_t i = 0; i < 2000; ++i) {
    Random random(7, "grammar test", i);
    const policy::ProgramPtr program = grammar_.random_program(random);
    const std::string text = policy::to_source(*program);
    ASSERT_EQ(toy_program(domain_, text)->digest(), program->digest()) << text;
    ASSERT_LE(program->size(), grammar_.options().max_nodes) << text;
    ASSERT_NE(program->rule_for(0), nullptr) << text;
  }
}

TEST_F(GrammarTest, TheSameDrawsGiveTheSameProgram) {
  for (std::uint64_t i = 0; i < 50; ++i) {
    Random one(3, "grammar test", i);
    Random other(3, "grammar test", i);
    EXPECT_EQ(grammar_.random_program(one)->digest(), grammar_.random_program(other)->digest());
  }
}

TEST_F(GrammarTest, UsesEveryFeatureModeStatisticKindAndDecision) {
  std::set<std::string> features;
  std::set<std::size_t> modes;
  std::set<policy::StatisticKind> statistics;
  std::size_t second_rules = 0;
  std::set<Digest> distinct;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    Random random(11, "grammar test", i);
    const policy::ProgramPtr program = grammar_.random_program(random);
    distinct.insert(program->digest());
    const policy::Rule& rule = *program->rule_for(0);
    modes.insert(rule.mode);
    for (const policy::Input& input : rule.inputs) {
      if (input.source == policy::Input::Source::feature) {
        features.insert(policy::input_name(input, domain_.signature()->decisions[0], program->statistics()));
      }
    }
    for (const policy::Statistic& statistic : program->statistics()) statistics.insert(statistic.kind);
    second_rules += program->rule_for(1) != nullptr ? 1 : 0;
  }
  EXPECT_THAT(features, testing::IsSupersetOf({"waiting", "now", "work", "cost", "size", "urgent", "history[0]",
                                               "history[1]", "history[2]"}));
  EXPECT_THAT(modes, testing::ElementsAre(0, 1));
  EXPECT_THAT(statistics, testing::IsSupersetOf({policy::StatisticKind::ewma, policy::StatisticKind::mean,
                                                 policy::StatisticKind::last, policy::StatisticKind::percentile}));
  EXPECT_GT(second_rules, 100);
  EXPECT_GT(distinct.size(), 1500);
}

TEST_F(GrammarTest, FeaturesThatNeverVaryAreNotRead) {
  Scales scales = declared_scales(*domain_.signature());
  scales.features[0][3].varies = false;  // work
  const Vocabulary vocabulary(domain_.signature(), scales);
  const Grammar grammar(vocabulary);
  for (std::uint64_t i = 0; i < 500; ++i) {
    Random random(13, "grammar test", i);
    for (const policy::Input& input : grammar.random_program(random)->rule_for(0)->inputs) {
      EXPECT_FALSE(input.source == policy::Input::Source::feature && input.index == 3);
    }
  }
}

TEST_F(GrammarTest, ConstantsLieInTheScaleOfWhatTheyMeet) {
  Random random(17, "grammar test");
  const Scale scale{10, 100, 1000, true};
  for (int i = 0; i < 1000; ++i) {
    const double drawn = draw_near(random, scale);
    EXPECT_GE(drawn, 3.2);  // 10 / 3, rounded to two digits
    EXPECT_LE(drawn, 3000);
  }
}

TEST(Rounded, KeepsTheLeadingDigits) {
  EXPECT_EQ(rounded(0, 2), 0);
  EXPECT_EQ(rounded(123456, 3), 123000);
  EXPECT_EQ(rounded(-0.0012345, 2), -0.0012);
  EXPECT_EQ(rounded(9.99, 2), 10);
}

}  // namespace
}  // namespace syswright::design
