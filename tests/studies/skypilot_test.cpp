#include "studies/skypilot.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"

namespace syswright::studies {
namespace {

class SkyPilotTest : public ::testing::Test {
 protected:
  StudyContext context(std::map<std::string, std::string> options, std::stop_token stop = {}) {
    return {.domains = domains,
            .designers = designers,
            .evaluator = {},
            .options = std::move(options),
            .progress = [this](double fraction, const std::string&) { fractions.push_back(fraction); },
            .stop = std::move(stop)};
  }
  Registry<Domain> domains{"domain"};
  Registry<design::Designer> designers{"designer"};
  std::unique_ptr<const Study> study = make_skypilot_study();
  std::vector<double> fractions;
};

TEST_F(SkyPilotTest, HasFourFiguresForEachShapeAndObjective) {
  const Result result = study->run(context({{"jobs", "5"}, {"tasks", "6"}}));
  EXPECT_TRUE(result.complete);
  ASSERT_EQ(result.figures.size(), 16u);
  EXPECT_TRUE(std::is_sorted(fractions.begin(), fractions.end()));
  for (std::size_t i = 0; i < result.figures.size(); i += 4) {
    EXPECT_TRUE(result.figures[i].holds) << result.figures[i].name << ": " << result.figures[i].ours_text;
    EXPECT_GE(result.figures[i + 3].ours, 0) << "no plan is better than the best";
    EXPECT_LT(result.figures[i + 3].ours, 1);
  }
  EXPECT_GT(result.figures[3].ours, 0.05) << "egress is a large part of these bills";
}

TEST_F(SkyPilotTest, AStopLeavesItIncompleteAndNotHolding) {
  std::stop_source source;
  source.request_stop();
  const Result result = study->run(context({{"jobs", "5"}}, source.get_token()));
  EXPECT_FALSE(result.complete);
  EXPECT_FALSE(result.holds);
}

TEST_F(SkyPilotTest, RefusesOptionsThatCannotBeUsed) {
  EXPECT_THROW(study->run(context({{"jobs", "2"}})), InputError);
  EXPECT_THROW(study->run(context({{"tasks", "many"}})), InputError);
  EXPECT_THROW(study->run(context({{"egress", "/no/such/file"}})), Error);
}

}  // namespace
}  // namespace syswright::studies
