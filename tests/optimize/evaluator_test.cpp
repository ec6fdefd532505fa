#include "optimize/evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"

namespace syswright::optimize {
namespace {

using testing::HasSubstr;

TEST(ReadMeasurement, TakesAllParts) {
  const Measurement measurement = read_measurement(
      R"(  {"score": 0.5, "instances": {"a": 1, "b": -2.5}, "objectives": {"bytes": 12}, "info": [1, {"x": null}]} )");
  EXPECT_EQ(measurement.score, 0.5);
  EXPECT_EQ(measurement.parts,
            (std::map<std::string, double>{{"instances/a", 1}, {"instances/b", -2.5}, {"objectives/bytes", 12}}));
  EXPECT_EQ(measurement.info, R"([1,{"x":null}])");
  EXPECT_EQ(measurement.reason, "");
}

TEST(ReadMeasurement, TakesTheLastLineAfterOthers) {
  EXPECT_EQ(read_measurement("compiling\n{\"score\": 1}\n{\"score\": 7}\n\n").score, 7);
}

TEST(ReadMeasurement, SaysWhatIsMissing) {
  for (const auto& [printed, reason] : std::vector<std::pair<std::string, std::string>>{
           {"", "printed nothing"},
           {"42", "printed no JSON object: '42'"},
           {"[1]", "printed no JSON object"},
           {"{\"score\": NaN}", "JSON knows neither NaN nor Infinity"},
           {"{\"score\": 1e999}", "printed no JSON object"},
           {"{\"score\": null}", "the score is no number: null"},
           {"{\"score\": \"high\"}", "the score is no number: \"high\""},
           {"{\"points\": 1}", "without a score"},
           {"{\"score\": 1", "printed no JSON object"},
           {"{\"score\": 1, \"instances\": {\"a\": \"b\"}}", "'instances' is not an object of finite numbers"},
           {"{\"score\": 1, \"objectives\": 3}", "'objectives' is not an object of finite numbers"},
           {std::string(100000, '['), "printed no JSON object"}}) {
    const Measurement measurement = read_measurement(printed);
    EXPECT_EQ(measurement.score, std::nullopt) << printed.substr(0, 60);
    EXPECT_THAT(measurement.reason, HasSubstr(reason)) << printed.substr(0, 60);
  }
}

TEST(ReadMeasurement, SurvivesWhatIsNestedDeep) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  const Measurement measurement = read_measurement("{\"score\": 2, \"info\": [1, " + deep + "]}");
  EXPECT_EQ(measurement.score, 2);
  EXPECT_LT(measurement.info.size(), 1000u);
  EXPECT_NE(read_measurement("{\"score\": " + deep + "}").reason, "");
}

EvaluatorOptions options_for(const std::string& command, unsigned threads = 1) {
  const char* path = std::getenv("PATH");
  return {.command = command,
          .file_name = "it's a text.txt",
          .here = "/a folder/here",
          .path = path != nullptr ? path : "/usr/bin:/bin",
          .limits = {.wall_seconds = 20, .cpu_seconds = 1, .output_bytes = 10000, .processes = 16},
          .threads = threads};
}

Measurement measure(const std::string& command, const std::string& text = "text") {
  const Instance instance{.name = "one", .argument = "it's; echo one"};
  const Trial trial{.text = &text, .instance = &instance};
  return ExternalEvaluator(options_for(command)).measure({&trial, 1}, {}).front();
}

TEST(ExternalEvaluator, PutsInFileInstanceAndFolderAsWordsOfAShell) {
  const Measurement measurement = measure(
      "test \"$(cat {file})\" = text && test {instance} = \"it's; echo one\" && test {here}/x = '/a folder/here/x' && "
      "test \"$PWD\" = \"$HOME\" -a \"$HOME\" = \"$TMPDIR\" && echo '{\"score\": 1}'");
  EXPECT_EQ(measurement.score, 1) << measurement.reason;
}

TEST(ExternalEvaluator, HostileCommandsGetNoScoreButAReason) {
  for (const auto& [command, reason] : std::vector<std::pair<std::string, std::string>>{
           {"echo '{\"score\": 1}'; exit 3 # {file}", "ended with exit code 3"},
           {"echo '{\"score\": 1}'; echo oh no >&2; exit 3 # {file}", "ended with exit code 3: oh no"},
           {"while :; do :; done # {file}", "of CPU time"},
           {"yes # {file}", "of output"},
           {"kill -9 $$ # {file}", "signal 9"},
           {"no-such-command {file}", "exit code 127"},
           {"for i in $(seq 40); do sleep 100 & done; wait # {file}", ""},
           {"true {file}", "printed nothing"}}) {
    const Measurement measurement = measure(command);
    EXPECT_EQ(measurement.score, std::nullopt) << command;
    EXPECT_NE(measurement.reason, "") << command;
    EXPECT_THAT(measurement.reason, HasSubstr(reason)) << command;
    EXPECT_FALSE(measurement.cancelled);
  }
}

/// The command leaves its folder's name, in pieces that are not replaced, in a file of the test's.
TEST(ExternalEvaluator, TheFolderIsGoneAfterwardsAndItsNameIsNowhere) {
  std::string witness = (std::filesystem::temp_directory_path() / "syswright-witness-XXXXXX").string();
  ::close(::mkstemp(witness.data()));
  const Measurement measurement = measure("pwd > " + witness +
                                          "; mkdir -p deep/folder && echo x > deep/folder/file && chmod 000 deep; "
                                          "echo \"{\\\"score\\\": 1, \\\"info\\\": \\\"$PWD\\\"}\" # {file}");
  ASSERT_EQ(measurement.score, 1) << measurement.reason;
  EXPECT_EQ(measurement.info, "\"{scratch}\"");
  std::string folder = read_file(witness);
  folder.pop_back();
  std::filesystem::remove(witness);
  EXPECT_THAT(folder, HasSubstr("syswright-optimize-"));
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(ExternalEvaluator, ResultsStandInTheOrderOfTrialsOnAnyNumberOfThreads) {
  std::vector<std::string> texts;
  for (int i = 0; i < 24; ++i) texts.push_back(std::to_string(i));
  const Instance instance;
  std::vector<Trial> trials;
  for (const std::string& text : texts) trials.push_back({.text = &text, .instance = &instance});
  for (const unsigned threads : {1u, 3u, 8u}) {
    const ExternalEvaluator evaluator(options_for("echo \"{\\\"score\\\": $(cat {file})}\"", threads));
    const std::vector<Measurement> measured = evaluator.measure(trials, {});
    for (int i = 0; i < 24; ++i) EXPECT_EQ(measured[static_cast<std::size_t>(i)].score, i);
  }
}

TEST(ExternalEvaluator, AfterAStopNothingIsKnown) {
  std::stop_source source;
  source.request_stop();
  const std::string text = "text";
  const Instance instance;
  const Trial trial{.text = &text, .instance = &instance};
  const Measurement measurement =
      ExternalEvaluator(options_for("cat {file}")).measure({&trial, 1}, source.get_token()).front();
  EXPECT_TRUE(measurement.cancelled);
}

TEST(ExternalEvaluator, RefusesACommandWithoutAFile) {
  try {
    const ExternalEvaluator evaluator(options_for("cat"));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("write '{file}' in its place"));
  }
}

}  // namespace
}  // namespace syswright::optimize
