#include "studies/funsearch.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "design/design.h"
#include "domains/domains.h"

namespace syswright::studies {
namespace {

Result run(std::map<std::string, std::string> options) {
  Registry<Domain> domains{"domain"};
  Registry<design::Designer> designers{"designer"};
  register_domains(domains);
  design::register_designers(designers);
  SerialEvaluator evaluator;
  return make_funsearch_study()->run({.domains = domains,
                                      .designers = designers,
                                      .evaluator = [&](const Domain&) -> Evaluator& { return evaluator; },
                                      .options = std::move(options),
                                      .progress = {},
                                      .stop = {}});
}

TEST(FunSearchStudy, HasAFigureForEachKnownRuleEachSeedAndEachLength) {
  const Result result =
      run({{"instances", "8"}, {"items", "1000"}, {"lengths", "300"}, {"seeds", "1,2"}, {"budget", "30evals"}});
  EXPECT_TRUE(result.complete);
  std::vector<std::string> names;
  for (const Figure& figure : result.figures) names.push_back(figure.name);
  EXPECT_THAT(names, testing::ElementsAre("best fit", "FunSearch's program", "sum of squares (2006)",
                                          "designed, seed 1", "designed, seed 2", "FunSearch's program, 300 items"));
  for (const Figure& figure : result.figures) {
    EXPECT_GE(figure.ours, 0) << figure.name;
    EXPECT_LT(figure.ours, 0.12) << figure.name;
  }
  EXPECT_THAT(result.figures[3].ours_text, testing::HasSubstr("FunSearch's program has"));
  EXPECT_THAT(result.figures[5].ours_text, testing::HasSubstr("the rules found:"));
}

TEST(FunSearchStudy, RefusesWhatItCannotRead) {
  EXPECT_THROW(run({{"budget", "soon"}}), InputError);
  EXPECT_THROW(run({{"seeds", "one"}, {"instances", "4"}, {"items", "10"}}), InputError);
}

}  // namespace
}  // namespace syswright::studies
