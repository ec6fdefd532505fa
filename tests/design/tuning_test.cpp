#include "design/tuning.h"

#include "tests/design/toy_task.h"

namespace syswright::design {
namespace {

TEST(Constants, AreReadAndWrittenInTheSameOrder) {
  toy::ToyDomain domain;
  const Vocabulary vocabulary = toy_vocabulary(domain);
  const auto program = toy_program(domain, R"(policy p for toy {
    rank dispatch(work, cost) by all { return cost * 7s / $1 - 3 * (work / 2s); }
    value gear(waiting) { return waiting > 0.5 ? turbo : normal; } })");
  std::vector<double> constants = constants_of(*program);
  ASSERT_GE(constants.size(), 3);
  EXPECT_EQ(with_constants(vocabulary, *program, constants)->digest(), program->digest());
  for (double& constant : constants) constant *= 11;
  const auto changed = with_constants(vocabulary, *program, constants);
  EXPECT_THAT(constants_of(*changed), testing::UnorderedElementsAreArray(constants));
  EXPECT_EQ(changed->rules().size(), 2);
  EXPECT_EQ(changed->rule_for(0)->mode, 1);
}

TEST(Constants, OfTheWrongNumberAreRefused) {
  toy::ToyDomain domain;
  const Vocabulary vocabulary = toy_vocabulary(domain);
  const auto program = toy_program(domain, "policy p for toy { rank dispatch(work) { return work * 3; } }");
  const std::vector<double> none;
  const std::vector<double> many{1, 2};
  EXPECT_THAT([&] { with_constants(vocabulary, *program, none); },
              testing::ThrowsMessage<InputError>(testing::HasSubstr("fewer")));
  EXPECT_THAT([&] { with_constants(vocabulary, *program, many); },
              testing::ThrowsMessage<InputError>(testing::HasSubstr("more")));
}

/// cost - c * work orders jobs well for some c only; the start is far from it.
TEST(Tune, FindsAWeightThatServesBetter) {
  toy::ToyDomain domain;
  SerialEvaluator evaluator;
  const Task task = toy_task(domain, evaluator, 1000, 1);
  Search search(task);
  Candidate* const start = search.trials().propose(toy_program(domain, R"(policy p for toy {
    rank dispatch(work, cost) by all { return log(cost * 1s / $1) - 20 * log(work / 1s); } })"),
                                                   "test");
  search.trials().measure({&start, 1}, 0);
  const std::vector<Tuned> tuned = tune(search, {&start, 1}, 0, 1, {.rounds = 12, .points = 8});
  ASSERT_EQ(tuned.size(), 1);
  EXPECT_EQ(tuned[0].original, start);
  // Smith's order is the weight 1.
  const double bound = search.trials().levels()[0].scenarios[0]->bounds()[0].value;
  EXPECT_GT(start->loss(0), 1.05 * bound);
  EXPECT_LT(tuned[0].better->loss(0), 1.01 * bound);
  EXPECT_THAT(tuned[0].better->parents, testing::ElementsAre(start->digest()));
}

TEST(Tune, LeavesProgramsWithoutConstantsAlone) {
  toy::ToyDomain domain;
  WatchfulEvaluator evaluator;
  const Task task = toy_task(domain, evaluator, 1000, 1);
  Search search(task);
  Candidate* const start =
      search.trials().propose(toy_program(domain, "policy p for toy { rank dispatch(work) { return work; } }"), "test");
  search.trials().measure({&start, 1}, 0);
  const auto asked = evaluator.asked.size();
  EXPECT_TRUE(tune(search, {&start, 1}, 0, 1).empty());
  EXPECT_EQ(evaluator.asked.size(), asked);
}

}  // namespace
}  // namespace syswright::design
