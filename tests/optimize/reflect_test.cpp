#include "optimize/reflect.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "base/error.h"
#include "optimize/files.h"
#include "optimize/merge.h"

namespace syswright::optimize {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::Ge;
using testing::HasSubstr;
using testing::Not;

std::string fenced(const std::string& text) { return "So.\n```\n" + text + "```\n"; }

/// Answers by rule, with two further tries where an answer does not serve.
class ScriptedWriter final : public Writer {
 public:
  using Rule = std::function<std::string(const Question&, std::size_t number)>;
  explicit ScriptedWriter(Rule rule, std::size_t most = 1000) : rule_(std::move(rule)), most_(most) {}

  std::vector<Answer> ask(std::span<const Question> questions, const Check& check,
                          const std::stop_token& stop) override {
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < questions.size() && asked.size() < most_ && !stop.stop_requested(); ++i) {
      Answer answer{.served = false, .who = "model scripted"};
      for (int attempt = 0; attempt < 3 && !answer.served; ++attempt) {
        asked.push_back(questions[i].text);
        const auto complaint = check(i, rule_(questions[i], asked.size() - 1), false);
        answer.served = !complaint;
        if (complaint) complaints.push_back(*complaint);
      }
      answers.push_back(answer);
    }
    return answers;
  }
  void learn(std::span<const double> gains) override { learnt.insert(learnt.end(), gains.begin(), gains.end()); }
  bool may_go_on() const override { return asked.size() < most_; }
  std::vector<std::string> notes() const override { return {fmt::format("scripted: {} questions", asked.size())}; }

  std::vector<std::string> asked;
  std::vector<std::string> complaints;
  std::vector<double> learnt;

 private:
  Rule rule_;
  std::size_t most_;
};

/// A measure that computes, and counts what it was asked.
struct Bench {
  std::function<std::optional<double>(const std::string& text, const std::string& instance)> function;
  std::uint64_t asked = 0;
  std::set<std::pair<std::string, std::string>> seen;
  bool repeated = false;

  Measure measure() {
    return [this](std::span<const Trial> trials, const std::stop_token& stop) {
      std::vector<Measurement> measured(trials.size());
      for (std::size_t i = 0; i < trials.size(); ++i) {
        if (stop.stop_requested()) {
          measured[i].cancelled = true;
          continue;
        }
        ++asked;
        repeated = !seen.emplace(*trials[i].text, trials[i].instance->argument).second || repeated;
        measured[i].score = function(*trials[i].text, trials[i].instance->argument);
        if (!measured[i].score) measured[i].reason = "it broke";
      }
      return measured;
    };
  }
};

std::vector<Instance> numbered(std::size_t count) {
  std::vector<Instance> instances;
  for (std::size_t i = 0; i < count; ++i) {
    instances.push_back({.name = "i" + std::to_string(i), .argument = std::to_string(i)});
  }
  return instances;
}

struct Case {
  std::string text = "aaa\n";
  std::vector<Instance> train{Instance{}};
  std::vector<Instance> validation;
  std::uint64_t evaluations = 60;
  std::uint64_t seed = 1;
  Subject subject{.names = {"text"}};
};

Outcome run(const Case& one, Bench& bench, Writer& writer) {
  const Artifact artifact(one.text, "text", Artifact::Marks::optional);
  return reflect({.artifact = artifact,
                  .train = one.train,
                  .validation = one.validation,
                  .measure = bench.measure(),
                  .evaluations = one.evaluations,
                  .seconds = {},
                  .seed = one.seed,
                  .progress = {},
                  .stop = {}},
                 one.subject, writer);
}

/// How many letters are b.
std::optional<double> count_b(const std::string& text, const std::string&) {
  return static_cast<double>(std::count(text.begin(), text.end(), 'b'));
}

/// The text in a question, with its first a turned into a b.
std::string one_more_b(const Question& question, std::size_t) {
  const std::string start = "as it is now:\n```\n";
  const std::size_t begin = question.text.find(start) + start.size();
  std::string text = question.text.substr(begin, question.text.find("\n```", begin) + 1 - begin);
  if (const std::size_t at = text.find('a'); at != text.npos) text[at] = 'b';
  return fenced(text);
}

