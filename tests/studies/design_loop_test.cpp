#include "studies/design_loop.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "design/design.h"
#include "domains/domains.h"
#include "policy/compile.h"
#include "studies/design_run.h"
#include "tests/support/toy_domain.h"

namespace syswright::studies {
namespace {

class DesignLoopTest : public ::testing::Test {
 protected:
  DesignLoopTest() : study(make_design_loop_study()) {
    register_domains(domains);
    design::register_designers(designers);
    trace = std::filesystem::temp_directory_path() / ("syswright-design-loop-" + std::to_string(::getpid()) + ".txt");
    std::ofstream file(trace);
    const Random random(1, "requests of the study's test trace");
    for (std::size_t i = 0; i < 6000; ++i) {
      Random draw = random.at(i);
      file << (draw.chance(0.6) ? draw.below(60) : 1000 + draw.below(4000)) << "\n";
    }
  }
  ~DesignLoopTest() override { std::filesystem::remove(trace); }

  StudyContext context(std::map<std::string, std::string> options, std::stop_token stop = {}) {
    options["trace"] = trace.string();
    return {.domains = domains,
            .designers = designers,
            .evaluator = [this](const Domain&) -> Evaluator& { return evaluator; },
            .options = std::move(options),
            .progress = [this](double fraction, const std::string&) { fractions.push_back(fraction); },
            .stop = std::move(stop)};
  }

  Registry<Domain> domains{"domain"};
  Registry<design::Designer> designers{"designer"};
  std::unique_ptr<const Study> study;
  std::filesystem::path trace;
  SerialEvaluator evaluator;
  std::vector<double> fractions;
};

TEST_F(DesignLoopTest, HasAFigureForEachSizeAndSeed) {
  const Result result =
      study->run(context({{"size", "40,80"}, {"seeds", "1,2"}, {"budget", "15evals"}, {"designer", "random"}}));
  EXPECT_TRUE(result.complete);
  ASSERT_EQ(result.figures.size(), 4u);
  EXPECT_EQ(result.figures[0].name, "40 objects, seed 1");
  EXPECT_EQ(result.figures[3].name, "80 objects, seed 2");
  bool all = true;
  for (const Figure& figure : result.figures) {
    EXPECT_EQ(figure.holds, figure.ours < 0) << figure.ours_text;
    all = all && figure.holds;
  }
  EXPECT_EQ(result.holds, all) << "the claim is of every seed and size";
  EXPECT_FALSE(fractions.empty());
  EXPECT_TRUE(std::is_sorted(fractions.begin(), fractions.end()));
}

TEST_F(DesignLoopTest, AStopLeavesItIncompleteAndNotHolding) {
  std::stop_source source;
  source.request_stop();
  const Result result =
      study->run(context({{"size", "40"}, {"seeds", "1"}, {"budget", "15evals"}}, source.get_token()));
  EXPECT_FALSE(result.complete);
  EXPECT_FALSE(result.holds);
}

TEST_F(DesignLoopTest, RefusesOptionsThatCannotBeUsed) {
  EXPECT_THROW(study->run(context({{"budget", "soon"}})), InputError);
  EXPECT_THROW(study->run(context({{"seeds", "one"}})), InputError);
  EXPECT_THROW(study->run(context({{"designer", "nobody"}})), InputError);
}

/// A designer that hands back what it was given, and looks at what it may see.
class Echo final : public design::Designer {
 public:
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return name_; }
  design::Outcome design(const design::Task& task) const override {
    seen_train = task.train;
    seen_validation = task.validation;
    return {.best = task.seeds.at(0)};
  }
  mutable std::vector<ScenarioPtr> seen_train;
  mutable std::vector<ScenarioPtr> seen_validation;

 private:
  std::string name_ = "echo";
};

policy::ProgramPtr smith(const Domain& domain) {
  const std::vector<std::shared_ptr<const policy::Signature>> languages{domain.signature()};
  return policy::compile("policy p for toy { rank dispatch(cost, work) by all { return cost / work; } }", "test",
                         languages);
}

TEST(DesignRun, TheDesignerNeverSeesTheTestPart) {
  const toy::ToyDomain domain;
  const auto workload = domain.open({});
  const Suite suite = workload->suite();
  const Echo echo;
  SerialEvaluator evaluator;
  bool told = false;
  const DesignPlan plan{.domain = domain,
                        .suite = suite,
                        .designer = echo,
                        .budget = {.evaluations = 1, .seconds = {}},
                        .seeds = {smith(domain)},
                        .name = "named",
                        .searched = [&](const design::Outcome& outcome) { told = outcome.best != nullptr; }};
  const DesignRun run = run_design(plan, evaluator, {});
  EXPECT_TRUE(told);
  EXPECT_EQ(echo.seen_train, suite.train);
  EXPECT_EQ(echo.seen_validation, suite.validation);
  EXPECT_EQ(run.outcome.best->name(), "named");
  ASSERT_EQ(run.test.scenarios.size(), 1u);
  EXPECT_EQ(run.test.scenarios[0].scenario, suite.test[0]);
  EXPECT_EQ(run.test.scenarios[0].standings.size(), domain.baselines().size() + 1);
  EXPECT_EQ(run.test.scenarios[0].standings[0].policy.name(), "designed");
  // The program is the optimal baseline's twin.
  EXPECT_EQ(run.against[0].verdict, judge::Verdict::level);
  EXPECT_EQ(run.count(judge::Verdict::level), 1u);
  EXPECT_EQ(run.count(judge::Verdict::better), 0u);
}

}  // namespace
}  // namespace syswright::studies
