#include "research/glia.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <mutex>

#include "base/random.h"
#include "design/notebook.h"
#include "design/scripted_chat.h"
#include "farm/thread_farm.h"
#include "tests/design/toy_task.h"

namespace syswright::research {
namespace {

using design::ChatPrice;
using design::ChatReply;
using design::ChatRequest;
using design::ChatService;
using design::NotebookEntry;
using design::Outcome;
using design::ScriptedChat;
using design::Task;
using design::toy_task;
using design::WatchfulEvaluator;
using Status = ChatReply::Status;
using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

constexpr const char* smith = "policy smith for toy { rank dispatch(work, cost) by all { return cost / work; } }";

std::string tool(const std::string& lines) { return "I suppose this.\n```tool\n" + lines + "\n```\n"; }
std::string run(const std::string& program) { return tool("tool: run\nhypothesis: try it\nprogram:\n" + program); }

bool to_supervisor(const ChatRequest& request) { return request.messages[0].text.starts_with("You supervise"); }

/// A power of cost over a power of work, different for each exchange.
std::string some_program(std::uint64_t ordinal) {
  Random random(1, "scripted researcher", ordinal);
  return fmt::format(
      "policy guess for toy {{ rank dispatch(work, cost) by all {{ return pow(cost / $1 * 1s, {:.2f}) / pow(work / 1s, "
      "{:.2f}); }} }}",
      random.uniform(0.2, 2), random.uniform(0.2, 2));
}

/// Uses every tool in turns.
std::string some_answer(const ChatRequest& request) {
  if (to_supervisor(request)) return "Let me think.\n- Did you compare with the best?\n- What is dead?\n";
  switch (request.options.ordinal / 16 % 8) {
    case 1:
      return tool("tool: ablate\na: shortest");
    case 2:
      return tool("tool: slice\na: shortest\nb: shortest\nscenario: 1");
    case 3:
      return tool("tool: bound\na: shortest");
    case 4:
      return tool("tool: plot\nhypothesis: they differ\nprograms: shortest");
    case 5:
      return tool("tool: conclude\ntext: cost over work is most of it");
    case 6:
      return tool("tool: tune\na: guess");
    default:
      return run(some_program(request.options.ordinal));
  }
}

class GliaTest : public testing::Test {
 protected:
  Outcome design(ScriptedChat::Rule rule, double evaluations = 60) {
    SerialEvaluator evaluator;
    return design(std::move(rule), evaluator, evaluations);
  }
  Outcome design(ScriptedChat::Rule rule, Evaluator& evaluator, double evaluations) {
    model_ = std::make_shared<ScriptedChat>("scripted", ChatPrice{1, 5}, std::move(rule));
    service_.models = {model_};
    Task task = toy_task(domain_, evaluator, evaluations, 1);
    task.chat = &service_;
    return Glia(options_).design(task);
  }
  double bound() const { return domain_.scenario({.batches = 128, .seed = 12})->bounds()[0].value; }

