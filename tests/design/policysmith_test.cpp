#include "design/policysmith.h"

#include <algorithm>
#include <mutex>

#include "base/random.h"
#include "design/consultations.h"
#include "design/design.h"
#include "design/prompt.h"
#include "design/scripted_chat.h"
#include "farm/thread_farm.h"
#include "tests/design/toy_task.h"

namespace syswright::design {
namespace {

using Status = ChatReply::Status;
using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr const char* smith = "policy smith for toy { rank dispatch(work, cost) by all { return cost / work; } }";

std::string fenced(const std::string& program) { return "Here it is.\n```policy\n" + program + "\n```\n"; }

/// A power of cost over a power of work: what a model might write. Different for each exchange.
std::string some_program(std::uint64_t seed, std::uint64_t ordinal) {
  Random random(seed, "scripted model", ordinal);
  return fmt::format(
      "policy guess for toy {{ rank dispatch(work, cost) by all {{ return pow(cost / $1 * 1s, {:.2f}) / pow(work / 1s, "
      "{:.2f}); }} }}",
      random.uniform(0.2, 2), random.uniform(0.2, 2));
}

ScriptedChat::Rule writer(std::uint64_t seed = 1) {
  return [seed](const ChatRequest& request) {
    return ScriptedChat::says(fenced(some_program(seed, request.options.ordinal)));
  };
}

class PolicySmithTest : public testing::Test {
 protected:
  Outcome design(ScriptedChat::Rule rule, double evaluations = 60, std::uint64_t seed = 1) {
    SerialEvaluator evaluator;
    return design(std::move(rule), evaluator, evaluations, seed);
  }
  Outcome design(ScriptedChat::Rule rule, Evaluator& evaluator, double evaluations, std::uint64_t seed = 1) {
    model_ = std::make_shared<ScriptedChat>("scripted", ChatPrice{1, 5}, std::move(rule));
    service_.models = {model_};
    Task task = toy_task(domain_, evaluator, evaluations, seed);
    task.chat = &service_;
    task.progress = progress_;
    task.stop = stop_;
    return PolicySmith(options_).design(task);
  }
  double bound() const { return domain_.scenario({.batches = 128, .seed = 12})->bounds()[0].value; }

  toy::ToyDomain domain_;
  ChatService service_;
  PolicySmithOptions options_{.samples = 10};
  std::shared_ptr<ScriptedChat> model_;
  std::function<void(const Progress&)> progress_;
  std::stop_token stop_;
};

TEST_F(PolicySmithTest, HandsOverTheBestOfWhatTheModelWrites) {
  const Outcome outcome = design([](const ChatRequest& request) {
    return ScriptedChat::says(fenced(request.options.ordinal == 64 ? smith : some_program(1, request.options.ordinal)));
  });
  EXPECT_NEAR(outcome.validation.mean, bound(), 1e-9);
  EXPECT_THAT(outcome.history, Contains(Field(&Ancestor::origin, "model scripted")));
  EXPECT_THAT(outcome.best->name(), testing::StartsWith("smithed_"));
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("scripted: ")));
}

TEST_F(PolicySmithTest, ShowsTheTwoBestWithTheirScores) {
  std::mutex mutex;
  std::vector<std::string> questions;
  design([&](const ChatRequest& request) {
    const std::lock_guard lock(mutex);
    questions.push_back(request.messages.at(1).text);
    return ScriptedChat::says(fenced(request.options.ordinal == 16 ? smith : some_program(1, request.options.ordinal)));
  });
  // The first round shows the known heuristics with their scores, the later ones what the model wrote.
  EXPECT_THAT(questions.front(), AllOf(HasSubstr("The best programs so far"), HasSubstr("policy shortest for toy")));
  EXPECT_THAT(questions.back(), HasSubstr("policy smith for toy"));
  const std::string text = questions.back();
  const std::size_t shown = text.find("The best programs so far");
  EXPECT_EQ(std::count(text.begin() + static_cast<std::ptrdiff_t>(shown), text.end(), '#'), 2) << "two scores";
}

TEST_F(PolicySmithTest, SendsBackTheCompilersMessage) {
  std::string complaint;
  const Outcome outcome = design([&](const ChatRequest& request) {
    if (request.options.ordinal % 16 == 0) {
      return ScriptedChat::says(fenced("policy p for toy { rank dispatch(work) { return work + 3; } }"));
    }
    if (request.options.ordinal == 1) complaint = request.messages.back().text;
    return ScriptedChat::says(fenced(some_program(1, request.options.ordinal)));
  });
  EXPECT_THAT(complaint, AllOf(HasSubstr("The program is refused"), HasSubstr("answer.pol:1:54: '+' needs two numbers"),
                               HasSubstr("^")));
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("0 conversations ended without one")));
}

