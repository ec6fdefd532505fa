#include "tests/app/support.h"

namespace syswright::app {
namespace {

using ::testing::HasSubstr;

/// Scores a text "x=…" by how near x is to the instance, or to 0.625.
class OptimizeTest : public ::testing::Test {
 protected:
  OptimizeTest() {
    artifact = folder.write("text.txt", "x=0.1 # @tune(0, 1)\nkind=a # @choose(a, b)\n");
    single = "sh " +
             folder.write("single.sh",
                          "x=$(sed -n 's/^x=\\([^ ]*\\).*/\\1/p' $1)\n"
                          "awk -v x=$x -v w=${2:-0.625} -v k=$(grep -c '^kind=b' $1) "
                          "'BEGIN { print \"{\\\"score\\\": \" k - (x - w) * (x - w) \"}\" }'\n") +
             " {file}";
  }

  Ran optimize(std::vector<std::string> more) const {
    std::vector<std::string> arguments{"optimize", "--artifact", artifact, "--seed", "3"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }

  TemporaryFolder folder;
  std::string artifact;
  std::string single;
};

TEST_F(OptimizeTest, ImprovesASingleTaskAndWritesTheBest) {
  const std::string best = folder / "best.txt";
  const Ran ran = optimize({"--evaluator", single, "--budget", "80evals", "--out", best});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("single-task: 2 marks, higher is better"));
  EXPECT_THAT(ran.out, HasSubstr("80 evaluations"));
  EXPECT_THAT(ran.out, HasSubstr("files of yours stay readable and writable"));
  const std::string text = read_file(best);
  EXPECT_THAT(text, HasSubstr("kind=b # @choose(a, b)"));
  EXPECT_NEAR(std::stod(text.substr(2)), 0.625, 0.05);
}

TEST_F(OptimizeTest, WritesTheSameBytesOnAnyNumberOfThreads) {
  const std::vector<std::string> common{"--evaluator", single, "--budget", "60evals", "--json"};
  std::vector<std::string> outputs;
  for (const char* threads : {"1", "4"}) {
    std::vector<std::string> arguments = common;
    arguments.insert(arguments.end(), {"--threads", threads});
    const Ran ran = optimize(arguments);
    ASSERT_EQ(ran.code, 0) << ran.err;
    outputs.push_back(ran.out);
  }
  EXPECT_EQ(outputs[0], outputs[1]);
  const auto document = nlohmann::json::parse(outputs[0]);
  EXPECT_EQ(document["mode"], "single-task");
  EXPECT_EQ(document["spent"], 60);
  EXPECT_GT(document["best"]["train"]["mean"], document["original"]["train"]["mean"]);
}

TEST_F(OptimizeTest, HoldsInstancesOutAndComparesOnThemInPairs) {
  const std::string dataset = folder.write("data.txt", "0.5\n0.55\n# a remark\n0.6\n0.65\n0.7\n0.75\n");
  const std::string test = folder.write("test.txt", "0.52\n0.58\n0.62\n0.68\n");
  const Ran ran = optimize(
      {"--evaluator", single + " {instance}", "--dataset", dataset, "--test", test, "--budget", "120evals", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto document = ran.json();
  EXPECT_EQ(document["mode"], "generalization");
  EXPECT_EQ(document["train"].size(), 4u);
  EXPECT_EQ(document["validation"].size(), 2u);
  EXPECT_TRUE(document["verdict"]["held_out"]);
  EXPECT_TRUE(document["verdict"]["better"]);
  EXPECT_EQ(document["verdict"]["instances"].size(), 4u);
  EXPECT_LE(document["spent"], 120);
}

TEST_F(OptimizeTest, FailuresAreCountedWithTheirReason) {
  const std::string evaluator = "if grep -q kind=b {file}; then echo too bad >&2; exit 3; fi; " + single;
  const Ran ran = optimize({"--evaluator", evaluator, "--budget", "40evals", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto document = ran.json();
  EXPECT_GT(document["failures"]["ended with exit code 3: too bad"], 0);
  EXPECT_EQ(document["best"]["settings"]["kind"], "a");
}

TEST_F(OptimizeTest, SaysWhatCannotBeUsed) {
  for (const auto& [more, error] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--evaluator", "true"}, "write '{file}' in its place"},
           {{"--evaluator", "true {file}"}, "the evaluator gives the original no score: printed nothing"},
           {{"--evaluator", "cat {file} {instance}"}, "there is no --dataset"},
           {{"--evaluator", "cat {file}", "--dataset", artifact}, "write '{instance}' in its place"},
           {{"--evaluator", "cat {file}", "--test", "20%"}, "there is no --dataset to search on"},
           {{"--evaluator", "cat {file} {instance}", "--dataset", artifact, "--test", artifact},
            "would not be held out"},
           {{"--evaluator", single, "--budget", "1evals"}, "is too small"}}) {
    const Ran ran = optimize(more);
    EXPECT_EQ(ran.code, 2) << error;
    EXPECT_THAT(ran.err, HasSubstr(error));
  }
}

}  // namespace
}  // namespace syswright::app