  toy::ToyDomain domain_;
  ChatService service_{.models = {}, .budget = {.tokens = 400'000}};
  GliaOptions options_;
  std::shared_ptr<ScriptedChat> model_;
};

TEST_F(GliaTest, HandsOverTheBestOfWhatTheModelTries) {
  const Outcome outcome = design([](const ChatRequest& request) {
    return ScriptedChat::says(request.options.ordinal == 48 ? run(smith) : some_answer(request));
  });
  EXPECT_NEAR(outcome.validation.mean, bound(), 1e-9);
  EXPECT_THAT(outcome.best->name(), testing::StartsWith("glia_"));
  ASSERT_NE(outcome.notebook, nullptr);
  EXPECT_THAT(outcome.notebook->entries, Contains(Field(&NotebookEntry::program, HasSubstr("policy smith"))));
}

TEST_F(GliaTest, KeepsANotebookOfRequestsAndReviews) {
  const Outcome outcome =
      design([](const ChatRequest& request) { return ScriptedChat::says(some_answer(request)); }, 120);
  const auto& entries = outcome.notebook->entries;
  for (const char* kind : {"run", "ablate", "slice", "bound", "plot", "conclude", "supervision"}) {
    EXPECT_THAT(entries, Contains(Field(&NotebookEntry::kind, std::string(kind))));
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].number, i + 1);
    EXPECT_FALSE(entries[i].result.empty()) << entries[i].kind;
    EXPECT_FALSE(entries[i].conclusion.empty()) << entries[i].kind;
  }
  EXPECT_THAT(outcome.notebook->findings, Contains(HasSubstr("cost over work is most of it")));
}

TEST_F(GliaTest, TheSupervisorSeesFindingsAndNoProgram) {
  std::mutex mutex;
  std::vector<std::string> seen;
  bool heard = false;
  design(
      [&](const ChatRequest& request) {
        const std::lock_guard lock(mutex);
        if (to_supervisor(request)) seen.push_back(request.messages[1].text);
        heard = heard || request.messages.back().text.find("- What is dead?") != std::string::npos;
        if (!to_supervisor(request) && request.options.ordinal / 16 % 3 == 0) {
          return ScriptedChat::says(tool(std::string("tool: run\nhypothesis: a trick `") + smith + "`\nprogram:\n" +
                                         some_program(request.options.ordinal)));
        }
        return ScriptedChat::says(some_answer(request));
      },
      120);
  ASSERT_FALSE(seen.empty());
  EXPECT_TRUE(heard) << "the researcher is asked what the supervisor asks";
  for (const std::string& text : seen) {
    EXPECT_THAT(text, AllOf(HasSubstr("Findings"), Not(HasSubstr("return ")), Not(HasSubstr("rank dispatch"))));
  }
}

TEST_F(GliaTest, AFreshConversationBeginsFromADigest) {
  options_.longest = 6'500;
  std::mutex mutex;
  bool digested = false;
  std::size_t longest = 0;
  const Outcome outcome = design(
      [&](const ChatRequest& request) {
        const std::lock_guard lock(mutex);
        digested = digested || request.messages.at(1).text.find("What was found out before") != std::string::npos;
        longest = std::max(longest, request.messages.size());
        return ScriptedChat::says(some_answer(request));
      },
      80);
  EXPECT_TRUE(digested);
  EXPECT_LT(longest, 24u);
  EXPECT_THAT(outcome.notes, Contains(Not(HasSubstr(" 0 fresh conversations"))));
}

TEST_F(GliaTest, SendsBackWhatCannotBeReadWithItsRemedy) {
  std::mutex mutex;
  std::vector<std::string> complaints;
  const Outcome outcome = design([&](const ChatRequest& request) {
    const std::lock_guard lock(mutex);
    if (request.options.ordinal % 16 == 0 && !to_supervisor(request)) {
      return ScriptedChat::says(run("policy p for toy { rank dispatch(work) { return work + 3; } }"));
    }
    if (request.options.ordinal % 16 == 1) complaints.push_back(request.messages.back().text);
    return ScriptedChat::says(some_answer(request));
  });
  ASSERT_FALSE(complaints.empty());
  EXPECT_THAT(complaints.front(), AllOf(HasSubstr("The program is refused"), HasSubstr("Answer again")));
  EXPECT_THAT(outcome.notes, Not(Contains(HasSubstr("was given up"))));
}

/// Whatever goes wrong, there is a policy and a reason.
TEST_F(GliaTest, EveryFaultEndsWithAPolicyAndAReason) {
  for (const auto status :
       {Status::timed_out, Status::unreachable, Status::failed, Status::malformed, Status::refused}) {
    const Outcome outcome = design([&](const auto&) { return ChatReply{.status = status, .problem = "the reason"}; });
    ASSERT_NE(outcome.best, nullptr);
    EXPECT_EQ(outcome.validation.evaluations[0].status, Evaluation::Status::ok);
    EXPECT_THAT(outcome.notes, Contains(AllOf(HasSubstr("is not asked any more"), HasSubstr("the reason"))));
    EXPECT_THAT(outcome.notes, Contains(HasSubstr("is not their work")));
  }
  for (const std::string& text :
       {std::string("I would rather not."), std::string(), std::string(300000, '`'), std::string("```tool\n```"),
        tool("tool: bound\na: nobody"), tool("tool: rm -rf\na: /"), run("def rank(): pass"),
        run("policy p for cache { }"), std::string("```tool\ntool: run\xff\xfe")}) {
    service_.budget.tokens = 4'000'000;
    const Outcome outcome = design([&](const auto&) { return ScriptedChat::says(text); });
    ASSERT_NE(outcome.best, nullptr);
    EXPECT_THAT(outcome.notes, Contains(HasSubstr("was given up"))) << text.substr(0, 50);
    EXPECT_THAT(outcome.notes, Contains(HasSubstr("is not their work"))) << text.substr(0, 50);
  }
}

TEST_F(GliaTest, ASupervisorThatMakesNoSenseIsNotHeard) {
  const Outcome outcome = design(
      [&](const ChatRequest& request) {
        return ScriptedChat::says(to_supervisor(request) ? std::string("policy p for toy {}") : some_answer(request));
      },
      120);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("; 0 reviews")));
  EXPECT_GT(outcome.notebook->entries.size(), 8u);
}

