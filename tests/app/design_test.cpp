#include <fmt/format.h>

#include "app/design_output.h"
#include "policy/compile.h"
#include "tests/app/markup.h"
#include "tests/app/support.h"
#include "tests/support/toy_domain.h"

namespace syswright::app {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The toy domain beside the real ones: small, and with a known best policy.
const Registries& with_toy() {
  static const Registries registries = [] {
    Registries all = built_in();
    all.domains.add(std::make_unique<toy::ToyDomain>());
    return all;
  }();
  return registries;
}

class DesignToy : public ::testing::Test {
 protected:
  Ran design(std::vector<std::string> more, std::stop_token stop = {}) const {
    std::vector<std::string> arguments{"design", "toy", "--ledger", "none", "--report", folder_ / "report"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_with(with_toy(), arguments, std::move(stop));
  }
  TemporaryFolder folder_;
};

TEST_F(DesignToy, WritesThePolicyAndTheReport) {
  const std::string file = folder_ / "cheap_first.pol";
  const Ran ran = design({"--designer", "random", "--budget", "60evals", "--seed", "3", "-o", file});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("random, seed 3, budget 60evals"));
  EXPECT_THAT(ran.out, HasSubstr("On the held-out part:"));
  EXPECT_THAT(ran.out, HasSubstr("policy cheap_first for toy {"));
  EXPECT_THAT(ran.out, HasSubstr("report: " + (folder_ / "report/report.html")));
  EXPECT_THAT(ran.out, HasSubstr("smith"));
  const std::string program = read_file(file);
  EXPECT_THAT(program, StartsWith("# Designed by Syswright "));
  EXPECT_THAT(program, HasSubstr("# Held out, 32 batches: the designed policy "));
  EXPECT_THAT(program, HasSubstr("# Again: syswright design toy "));
  const Ran checked = run_with(with_toy(), {"check", file});
  EXPECT_EQ(checked.code, 0) << checked.out;
}

TEST_F(DesignToy, ABaselineThatWinsIsNamedPlainly) {
  // smith is the optimum, so that nothing can beat it.
  const auto json = design({"--designer", "random", "--budget", "20evals", "--json"}).json();
  const auto& against = json["test"][0]["against_best_baseline"];
  EXPECT_EQ(against["baseline"], "smith");
  EXPECT_THAT(std::string(against["verdict"]), AnyOf("worse", "level"));
  if (against["verdict"] == "worse") {
    EXPECT_THAT(std::string(json["verdict"]), HasSubstr("A baseline beats the designed policy"));
    EXPECT_THAT(std::string(json["verdicts"][0]), HasSubstr("loses to the best baseline, smith"));
  }
}

TEST_F(DesignToy, TheSameCommandGivesTheSamePolicyOnAnyNumberOfThreads) {
  const auto designed = [&](const char* threads) {
    return design({"--budget", "150evals", "--seed", "5", "--threads", threads, "--json"}).json();
  };
  const auto one = designed("1");
  const auto three = designed("3");
  EXPECT_EQ(one["policy"], three["policy"]);
  EXPECT_EQ(one["test"], three["test"]);
  EXPECT_EQ(one["search"]["history"], three["search"]["history"]);
}

TEST_F(DesignToy, SeveralScenariosAreSummedUp) {
  const Ran ran = run_with(
      with_toy(), {"design", "spot", "--windows", "3", "--deadline", "52h", "--overhead", "0.02h,0.1h", "--designer",
                   "random", "--budget", "60evals", "--ledger", "none", "--report", folder_ / "report", "--json"});
  const auto json = ran.json();
  double designed = 0;
  double bound = 0;
  for (const auto& scenario : json["test"]) {
    designed += double(scenario["policies"][0]["metrics"]["cost"]) / 2;
    bound += double(scenario["bounds"][0]["value"]) / 2;
  }
  const std::string overall = json["overall"];
  EXPECT_THAT(overall,
              StartsWith(fmt::format("Over all 2 held-out scenarios: mean cost ${:.2f}; best baseline ", designed)));
  EXPECT_THAT(overall, HasSubstr(fmt::format("; bound ${:.2f}, gap {:+.1f} %.", bound, 100 * (designed / bound - 1))));
}

TEST_F(DesignToy, TheReportIsWellFormedAndWhole) {
  ASSERT_EQ(design({"--budget", "150evals", "--seed", "2"}).code, 0);
  const std::string page = read_file(folder_ / "report/report.html");
  EXPECT_EQ(markup_problem(page), "");
  for (const char* part :
       {"<!DOCTYPE html>", "On the held-out part", "The policy", "The search", "In numbers", "What was run",
        "To run it again", "syswright design toy --", "<svg", "prefers-color-scheme: dark", "@media print"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
  for (const char* outside : {"http://", "https://", "<script", "<link", "@import", "url("}) {
    std::string rest = page;
    // The name of the SVG language is not fetched.
    for (const std::string name = "http://www.w3.org/2000/svg"; rest.find(name) != rest.npos;)
      rest.erase(rest.find(name), name.size());
    EXPECT_EQ(rest.find(outside), rest.npos) << outside << " makes the page need something else";
  }
  EXPECT_NO_THROW(nlohmann::json::parse(read_file(folder_ / "report/report.json")));
  EXPECT_THAT(read_file(folder_ / "report/results.csv"), StartsWith("scenario,"));
}

TEST_F(DesignToy, StartsFromProgramsWhenAsked) {
  const std::string smith = folder_.write(
      "smith.pol", "policy known for toy {\n  rank dispatch(cost, work) by all { return cost / work; }\n}\n");
  const auto json = design({"--designer", "random", "--budget", "5evals", "--start", smith, "--json"}).json();
  EXPECT_EQ(json["test"][0]["against_best_baseline"]["verdict"], "level") << "the optimum was given to it";
  EXPECT_EQ(design({"--budget", "20evals", "--start", "exemplars"}).code, 0);
}

TEST_F(DesignToy, AStopKeepsTheBestSoFar) {
  std::stop_source source;
  source.request_stop();
  const std::string file = folder_ / "early.pol";
  const Ran ran = design({"--budget", "1000evals", "-o", file, "--json"}, source.get_token());
  EXPECT_EQ(ran.code, 130) << ran.err;
  EXPECT_EQ(ran.json()["search"]["stopped"], true);
  EXPECT_EQ(run_with(with_toy(), {"check", file}).code, 0);
}

TEST_F(DesignToy, TheLedgerKeepsTheRun) {
  const std::string path = folder_ / "ledger.db";
  const std::vector<std::string> arguments{"design",   "toy",  "--ledger", path,
                                           "--report", "none", "--budget", "60evals"};
  ASSERT_EQ(run_with(with_toy(), arguments).code, 0);
  const Ledger ledger(path);
  const auto runs = ledger.runs("design toy");
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(nlohmann::json::parse(runs[0].options)["budget"], "60evals");
  EXPECT_EQ(nlohmann::json::parse(runs[0].outcome)["domain"], "toy");
  EXPECT_FALSE(ledger.proposals(runs[0].id).empty());
  EXPECT_GT(ledger.summary().evaluations, 0u);
  EXPECT_FALSE(std::filesystem::exists("none"));
}

TEST_F(DesignToy, StartsFromEarlierRunsWithMemory) {
  const auto design_once = [&](const std::string& ledger, const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"design", "toy",    "--ledger", folder_ / ledger, "--report",
                                       "none",   "--json", "--budget", "60evals"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ran ran = run_with(with_toy(), arguments);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.json()["search"];
  };
  const auto first = design_once("ledger.db", {});
  EXPECT_TRUE(first["notes"].empty());
  const auto second = design_once("ledger.db", {"--memory", "--seed", "2"});
  EXPECT_LE(second["convergence"].back()[1], first["convergence"].back()[1]);
  EXPECT_THAT(second["notes"].dump(), HasSubstr("results were taken from it"));
  EXPECT_THAT(second["notes"].dump(), HasSubstr("1 that they chose were incumbents here"));
  // Without the flag the ledger makes no difference.
  EXPECT_EQ(design_once("ledger.db", {"--seed", "3"})["history"], design_once("other.db", {"--seed", "3"})["history"]);
}

TEST_F(DesignToy, AReportThatCannotBeWrittenFails) {
  const std::string blocked = folder_.write("blocked", "a file where the folder should be");
  const Ran ran =
      run_with(with_toy(), {"design", "toy", "--ledger", "none", "--budget", "10evals", "--report", blocked});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, HasSubstr(blocked));
}

TEST(PolicyName, IsAWordOfTheLanguageAndNotABaseline) {
  const toy::ToyDomain domain;
  EXPECT_EQ(policy_name_for("", domain), "designed");
  EXPECT_EQ(policy_name_for("out/Keep-Hot.pol", domain), "keep_hot");
  EXPECT_EQ(policy_name_for("smith.pol", domain), "designed_smith");
  EXPECT_EQ(policy_name_for("9lives.pol", domain), "designed_9lives");
  EXPECT_EQ(policy_name_for("return.pol", domain), "designed_return");
}

/// A run that was never computed, for what a page must not trust.
struct Hostile {
  toy::ToyDomain domain;
  Suite suite{"toy", {domain.scenario({.batches = 4})}, {}, {domain.scenario({.batches = 4, .seed = 2})}};
  studies::DesignRun run;
};

TEST(Report, EscapesEverythingThatComesFromOutside) {
  Hostile hostile;
  const auto source = "policy p for toy { rank dispatch(work) by all { return -work; } }";
  const std::vector<std::shared_ptr<const policy::Signature>> languages{hostile.domain.signature()};
  const auto program = policy::compile(source, "test", languages);
  hostile.run.outcome.best = program;
  hostile.run.outcome.history.push_back({program, "<img src=x>", {}, 1, 1});
  SerialEvaluator evaluator;
  const std::vector<Policy> policies{Policy::of(program->renamed("<b>&'\"")), Policy::native("fifo")};
  hostile.run.test = judge::compare(hostile.domain, policies, hostile.suite.test, evaluator, {.reference = 0});
  hostile.run.against = {
      judge::against_best(hostile.domain, hostile.run.test.scenarios[0], 0, std::vector<std::size_t>{1})};
  const DesignReport report{.domain = hostile.domain,
                            .workload = {"<script>alert(1)</script>", {{"<i>", "</pre>"}}, {"5 > 3 & \"x\""}},
                            .suite = hostile.suite,
                            .run = hostile.run,
                            .command = "syswright '</pre><script>'",
                            .designer = "<d>",
                            .budget = "<1s",
                            .version = "0"};
  const std::string page = report_html(report);
  EXPECT_EQ(markup_problem(page), "");
  EXPECT_EQ(page.find("<script"), page.npos);
  EXPECT_EQ(page.find("<img"), page.npos);
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)"));
}

TEST(Report, TheLineageFollowsParentsAndNeverTurnsInACircle) {
  const toy::ToyDomain domain;
  const std::vector<std::shared_ptr<const policy::Signature>> languages{domain.signature()};
  const auto program = [&](int n) {
    return policy::compile(
        "policy p for toy { rank dispatch(work) by all { return -work * " + std::to_string(n) + " + 1s; } }", "test",
        languages);
  };
  const auto a = program(2);
  const auto b = program(3);
  const auto c = program(4);
  design::Outcome outcome;
  outcome.best = c;
  outcome.history = {
      {a, "random", {}, 3, 1}, {b, "mutate", {a->digest()}, 2, 2}, {c, "crossover", {b->digest(), a->digest()}, 1, 3}};
  std::vector<std::string> origins;
  for (const auto& step : lineage(outcome)) origins.push_back(step.origin);
  EXPECT_THAT(origins, ::testing::ElementsAre("random", "mutate", "crossover"));
  outcome.history[0].parents = {c->digest()};  // a claims to descend from its own descendant
  EXPECT_LE(lineage(outcome).size(), 4u);
  outcome.history.clear();
  EXPECT_TRUE(lineage(outcome).empty());
}

class DesignCache : public ::testing::Test {};

TEST_F(DesignCache, GoesFromATraceToAPolicyAndBack) {
  const TemporaryFolder folder;
  const std::string trace = folder.write("small.txt", small_trace(9000));
  const std::string file = folder / "found.pol";
  const Ran designed = run({"design", "cache", "--trace", trace, "--size", "50", "--budget", "40evals", "--seed", "1",
                            "-o", file, "--ledger", "none", "--report", folder / "report", "--json"});
  ASSERT_EQ(designed.code, 0) << designed.err;
  const std::string page = read_file(folder / "report/report.html");
  EXPECT_EQ(markup_problem(page), "");
  EXPECT_THAT(page, HasSubstr("Over every cache size"));
  const auto curves = designed.json()["curves"];
  EXPECT_EQ(curves["axis"]["name"], "cache size");
  ASSERT_GE(curves["curves"].size(), 3u);  // the design, the best baseline, lru or fifo or both
  EXPECT_EQ(curves["curves"][0]["policy"], designed.json()["policy"]["name"]);
  for (const auto& curve : curves["curves"]) {
    const auto& ratios = curve["metrics"]["request_miss_ratio"];
    ASSERT_EQ(ratios.size(), curves["axis"]["places"].size());
    EXPECT_GE(ratios.front(), ratios.back()) << curve["policy"];
  }
  const Ran ran =
      run({"run", "cache", "--policy", file + ",lru", "--trace", trace, "--size", "50", "--ledger", "none", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["scenarios"][0]["policies"][0]["digest"], designed.json()["policy"]["digest"]);
}

}  // namespace
}  // namespace syswright::app
