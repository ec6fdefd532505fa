#include "design/race.h"

#include "design/archive.h"
#include "design/tuning.h"
#include "tests/design/toy_task.h"

namespace syswright::design {
namespace {

constexpr const char* smith = "policy s for toy { rank dispatch(work, cost) by all { return cost / work; } }";
constexpr const char* wrong = "policy w for toy { rank dispatch(work, cost) by all { return work / cost; } }";
constexpr const char* shortest = "policy h for toy { rank dispatch(work) by all { return -work; } }";
constexpr const char* dearest = "policy d for toy { rank dispatch(cost) by all { return cost; } }";
/// The same order as Smith's, by another program.
constexpr const char* twin = "policy t for toy { rank dispatch(work, cost) by all { return cost / work * 2; } }";

class RaceTest : public testing::Test {
 protected:
  Candidate* add(const std::string& text) { return trials_.propose(toy_program(domain_, text), "test"); }

  toy::ToyDomain domain_;
  WatchfulEvaluator evaluator_;
  Task task_ = toy_task(domain_, evaluator_, 100, 1);
  Spending spending_{task_.budget, {}, 0};
  Trials trials_{task_, spending_};
};

TEST_F(RaceTest, LevelsAreMiniaturesThatAreLargeEnough) {
  // 1280 jobs: a sixteenth has fewer than the smallest size of 200, a quarter has 320.
  ASSERT_EQ(trials_.levels().size(), 2);
  EXPECT_EQ(trials_.levels()[0].scenarios[0]->events(), 320);
  EXPECT_DOUBLE_EQ(trials_.levels()[0].cost, 0.25);
  EXPECT_EQ(trials_.top(), 1);
  EXPECT_DOUBLE_EQ(trials_.levels()[1].cost, 1);
}

TEST_F(RaceTest, AProgramIsProposedOnceHoweverItIsWritten) {
  EXPECT_NE(add(smith), nullptr);
  EXPECT_EQ(add("policy other for toy { rank dispatch(cost, work) by all { let x = cost; return x / work; } }"),
            nullptr);
  EXPECT_EQ(trials_.proposed(), 1);
}

TEST_F(RaceTest, NothingIsPaidForTwice) {
  Candidate* const one = add(smith);
  trials_.measure({&one, 1}, 0);
  trials_.measure({&one, 1}, 0);
  const std::vector<Candidate*> repeated{one, one};
  trials_.measure(repeated, 1);
  EXPECT_DOUBLE_EQ(spending_.spent(), 1.25);
  for (const auto& [key, times] : evaluator_.asked) EXPECT_EQ(times, 1);
}

TEST_F(RaceTest, DropsWhatIsSurelyWorseAndForgetsItsBlocks) {
  Candidate* const best = add(smith);
  Candidate* const bad = add(wrong);
  Candidate* const good = add(twin);
  const auto left = race(trials_, {bad, good}, 0, 1, best, {.keep = 1.0, .patience = 2});
  EXPECT_THAT(left, testing::ElementsAre(good));
  EXPECT_FALSE(bad->known(1));
  EXPECT_TRUE(bad->levels[0].blocks.empty());
  EXPECT_FALSE(good->levels[1].blocks.empty());
}

TEST_F(RaceTest, LetsTheBestShareGoOn) {
  std::vector<Candidate*> field{add(wrong), add(dearest), add(shortest), add(smith)};
  const auto left = race(trials_, field, 0, 1, nullptr, {.keep = 0.5, .patience = 2});
  EXPECT_THAT(left, testing::ElementsAre(field[3], testing::AnyOf(field[1], field[2])));
  EXPECT_FALSE(field[0]->known(1));
}

TEST_F(RaceTest, FailedCandidatesRankWorstAndNeverGoOn) {
  Task limited = task_;
  limited.train = {domain_.scenario({.batches = 128, .seed = 11, .max_nodes = 2})};
  Trials trials(limited, spending_);
  Candidate* const large = trials.propose(toy_program(domain_, smith), "test");
  Candidate* const small = trials.propose(toy_program(domain_, shortest), "test");
  const auto left = race(trials, {large, small}, 0, 1, nullptr, {.keep = 1.0});
  EXPECT_THAT(left, testing::ElementsAre(small));
  EXPECT_EQ(large->loss(0), std::numeric_limits<double>::infinity());
  EXPECT_EQ(trials.best(), small);
}

TEST_F(RaceTest, ABatchThatCannotBePaidForIsCutInOrder) {
  spending_.charge(98.9);  // leaves 1.1: one whole evaluation
  const std::vector<Candidate*> field{add(shortest), add(dearest)};
  trials_.measure(field, 1);
  EXPECT_TRUE(field[0]->known(1));
  EXPECT_FALSE(field[1]->known(1));
  EXPECT_FALSE(spending_.may_go_on());
}

TEST_F(RaceTest, TheHallKeepsTheSimplestOfEqualResults) {
  Candidate* const longer = add(twin);
  Candidate* const shorter = add(smith);
  Candidate* const other = add(shortest);
  const std::vector<Candidate*> field{other, longer, shorter};
  trials_.measure(field, 1);
  EXPECT_THAT(trials_.hall(), testing::ElementsAre(shorter, other));
}

TEST_F(RaceTest, TheHallKeepsTheBestOfATuning) {
  const std::vector<Digest> parents{toy_program(domain_, smith)->digest()};
  const auto tuned = [&](const char* text, const std::vector<Digest>& from) {
    return trials_.propose(toy_program(domain_, text), std::string(tuning_origin), from);
  };
  Candidate* const middling = tuned(dearest, parents);
  Candidate* const worst = tuned(wrong, parents);
  Candidate* const best = tuned(smith, parents);
  Candidate* const of_another = tuned(shortest, {});
  const std::vector<Candidate*> field{middling, worst, best, of_another};
  trials_.measure(field, 1);
  ASSERT_LT(best->loss(1), middling->loss(1));
  EXPECT_THAT(trials_.hall(), testing::ElementsAre(best, of_another));
}

TEST_F(RaceTest, LossesAreWeightedSoThatNoScenarioDominates) {
  // The second scenario's jobs are the same, but for a fee that makes its numbers about 100 times as large.
  const auto rule =
      std::string("policy x for toy { value gear(work) { return turbo; } rank dispatch(work) { return work; } }");
  Task task = task_;
  task.train = {domain_.scenario({.batches = 128, .seed = 11, .turbo_fee = 10}),
                domain_.scenario({.batches = 128, .seed = 11, .turbo_fee = 4000})};
  Trials trials(task, spending_);
  Candidate* const one = trials.propose(toy_program(domain_, rule), "test");
  trials.measure({&one, 1}, 0);
  const LevelResult& result = one->levels[0];
  ASSERT_GT(result.objectives[1], 20 * result.objectives[0]);
  EXPECT_NEAR(trials.weights()[0] * result.objectives[0], trials.weights()[1] * result.objectives[1], 1e-9);
  EXPECT_NEAR(trials.weights()[0] + trials.weights()[1], 1, 1e-12);
}

TEST_F(RaceTest, HistoryHoldsImprovementsAndTheLineOfTheWinner) {
  Candidate* const ancestor = add(wrong);
  trials_.measure({&ancestor, 1}, 0);
  Candidate* const parent = trials_.propose(toy_program(domain_, shortest), "mutate", {ancestor->digest()});
  Candidate* const child = trials_.propose(toy_program(domain_, smith), "cross", {parent->digest()});
  const std::vector<Candidate*> both{parent, child};
  trials_.measure(both, 1);
  const std::vector<Ancestor> history = trials_.history(*child);
  ASSERT_EQ(history.size(), 3);
  EXPECT_EQ(history[0].program->digest(), ancestor->digest());
  EXPECT_EQ(history[2].origin, "cross");
  EXPECT_THAT(history[2].parents, testing::ElementsAre(parent->digest()));
  ASSERT_EQ(trials_.convergence().size(), 2);
  EXPECT_LT(trials_.convergence()[1].best, trials_.convergence()[0].best);
}

TEST_F(RaceTest, TheArchiveKeepsTheBestOfEachCell) {
  Archive archive(0);
  std::vector<Candidate*> field{add(wrong), add(dearest), add(shortest), add(smith), add(twin)};
  trials_.measure(field, 0);
  for (Candidate* candidate : field) archive.offer(*candidate);
  EXPECT_GE(archive.size(), 2);
  EXPECT_THAT(archive.members(), testing::Contains(testing::AnyOf(field[3], field[4])));
  // Offered again nothing changes, and forgotten blocks are no reason to stumble.
  const auto members = archive.members();
  trials_.forget_blocks(*field[0]);
  for (Candidate* candidate : field) archive.offer(*candidate);
  EXPECT_EQ(archive.members(), members);
  Random random(1, "archive test");
  EXPECT_THAT(members, testing::Contains(archive.draw(random)));
}

}  // namespace
}  // namespace syswright::design