TEST_F(PolicySmithTest, GivesUpAConversationAfterThreeRepairs) {
  std::mutex mutex;
  std::uint64_t most = 0;
  const Outcome outcome = design([&](const ChatRequest& request) {
    const std::lock_guard lock(mutex);
    most = std::max(most, request.options.ordinal % 16);
    return ScriptedChat::says("```python\ndef rank(work):\n    return -work\n```");
  });
  EXPECT_EQ(most, 3u);
  // Three rounds of ten conversations without a program.
  EXPECT_EQ(model_->asked(), 3u * 10 * 4);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("30 conversations ended without one")));
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("is not its work")));
  // The known heuristics are there whatever the model says.
  EXPECT_THAT(outcome.history, Contains(Field(&Ancestor::origin, "known shortest")));
}

/// Whatever goes wrong, there is a policy and a reason.
TEST_F(PolicySmithTest, EveryFaultEndsWithAPolicyAndAReason) {
  for (const auto status :
       {Status::timed_out, Status::unreachable, Status::failed, Status::malformed, Status::refused}) {
    const Outcome outcome = design([&](const auto&) { return ChatReply{.status = status, .problem = "the reason"}; });
    ASSERT_NE(outcome.best, nullptr);
    EXPECT_EQ(outcome.validation.evaluations[0].status, Evaluation::Status::ok);
    EXPECT_THAT(outcome.notes, Contains(AllOf(HasSubstr("is not asked any more"), HasSubstr("the reason"))));
    EXPECT_LE(model_->asked(), status == Status::refused ? 1u : 3u);
  }
  for (const std::string& text :
       {std::string("I would rather not."), std::string("```policy\n```"), std::string(300000, '{'),
        fenced("policy p for cache { }"), fenced("policy p for toy { " + std::string(5000, '(') + " }"),
        std::string("```policy\npolicy p for toy { rank dispatch(w\xc3\xb6rk) {")}) {
    const Outcome outcome = design([&](const auto&) { return ScriptedChat::says(text); });
    ASSERT_NE(outcome.best, nullptr);
    EXPECT_THAT(outcome.notes, Contains(HasSubstr("is not its work"))) << text.substr(0, 50);
  }
}

TEST_F(PolicySmithTest, ProgramsThatFailAreNeverChosen) {
  SerialEvaluator evaluator;
  Task task = toy_task(domain_, evaluator, 40, 1);
  task.train = {domain_.scenario({.batches = 128, .seed = 11, .max_nodes = 6})};
  model_ = std::make_shared<ScriptedChat>("scripted", ChatPrice{}, writer());
  service_.models = {model_};
  task.chat = &service_;
  const Outcome outcome = PolicySmith(options_).design(task);
  EXPECT_EQ(outcome.train.evaluations[0].status, Evaluation::Status::ok);
  EXPECT_LE(outcome.best->size(), 6u);
}

TEST_F(PolicySmithTest, AModelThatRepeatsItselfEndsTheSearch) {
  const Outcome outcome = design([](const auto&) { return ScriptedChat::says(fenced(smith)); }, 1000);
  EXPECT_NEAR(outcome.validation.mean, bound(), 1e-9);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("programs of the model: 1 new, 39 known already")));
}

TEST_F(PolicySmithTest, NeverOverspendsEvaluationsAndNeverRepeatsOne) {
  for (const double evaluations : {2.5, 7.0, 40.0}) {
    WatchfulEvaluator evaluator;
    const Outcome outcome = design(writer(), evaluator, evaluations, 2);
    EXPECT_LE(outcome.spent, evaluations);
    EXPECT_LE(static_cast<double>(evaluator.events) / 1280, outcome.spent + 1e-9);
    for (const auto& [key, times] : evaluator.asked) EXPECT_EQ(times, 1);
  }
}

TEST_F(PolicySmithTest, KeepsTheModelsBudget) {
  service_.budget = {.tokens = 60000, .money = 0.05};
  const Outcome outcome = design(writer(), 1000);
  ASSERT_NE(outcome.best, nullptr);
  EXPECT_GT(model_->asked(), 1u);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("does not surely pay for another question")));
}

