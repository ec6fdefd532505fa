#include "research/vulcan.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "base/random.h"
#include "design/consultations.h"
#include "design/prompt.h"
#include "design/scripted_chat.h"
#include "farm/thread_farm.h"
#include "research/gate.h"
#include "research/vulcan_prompt.h"
#include "tests/design/toy_task.h"

namespace syswright::research {
namespace {

using design::Ancestor;
using design::ChatReply;
using design::ChatRequest;
using design::Outcome;
using design::ScriptedChat;
using design::Task;
using design::toy_program;
using design::toy_task;
using Status = ChatReply::Status;
using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

constexpr const char* smith = "policy smith for toy { rank dispatch(work, cost) by all { return cost / work; } }";

std::string fenced(const std::string& program) { return "Here it is.\n```policy\n" + program + "\n```\n"; }

/// A power of cost over a power of work: different for each exchange.
std::string some_program(std::uint64_t seed, std::uint64_t ordinal, const std::string& contract = "") {
  Random random(seed, "scripted model", ordinal);
  return fmt::format(
      "policy guess for toy {{ rank dispatch(work, cost) by all {{ {} return pow(cost / $1 * 1s, {:.2f}) / pow(work / "
      "1s, {:.2f}); }} }}",
      contract, random.uniform(0.2, 2), random.uniform(0.2, 2));
}

ScriptedChat::Rule writer(std::uint64_t seed = 1) {
  return [seed](const ChatRequest& request) {
    return ScriptedChat::says(fenced(some_program(seed, request.options.ordinal)));
  };
}

class VulcanTest : public testing::Test {
 protected:
  Outcome design(ScriptedChat::Rule rule, double evaluations = 60, std::uint64_t seed = 1) {
    SerialEvaluator evaluator;
    return design(std::move(rule), evaluator, evaluations, seed);
  }
  Outcome design(ScriptedChat::Rule rule, Evaluator& evaluator, double evaluations, std::uint64_t seed = 1) {
    model_ = std::make_shared<ScriptedChat>("scripted", design::ChatPrice{1, 5}, std::move(rule));
    service_.models = {model_};
    Task task = toy_task(domain_, evaluator, evaluations, seed);
    task.chat = &service_;
    task.seeds = seeds_;
    return Vulcan(options_).design(task);
  }
  double bound() const { return domain_.scenario({.batches = 128, .seed = 12})->bounds()[0].value; }

  toy::ToyDomain domain_;
  design::ChatService service_;
  VulcanOptions options_;
  std::vector<policy::ProgramPtr> seeds_;
  std::shared_ptr<ScriptedChat> model_;
};

TEST_F(VulcanTest, HandsOverTheBestOfWhatTheModelWrites) {
  const Outcome outcome = design([](const ChatRequest& request) {
    return ScriptedChat::says(fenced(request.options.ordinal == 64 ? smith : some_program(1, request.options.ordinal)));
  });
  EXPECT_NEAR(outcome.validation.mean, bound(), 1e-9);
  EXPECT_THAT(outcome.best->name(), testing::StartsWith("forged_"));
  EXPECT_THAT(outcome.history, Contains(Field(&Ancestor::origin, "model scripted")));
}

TEST_F(VulcanTest, AsksForOneRuleAtATimeAndExplainsWhatThereIs) {
  std::mutex mutex;
  std::vector<std::string> questions;
  design([&](const ChatRequest& request) {
    const std::lock_guard lock(mutex);
    questions.push_back(request.messages.at(1).text);
    return ScriptedChat::says(fenced(some_program(1, request.options.ordinal)));
  });
  EXPECT_THAT(questions.front(),
              AllOf(HasSubstr("VALUE decisions (`gear`)"), HasSubstr("RANK decisions (`dispatch`)"),
                    HasSubstr("stat NAME = ewma(finished_work, 0.9);"), HasSubstr("percentile(feature, q)"),
                    HasSubstr("policy shortest for toy"), Not(HasSubstr("Contract."))));
  EXPECT_THAT(questions, Contains(HasSubstr("work on the rule `rank dispatch`")));
  EXPECT_THAT(questions, Contains(HasSubstr("work on the rule `value gear`")));
}

// What one island's model wrote is not shown on the others before a leader moves.
TEST_F(VulcanTest, IslandsShowTheirOwnPrograms) {
  options_ = {.islands = 2, .samples = 1, .migration = 100};
  std::mutex mutex;
  std::vector<std::pair<std::uint64_t, std::string>> questions;
  design([&](const ChatRequest& request) {
    const std::lock_guard lock(mutex);
    const std::uint64_t conversation = request.options.ordinal / 16;
    questions.emplace_back(conversation, request.messages.at(1).text);
    return ScriptedChat::says(fenced(conversation == 0 ? smith : some_program(1, request.options.ordinal)));
  });
  std::size_t with = 0;
  std::size_t without = 0;
  for (const auto& [conversation, text] : questions) {
    if (conversation >= 2) ++(text.find("policy smith for toy") != std::string::npos ? with : without);
  }
  EXPECT_GT(with, 2u);
  EXPECT_GT(without, 2u) << "the other island does not see it";
}

// One island finds the best ranks, with a needless rule for the gear; the leader of the other leaves the gear alone.
// Put together they are the best program, which nobody wrote.
TEST_F(VulcanTest, MigrationPutsRanksAndValuesTogether) {
  options_ = {.islands = 2, .samples = 1, .migration = 1};
  const Outcome outcome = design([&](const ChatRequest& request) {
    if (request.options.ordinal / 16 != 0) return ScriptedChat::says("Nothing comes to mind.");
    return ScriptedChat::says(fenced(
        "policy both for toy { rank dispatch(work, cost) by all { return cost / work; } value gear(work) { if work "
        "> 49s { return turbo; } return normal; } }"));
  });
  EXPECT_THAT(outcome.history, Contains(Field(&Ancestor::origin, "ranks and values of two")));
  EXPECT_EQ(outcome.best->digest(), toy_program(domain_, smith)->digest());
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("put together from two islands'")));
}

