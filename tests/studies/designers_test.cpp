#include "studies/designers.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "design/design.h"
#include "design/portfolio.h"
#include "domains/domains.h"

namespace syswright::studies {
namespace {

class DesignersStudyTest : public ::testing::Test {
 protected:
  DesignersStudyTest() {
    register_domains(domains_);
    design::register_designers(designers_);
    designers_.add(std::make_unique<design::Portfolio>(design::own_strategies()));
  }
  Result run(std::map<std::string, std::string> options, std::stop_token stop = {}) {
    const StudyContext context{.domains = domains_,
                               .designers = designers_,
                               .evaluator = [this](const Domain&) -> Evaluator& { return evaluator_; },
                               .options = std::move(options),
                               .progress = [this](double fraction, const std::string&) { told_.push_back(fraction); },
                               .stop = std::move(stop)};
    return study_->run(context);
  }

  Registry<Domain> domains_{"domain"};
  Registry<design::Designer> designers_{"designer"};
  std::unique_ptr<const Study> study_ = make_designers_study();
  SerialEvaluator evaluator_;
  std::vector<double> told_;
};

TEST_F(DesignersStudyTest, ComparesThePortfolioWithTheBestSingleDesigner) {
  const Result result = run({{"domains", "model_placement"},
                             {"seeds", "1,2"},
                             {"budget", "40evals"},
                             {"designers", "random,anneal,portfolio"}});
  EXPECT_TRUE(result.complete);
  ASSERT_EQ(result.figures.size(), 4u);
  EXPECT_EQ(result.figures[0].name, "model_placement: random");
  EXPECT_EQ(result.figures[2].name, "model_placement: portfolio");
  const bool random_is_best = result.figures[0].ours <= result.figures[1].ours;
  const Figure& comparison = result.figures[3];
  EXPECT_THAT(comparison.name, testing::HasSubstr("portfolio against "));
  EXPECT_THAT(comparison.ours_text, testing::HasSubstr("of 2 seeds"));
  EXPECT_EQ(comparison.holds, result.holds);
  if (comparison.ours <= 0) {
    EXPECT_TRUE(comparison.holds);
  }
  RecordProperty("random_is_best", random_is_best);
  EXPECT_FALSE(told_.empty());
  EXPECT_LE(told_.back(), 1);
}

TEST_F(DesignersStudyTest, OptionsThatCannotBeUsedAreRefused) {
  EXPECT_THAT([&] { run({{"domains", "elsewhere"}}); },
              testing::ThrowsMessage<InputError>(testing::HasSubstr("the study has no 'elsewhere'")));
  EXPECT_THAT([&] { run({{"budget", "10s"}}); },
              testing::ThrowsMessage<InputError>(testing::HasSubstr("equal evaluations")));
  EXPECT_THAT([&] { run({{"designers", "nobody"}}); },
              testing::ThrowsMessage<InputError>(testing::HasSubstr("nobody")));
}

TEST_F(DesignersStudyTest, EveryDesignerMayStartFromWhatIsKnown) {
  const std::map<std::string, std::string> options{
      {"domains", "model_placement"}, {"seeds", "1"}, {"budget", "20evals"}, {"designers", "random,portfolio"}};
  std::map<std::string, std::string> informed = options;
  informed["start"] = "exemplars";
  EXPECT_LT(run(informed).figures[0].ours, run(options).figures[0].ours);
  informed["start"] = "nothing";
  EXPECT_THROW(run(informed), InputError);
}

TEST_F(DesignersStudyTest, AStopLeavesItIncomplete) {
  std::stop_source source;
  source.request_stop();
  const Result result =
      run({{"domains", "spot"}, {"seeds", "1"}, {"budget", "100evals"}, {"designers", "random"}}, source.get_token());
  EXPECT_FALSE(result.complete);
  EXPECT_FALSE(result.holds);
}

}  // namespace
}  // namespace syswright::studies
