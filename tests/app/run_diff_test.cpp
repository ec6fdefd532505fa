#include <gmock/gmock.h>

#include "tests/app/support.h"

namespace syswright::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RunDiff : public ::testing::Test {
 protected:
  Ran run_cache(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"run", "cache", "--ledger", "none"});
    return run(arguments);
  }
  TemporaryFolder folder;
  const std::string trace = "trace = \"" + folder.write("small.txt", small_trace()) + "\"\n";
  const std::string first = folder.write("a.toml", trace + "policy = \"lru\"\nsize = \"100\"\nunit = true\n");
  const std::string second =
      folder.write("b.toml", trace + "domain = \"cache\"\npolicy = \"fifo\"\nsize = 1000\nunit = \"yes\"\n");
};

TEST_F(RunDiff, NamesWhatDiffersAndWhatItContributes) {
  const Ran ran = run_cache({"--diff", first, second, "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto json = ran.json();
  ASSERT_EQ(json["changes"].size(), 2u);
  EXPECT_EQ(json["changes"][0]["setting"], "size");
  EXPECT_EQ(json["changes"][1]["setting"], "policy");
  const std::string metric = "request_miss_ratio";
  double sum = 0;
  for (const auto& change : json["changes"]) sum += change["contributes"][metric].get<double>();
  EXPECT_NEAR(sum, json["second"]["metrics"][metric].get<double>() - json["first"]["metrics"][metric].get<double>(),
              1e-12);
  EXPECT_EQ(json["runs"], 4);
  const std::string text = run_cache({"--diff", first, second}).out;
  EXPECT_THAT(text, HasSubstr("2 settings differ"));
  EXPECT_THAT(text, Not(HasSubstr("unit")));
}

TEST_F(RunDiff, SaysThatNothingDiffers) {
  EXPECT_THAT(run_cache({"--diff", first, first}).out, HasSubstr("no setting differs"));
}

TEST_F(RunDiff, ReadsARunFromAFileAndLetsTheCommandLineGoFirst) {
  const auto from_file = run_cache({"--config", second, "--json", "--no-bounds", "--no-audit"}).json();
  const auto from_line = run_cache({"--trace", folder / "small.txt", "--size", "1000", "--unit", "yes", "--policy",
                                    "fifo", "--json", "--no-bounds", "--no-audit"})
                             .json();
  EXPECT_EQ(from_file["scenarios"], from_line["scenarios"]);
  const auto both = run_cache({"--config", second, "--size", "100", "--json", "--no-bounds", "--no-audit"}).json();
  EXPECT_NE(both["scenarios"], from_line["scenarios"]);
}

TEST_F(RunDiff, SaysWhereAFileIsWrong) {
  const auto message = [&](const std::string& text) {
    return run_cache({"--config", folder.write("bad.toml", text)}).err;
  };
  EXPECT_THAT(message("size = \"100\"\nsise = 3\n"), HasSubstr("bad.toml:2:"));
  EXPECT_THAT(message("sise = 3\n"), HasSubstr("did you mean 'size'?"));
  EXPECT_THAT(message("size = \n"), HasSubstr("this is not TOML"));
  EXPECT_THAT(message("domain = \"spot\"\n"), HasSubstr("for the domain 'spot', not for 'cache'"));
  EXPECT_THAT(message("[size]\nx = 1\n"), HasSubstr("must be a text, a number, true or false"));
  EXPECT_THAT(message("size = [100, 200]\npolicy = \"lro\"\n"), HasSubstr("did you mean 'lru'?"));
  EXPECT_THAT(run_cache({"--diff", first}).err, HasSubstr("--diff"));
  EXPECT_THAT(
      run_cache({"--diff", first, folder.write("two.toml", trace + "size = [100, 200]\npolicy = \"lru\"\n")}).err,
      HasSubstr("asks for 2 scenarios"));
  EXPECT_THAT(run_cache({"--diff", first, second, "--metric", "mis"}).err, HasSubstr("there are:"));
}

}  // namespace
}  // namespace syswright::app
