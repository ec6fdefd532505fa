#include "tests/app/support.h"

namespace syswright::app {
namespace {

using ::testing::HasSubstr;

/// A study whose outcome a test decides.
class PlannedStudy final : public studies::Study {
 public:
  PlannedStudy(std::string name, studies::Result result) : name_(std::move(name)), result_(std::move(result)) {}
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  studies::Result run(const studies::StudyContext& context) const override {
    studies::Result result = result_;
    result.verdict += " at depth " + studies::option_value(*this, context, "depth");
    context.progress(0.5, "half way");
    return result;
  }

 private:
  std::string name_;
  std::string claim_ = "what was planned comes to pass";
  std::string source_ = "this test";
  std::vector<Option> options_{{"depth", "3", "a number that is said again"}};
  studies::Result result_;
};

Registries planned() {
  Registries registries;
  const studies::Figure good{"a figure", "below 0", -0.5, "-0.5000", "ratio", true};
  const studies::Figure bad{"a figure", "below 0", 0.5, "+0.5000", "ratio", false};
  registries.studies.add(std::make_unique<PlannedStudy>("good", studies::Result{true, true, "as planned", {good}}));
  registries.studies.add(std::make_unique<PlannedStudy>("bad", studies::Result{false, true, "not as planned", {bad}}));
  registries.studies.add(std::make_unique<PlannedStudy>("cut", studies::Result{false, false, "cut short", {}}));
  return registries;
}

TEST(StudyCommand, TheExitCodeSaysWhetherTheClaimHolds) {
  const Registries registries = planned();
  const Ran good = run_with(registries, {"study", "run", "good", "--ledger", "none"});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("the claim holds: as planned at depth 3"));
  EXPECT_THAT(good.out, HasSubstr("below 0"));
  const Ran bad = run_with(registries, {"study", "run", "bad", "--depth", "7", "--ledger", "none"});
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.out, HasSubstr("the claim does NOT hold: not as planned at depth 7"));
  EXPECT_EQ(run_with(registries, {"study", "run", "cut", "--ledger", "none"}).code, 130);
}

TEST(StudyCommand, JsonHasTheFigures) {
  const Registries registries = planned();
  const auto json = run_with(registries, {"study", "run", "bad", "--ledger", "none", "--json"}).json();
  EXPECT_EQ(json["holds"], false);
  EXPECT_EQ(json["figures"][0]["ours"], 0.5);
  EXPECT_EQ(json["figures"][0]["holds"], false);
}

TEST(StudyCommand, TheListRemembersTheLastRunOfEach) {
  const TemporaryFolder folder;
  const Registries registries = planned();
  const std::string ledger = folder / "ledger.db";
  const auto states = [&] {
    std::vector<std::string> all;
    for (const auto& study : run_with(registries, {"study", "list", "--ledger", ledger, "--json"}).json()) {
      all.push_back(study["last_run"]);
    }
    return all;
  };
  EXPECT_THAT(states(), ::testing::ElementsAre("not run yet", "not run yet", "not run yet"));
  for (const char* name : {"good", "bad", "cut"}) run_with(registries, {"study", "run", name, "--ledger", ledger});
  EXPECT_THAT(states(), ::testing::ElementsAre("holds", "does not hold", "interrupted"));
  const std::string text = run_with(registries, {"study", "list", "--ledger", ledger}).out;
  EXPECT_THAT(text, HasSubstr("as planned at depth 3"));
}

TEST(StudyCommand, ARunThatWasKilledDoesNotCount) {
  const TemporaryFolder folder;
  const std::string path = folder / "ledger.db";
  Ledger(path).begin_run("study good", "{}", 0);  // never ended
  const Registries registries = planned();
  EXPECT_EQ(run_with(registries, {"study", "list", "--ledger", path, "--json"}).json()[0]["last_run"], "not run yet");
}

}  // namespace
}  // namespace syswright::app
