#include <fmt/format.h>

#include <cstdlib>

#include "tests/app/support.h"
#include "tests/support/chat_server.h"

// syswright optimize with a language model, against a scripted server.
namespace syswright::app {
namespace {

using llm::Script;
using llm::Server;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

const std::string secret = "sk-tell-nobody-0123456789";

/// A variable of the environment, while it lives.
class Setting {
 public:
  Setting(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Setting() { ::unsetenv(name_); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  const char* name_;
};

std::string question_of(const Server::Request& request) {
  const auto asked = nlohmann::json::parse(request.body);
  return asked["messages"][1]["content"].get<std::string>();
}

Script says(const std::string& text) { return llm::streamed({text}, 900, 40); }

/// Scores a text by its number of lines "b", at most 6, so that a longer text gains.
class OptimizeWithAModel : public ::testing::Test {
 protected:
  OptimizeWithAModel() {
    artifact_ = folder_.write("text.txt", "a\n");
    evaluator_ = "sh " +
                 folder_.write("lines.sh",
                               "if grep -q '^import' $1; then echo \"not a list of letters\" >&2; exit 3; fi\n"
                               "n=$(grep -c '^b' $1); [ $n -gt 6 ] && n=6\n"
                               "echo '{\"score\": '$n', \"info\": \"lines were counted\"}'\n") +
                 " {file}";
  }
  Ran optimize(std::vector<std::string> more, const std::string& budget = "20evals") const {
    std::vector<std::string> arguments{"optimize", "--artifact", artifact_,  "--evaluator", evaluator_,  "--seed", "3",
                                       "--budget", budget,       "--ledger", ledger_,       "--threads", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  /// With a server, and the environment set for it.
  Ran optimize_with(Server::Rule rule, std::vector<std::string> more, const std::string& budget = "20evals") const {
    const Server server(std::move(rule));
    const Setting url("SYSWRIGHT_LLM_URL", server.url());
    const Setting key("SYSWRIGHT_LLM_KEY", secret);
    const Setting model("SYSWRIGHT_LLM_MODEL", "small=1/5");
    return optimize(std::move(more), budget);
  }

  TemporaryFolder folder_;
  std::string ledger_ = folder_ / "ledger.db";
  std::string artifact_;
  std::string evaluator_;
};

/// The text that is shown, with a line more.
Script one_line_more(const Server::Request& request) {
  const std::string question = question_of(request);
  const std::string start = "as it is now:\n```\n";
  const std::size_t begin = question.find(start) + start.size();
  return says("A line more.\n```\n" + question.substr(begin, question.find("\n```", begin) + 1 - begin) + "b\n```\n");
}

TEST_F(OptimizeWithAModel, RewritesTheTextAndReplaysToTheSameBytes) {
  const std::string best = folder_ / "best.txt";
  const Ran first = optimize_with(one_line_more, {"--json", "-o", best});
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(read_file(best), "a\nb\nb\nb\nb\nb\nb\n");
  const auto document = first.json();
  EXPECT_EQ(document["designer"], "reflect");
  EXPECT_EQ(document["best"]["train"]["mean"], 6);
  EXPECT_EQ(document["best"]["origin"], "model small");
  EXPECT_LE(document["spent"], 20);
  EXPECT_THAT(document["notes"][0].get<std::string>(), HasSubstr("small: "));
  EXPECT_THAT(first.out + first.err + read_file(ledger_), Not(HasSubstr("tell-nobody")));

  const Ran again = optimize({"--json", "-o", best, "--replay"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, first.out);
}

TEST_F(OptimizeWithAModel, IsAskedWhereTheEnvironmentNamesOneAndMarksAloneWhereNot) {
  folder_.write("text.txt", "a # @choose(a, b)\n");
  EXPECT_EQ(optimize({"--json"}).json()["designer"], "marks");
  const auto with = optimize_with(one_line_more, {"--json"}).json();
  EXPECT_EQ(with["designer"], "reflect");
  EXPECT_EQ(with["best"]["train"]["mean"], 6) << "lines by the model, and one that the mark may turn";
  EXPECT_EQ(optimize_with(one_line_more, {"--json", "--designer", "marks"}).json()["designer"], "marks");
}

TEST_F(OptimizeWithAModel, PrintsWhatItCameTo) {
  const Ran ran = optimize_with(one_line_more, {});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("single-task: rewritten by a language model"), HasSubstr("model small"),
                             HasSubstr("texts of the model: "), HasSubstr("tokens")));
  EXPECT_THAT(ran.err, HasSubstr("'--designer marks' asks none"));
}

TEST_F(OptimizeWithAModel, WritesSeveralFilesAndTheFirstVersion) {
  const std::string other = folder_.write("other.txt", "c\n");
  const std::string out = folder_ / "out";
  const Ran ran = optimize_with(one_line_more, {"--artifact", other, "-o", out, "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(read_file(out + "/text.txt"), HasSubstr("b\nb\n"));
  EXPECT_THAT(read_file(out + "/other.txt"), testing::StartsWith("c\n"));
  EXPECT_EQ(ran.json()["files"].size(), 2u);

  const Server server([](const Server::Request& request) {
    if (question_of(request).find("There is no new.txt yet") == std::string::npos) return one_line_more(request);
    return says("```\nb\n```");
  });
  const Setting url("SYSWRIGHT_LLM_URL", server.url());
  const Setting model("SYSWRIGHT_LLM_MODEL", "small");
  const Ran fresh = run({"optimize", "--new", "new.txt", "--objective", "lines of b", "--evaluator", evaluator_,
                         "--budget", "20evals", "--ledger", "none", "-o", folder_ / "new.txt"});
  ASSERT_EQ(fresh.code, 0) << fresh.err;
  EXPECT_EQ(read_file(folder_ / "new.txt"), "b\nb\nb\nb\nb\nb\n");
  EXPECT_THAT(question_of(server.requests()[0]), HasSubstr("What is wanted: lines of b"));
}

// A text that prints a score of its own: what the evaluator prints last is what counts.
TEST_F(OptimizeWithAModel, ATextThatPrintsItsOwnScoreGainsNothing) {
  folder_.write("lines.sh", "sh $1\necho '{\"score\": 1}'\n");
  folder_.write("text.txt", "true\n");
  const Ran ran = optimize_with(
      [](const Server::Request& request) {
        return says(fmt::format("```\n# {}\necho '{{\"score\": 1000}}'\n```", question_of(request).size()));
      },
      {"--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["best"]["train"]["mean"], 1);
  EXPECT_EQ(ran.json()["best"]["origin"], "original");
}

struct Fault {
  const char* name;
  Script script;
  std::string note;
};

Script status(int code, const std::string& message) {
  return {.status = code, .pieces = {R"({"error":{"message":")" + message + R"("}})"}};
}

// Whatever the server or the model does: the original is handed over, and a sentence says what happened.
TEST_F(OptimizeWithAModel, EveryFaultEndsWithATextAndAReason) {
  Script slow = says("never finished");
  slow.pieces.resize(1);  // without the end of the stream
  slow.hang = true;
  Script cut = says("```\nb\n");
  for (std::string& piece : cut.pieces) {
    if (const std::size_t at = piece.find("\"stop\""); at != std::string::npos) piece.replace(at, 6, "\"length\"");
  }
  const std::vector<Fault> faults{
      {"slow", slow, "is not asked any more"},
      {"cut off", cut, "12 conversations ended without one"},
      {"malformed", {.pieces = {"{\"choices\": [{\"mess"}}, "is not asked any more"},
      {"empty", {.pieces = {""}}, "is not asked any more"},
      {"refused", status(401, "wrong key"), "is not asked any more"},
      {"wrong language", says("```python\nimport letters\n```"), "1 new"},
      {"no block", says("b b b"), "12 conversations ended without one"},
      {"far too long", says("```\n" + std::string(100000, 'b') + "\n```"), "12 conversations ended without one"},
  };
  ledger_ = "none";  // or the answers to one fault's questions would be those to the next one's
  for (const Fault& fault : faults) {
    folder_.write("text.txt", "b\n");
    const Ran ran = optimize_with([&](const auto&) { return fault.script; },
                                  {"--json", "--llm-timeout", "300ms", "-o", folder_ / "best.txt"});
    EXPECT_EQ(ran.code, 0) << fault.name << ran.err;
    const auto document = ran.json();
    EXPECT_EQ(document["best"]["origin"], "original") << fault.name;
    EXPECT_EQ(read_file(folder_ / "best.txt"), "b\n");
    EXPECT_THAT(document["notes"].dump(), HasSubstr(fault.note)) << fault.name;
    EXPECT_LE(document["spent"], 2) << fault.name;
  }
}

TEST_F(OptimizeWithAModel, TellsTheModelWhyItsTextBroke) {
  const Server server([](const auto& request) {
    return says(fmt::format("```\nimport letters # {}\n```", question_of(request).size()));
  });
  const Setting url("SYSWRIGHT_LLM_URL", server.url());
  const Setting model("SYSWRIGHT_LLM_MODEL", "small");
  const Ran ran = optimize({"--json"}, "12evals");
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_GE(ran.json()["failures"]["ended with exit code 3: not a list of letters"], 2);
  EXPECT_THAT(question_of(server.requests().back()), HasSubstr("not a list of letters"));
}

TEST_F(OptimizeWithAModel, KeepsTheModelsBudget) {
  const Ran ran = optimize_with(one_line_more, {"--json", "--llm-budget", "7000 tokens"}, "50evals");
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.json()["notes"].dump(), HasSubstr("does not surely pay for another question"));
  EXPECT_EQ(ran.json()["ending"], "the language model has no more to give");
}

TEST_F(OptimizeWithAModel, SaysWhatCannotBeUsed) {
  for (const auto& [more, error] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--designer", "reflect"}, "designer 'reflect' asks a language model, and SYSWRIGHT_LLM_URL is not set"},
           {{"--objective", "more"}, "SYSWRIGHT_LLM_URL is not set"},
           {{"--designer", "evolve"}, "'marks' and 'reflect' are known"},
           {{"--designer", "marks", "--objective", "more"}, "asks no language model"},
           {{"--replay"}, "holds no run of designer 'reflect'"},
           {{"--new", "x"}, "give --artifact, the file to improve"},
           {{"--artifact", artifact_}, "two files have the name 'text.txt'"},
           {{}, "have a language model rewrite it"}}) {
    const Ran ran = optimize(more);
    EXPECT_EQ(ran.code, 2) << error;
    EXPECT_THAT(ran.err, HasSubstr(error));
  }
  EXPECT_THAT(optimize({"--replay"}, "5s").err, HasSubstr("replay a run with a budget in evaluations"));
  EXPECT_THAT(run({"optimize", "--new", "x", "--evaluator", evaluator_}).err, HasSubstr("say what is wanted"));
  EXPECT_THAT(run({"optimize", "--new", "a/x", "--objective", "y", "--evaluator", evaluator_}).err,
              HasSubstr("without a folder"));
}

}  // namespace
}  // namespace syswright::app
