#include "optimize/modelled.h"

#include <cmath>

#include "optimize/search.h"

namespace syswright::optimize {
namespace {

const char* const text =
    "rate=0.5 # @tune(0.0001, 1, log)\ncount=50 # @tune(1, 60, int)\nkind=a # @choose(a, b, c, d)\n";

/// 0 at rate 0.01, count 13, kind c; fails where the count is above 55.
Measurement score_of_text(const std::string& tried) {
  Measurement measurement;
  const double rate = std::stod(tried.substr(tried.find("rate=") + 5));
  const double count = std::stod(tried.substr(tried.find("count=") + 6));
  if (count > 55) {
    measurement.reason = "too many";
    return measurement;
  }
  const bool right = tried.find("kind=c") != std::string::npos;
  measurement.score = std::pow(std::log10(rate) + 2, 2) + std::pow((count - 13) / 10, 2) + (right ? 0 : 1);
  return measurement;
}

Task task_for(const Artifact& artifact, std::uint64_t evaluations, std::uint64_t seed, Source source) {
  return {.artifact = artifact,
          .train = {Instance{}},
          .validation = {},
          .measure =
              [](std::span<const Trial> trials, const std::stop_token&) {
                std::vector<Measurement> measurements;
                for (const Trial& trial : trials) measurements.push_back(score_of_text(*trial.text));
                return measurements;
              },
          .direction = Direction::minimise,
          .evaluations = evaluations,
          .seconds = {},
          .seed = seed,
          .source = source,
          .progress = {},
          .stop = {}};
}

TEST(Modelled, MarksBecomeASpaceThatBeginsWithTheOriginal) {
  const Artifact artifact(text, "x");
  const tune::Space space = space_of(artifact);
  ASSERT_EQ(space.size(), 3u);
  EXPECT_EQ(space.canonical(space.initial()), artifact.original());
  EXPECT_TRUE(space.parameters()[0].logarithmic);
  EXPECT_EQ(space.parameters()[1].kind, tune::Parameter::Kind::integer);
  EXPECT_EQ(space.parameters()[2].options.size(), 4u);
}

TEST(Modelled, NeedsFewerEvaluationsThanCmaOnASmoothFunction) {
  const Artifact artifact(text, "x");
  double with_model = 0;
  double with_cma = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    with_model += search(task_for(artifact, 50, seed, Source::bayes)).best.train.loss;
    with_cma += search(task_for(artifact, 50, seed, Source::cma)).best.train.loss;
  }
  EXPECT_LT(with_model / 5, 0.05);
  EXPECT_LT(with_model, 0.3 * with_cma);
}

TEST(Modelled, KeepsTheBudgetAndSaysWhereSettingsCameFrom) {
  const Artifact artifact(text, "x");
  const Outcome outcome = search(task_for(artifact, 31, 2, Source::bayes));
  EXPECT_EQ(outcome.spent, 31u);
  EXPECT_THAT(outcome.notes, ::testing::Contains(::testing::HasSubstr("Bayesian optimisation")));
  EXPECT_GT(outcome.accepted, 25u);
}

TEST(Modelled, IsTheDefaultUpTo120FirstLooks) {
  const Artifact artifact(text, "x");
  EXPECT_EQ(source_for(task_for(artifact, 120, 1, Source::automatic)), Source::bayes);
  EXPECT_EQ(source_for(task_for(artifact, 121, 1, Source::automatic)), Source::cma);
  EXPECT_EQ(source_for(task_for(artifact, 20, 1, Source::cma)), Source::cma);
  EXPECT_EQ(source_for(task_for(artifact, 1000, 1, Source::bayes)), Source::bayes);
  Task timed = task_for(artifact, 20, 1, Source::automatic);
  timed.evaluations.reset();
  timed.seconds = 5;
  EXPECT_EQ(source_for(timed), Source::cma);
  // Twelve instances, three of which are looked at first.
  Task many = task_for(artifact, 360, 1, Source::automatic);
  many.train.clear();
  for (int i = 0; i < 12; ++i) many.train.push_back({.name = std::to_string(i), .argument = std::to_string(i)});
  EXPECT_EQ(source_for(many), Source::bayes);
}

}  // namespace
}  // namespace syswright::optimize
