#include "design/prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/compile.h"
#include "tests/design/toy_task.h"

namespace syswright::design {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Prompt, TellsEverythingThatADecisionMayLookAt) {
  const toy::ToyDomain domain;
  const std::string text = describe_domain(domain);
  for (const policy::Decision& decision : domain.signature()->decisions) {
    EXPECT_THAT(text, AllOf(HasSubstr(decision.name), HasSubstr(decision.doc)));
    for (const policy::Feature& feature : decision.features) {
      EXPECT_THAT(text, AllOf(HasSubstr("- " + feature.name + " ("), HasSubstr(feature.doc)));
    }
  }
  EXPECT_THAT(text, HasSubstr("- work (time, 0.5s to 50s, of each candidate): time that the job takes"));
  EXPECT_THAT(text, HasSubstr("- history (number[3], 0 to 1, of each candidate)"));
  EXPECT_THAT(text, HasSubstr("- urgent (bool, of each candidate)"));
  EXPECT_THAT(text, HasSubstr("Modes: window, all (the first is the default"));
  EXPECT_THAT(text, HasSubstr("one of the actions normal, turbo"));
  EXPECT_THAT(text, HasSubstr("- finished_work (time, 0.5s to 50s): work of a job, when it is done"));
  EXPECT_THAT(text, HasSubstr("The objective: cost (money; lower is better)"));
  EXPECT_THAT(text, HasSubstr("policy shortest for toy"));
}

TEST(Prompt, ShowsExemplarsAsFarAsThereIsRoom) {
  const toy::ToyDomain domain;
  // The shorter of the two has 63 bytes.
  EXPECT_THAT(describe_domain(domain, 64), AllOf(HasSubstr("policy dearest"), Not(HasSubstr("policy shortest"))));
  EXPECT_THAT(describe_domain(domain, 10), Not(HasSubstr("Known heuristics")));
}

TEST(Prompt, ShowsTheBestWithWhatTheyReach) {
  const toy::ToyDomain domain;
  const auto messages = ask_for_program(domain, {{"policy a for toy { }\n", 12.5}, {"policy b for toy { }\n", 13}});
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].role, ChatMessage::Role::system);
  EXPECT_THAT(messages[0].text, HasSubstr(std::string(language_summary())));
  EXPECT_THAT(messages[1].text, HasSubstr("# cost: $12.5\npolicy a for toy { }\n```"));
  EXPECT_THAT(messages[1].text, HasSubstr("# cost: $13\npolicy b for toy { }\n```"));
  EXPECT_THAT(messages[1].text, HasSubstr("better than these"));
  EXPECT_THAT(ask_for_program(domain, {})[1].text, HasSubstr("better than the known heuristics"));
}

// Every kind of statistic and function that the summary names, in a program that compiles.
TEST(Prompt, TheLanguageSummaryIsTrue) {
  const toy::ToyDomain domain;
  for (const char* word : {"ewma", "mean", "min", "max", "count", "last", "quantile", "percentile", "clamp", "abs",
                           "floor", "sqrt", "exp", "log", "pow", "sum", "len"}) {
    EXPECT_THAT(std::string(language_summary()), HasSubstr(word));
  }
  const policy::ProgramPtr program = toy_program(domain, R"(
policy everything for toy {
  stat a = ewma(finished_work, 0.5);
  stat b = mean(finished_work, 5);
  stat c = min(finished_work, 5);
  stat d = max(finished_work, 5);
  stat e = count(finished_work, 5);
  stat f = last(finished_work, 2);
  stat g = quantile(finished_work, 0.9);
  stat h = percentile(work, 50%);
  rank dispatch(work, cost, size, history, urgent) by all {
    let x = 0;
    for i in 0..3 { x += history[i]; }
    if urgent and not (work > 3s) { x *= 2; } else { x = x + len(history) + mean(history) + sum(history); }
    let y = (a + b + c + d + f + g + h) / 1s + e;
    return clamp(x, 0, 10) + abs(y) + floor(x) + sqrt(x) + exp(-x) + log(y) + pow(x, 0.5) + x^2 + size / 1KiB
      + (work in [1s, 2s] ? 1 : 0) + cost * 1s / $0.97 + min(x, y) + max(x, y);
  }
  value gear(work) { return work > 250ms ? normal : turbo; }
}
)");
  EXPECT_EQ(program->statistics().size(), 8u);
}

TEST(Answer, HoldsAProgramInAFence) {
  const std::string program = "policy p for toy {\n  rank dispatch(work) { return -work; }\n}\n";
  EXPECT_EQ(program_in_answer("Sure!\n```policy\n" + program + "```\nIt is short."), program);
  EXPECT_EQ(program_in_answer("```\n" + program), program) << "a fence that is never closed";
  EXPECT_EQ(program_in_answer("```policy\npolicy old for toy { }\n```\nBetter:\n```\n" + program + "```\n"), program);
  EXPECT_EQ(program_in_answer("```python\nprint(1)\n```\n```policy\n" + program + "```\n```sh\nls\n```"), program);
  EXPECT_EQ(program_in_answer("```policy\n# Shortest first.\n" + program + "```"), program);
}

TEST(Answer, HoldsAProgramWithoutAFence) {
  const std::string program = "policy p for toy { rank dispatch(work) { if work > 1s { return 1; } return 0; } # }\n}";
  EXPECT_EQ(program_in_answer(program), program);
  EXPECT_EQ(program_in_answer("The policy is for you:\n  " + program + "\nThat } was it {"), program);
  EXPECT_EQ(program_in_answer("policy p for toy { rank"), "policy p for toy { rank");
}

TEST(Answer, MayHoldNone) {
  for (const std::string text :
       {"", "I cannot help with that.", "```python\ndef rank(work): return -work\n```", "```", "policy", "policy p",
        "policy p for", "the policy p for toy { }", "```policy\n", "policyp for toy {}", "policy\n\n```\n```\n"}) {
    EXPECT_EQ(program_in_answer(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace syswright::design