TEST_F(PolicySmithTest, NeitherThreadsNorParallelConversationsReachTheOutcome) {
  const auto run = [&](unsigned threads, unsigned parallel) {
    ThreadFarm farm(threads);
    service_.parallel = parallel;
    return design(writer(), farm, 50, 5);
  };
  const Outcome one = run(1, 1);
  for (const auto& [threads, parallel] : {std::pair{2u, 3u}, {4u, 8u}}) {
    const Outcome other = run(threads, parallel);
    EXPECT_EQ(policy::to_source(*other.best), policy::to_source(*one.best));
    EXPECT_EQ(other.spent, one.spent);
    EXPECT_EQ(other.candidates, one.candidates);
    EXPECT_EQ(other.notes, one.notes);
    EXPECT_EQ(other.validation.evaluations, one.validation.evaluations);
    ASSERT_EQ(other.history.size(), one.history.size());
    for (std::size_t i = 0; i < one.history.size(); ++i) {
      EXPECT_EQ(other.history[i].program->digest(), one.history[i].program->digest());
      EXPECT_EQ(other.history[i].parents, one.history[i].parents);
    }
  }
}

TEST_F(PolicySmithTest, MoneyGoesToTheModelThatGains) {
  const auto able = std::make_shared<ScriptedChat>("able", ChatPrice{1, 5}, writer());
  const auto unable = std::make_shared<ScriptedChat>("unable", ChatPrice{1, 5}, [](const ChatRequest& request) {
    return ScriptedChat::says(
        fenced(fmt::format("policy bad for toy {{ rank dispatch(work, cost) by all {{ return work / 1s - {}; }} }}",
                           request.options.ordinal)));
  });
  service_.models = {unable, able};
  SerialEvaluator evaluator;
  Task task = toy_task(domain_, evaluator, 150, 1);
  task.chat = &service_;
  PolicySmith(options_).design(task);
  EXPECT_GT(able->asked(), unable->asked());
}

TEST_F(PolicySmithTest, StopsAtOnceAndKeepsTheBestSoFar) {
  std::stop_source source;
  stop_ = source.get_token();
  const Outcome outcome = design(
      [&](const ChatRequest& request) {
        if (request.options.ordinal >= 16 * 12) source.request_stop();
        return ScriptedChat::says(fenced(some_program(1, request.options.ordinal)));
      },
      1e6);
  EXPECT_TRUE(outcome.stopped);
  ASSERT_NE(outcome.best, nullptr);
  EXPECT_EQ(outcome.validation.evaluations.size(), 1u);
  EXPECT_LE(model_->asked(), 12u + Consultations::wave);
}

TEST_F(PolicySmithTest, AStopBeforeTheStartStillGivesAProgram) {
  std::stop_source source;
  source.request_stop();
  stop_ = source.get_token();
  const Outcome outcome = design(writer(), 100);
  EXPECT_TRUE(outcome.stopped);
  ASSERT_NE(outcome.best, nullptr);
  EXPECT_EQ(model_->asked(), 0u);
}

TEST_F(PolicySmithTest, ABudgetInSecondsEnds) {
  SerialEvaluator evaluator;
  Task task = toy_task(domain_, evaluator, 1, 7);
  task.budget = {.seconds = 0.3};
  service_.models = {std::make_shared<ScriptedChat>("scripted", ChatPrice{}, writer())};
  task.chat = &service_;
  const Outcome outcome = PolicySmith(options_).design(task);
  EXPECT_FALSE(outcome.stopped);
  ASSERT_NE(outcome.best, nullptr);
}

TEST_F(PolicySmithTest, ASeedGivesWayOnlyToWhatIsSurelyBetter) {
  SerialEvaluator evaluator;
  Task task = toy_task(domain_, evaluator, 60, 3);
  task.seeds = {toy_program(domain_, smith)};
  service_.models = {std::make_shared<ScriptedChat>("scripted", ChatPrice{}, writer())};
  task.chat = &service_;
  EXPECT_EQ(PolicySmith(options_).design(task).best->digest(), task.seeds[0]->digest());
}

TEST_F(PolicySmithTest, WithoutAModelItSaysSo) {
  SerialEvaluator evaluator;
  const Task task = toy_task(domain_, evaluator, 60, 3);
  EXPECT_THAT([&] { PolicySmith().design(task); },
              testing::ThrowsMessage<InputError>(HasSubstr("asks a language model, and this search has none")));
}

TEST(Designers, SayWhetherTheyAskAModel) {
  Registry<Designer> designers("designer");
  register_designers(designers);
  EXPECT_TRUE(designers.find("policysmith").needs_chat());
  EXPECT_FALSE(designers.find("evolve").needs_chat());
}

}  // namespace
}  // namespace syswright::design
