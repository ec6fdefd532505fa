#include "studies/cloudcast.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "design/design.h"
#include "domains/domains.h"
#include "tests/domains/broadcast/public_tables.h"
#include "tests/domains/broadcast/sample_tables.h"

namespace syswright::studies {
namespace {

class CloudcastTest : public ::testing::Test {
 protected:
  CloudcastTest() : study(make_cloudcast_study()) {
    register_domains(domains);
    design::register_designers(designers);
  }
  Result run(std::map<std::string, std::string> options) {
    return study->run({.domains = domains,
                       .designers = designers,
                       .evaluator = [this](const Domain&) -> Evaluator& { return evaluator; },
                       .options = std::move(options),
                       .progress = {},
                       .stop = {}});
  }

  Registry<Domain> domains{"domain"};
  Registry<design::Designer> designers{"designer"};
  std::unique_ptr<const Study> study;
  SerialEvaluator evaluator;
};

TEST_F(CloudcastTest, HoldsOnThePublicTables) {
  if (broadcast::public_folder().empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  const Result result = run({{"trace", broadcast::public_folder()}, {"budget", "0"}});
  EXPECT_TRUE(result.complete);
  EXPECT_TRUE(result.holds) << result.verdict;
  ASSERT_EQ(result.figures.size(), 5u);
  for (const Figure& figure : result.figures) EXPECT_TRUE(figure.holds) << figure.name << ": " << figure.ours_text;
}

/// Over other tables the published figures cannot hold; everything is still worked out, and the trick still refused.
TEST_F(CloudcastTest, IsWholeOnOtherTables) {
  const broadcast::SampleFolder folder;
  const Result result = run({{"trace", folder.path()}, {"budget", "40evals"}, {"designer", "random"}});
  EXPECT_TRUE(result.complete);
  EXPECT_FALSE(result.holds);
  ASSERT_EQ(result.figures.size(), 7u);
  EXPECT_TRUE(result.figures[2].holds) << result.figures[2].ours_text;
  const double bound = result.figures[4].ours;
  EXPECT_LE(bound, result.figures[3].ours);
  EXPECT_GE(result.figures[5].ours, bound);
  EXPECT_GE(result.figures[6].ours, bound);
}

TEST_F(CloudcastTest, NeedsTheTables) { EXPECT_THROW(run({}), InputError); }

}  // namespace
}  // namespace syswright::studies