TEST(Reflect, ImprovesStepByStep) {
  Bench bench{.function = count_b};
  ScriptedWriter writer(one_more_b);
  const Outcome outcome = run({}, bench, writer);
  EXPECT_EQ(outcome.original.text, "aaa\n");
  EXPECT_EQ(outcome.best.text, "bbb\n");
  EXPECT_EQ(outcome.best.origin, "model scripted");
  EXPECT_EQ(outcome.history.size(), 4u);
  EXPECT_EQ(outcome.ending, Ending::writer_over) << "three rounds without a text that is new";
  EXPECT_FALSE(bench.repeated);
  EXPECT_EQ(outcome.spent, 4u) << "equal answers are measured once";
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("3 new")));
  EXPECT_GT(writer.learnt.front(), 0);
}

TEST(Reflect, AcceptsOnlyAStrictRiseAndShowsWhatWasNoBetter) {
  Bench bench{.function = [](const std::string&, const std::string&) { return std::optional(1.0); }};
  ScriptedWriter writer([](const Question&, std::size_t number) { return fenced(fmt::format("text {}\n", number)); },
                        20);
  const Outcome outcome = run({}, bench, writer);
  EXPECT_EQ(outcome.best.text, "aaa\n");
  EXPECT_EQ(outcome.accepted, 1u);
  EXPECT_EQ(outcome.spent, 21u);
  EXPECT_THAT(writer.asked.back(),
              AllOf(HasSubstr("Tried in its place, and no better"),
                    HasSubstr("mean score 1, where the text as it is has 1"), HasSubstr("text 15")));
}

TEST(Reflect, KeepsItsBudgetAndMeasuresNothingTwice) {
  for (const std::uint64_t budget : {9, 10, 23, 50}) {
    Bench bench{.function = count_b};
    ScriptedWriter writer([](const Question&, std::size_t number) {
      return fenced(std::string(number % 7, 'b') + std::to_string(number) + "\n");
    });
    const Outcome outcome = run({.train = numbered(8), .evaluations = budget}, bench, writer);
    EXPECT_LE(bench.asked, budget);
    EXPECT_EQ(outcome.spent, bench.asked);
    EXPECT_FALSE(bench.repeated);
  }
  Bench bench{.function = count_b};
  ScriptedWriter writer(one_more_b);
  EXPECT_THROW(run({.train = numbered(8), .evaluations = 8}, bench, writer), InputError);
}

TEST(Reflect, IsAFunctionOfTaskAndSeed) {
  const auto once = [](std::uint64_t seed) {
    Bench bench{.function = [](const std::string& text, const std::string& instance) {
      return std::optional(std::sin(static_cast<double>(text.size()) * std::stod(instance)));
    }};
    ScriptedWriter writer([](const Question& question, std::size_t) {
      return fenced(std::string(1 + question.text.size() % 97, 'x') + "\n");
    });
    run({.train = numbered(7), .evaluations = 80, .seed = seed}, bench, writer);
    return writer.asked;
  };
  EXPECT_EQ(once(1), once(1));
  EXPECT_NE(once(1), once(2));
}

// Each specialist leads on an instance and stays, though its mean is no better.
TEST(Reflect, KeepsWhoLeadsOnAnInstance) {
  Bench bench{.function = [](const std::string& text, const std::string& instance) {
    return std::optional(text.find(instance) != std::string::npos ? 1.0 : 0.0);
  }};
  ScriptedWriter writer([](const Question&, std::size_t number) { return fenced(fmt::format("{}\n", number % 3)); },
                        30);
  const Outcome outcome = run({.text = "none\n", .train = numbered(3)}, bench, writer);
  std::set<std::string> front;
  for (const FrontMember& member : outcome.front) front.insert(member.found.text);
  EXPECT_THAT(front, ElementsAre("0\n", "1\n", "2\n"));
}

