#include "studies/cant_be_late.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "design/design.h"
#include "design/scales.h"
#include "domains/domains.h"

namespace syswright::studies {
namespace {

class CantBeLateTest : public ::testing::Test {
 protected:
  CantBeLateTest() : study(make_cant_be_late_study()) {
    register_domains(domains);
    design::register_designers(designers);
  }
  StudyContext context(std::map<std::string, std::string> options, std::stop_token stop = {}) {
    return {.domains = domains,
            .designers = designers,
            .evaluator = [this](const Domain&) -> Evaluator& { return evaluator; },
            .options = std::move(options),
            .progress = {},
            .stop = std::move(stop)};
  }
  static std::string windows() {
    const char* data = std::getenv("SYSWRIGHT_DATA");
    return data == nullptr || *data == 0 ? "" : std::string(data) + "/cloud/cant_be_late_windows.csv";
  }

  Registry<Domain> domains{"domain"};
  Registry<design::Designer> designers{"designer"};
  std::unique_ptr<const Study> study;
  SerialEvaluator evaluator;
};

TEST_F(CantBeLateTest, KnownFiguresHold) {
  if (windows().empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  const Result result = study->run(context({{"trace", windows()}, {"budget", "0"}}));
  EXPECT_TRUE(result.complete);
  EXPECT_TRUE(result.holds) << result.verdict;
  ASSERT_EQ(result.figures.size(), 7u);
  EXPECT_THAT(result.figures[5].ours_text, testing::HasSubstr("95.5219, 56 late"));
  EXPECT_THAT(result.figures[6].ours_text, testing::HasSubstr("96.1705, 0 late"));
}

TEST_F(CantBeLateTest, ASearchIsAFigureForEachSet) {
  if (windows().empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  const Result result = study->run(
      context({{"trace", windows()}, {"budget", "60evals"}, {"designer", "random"}, {"sets", "public,unseen"}}));
  ASSERT_EQ(result.figures.size(), 9u);
  EXPECT_THAT(result.figures[7].expected, testing::HasSubstr("95.353 (best published)"));
  EXPECT_THAT(result.figures[8].expected, testing::HasSubstr("100.481 (best standard rule)"));
  for (std::size_t i = 7; i < 9; ++i) {
    EXPECT_GT(result.figures[i].ours, 92.162) << "nobody passes the optimum";
    EXPECT_LT(result.figures[i].ours, 147.39);
  }
  EXPECT_EQ(result.holds, result.figures[7].holds && result.figures[8].holds);
}

TEST_F(CantBeLateTest, NeedsItsWindows) {
  EXPECT_THROW(study->run(context({})), InputError);
  EXPECT_THROW(study->run(context({{"trace", "/no/such/windows.csv"}})), Error);
}

/// Deadline and overhead are constant in a scenario and vary between them: a search must see that, or it will never
/// read them.
TEST_F(CantBeLateTest, WhatVariesBetweenScenariosIsWorthLookingAt) {
  const Domain& domain = domains.find("spot");
  const Suite suite = domain.open({})->suite();
  const design::Scales scales = design::observe_scales(suite.train, domain.signature(), 1);
  const policy::Decision& decision = domain.signature()->decisions[0];
  for (const char* name : {"overhead", "deadline"}) {
    const std::size_t feature = *decision.find_feature(name);
    EXPECT_TRUE(scales.features[0][feature].varies) << name;
    EXPECT_FALSE(design::observe_scales(*suite.train[0], domain.signature(), 1).features[0][feature].varies) << name;
  }
}

}  // namespace
}  // namespace syswright::studies
