#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "domains/broadcast/broadcast.h"
#include "domains/broadcast/generate.h"
#include "domains/broadcast/scenario.h"
#include "tests/domains/broadcast/sample_tables.h"

namespace syswright::broadcast {
namespace {

using testing::HasSubstr;

TEST(GeneratedNetwork, LooksLikeCloudsAndIsTheSameAgain) {
  const NetworkPtr network = generate_network(1);
  EXPECT_EQ(network->size(), 36u);
  EXPECT_EQ(network->rows().size(), 36u * 35);
  EXPECT_EQ(network->digest(), generate_network(1)->digest());
  EXPECT_NE(network->digest(), generate_network(2)->digest());
  double inside = 0;
  double outside = 0;
  for (const LinkRow& row : network->rows()) {
    EXPECT_GE(row.price, 0.01);
    EXPECT_LE(row.price, 0.25);
    EXPECT_GE(row.bits_per_second, 0.2e9);
    EXPECT_LE(row.bits_per_second, 40e9);
    const bool same = network->provider(network->find(row.from, "")) == network->provider(network->find(row.to, ""));
    (same ? inside : outside) += row.price;
  }
  EXPECT_LT(inside / 11, 0.6 * outside / 24);  // mean over 11 links inside and 24 outside a region
}

std::set<std::vector<Region>> identities(const std::vector<ScenarioPtr>& scenarios) {
  std::set<std::vector<Region>> found;
  for (const ScenarioPtr& scenario : scenarios) {
    for (const OrderPtr& order : dynamic_cast<const BroadcastScenario&>(*scenario).orders()) {
      std::vector<Region> regions = order->transfer().destinations;
      std::sort(regions.begin(), regions.end());
      regions.insert(regions.begin(), order->transfer().source);
      EXPECT_TRUE(found.insert(regions).second) << "drawn twice";
    }
  }
  return found;
}

TEST(Suite, PartsShareNoTransfer) {
  const SampleFolder folder;
  const auto suite =
      make_broadcast_domain()
          ->open({.workload = folder.path(), .format = "", .options = {{"draws", "10"}, {"destinations", "3"}}})
          ->suite();
  const auto train = identities(suite.train);
  const auto validation = identities(suite.validation);
  const auto test = identities(suite.test);
  EXPECT_EQ(train.size(), 30u);  // two providers and between them
  EXPECT_EQ(test.size(), 2u);
  for (const auto& one : train) EXPECT_FALSE(validation.count(one) || test.count(one));
  for (const auto& one : validation) EXPECT_FALSE(test.count(one));
}

TEST(Suite, CanBeDesignedOnTheConfiguredTransfers) {
  const SampleFolder folder;
  const auto domain = make_broadcast_domain();
  const auto suite =
      domain->open({.workload = folder.path(), .format = "", .options = {{"design_on", "configured"}}})->suite();
  EXPECT_EQ(suite.train[0]->digest(), suite.test[0]->digest());
  EXPECT_EQ(suite.train[0]->events(), 8u);
  EXPECT_THROW(domain->open({.options = {{"design_on", "configured"}}}), InputError);
}

TEST(Options, AreCheckedWithTheirNames) {
  const auto domain = make_broadcast_domain();
  const auto said = [&](const std::string& name, const std::string& value) {
    try {
      domain->open({.options = {{name, value}}});
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  EXPECT_THAT(said("draw", "3"), HasSubstr("did you mean 'draws'"));
  EXPECT_THAT(said("draws", "0"), HasSubstr("from 1 to 1000"));
  EXPECT_THAT(said("destinations", "13"), HasSubstr("from 1 to 12"));
  EXPECT_EQ(said("destinations", "11"), "taken");
  EXPECT_THAT(said("machines", "0"), HasSubstr("must be over 0"));
  EXPECT_THAT(said("machine_price", "-1"), HasSubstr("$0.54"));
  EXPECT_THAT(said("design_on", "drown"), HasSubstr("did you mean 'drawn'"));
}

}  // namespace
}  // namespace syswright::broadcast