// ---- the gate

TEST_F(VulcanTest, SendsARefutedProgramBackWithItsCounterexample) {
  std::mutex mutex;
  std::string complaint;
  const Outcome outcome = design([&](const ChatRequest& request) {
    const std::lock_guard lock(mutex);
    if (request.options.ordinal % 16 == 0) {
      return ScriptedChat::says(
          fenced("policy wrong for toy { rank dispatch(work) by all { ensure output >= 10; return work / 1s; } }"));
    }
    complaint = request.messages.back().text;
    return ScriptedChat::says(fenced(some_program(1, request.options.ordinal, "ensure output >= 0;")));
  });
  EXPECT_THAT(complaint, AllOf(HasSubstr("does not keep its contract"), HasSubstr("'ensure output >= 10;' is false"),
                               HasSubstr("for example for work = ")));
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("programs of the model were refuted and sent back")));
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("0 conversations ended without one")));
}

TEST_F(VulcanTest, AContractToStartFromBindsEveryProgram) {
  seeds_ = {
      toy_program(domain_,
                  "policy small for toy { rank dispatch(work) by all { ensure output in [0, 1]; return 1s / (work "
                  "+ 1s); } }")};
  std::mutex mutex;
  std::vector<std::string> questions;
  const Outcome outcome = design([&](const ChatRequest& request) {
    const std::lock_guard lock(mutex);
    questions.push_back(request.messages.back().text);
    const std::uint64_t conversation = request.options.ordinal / 16;
    // Smith's rule is best, but its answers are not within [0, 1]: cost is up to 10 and work at least 0.5.
    return ScriptedChat::says(fenced(
        conversation % 2 == 0
            ? smith
            : "policy kept for toy { rank dispatch(work, cost) by all { return cost / work * 1s * 1s / $21; } }"));
  });
  EXPECT_THAT(questions.front(), AllOf(HasSubstr("Contract."), HasSubstr("ensure output in [0, 1];")));
  EXPECT_THAT(questions, Contains(HasSubstr("does not keep its contract")));
  ASSERT_NE(outcome.best->contract_for(0), nullptr);
  EXPECT_NEAR(outcome.validation.mean, bound(), 1e-9) << "the same order within bounds";
  // None of the known heuristics keeps it either: they are left out, and counted.
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("others left out")));
  EXPECT_THAT(outcome.notes, Not(Contains(HasSubstr("; 0 others left out"))));
}

TEST_F(VulcanTest, AStartThatBreaksItsOwnContractIsRefused) {
  seeds_ = {toy_program(domain_,
                        "policy p for toy { rank dispatch(work) by all { ensure output in [0, 1]; return work "
                        "/ 1s; } }")};
  EXPECT_THAT([&] { design(writer()); },
              testing::ThrowsMessage<InputError>(AllOf(HasSubstr("'p' to start from does not keep the contract"),
                                                       HasSubstr("is false"), HasSubstr("--shield"))));
}

