#include "optimize/artifact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace syswright::optimize {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Artifact, RendersTheOriginalByteForByte) {
  const std::string text =
      "a = 0.50  # @tune(0, 1)\r\nb = -3 // @tune(-5, 5, int)\nc = fast /* @choose(fast, small) */";
  const Artifact artifact(text, "x");
  EXPECT_EQ(artifact.render(artifact.original()), text);
}

TEST(Artifact, PutsValuesInTheirPlacesOnly) {
  const Artifact artifact(
      "#define CUT 16  // @tune(4, 256, log, int) 3 more\nmode = \"fast\" # @choose(\"fast\", \"small\")\n", "x.c");
  ASSERT_EQ(artifact.marks().size(), 2u);
  EXPECT_EQ(artifact.marks()[0].name, "CUT");
  EXPECT_TRUE(artifact.marks()[0].logarithmic);
  EXPECT_EQ(artifact.marks()[1].name, "mode");
  EXPECT_EQ(artifact.render({32, 1}),
            "#define CUT 32  // @tune(4, 256, log, int) 3 more\nmode = \"small\" # @choose(\"fast\", \"small\")\n");
}

TEST(Artifact, TwoMarksShareALine) {
  const Artifact artifact("f(1.5 /* @tune(0, 9) */, 7 /* @tune(0, 9, int) */, 8);", "x");
  EXPECT_EQ(artifact.render({2.25, 3}), "f(2.25 /* @tune(0, 9) */, 3 /* @tune(0, 9, int) */, 8);");
  EXPECT_EQ(artifact.marks()[0].name, "f#1");
  EXPECT_EQ(artifact.marks()[1].name, "f#2");
}

TEST(Artifact, AMarkAloneBelongsToTheNextLine) {
  const Artifact artifact("-- @tune(0, 1)\nsmoothing = 0.25, 0.75\n; @choose(lru, fifo)\npolicy=fifo\n", "x.lua");
  EXPECT_EQ(artifact.render({0.5, 0}), "-- @tune(0, 1)\nsmoothing = 0.5, 0.75\n; @choose(lru, fifo)\npolicy=lru\n");
  EXPECT_EQ(artifact.marks()[0].line, 2u);
}

struct Literal {
  std::string line;
  double value;
};

TEST(Artifact, KnowsWhatANumberIs) {
  for (const Literal& literal : std::vector<Literal>{{"x = -2.5", -2.5},
                                                     {"x = a -2", 2},
                                                     {"x = a - 2", 2},
                                                     {"return -2", -2},
                                                     {"f(3, -2)", -2},
                                                     {"x = 1e-3f", 1e-3},
                                                     {"x = .5", 0.5},
                                                     {"wait: 2ms", 2},
                                                     {"v2 = 4", 4},
                                                     {"4 = v2", 4},
                                                     {"x1.x2 = 6;", 6},
                                                     {"--depth=3", 3},
                                                     {"range 0..5", 5}}) {
    const Artifact artifact(literal.line + (literal.value < 0 ? " # @tune(-10, 10)" : " # @tune(0, 10)"), "x");
    EXPECT_EQ(artifact.marks()[0].original, literal.value) << literal.line;
  }
}

TEST(Artifact, KeepsWhatStandsBehindANumber) {
  EXPECT_EQ(Artifact("wait: 20ms # @tune(1, 100, int)", "x").render({7}), "wait: 7ms # @tune(1, 100, int)");
  EXPECT_EQ(Artifact("x = 1.5f; // @tune(0, 9)", "x").render({2}), "x = 2.0f; // @tune(0, 9)");
}

TEST(Artifact, OptionsMayHoldCommasInBracketsAndQuotes) {
  const Artifact artifact("x = f(1, 2) # @choose(f(1, 2), g(\"a,b\"), h[1,2])", "x");
  EXPECT_EQ(artifact.marks()[0].options, (std::vector<std::string>{"f(1, 2)", "g(\"a,b\")", "h[1,2]"}));
  EXPECT_EQ(artifact.render({1}), "x = g(\"a,b\") # @choose(f(1, 2), g(\"a,b\"), h[1,2])");
}

