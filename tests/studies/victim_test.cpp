#include "studies/victim.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "serving_context.h"

namespace syswright::studies {
namespace {

class VictimTest : public ::testing::Test {
 protected:
  ServingContext context;
  std::unique_ptr<const Study> study = make_victim_study();
};

TEST_F(VictimTest, WithoutACacheTheProposalsRecomputeLess) {
  const Result result = study->run(
      context.with({{"budget", "0"}, {"capacities", "768"}, {"windows", "6"}, {"window", "120s"}, {"caching", "off"}}));
  ASSERT_TRUE(result.complete);
  EXPECT_TRUE(result.holds) << result.verdict;
  EXPECT_GT(figure_of(result, "off: vllm")->ours, figure_of(result, "off: least computed")->ours + 20);
}

TEST_F(VictimTest, WithACacheTheYoungestFindsItsOwnBlocks) {
  const Result result = study->run(
      context.with({{"budget", "0"}, {"capacities", "768"}, {"windows", "6"}, {"window", "120s"}, {"caching", "on"}}));
  EXPECT_LT(figure_of(result, "on: vllm")->ours, figure_of(result, "on: least computed")->ours);
  EXPECT_THAT(result.verdict, testing::HasSubstr("of the known rules vllm recomputes least"));
}

TEST_F(VictimTest, ASearchDesignsTheVictimAlone) {
  const Result result = study->run(context.with({{"budget", "10evals"},
                                                 {"capacities", "768"},
                                                 {"windows", "6"},
                                                 {"window", "60s"},
                                                 {"caching", "off"},
                                                 {"designer", "random"}}));
  ASSERT_TRUE(result.complete);
  ASSERT_NE(figure_of(result, "for latency less"), nullptr);
  const Figure* tax = figure_of(result, "for recompute less");
  ASSERT_NE(tax, nullptr);
  EXPECT_EQ(tax->unit, "points of tax");
  EXPECT_THAT(result.verdict, testing::HasSubstr("rank victim("));
  EXPECT_THAT(result.verdict, testing::Not(testing::HasSubstr("rank route(")));
}

TEST_F(VictimTest, ReadsWindowsOfATrace) {
  const std::string trace = ServingContext::data("AzureLLMInferenceTrace_conv.csv");
  if (trace.empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  std::map<std::string, std::string> options{{"trace", trace}, {"budget", "0"},    {"capacities", "768"},
                                             {"windows", "6"}, {"caching", "off"}, {"window", "60s"}};
  EXPECT_TRUE(study->run(context.with(options)).complete);
  options["windows"] = "100";
  try {
    study->run(context.with(options));
    FAIL() << "the trace has not a hundred minutes";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("fewer --windows"));
  }
}

TEST_F(VictimTest, RefusesOptionsThatCannotBeUsed) {
  EXPECT_THROW(study->run(context.with({{"windows", "5"}})), InputError);
  EXPECT_THROW(study->run(context.with({{"objectives", "fame"}})), InputError);
  EXPECT_THROW(study->run(context.with({{"budget", "0"}, {"hardware", "B7"}})), InputError);
}

}  // namespace
}  // namespace syswright::studies