TEST_F(GliaTest, NeverOverspendsAndNeverRepeatsAnEvaluation) {
  for (const double evaluations : {2.5, 7.0, 40.0}) {
    WatchfulEvaluator evaluator;
    const Outcome outcome = design([](const ChatRequest& request) { return ScriptedChat::says(some_answer(request)); },
                                   evaluator, evaluations);
    EXPECT_LE(outcome.spent, evaluations);
    EXPECT_LE(static_cast<double>(evaluator.events) / 1280, outcome.spent + 1e-9);
    for (const auto& [key, times] : evaluator.asked) EXPECT_EQ(times, 1);
  }
}

TEST_F(GliaTest, KeepsTheModelsBudget) {
  service_.budget = {.tokens = 60'000, .money = 0.05};
  const Outcome outcome =
      design([](const ChatRequest& request) { return ScriptedChat::says(some_answer(request)); }, 1000);
  ASSERT_NE(outcome.best, nullptr);
  EXPECT_GT(model_->asked(), 1u);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("does not surely pay for another question")));
}

TEST_F(GliaTest, NeitherThreadsNorParallelConversationsReachTheOutcome) {
  const auto once = [&](unsigned threads, unsigned parallel) {
    ThreadFarm farm(threads);
    service_.parallel = parallel;
    return design([](const ChatRequest& request) { return ScriptedChat::says(some_answer(request)); }, farm, 60);
  };
  const Outcome one = once(1, 1);
  const Outcome other = once(4, 3);
  EXPECT_EQ(policy::to_source(*other.best), policy::to_source(*one.best));
  EXPECT_EQ(other.spent, one.spent);
  EXPECT_EQ(other.notes, one.notes);
  ASSERT_EQ(other.notebook->entries.size(), one.notebook->entries.size());
  for (std::size_t i = 0; i < one.notebook->entries.size(); ++i) {
    EXPECT_EQ(other.notebook->entries[i].result, one.notebook->entries[i].result);
  }
}

TEST_F(GliaTest, WithoutAModelNamesTheDesignerThatNeedsNone) {
  SerialEvaluator evaluator;
  const Task task = toy_task(domain_, evaluator, 60, 1);
  EXPECT_THAT([&] { Glia().design(task); },
              testing::ThrowsMessage<InputError>(HasSubstr("'researcher' does the same by rule")));
  EXPECT_TRUE(Glia().needs_chat());
  EXPECT_EQ(Glia().without_chat(), "researcher");
}

}  // namespace
}  // namespace syswright::research
