#include "base/json_text.h"

#include <gtest/gtest.h>

namespace syswright {
namespace {

std::string json(std::string_view text) {
  std::string result = "x";
  append_json_string(result, text);
  return result;
}

TEST(JsonText, AppendsAQuotedString) {
  EXPECT_EQ(json(""), "x\"\"");
  EXPECT_EQ(json("us-east4-a"), "x\"us-east4-a\"");
  EXPECT_EQ(json("caffè 雲"), "x\"caffè 雲\"");
}

TEST(JsonText, EscapesWhatMustBe) {
  EXPECT_EQ(json("a\"b\\c"), "x\"a\\\"b\\\\c\"");
  EXPECT_EQ(json("a\nb\tc"), "x\"a\\nb\\tc\"");
  EXPECT_EQ(json(std::string_view("\0\x1f\x7f", 3)), "x\"\\u0000\\u001f\\u007f\"");
}

TEST(JsonText, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(json("a\xff\xfe"), "x\"a\uFFFD\uFFFD\"");
  // Overlong, a surrogate, beyond U+10FFFF, and a sequence that is cut off.
  EXPECT_EQ(json("\xc0\xaf"), "x\"\uFFFD\uFFFD\"");
  EXPECT_EQ(json("\xed\xa0\x80"), "x\"\uFFFD\uFFFD\uFFFD\"");
  EXPECT_EQ(json("\xf4\x90\x80\x80"), "x\"\uFFFD\uFFFD\uFFFD\uFFFD\"");
  EXPECT_EQ(json("\xe9\x9b"), "x\"\uFFFD\uFFFD\"");
}

}  // namespace
}  // namespace syswright
