#include "studies/glia.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "serving_context.h"

namespace syswright::studies {
namespace {

class GliaTest : public ::testing::Test {
 protected:
  /// Few and short workloads on a device without a table, short of memory.
  static std::map<std::string, std::string> small(std::map<std::string, std::string> more) {
    more.insert({{"devices", "linear:39ms,0.26ms,0.247ms,15ms"},
                 {"capacities", "2048"},
                 {"seeds", "3"},
                 {"duration", "200s"},
                 {"design-at", "2048"},
                 {"rivals", "none"}});
    return more;
  }
  ServingContext context;
  std::unique_ptr<const Study> study = make_glia_study();
};

TEST_F(GliaTest, TheOrderOfTheHeldQueueIsMostOfTheGain) {
  const Result result = study->run(context.with(small({{"budget", "0"}, {"duration", "500s"}})));
  EXPECT_TRUE(result.complete);
  ASSERT_EQ(result.figures.size(), 8u);
  const Figure* order = figure_of(result, "HRA-FIFO less HRA");
  ASSERT_NE(order, nullptr);
  EXPECT_TRUE(order->holds) << order->ours_text;
  EXPECT_GT(order->ours, figure_of(result, "LLQ less HRA-FIFO")->ours);
  EXPECT_GT(figure_of(result, "LLQ over HRA")->ours, 1.2);
  EXPECT_THAT(result.verdict, testing::HasSubstr("settings that are short of memory"));
}

TEST_F(GliaTest, WhereMemoryIsAmpleNoOrderIsClaimed) {
  const Result result = study->run(context.with(small({{"budget", "0"}, {"capacities", "20000"}})));
  EXPECT_EQ(figure_of(result, "less"), nullptr);
  EXPECT_TRUE(result.holds);
  EXPECT_THAT(result.verdict, testing::HasSubstr("0 of 0 settings"));
}

TEST_F(GliaTest, ADesignedPolicyIsJudgedAndExplained) {
  const auto options = small({{"budget", "12evals"}, {"start", "exemplars"}, {"duration", "60s"}});
  const Result result = study->run(context.with(options));
  ASSERT_TRUE(result.complete);
  const Figure* against = figure_of(result, "designed from exemplars less HRA");
  ASSERT_NE(against, nullptr);
  EXPECT_EQ(against->expected, "below 0");
  ASSERT_NE(figure_of(result, "without its"), nullptr);
  EXPECT_THAT(result.verdict, testing::HasSubstr("head-room admission on 3 held-out seeds"));
  EXPECT_THAT(result.verdict, testing::HasSubstr("It is: "));
  const Result again = study->run(context.with(options));
  EXPECT_EQ(again.verdict, result.verdict);
}

TEST_F(GliaTest, TwoDesignersAreComparedAtEqualEvaluations) {
  const auto options = small({{"budget", "12evals"},
                              {"start", "exemplars"},
                              {"duration", "60s"},
                              {"explain", "off"},
                              {"rivals", "researcher,evolve"},
                              {"rival-seeds", "1,2"},
                              {"rival-budget", "24evals"},
                              {"rival-duration", "60s"}});
  const Result result = study->run(context.with(options));
  ASSERT_TRUE(result.complete);
  ASSERT_NE(figure_of(result, "researcher less evolve from exemplars, seed 2"), nullptr);
  const Figure* all = figure_of(result, "researcher less evolve from exemplars, 2 seeds");
  ASSERT_NE(all, nullptr);
  EXPECT_EQ(all->expected, "not above 0");
  EXPECT_THAT(result.verdict, testing::HasSubstr("exercised with a scripted one only"));
}

TEST_F(GliaTest, AStopLeavesItIncompleteAndNotHolding) {
  std::stop_source source;
  source.request_stop();
  const Result result = study->run(context.with(small({}), source.get_token()));
  EXPECT_FALSE(result.complete);
  EXPECT_FALSE(result.holds);
}

TEST_F(GliaTest, RefusesOptionsThatCannotBeUsed) {
  EXPECT_THROW(study->run(context.with(small({{"start", "here"}}))), InputError);
  EXPECT_THROW(study->run(context.with({{"seeds", "2"}})), InputError);
  EXPECT_THROW(study->run(context.with(small({{"rivals", "evolve"}, {"budget", "12evals"}, {"duration", "60s"}}))),
               InputError);
  EXPECT_THROW(study->run(context.with({{"devices", ";"}, {"budget", "0"}})), InputError);
  EXPECT_THROW(study->run(context.with(small({{"decisions", "ordre"}, {"budget", "1evals"}}))), InputError);
}

}  // namespace
}  // namespace syswright::studies