// One file is good for even instances and the other for odd ones: only the merge is good for all. The writer always
// answers with a good file, so that no one text of its own has both unless it is asked for the second in turn.
TEST(Reflect, MergesFilesOfACommonAncestor) {
  Bench bench{.function = [](const std::string& text, const std::string& instance) {
    const std::vector<std::string> files = split_files(text);
    const std::size_t file = std::stoul(instance) % 2;
    return std::optional(files[file] == "good\n" ? 1.0 : 0.0);
  }};
  // It worsens what was made good: a child of a child is never accepted.
  ScriptedWriter writer(
      [](const Question& question, std::size_t) {
        return fenced(question.text.find("good") == std::string::npos ? "good\n" : "worse\n");
      },
      24);
  const Outcome outcome = run({.text = join_files(std::vector<std::string>{"a\n", "b\n"}),
                               .train = numbered(4),
                               .evaluations = 100,
                               .subject = {.names = {"one", "two"}}},
                              bench, writer);
  EXPECT_EQ(outcome.best.origin, "merge");
  EXPECT_EQ(split_files(outcome.best.text), (std::vector<std::string>{"good\n", "good\n"}));
  EXPECT_EQ(outcome.best.train.loss, -1);
  EXPECT_THAT(outcome.notes, Contains("1 merges tried"));
}

TEST(Lineage, KnowsAllAncestors) {
  Lineage lineage;
  lineage.add({});
  lineage.add({0});
  lineage.add({0});
  lineage.add({1, 2});
  EXPECT_THAT(lineage.ancestors(3), ElementsAre(0, 1, 2));
  EXPECT_THAT(lineage.ancestors(0), ElementsAre());
}

TEST(Reflect, ChoosesOnValidation) {
  // The longest text is best in training and worst beyond it.
  Bench bench{.function = [](const std::string& text, const std::string& instance) {
    const double length = static_cast<double>(text.size());
    return std::optional(std::stoul(instance) < 3 ? length : -std::abs(length - 6));
  }};
  ScriptedWriter writer(
      [](const Question&, std::size_t number) { return fenced(std::string(4 + number % 5, 'x') + "\n"); }, 30);
  Case one{.text = "xx\n", .train = numbered(3), .evaluations = 60};
  one.validation = {{.name = "i3", .argument = "3"}, {.name = "i4", .argument = "4"}};
  const Outcome outcome = run(one, bench, writer);
  ASSERT_TRUE(outcome.best.validation);
  // Of the three longest (9, 8 and 7 bytes) and the original (3) the one nearest to 6 bytes has 7.
  EXPECT_EQ(outcome.best.text, "xxxxxx\n");
}

// ---- marks

TEST(Reflect, TunesTheMarksOfWhatTheModelWrites) {
  Bench bench{.function = [](const std::string& text, const std::string&) {
    const std::size_t at = text.find("x = ");
    if (at == std::string::npos) return std::optional(-100.0);
    const double x = std::stod(text.substr(at + 4));
    return std::optional(-(x - 0.3) * (x - 0.3));
  }};
  ScriptedWriter writer([](const Question&, std::size_t) { return fenced("x = 5 # @tune(0, 10)\n"); }, 12);
  const Outcome outcome = run({.text = "nothing\n", .evaluations = 80}, bench, writer);
  EXPECT_EQ(outcome.best.origin, "tuned");
  EXPECT_NEAR(std::stod(outcome.best.text.substr(4)), 0.3, 0.05);
  EXPECT_LE(outcome.spent, 80u);
  EXPECT_EQ(outcome.spent, bench.asked);
  EXPECT_FALSE(bench.repeated);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("evaluations went into marks")));
}

TEST(Reflect, SearchesMarksWhereNobodyAnswers) {
  Bench bench{.function = [](const std::string& text, const std::string&) {
    const double x = std::stod(text.substr(4));
    return std::optional(-(x - 0.3) * (x - 0.3));
  }};
  ScriptedWriter writer([](const auto&, auto) { return std::string(); }, 0);
  const Outcome outcome = run({.text = "x = 5 # @tune(0, 10)\n"}, bench, writer);
  EXPECT_EQ(outcome.best.origin, "tuned");
  EXPECT_NEAR(std::stod(outcome.best.text.substr(4)), 0.3, 0.1);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("no text came of the model")));
}

// ---- whatever goes wrong, the best so far is handed over, and a sentence says why

