#include "studies/autoscale.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "serving_context.h"

namespace syswright::studies {
namespace {

class AutoscaleTest : public ::testing::Test {
 protected:
  static std::map<std::string, std::string> small(std::map<std::string, std::string> more) {
    more.insert({{"day", "10min"}, {"days", "3"}, {"rate", "2"}, {"start-up", "20s"}, {"attainment", "90"}});
    return more;
  }
  ServingContext context;
  std::unique_ptr<const Study> study = make_autoscale_study();
};

TEST_F(AutoscaleTest, ComparesAtEqualAttainment) {
  const Result result = study->run(context.with(small({{"budget", "0"}})));
  ASSERT_TRUE(result.complete);
  ASSERT_EQ(result.figures.size(), 7u);
  EXPECT_GT(figure_of(result, "fixed number at")->ours, 0);
  const Figure* head_room = figure_of(result, "head-room at 90 % or more");
  ASSERT_NE(head_room, nullptr);
  EXPECT_GT(head_room->ours, 0) << head_room->ours_text;
  EXPECT_LT(head_room->ours, 10) << "a replica or so an hour for each request a second";
}

TEST_F(AutoscaleTest, WhatNoSettingAttainsIsSaid) {
  const Result result = study->run(context.with(small({{"budget", "0"}, {"ttft", "1ms"}})));
  EXPECT_THAT(figure_of(result, "threshold at")->ours_text, testing::HasSubstr("no setting attains it"));
  EXPECT_FALSE(result.holds);
}

TEST_F(AutoscaleTest, ASearchDesignsScalingAlone) {
  const Result result = study->run(context.with(small({{"budget", "8evals"}, {"designer", "random"}})));
  ASSERT_TRUE(result.complete);
  ASSERT_NE(figure_of(result, "designed less head-room"), nullptr);
  EXPECT_THAT(result.verdict, testing::HasSubstr("value scale("));
  EXPECT_THAT(result.verdict, testing::Not(testing::HasSubstr("rank ")));
}

TEST_F(AutoscaleTest, RefusesOptionsThatCannotBeUsed) {
  EXPECT_THROW(study->run(context.with({{"days", "2"}})), InputError);
  EXPECT_THROW(study->run(context.with({{"attainment", "101"}})), InputError);
}

}  // namespace
}  // namespace syswright::studies