TEST(Artifact, TheLongerOptionThatEndsThereIsMeant) {
  const Artifact artifact("flags = -O2 -march=native # @choose(-O2, -O2 -march=native, -O3)", "x");
  EXPECT_EQ(artifact.marks()[0].original, 1);
  EXPECT_EQ(Artifact("big bigger # @choose(big, bigger)", "x").marks()[0].original, 1);
}

TEST(Artifact, NumbersReadBackWithinTheirRange) {
  const Artifact artifact("x = 0.5 # @tune(0.1, 0.7)", "x");
  Random random(1, "artifact test");
  for (int i = 0; i < 2000; ++i) {
    const double value = random.uniform(0.1, 0.7);
    const double read = std::stod(artifact.value_text(0, value));
    EXPECT_NEAR(read, value, 1e-11);
    EXPECT_TRUE(0.1 <= read && read <= 0.7);
  }
  EXPECT_EQ(std::stod(artifact.value_text(0, 0.7)), 0.7);
}

TEST(Artifact, CountsSettings) {
  EXPECT_EQ(Artifact("3 @tune(1, 5, int)\na @choose(a, b)", "x").settings(100), 10u);
  EXPECT_EQ(Artifact("3 @tune(1, 5, int)\na @choose(a, b)", "x").settings(9), std::nullopt);
  EXPECT_EQ(Artifact("3 @tune(1, 5)", "x").settings(1000), std::nullopt);
}

std::string refusal(const std::string& text) {
  try {
    const Artifact artifact(text, "f.txt");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Artifact, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(refusal("plain\n"),
              StartsWith("f.txt: there is nothing to search: mark a number with '@tune(low, high)'"));
  EXPECT_THAT(refusal("\nx = y # @tune(0, 1)"), StartsWith("f.txt:2:9: no decimal number stands to the left"));
  EXPECT_THAT(refusal("x = 0x10 # @tune(0, 99)"), HasSubstr("no decimal number"));
  EXPECT_THAT(refusal("x = 1_000 # @tune(0, 9999)"), HasSubstr("no decimal number"));
  EXPECT_THAT(refusal("x = 3 # @tune(0, 1)"),
              HasSubstr("the number beside this mark, 3, is outside its range, 0 to 1"));
  EXPECT_THAT(refusal("x = 3 # @tune(9, 1)"), HasSubstr("must be below"));
  EXPECT_THAT(refusal("x = 3 # @tune(1)"), HasSubstr("needs a low and a high end"));
  EXPECT_THAT(refusal("x = 3 # @tune(1, 5"), HasSubstr("')' is missing"));
  EXPECT_THAT(refusal("x = 3 # @tune(one, 5)"), HasSubstr("'one'"));
  EXPECT_THAT(refusal("x = 3 # @tune(0, 5, log)"), HasSubstr("'log' needs a range above 0"));
  EXPECT_THAT(refusal("x = 3 # @tune(0, 5, whole)"), HasSubstr("does not know 'whole'"));
  EXPECT_THAT(refusal("x = 3.5 # @tune(0, 5, int)"), HasSubstr("which is not whole"));
  EXPECT_THAT(refusal("x = 3 # @tune(0.5, 5, int)"), HasSubstr("'int' needs whole ends"));
  EXPECT_THAT(refusal("x = a -3 # @tune(-5, 5)"), HasSubstr("put it in brackets"));
  EXPECT_THAT(refusal("x = c # @choose(a, b)"), HasSubstr("none of the options a, b stands to the left"));
  EXPECT_THAT(refusal("x = a # @choose(a)"), HasSubstr("two options or more"));
  EXPECT_THAT(refusal("x = a # @choose(a, a)"), HasSubstr("names an option twice"));
  EXPECT_THAT(refusal("x = a # @choose(a,)"), HasSubstr("is empty"));
  EXPECT_THAT(refusal("cabs = 1 # @choose(ab, cd)"), HasSubstr("none of the options"));
}

}  // namespace
}  // namespace syswright::optimize