TEST(Reflect, UselessAnswersAreSentBackAndGivenUp) {
  for (const std::string& answer :
       {std::string("No."), std::string(), std::string("```\n```"), std::string("```python\nprint("),
        "```\n" + std::string(200000, 'x') + "\n```", fenced("aaa\n"), fenced("x = 1 # @tune(3, 2)\n")}) {
    Bench bench{.function = count_b};
    ScriptedWriter writer([&](const auto&, auto) { return answer; });
    const Outcome outcome = run({}, bench, writer);
    EXPECT_EQ(outcome.best.text, "aaa\n");
    EXPECT_EQ(outcome.spent, 1u);
    EXPECT_EQ(outcome.ending, Ending::writer_over);
    EXPECT_EQ(writer.asked.size(), 3u * 4 * 3) << "rounds, conversations, tries";
    EXPECT_THAT(outcome.notes, Contains(HasSubstr("12 conversations ended without one")));
    EXPECT_THAT(outcome.notes, Contains(HasSubstr("is not its work")));
  }
}

// A text in another language, or one that breaks the evaluator: no score, which its next reader is told.
TEST(Reflect, TextsThatBreakTheEvaluatorAreCountedAndShown) {
  Bench bench{.function = [](const std::string& text, const std::string&) {
    return text == "aaa\n" ? std::optional(0.0) : std::nullopt;
  }};
  ScriptedWriter writer(
      [](const auto&, std::size_t number) { return fenced(fmt::format("def f{}(): pass\n", number)); }, 12);
  const Outcome outcome = run({}, bench, writer);
  EXPECT_EQ(outcome.best.text, "aaa\n");
  EXPECT_EQ(outcome.failures.at("it broke"), 12u);
  EXPECT_THAT(writer.asked.back(), HasSubstr("no score: it broke"));
}

TEST(Reflect, StopsWhenAsked) {
  std::stop_source source;
  Bench bench{.function = count_b};
  ScriptedWriter writer([&](const Question& question, std::size_t number) {
    if (number == 5) source.request_stop();
    return one_more_b(question, number);
  });
  const Artifact artifact(std::string(50, 'a') + "\n", "text", Artifact::Marks::optional);
  const Outcome outcome = reflect({.artifact = artifact,
                                   .train = {Instance{}},
                                   .validation = {},
                                   .measure = bench.measure(),
                                   .evaluations = 500,
                                   .seconds = {},
                                   .progress = {},
                                   .stop = source.get_token()},
                                  {.names = {"text"}}, writer);
  EXPECT_EQ(outcome.ending, Ending::stopped);
  EXPECT_LE(outcome.best.train.loss, -1) << "what was found before stays";
}

// ---- from nothing

TEST(Reflect, WritesTheFirstVersionToo) {
  Bench bench{.function = [](const std::string& text, const std::string&) {
    return text.starts_with("b") ? count_b(text, "") : std::nullopt;
  }};
  ScriptedWriter writer([](const Question& question, std::size_t number) {
    if (question.text.find("There is no text yet") == std::string::npos) return one_more_b(question, number);
    return fenced(number < 4 ? "what?\n" : fmt::format("baa{}\n", number));
  });
  const Outcome outcome = run({.text = "", .subject = {.names = {"text"}, .objective = "many b"}}, bench, writer);
  EXPECT_EQ(outcome.original.text, "baa4\n");
  EXPECT_EQ(outcome.best.train.loss, -3);
  EXPECT_THAT(writer.asked.at(4), AllOf(HasSubstr("Tried, without a score"), HasSubstr("it broke")));
  EXPECT_THAT(writer.asked.at(0), HasSubstr("What is wanted: many b"));
}

TEST(Reflect, SaysWhyThereIsNoFirstVersion) {
  Bench bench{.function = [](const std::string&, const std::string&) { return std::optional<double>(); }};
  ScriptedWriter writer([](const Question&, std::size_t number) { return fenced(std::to_string(number) + "\n"); });
  try {
    run({.text = ""}, bench, writer);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("no first version of text got a score: it broke"),
                                    HasSubstr("scripted: 12 questions")));
  }
}

}  // namespace
}  // namespace syswright::optimize
