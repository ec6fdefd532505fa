#include "studies/vulcan_tiering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/studies/serving_context.h"

namespace syswright::studies {
namespace {

const std::map<std::string, std::string> small{{"seeds", "1"},   {"budget", "8evals"}, {"designer", "random"},
                                               {"pages", "128"}, {"ticks", "128"},     {"fast", "25%"}};

TEST(VulcanTieringStudy, StandsBesideEachPublishedRatio) {
  ServingContext context;
  const auto study = make_vulcan_tiering_study();
  const Result result = study->run(context.with(small));
  EXPECT_TRUE(result.complete);
  ASSERT_EQ(result.figures.size(), 12u);
  EXPECT_EQ(result.figures[0].expected, "0.973");
  bool all = true;
  for (std::size_t i = 0; i < 4; ++i) {
    const Figure& figure = result.figures[3 * i];
    EXPECT_GT(figure.ours, 0.2) << figure.name;
    EXPECT_LT(figure.ours, 5) << figure.name;
    EXPECT_EQ(figure.holds, figure.ours >= std::stod(figure.expected)) << figure.ours_text;
    all = all && figure.holds;
    // Nobody closes more than the whole gap to a provable bound.
    EXPECT_LE(result.figures[3 * i + 2].ours, 1);
    // The best baseline is at least as fast as ARMS.
    EXPECT_LE(result.figures[3 * i + 1].ours, figure.ours + 1e-12);
  }
  EXPECT_EQ(result.holds, all);
  EXPECT_TRUE(std::is_sorted(context.fractions.begin(), context.fractions.end()));
}

TEST(VulcanTieringStudy, AStopLeavesItIncomplete) {
  ServingContext context;
  std::stop_source source;
  source.request_stop();
  const Result result = make_vulcan_tiering_study()->run(context.with(small, source.get_token()));
  EXPECT_FALSE(result.complete);
  EXPECT_FALSE(result.holds);
}

TEST(VulcanTieringStudy, RefusesOptionsThatCannotBeUsed) {
  ServingContext context;
  const auto study = make_vulcan_tiering_study();
  EXPECT_THROW(study->run(context.with({{"budget", "soon"}})), InputError);
  EXPECT_THROW(study->run(context.with({{"hardware", "tape"}})), InputError);
}

}  // namespace
}  // namespace syswright::studies
