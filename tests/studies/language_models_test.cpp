#include <gmock/gmock.h>

#include <fstream>

#include "studies/optimize_anything.h"
#include "studies/policysmith.h"
#include "studies/vulcan.h"
#include "tests/studies/serving_context.h"

// The studies of designers that ask language models, at small budgets.
namespace syswright::studies {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(PolicySmithStudy, IsWholeAtASmallBudget) {
  ServingContext setting;
  const Result result = make_policysmith_study()->run(
      setting.with({{"sizes", "1%,10%"}, {"budget", "12evals"}, {"designer", "random"}, {"model-budget", "12evals"}}));
  EXPECT_TRUE(result.complete);
  // Two searches, each on both parts, a row of the matrix for each, the two best held out and on the whole, the
  // scripted model.
  ASSERT_EQ(result.figures.size(), 9u);
  EXPECT_THAT(result.figures[4].ours_text, AllOf(HasSubstr("1%: "), HasSubstr("10%: "), HasSubstr("standard ones ")));
  EXPECT_THAT(result.figures[7].ours_text, HasSubstr("of 2"));
  EXPECT_TRUE(result.figures[8].holds) << result.figures[8].ours_text;
  EXPECT_THAT(result.verdict, HasSubstr("scripted model"));
}

TEST(PolicySmithStudy, CrossesTracesAndSizes) {
  const std::string path = testing::TempDir() + "second.txt";
  std::ofstream file(path);
  for (int i = 0; i < 3000; ++i) file << (i * i) % 701 << '\n';
  file.close();
  ServingContext setting;
  const Result result = make_policysmith_study()->run(setting.with({{"trace", path + "," + path},
                                                                    {"sizes", "1%,10%"},
                                                                    {"budget", "6evals"},
                                                                    {"designer", "random"},
                                                                    {"model-budget", "0"}}));
  EXPECT_TRUE(result.complete);
  ASSERT_EQ(result.figures.size(), 14u);  // two for each of four contexts, a row for each, two in the end
  EXPECT_THAT(result.figures[8].name, HasSubstr("second 1%"));
  EXPECT_THAT(result.figures[13].ours_text, HasSubstr("of 4"));
}

TEST(VulcanStudy, IsWholeAtASmallBudget) {
  ServingContext setting;
  const Result result = make_vulcan_study()->run(setting.with({{"sizes", "10%"},
                                                               {"units", "yes"},
                                                               {"budget", "12evals"},
                                                               {"designer", "random"},
                                                               {"model-budget", "16evals"}}));
  EXPECT_TRUE(result.complete);
  // The part never seen, the whole trace, two of the spot rule, the scripted model.
  ASSERT_EQ(result.figures.size(), 5u);
  EXPECT_THAT(result.figures[2].name, HasSubstr("printed spot rule"));
  EXPECT_THAT(result.figures[4].ours_text, HasSubstr("refuted and sent back"));
  EXPECT_TRUE(result.figures[4].holds) << result.figures[4].ours_text;
}

TEST(OptimizeAnythingStudy, SaysWhatWasLeftOut) {
  ServingContext setting;
  const Result result = make_optimize_anything_study()->run(setting.with({}));
  EXPECT_TRUE(result.complete);
  ASSERT_EQ(result.figures.size(), 1u);
  EXPECT_TRUE(result.figures[0].holds) << result.figures[0].ours_text;
  EXPECT_THAT(result.verdict, AllOf(HasSubstr("--circles was not given"), HasSubstr("needs a language model")));
}

TEST(StudiesOfLanguageModels, StopWhenAsked) {
  std::stop_source source;
  source.request_stop();
  for (const auto& study : {make_policysmith_study(), make_vulcan_study(), make_optimize_anything_study()}) {
    ServingContext setting;
    const Result result = study->run(setting.with({}, source.get_token()));
    EXPECT_FALSE(result.complete) << study->name();
    EXPECT_THAT(result.verdict, HasSubstr("interrupted before the end"));
  }
}

}  // namespace
}  // namespace syswright::studies
