#include "studies/vllm_run.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/error.h"
#include "serving_context.h"

namespace syswright::studies {
namespace {

class VllmRunTest : public ::testing::Test {
 protected:
  ServingContext context;
  std::unique_ptr<const Study> study = make_vllm_run_study();
  std::string folder = ServingContext::data("llmservingsim_rtxpro6000_llama3.1-8b");
};

TEST_F(VllmRunTest, AllButTheMedianOfTheFirstTokenIsAsMeasured) {
  if (folder.empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  const Result result = study->run(context.with({{"trace", folder}}));
  EXPECT_TRUE(result.complete);
  for (const Figure& figure : result.figures) {
    if (figure.name == "TTFT, p50" || figure.unit == "ms") continue;  // see below; and a time that others' work changes
    EXPECT_TRUE(figure.holds) << figure.name << ": " << figure.ours_text;
  }
  // It lies where waiting begins: 9 % in time, four requests of 300 in rank.
  const Figure* median = figure_of(result, "TTFT, p50");
  ASSERT_NE(median, nullptr);
  EXPECT_NEAR(median->ours, 9.44, 0.1 * 9.44);
  EXPECT_EQ(result.holds, median->holds && figure_of(result, "time of the simulation")->holds);
  EXPECT_TRUE(std::is_sorted(context.fractions.begin(), context.fractions.end()));
}

TEST_F(VllmRunTest, MeasuredValuesAreThoseOfTheData) {
  if (folder.empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  const Result result = study->run(context.with({{"trace", folder}}));
  // The table in the data's README.
  EXPECT_THAT(figure_of(result, "TTFT, mean")->expected, testing::StartsWith("7.097"));
  EXPECT_THAT(figure_of(result, "TPOT, p90")->expected, testing::StartsWith("36.485"));
  EXPECT_THAT(figure_of(result, "end to end, p99")->expected, testing::StartsWith("37.639"));
}

TEST_F(VllmRunTest, WrongSettingsShowAndShareOutTheirHarm) {
  if (folder.empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  const Result result = study->run(context.with({{"trace", folder}}));
  EXPECT_GT(std::abs(figure_of(result, "max-running 64")->ours), 50) << "half the places in a step";
  const Figure* share = figure_of(result, "three wrong: of max-running");
  ASSERT_NE(share, nullptr);
  EXPECT_LT(share->ours, -5) << "more places in a step: hardly any request waits";
}

TEST_F(VllmRunTest, NeedsTheRun) {
  EXPECT_THROW(study->run(context.with({})), InputError);
  EXPECT_THROW(study->run(context.with({{"trace", "/no/such/folder"}})), Error);
}

}  // namespace
}  // namespace syswright::studies
