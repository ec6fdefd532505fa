#include "research/protocol.h"

#include <gmock/gmock.h>

#include "tests/support/toy_domain.h"

namespace syswright::research {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ProtocolTest : public testing::Test {
 protected:
  ToolContext context() const { return {.signature = domain_.signature(), .programs = names_, .scenarios = 2}; }
  std::string fault(const std::string& answer, bool cut = false) const {
    const auto read = read_request(answer, cut, context());
    const auto* text = std::get_if<std::string>(&read);
    return text != nullptr ? *text : "it was read";
  }
  static std::string block(const std::string& lines) { return "Some thought.\n```tool\n" + lines + "\n```\nMore.\n"; }

  toy::ToyDomain domain_;
  std::vector<std::string> names_{"shortest", "dearest"};
};

TEST_F(ProtocolTest, ReadsARequestToRunAProgram) {
  const auto read = read_request(block("tool: run\nhypothesis: cost over work\nprogram:\npolicy smith for toy {\n"
                                       "  rank dispatch(work, cost) by all { return cost / work; }\n}"),
                                 false, context());
  const auto* request = std::get_if<ToolRequest>(&read);
  ASSERT_NE(request, nullptr) << std::get<std::string>(read);
  EXPECT_EQ(request->tool, Tool::run);
  EXPECT_EQ(request->hypothesis, "cost over work");
  ASSERT_NE(request->program, nullptr);
  EXPECT_EQ(request->program->name(), "smith");
}

TEST_F(ProtocolTest, ReadsTheOtherTools) {
  const auto request = [&](const std::string& lines) {
    const auto read = read_request(block(lines), false, context());
    if (const auto* text = std::get_if<std::string>(&read)) ADD_FAILURE() << *text;
    return std::get<ToolRequest>(read);
  };
  const ToolRequest slice = request("tool: slice\r\na: shortest\r\nb: dearest\nscenario: 2");
  EXPECT_EQ(slice.tool, Tool::slice);
  EXPECT_EQ(slice.programs, (std::vector<std::string>{"shortest", "dearest"}));
  EXPECT_EQ(slice.scenario, 1u);
  EXPECT_EQ(request("tool: plot\nprograms: dearest, shortest").programs[0], "dearest");
  EXPECT_EQ(request("tool: conclude\ntext: order matters: a lot").text, "order matters: a lot");
  for (const char* one : {"ablate", "bound", "tune"}) {
    EXPECT_EQ(tool_name(request(std::string("tool: ") + one + "\na: shortest").tool), one);
  }
}

/// Each fault says what is wrong and how to mend it.
TEST_F(ProtocolTest, EveryFaultIsToldWithItsRemedy) {
  EXPECT_THAT(fault("I would run something."), HasSubstr("no block that begins with a line ```tool"));
  EXPECT_THAT(fault("I would run some", true), HasSubstr("cut off at its limit: be brief"));
  EXPECT_THAT(fault(""), HasSubstr("no block"));
  EXPECT_THAT(fault("```tool"), HasSubstr("does not end with a line ```"));
  EXPECT_THAT(fault("```tool\ntool: bound\na: shortest"), HasSubstr("does not end"));
  EXPECT_THAT(fault(block("tool: bound\na: shortest") + block("tool: bound\na: shortest")),
              HasSubstr("one tool at a time"));
  EXPECT_THAT(fault(block("")), HasSubstr("no line `tool: NAME`"));
  EXPECT_THAT(fault(block("tool: ablat\na: shortest")), HasSubstr("There is no tool 'ablat'; did you mean 'ablate'?"));
  EXPECT_THAT(fault(block("tool: bound")), HasSubstr("needs a line `a: …`"));
  EXPECT_THAT(fault(block("tool: bound\na: shortst")), HasSubstr("did you mean 'shortest'?"));
  EXPECT_THAT(fault(block("tool: bound\na: shortest\nb: dearest")), HasSubstr("takes no `b`"));
  EXPECT_THAT(fault(block("tool: bound\na: shortest\na: dearest")), HasSubstr("'a' is there twice"));
  EXPECT_THAT(fault(block("tool: slice\na: shortest\nb: dearest\nscenario: 3")), HasSubstr("none of 1 to 2"));
  EXPECT_THAT(fault(block("tool: slice\na: shortest\nb: dearest\nscenario: -1")), HasSubstr("none of 1 to 2"));
  EXPECT_THAT(fault(block("tool: plot\nprograms: shortest,,dearest")), HasSubstr("programs"));
  EXPECT_THAT(fault(block("{\"tool\": \"bound\"}")), HasSubstr("KEY: VALUE"));
  EXPECT_THAT(fault(block("tool: run\nhypothesis: h\nprogram:")), HasSubstr("without a fence of its own"));
  EXPECT_THAT(
      fault(block("tool: run\nhypothesis: h\nprogram:\npolicy p for toy { rank dispatch(work) { return work + 3; } }")),
      AllOf(HasSubstr("The program is refused"), HasSubstr("'+' needs two numbers"), HasSubstr("^")));
  EXPECT_THAT(fault(block("tool: run\nhypothesis: h\nprogram:\ndef rank(work):\n  return 1")), HasSubstr("refused"));
  EXPECT_THAT(fault(block("tool: " + std::string(100000, 'x'))), HasSubstr("There is no tool"));
}

TEST_F(ProtocolTest, TellsAModelEveryTool) {
  const std::string text = describe_tools(context());
  for (std::size_t i = 0; i < tools; ++i) EXPECT_THAT(text, HasSubstr(std::string(tool_name(static_cast<Tool>(i)))));
  EXPECT_THAT(text, HasSubstr("policy NAME for toy {"));
}

}  // namespace
}  // namespace syswright::research
