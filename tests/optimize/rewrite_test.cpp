#include "optimize/rewrite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "optimize/files.h"

namespace syswright::optimize {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string text_of(std::string_view answer, const RewriteRules& rules = {}) {
  return read_rewrite(answer, false, rules).text.value_or("none");
}

std::string complaint_of(std::string_view answer, bool cut = false, const RewriteRules& rules = {}) {
  const ReadRewrite read = read_rewrite(answer, cut, rules);
  EXPECT_FALSE(read.text);
  return read.complaint;
}

TEST(Files, TravelAsOneText) {
  const std::vector<std::string> files{"a\n", "", "c"};
  EXPECT_EQ(split_files(join_files(files)), files);
  EXPECT_EQ(join_files(std::vector<std::string>{"alone"}), "alone");
  EXPECT_THAT(split_files("alone"), ElementsAre("alone"));
}

TEST(ReadRewrite, TakesTheLongestBlock) {
  EXPECT_EQ(text_of("I see.\n```c\nint x = 1;\n```\nThat is it."), "int x = 1;\n");
  EXPECT_EQ(text_of("```\na\n```\nor rather\n```\nlonger\n```\n"), "longer\n");
}

// A text with fences of its own stands between longer ones.
TEST(ReadRewrite, KnowsFencesWithinAText) {
  EXPECT_EQ(text_of("````markdown\nSay:\n```\nhello\n```\n````\n"), "Say:\n```\nhello\n```\n");
}

TEST(ReadRewrite, SaysWhatIsWrong) {
  EXPECT_THAT(complaint_of("I would rather not."), HasSubstr("There is no block"));
  EXPECT_THAT(complaint_of(""), HasSubstr("There is no block"));
  EXPECT_THAT(complaint_of("```\nint x"), HasSubstr("is not closed"));
  EXPECT_THAT(complaint_of("```\nint x", true),
              AllOf(HasSubstr("cut off at its limit: be brief"), HasSubstr("closed")));
  EXPECT_THAT(complaint_of("```\n \n```"), HasSubstr("is empty"));
  EXPECT_THAT(complaint_of("```\n" + std::string(70000, 'x') + "\n```"),
              HasSubstr("far too long: 70,001 bytes, at most 65,536"));
  EXPECT_THAT(complaint_of("```\nsame\n```", false, {.current = "same"}), HasSubstr("the text as it is now"));
  EXPECT_THAT(complaint_of(std::string("```\na\x1c") + "b\n```"), HasSubstr("control characters"));
  EXPECT_THAT(complaint_of("```\nx = 3 # @tune(5, 9)\n```"), AllOf(HasSubstr("mark"), HasSubstr("answer:1")));
}

TEST(AskForRewrite, TellsWhatTheEvaluatorSaid) {
  const Subject subject{.names = {"a.py", "b.py"},
                        .objective = "fewer bytes",
                        .background = "records have 24 bytes",
                        .direction = Direction::minimise};
  Measurement good;
  good.score = 1.5;
  good.parts["objectives/seconds"] = 0.25;
  good.info = R"({"slow":"sorting"})";
  Measurement bad;
  bad.reason = "ended with exit code 3: no such column";
  const Question question = ask_for_rewrite(subject, {.files = {"one = 1\n", "two = 2\n"},
                                                      .component = 1,
                                                      .instances = {{.name = "day 1"}, {.name = "day 2"}},
                                                      .measurements = {good, bad},
                                                      .attempts = {{"two = 3\n", "mean score 1.7"}}});
  EXPECT_THAT(question.rules, AllOf(HasSubstr("lower is better"), HasSubstr("@tune(low, high)")));
  EXPECT_THAT(question.text, AllOf(HasSubstr("What is wanted: fewer bytes"), HasSubstr("records have 24 bytes"),
                                   HasSubstr("a.py, which stays as it is:\n```\none = 1\n```"),
                                   HasSubstr("b.py as it is now:\n```\ntwo = 2\n```"),
                                   HasSubstr("day 1: score 1.5, objectives/seconds 0.25\n  {\"slow\":\"sorting\"}"),
                                   HasSubstr("day 2: no score: ended with exit code 3: no such column"),
                                   HasSubstr("- mean score 1.7\n```\ntwo = 3\n```")));
}

TEST(AskForRewrite, CutsSideInformationBetweenCharacters) {
  Measurement measurement;
  measurement.score = 1;
  // Two bytes each: cut in the middle of one they would be no UTF-8.
  for (int i = 0; i < 2000; ++i) measurement.info += "\xc3\xa4";
  for (const char* const before : {"", "x"}) {
    measurement.info = before + measurement.info;
    const std::string text =
        ask_for_rewrite({.names = {"a"}},
                        {.files = {"x"}, .component = 0, .instances = {{.name = "i"}}, .measurements = {measurement}})
            .text;
    EXPECT_LT(text.size(), 2000u);
    EXPECT_THAT(text, HasSubstr("\xc3\xa4 …"));
  }
}

}  // namespace
}  // namespace syswright::optimize
