#include "tests/app/support.h"

namespace syswright::app {
namespace {

using ::testing::HasSubstr;

/// A few requests on a linear replica: milliseconds an evaluation.
const std::vector<std::string> small{
    "tune",    "llm_serving", "--generate",  "poisson:6/s fixed:prompt=300,output=60 requests=120",
    "--seeds", "4",           "--hardware",  "linear:20ms,0.3ms,0.05ms,5ms",
    "--gpus",  "3",           "--kv-blocks", "600"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(TuneCommand, FindsABetterConfigurationThatRunReads) {
  const TemporaryFolder folder;
  const std::string best = folder / "best.toml";
  const Ran ran = run(with(small, {"--budget", "25evals", "-o", best, "--ledger", "none", "--json"}));
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto document = ran.json();
  EXPECT_LE(document["spent"], 25);
  EXPECT_GT(document["measured"], 5);
  EXPECT_LE(document["best"]["means"]["train"], document["before"]["means"]["train"]);
  EXPECT_TRUE(document["best"]["means"].contains("test"));
  const Ran again = run({"run", "llm_serving", "--config", best, "--ledger", "none", "--json", "--no-bounds"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.json()["scenarios"].size(), 4u);
}

TEST(TuneCommand, IsTheSameOnAnyNumberOfThreads) {
  for (const std::string searcher : {"autoscout", "bayes"}) {
    std::vector<std::string> outputs;
    for (const std::string threads : {"1", "3"}) {
      const Ran ran = run(with(small, {"--budget", "14evals", "--searcher", searcher, "--batch", "2", "--threads",
                                       threads, "--ledger", "none", "--json"}));
      ASSERT_EQ(ran.code, 0) << ran.err;
      outputs.push_back(ran.out);
    }
    EXPECT_EQ(outputs[0], outputs[1]);
  }
}

TEST(TuneCommand, KeepsWhatTheCommandLineStates) {
  const Ran ran = run(with(small, {"--budget", "8evals", "--searcher", "random", "--replicas", "2", "--token-budget",
                                   "1024", "--ledger", "none", "--json"}));
  ASSERT_EQ(ran.code, 0) << ran.err;
  for (const auto& step : ran.json()["steps"]) {
    EXPECT_THAT(step["settings"].get<std::string>(), ::testing::Not(HasSubstr("replicas")));
    EXPECT_THAT(step["settings"].get<std::string>(), ::testing::Not(HasSubstr("token-budget")));
  }
}

TEST(TuneCommand, TellsPeopleWhatMattered) {
  const Ran ran =
      run(with(small, {"--budget", "20evals", "--metric", "ttft", "--searcher", "bayes", "--ledger", "none"}));
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("bayes, ttft of policy least_outstanding, lower is better"));
  EXPECT_THAT(ran.out, HasSubstr("held out"));
  EXPECT_THAT(ran.out, HasSubstr("20 configurations measured"));
}

TEST(TuneCommand, RefusesWhatItCannotUse) {
  EXPECT_EQ(run({"tune", "cache"}).code, 2);
  const Ran searcher = run(with(small, {"--searcher", "bays", "--ledger", "none"}));
  EXPECT_EQ(searcher.code, 2);
  EXPECT_THAT(searcher.err, HasSubstr("did you mean 'bayes'"));
  const Ran gpus = run({"tune", "llm_serving", "--gpus", "0"});
  EXPECT_EQ(gpus.code, 2);
  EXPECT_THAT(gpus.err, HasSubstr("gpus '0' is not between 1 and 256"));
}

}  // namespace
}  // namespace syswright::app
