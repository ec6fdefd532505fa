#include "studies/budget.h"

#include "base/error.h"

namespace syswright::studies {
namespace {

TEST(Budget, ReadsDurationsAndEvaluations) {
  EXPECT_EQ(parse_budget("60s", "--budget").seconds, 60);
  EXPECT_EQ(parse_budget("60s", "--budget").evaluations, std::nullopt);
  EXPECT_EQ(parse_budget("5min", "--budget").seconds, 300);
  EXPECT_EQ(parse_budget("2000evals", "--budget").evaluations, 2000);
  EXPECT_EQ(parse_budget("2k evals", "--budget").evaluations, 2000);
  EXPECT_EQ(parse_budget("1 eval", "--budget").evaluations, 1);
  EXPECT_EQ(parse_budget("7evaluations", "--budget").seconds, std::nullopt);
  const design::Budget both = parse_budget("90s,500evals", "--budget");
  EXPECT_EQ(both.seconds, 90);
  EXPECT_EQ(both.evaluations, 500);
}

TEST(Budget, RefusesWhatBuysNothingOrSaysItTwice) {
  const auto error = [](const char* text) -> std::string {
    try {
      parse_budget(text, "--budget");
    } catch (const InputError& refused) {
      return refused.what();
    }
    return "accepted";
  };
  EXPECT_EQ(
      error("60"),
      "--budget '60' cannot be read; a budget is a duration or a number of evaluations: '60s', '5min', '2000evals'");
  EXPECT_THAT(error("0s"), ::testing::HasSubstr("buys nothing"));
  EXPECT_THAT(error("-5s"), ::testing::HasSubstr("--budget"));
  EXPECT_THAT(error("0evals"), ::testing::HasSubstr("buys nothing"));
  EXPECT_THAT(error("1s,2s"), ::testing::HasSubstr("the same limit twice"));
  EXPECT_THAT(error("3evals,4evals"), ::testing::HasSubstr("the same limit twice"));
  for (const char* text : {"", ",", "evals", "xevals", "60s,"}) {
    EXPECT_THAT(error(text), ::testing::HasSubstr("--budget")) << text;
  }
}

}  // namespace
}  // namespace syswright::studies