TEST(Gate, HoldsToOwnAndInheritedContracts) {
  const toy::ToyDomain domain;
  const auto compiled = [&](const std::string& text) { return toy_program(domain, text); };
  const auto keeps =
      compiled("policy a for toy { rank dispatch(work) by all { ensure decreasing in work; return -work / 1s; } }");
  const auto free = compiled("policy b for toy { rank dispatch(work) by all { return work / 1s; } }");
  const auto open = compiled("policy c for toy { value gear(work) { return normal; } }");
  const auto other = compiled("policy d for toy { rank dispatch(cost) by all { return cost; } }");
  EXPECT_NE(Gate({}).examine(keeps).program, nullptr);
  EXPECT_NE(Gate({}).examine(free).program, nullptr);
  const Gate gate({free, keeps});
  EXPECT_EQ(gate.contract(), keeps);
  EXPECT_THAT(gate.statements(), AllOf(HasSubstr("dispatch:"), HasSubstr("ensure decreasing in work;")));
  EXPECT_THAT(gate.examine(free).refusal, HasSubstr("'ensure decreasing in work;' is false"));
  EXPECT_THAT(gate.examine(open).refusal, HasSubstr("leaves it open"));
  EXPECT_THAT(gate.examine(other).refusal, Not(testing::IsEmpty())) << "another unit";
  EXPECT_NE(gate.examine(keeps).program->contract_for(0), nullptr);
}

// ---- whatever goes wrong, there is a policy and a reason

TEST_F(VulcanTest, EveryFaultEndsWithAPolicyAndAReason) {
  for (const auto status :
       {Status::timed_out, Status::unreachable, Status::failed, Status::malformed, Status::refused}) {
    const Outcome outcome = design([&](const auto&) { return ChatReply{.status = status, .problem = "the reason"}; });
    ASSERT_NE(outcome.best, nullptr);
    EXPECT_EQ(outcome.validation.evaluations[0].status, Evaluation::Status::ok);
    EXPECT_THAT(outcome.notes, Contains(AllOf(HasSubstr("is not asked any more"), HasSubstr("the reason"))));
  }
  for (const std::string& text :
       {std::string("I would rather not."), std::string(), std::string("```python\ndef f():\n  pass\n```"),
        std::string(300000, '{'), fenced("policy p for cache { }"),
        fenced("policy p for toy { rank dispatch(work) by all { ensure output > 1000; return work / 1s; } }")}) {
    const Outcome outcome = design([&](const auto&) { return ScriptedChat::says(text); });
    ASSERT_NE(outcome.best, nullptr);
    EXPECT_THAT(outcome.notes, Contains(HasSubstr("36 conversations ended without one"))) << text.substr(0, 40);
    EXPECT_THAT(outcome.notes, Contains(HasSubstr("is not its work")));
  }
}

TEST_F(VulcanTest, KeepsBothBudgets) {
  for (const double evaluations : {2.5, 7.0, 40.0}) {
    design::WatchfulEvaluator evaluator;
    const Outcome outcome = design(writer(), evaluator, evaluations, 2);
    EXPECT_LE(outcome.spent, evaluations);
    for (const auto& [key, times] : evaluator.asked) EXPECT_EQ(times, 1);
  }
  service_.budget = {.tokens = 60000, .money = 0.05};
  const Outcome outcome = design(writer(), 1000);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("does not surely pay for another question")));
}

TEST_F(VulcanTest, NeitherThreadsNorParallelConversationsReachTheOutcome) {
  const auto run = [&](unsigned threads, unsigned parallel) {
    ThreadFarm farm(threads);
    service_.parallel = parallel;
    return design(writer(), farm, 50, 5);
  };
  const Outcome one = run(1, 1);
  const Outcome other = run(4, 8);
  EXPECT_EQ(policy::to_source(*other.best), policy::to_source(*one.best));
  EXPECT_EQ(other.spent, one.spent);
  EXPECT_EQ(other.notes, one.notes);
  EXPECT_EQ(other.candidates, one.candidates);
}

TEST_F(VulcanTest, WithoutAModelItSaysSo) {
  SerialEvaluator evaluator;
  const Task task = toy_task(domain_, evaluator, 60, 3);
  EXPECT_THAT([&] { Vulcan().design(task); },
              testing::ThrowsMessage<InputError>(HasSubstr("asks a language model, and this search has none")));
}

}  // namespace
}  // namespace syswright::research
