#include "domains/broadcast/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "domains/broadcast/broadcast.h"
#include "domains/broadcast/plan_file.h"
#include "domains/broadcast/planners.h"
#include "tests/domains/broadcast/sample_tables.h"

namespace syswright::broadcast {
namespace {

using testing::HasSubstr;

std::string refusal(const auto& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was refused";
}

TEST(Tables, AreReadInTheOrderOfTheThroughputs) {
  const SampleFolder folder;
  const Tables tables = read_tables(folder.path());
  const NetworkPtr expected = random_network(3, 12);
  EXPECT_EQ(tables.network->digest(), expected->digest());
  EXPECT_EQ(tables.network->regions(), expected->regions());
  ASSERT_EQ(tables.transfers.size(), 2u);
  EXPECT_EQ(tables.transfers[1].name, "from_5");
  EXPECT_EQ(tables.network->region(tables.transfers[1].source), "q:r5");
  EXPECT_EQ(tables.transfers[0].partitions, 4u);
  EXPECT_EQ(tables.transfers[0].egress(*tables.network, {.count = 2}, 1), 12);  // q: 6, two machines
  EXPECT_TRUE(tables.warnings.empty());
}

TEST(Tables, WarnOfLinksThatOnlyOneOfThemHas) {
  const SampleFolder folder;
  folder.write("cost.csv", read_file(folder.file("cost.csv")) + "p:r0,p:r99,0.05\n");
  EXPECT_THAT(read_tables(folder.path()).warnings, testing::ElementsAre(HasSubstr("1 of 133 links of cost.csv")));
}

TEST(Tables, SayWhatIsWrongAndWhere) {
  const SampleFolder folder;
  const auto with = [&](const std::string& file, const std::string& text) {
    const std::string before = read_file(folder.file(file));
    folder.write(file, text);
    const std::string said = refusal([&] { read_tables(folder.path()); });
    folder.write(file, before);
    return said;
  };
  EXPECT_THAT(with("cost.csv", "from,to,cost\n"), HasSubstr("cost.csv:1: the heading has no column 'src'"));
  EXPECT_THAT(with("cost.csv", "src,dest,cost\np:r0,p:r2,cheap\n"), HasSubstr("cost.csv:2: "));
  EXPECT_THAT(with("cost.csv", "src,dest,cost\np:r0,p:r2\n"), HasSubstr("cost.csv:2: 2 cells"));
  EXPECT_THAT(with("cost.csv", "src,dest,cost\n"), HasSubstr("no links"));
  EXPECT_THAT(with("cost.csv", "src,dest,cost\np:r0,p:r2,-1\n"), HasSubstr("the price must be"));
  EXPECT_THAT(with("config/from_0.json", "[1]"), HasSubstr("from_0.json: a transfer is a JSON object"));
  EXPECT_THAT(with("config/from_0.json", R"({"source_node": "p:r0"})"), HasSubstr("'dest_nodes' is missing"));
  EXPECT_THAT(with("config/from_0.json", R"({"source_node": "p:r77"})"), HasSubstr("there is no region 'p:r77'"));
  const auto transfer = [&](const std::string& destinations, const std::string& partitions) {
    return with("config/from_0.json", fmt::format(R"({{"source_node": "p:r0", "dest_nodes": [{}], "data_vol": 1,
"num_partitions": {}}})",
                                                  destinations, partitions));
  };
  EXPECT_THAT(transfer("\"p:r0\"", "2"), HasSubstr("both source and destination"));
  EXPECT_THAT(transfer("\"p:r2\", \"p:r2\"", "2"), HasSubstr("named twice"));
  EXPECT_THAT(transfer("", "2"), HasSubstr("0 destinations"));
  EXPECT_THAT(transfer("\"p:r2\"", "2.5"), HasSubstr("'num_partitions' must be a whole number"));
  EXPECT_THAT(refusal([&] { read_tables(folder.file("cost.csv")); }), HasSubstr("is no folder"));
}

TEST(Network, RefusesNamesWithoutAProviderAndLinksGivenTwice) {
  EXPECT_THAT(refusal([] { Network("n", {{"a", "p:b", 0.1, 1e9}}); }), HasSubstr("provider:region"));
  EXPECT_THAT(refusal([] { Network("n", {{"p:a", "p:b", 0.1, 1e9}, {"p:a", "p:b", 0.1, 1e9}}); }),
              HasSubstr("given twice"));
  EXPECT_THAT(refusal([] { Network("n", {{"p:a", "p:b", 0.1, 0}}); }), HasSubstr("throughput must be"));
}

TEST(PlanFile, IsReadAsItIsWritten) {
  const SampleFolder folder;
  const Tables tables = read_tables(folder.path());
  const Order order(tables.network, tables.transfers[0], {});
  const Plan plan{{steiner_plan(order)[0].tree, 3}, {direct_plan(order)[0].tree, 1}};
  folder.write("plan.json", fmt::format(R"({{"from_0": {}}})", write_plan(order, plan)));
  const auto plans = read_plans(folder.file("plan.json"), *tables.network, tables.transfers);
  ASSERT_EQ(plans.size(), 1u);
  const Delivery delivery = audit_routes(*tables.network, tables.transfers[0], {}, plans.at("from_0"));
  EXPECT_TRUE(delivery.violations.empty());
  EXPECT_EQ(delivery.total(), cost_of(order, plan).total());
}

/// The trick of a published winner: pairs with an empty path cost nothing, and its evaluator does not look.
TEST(PlanFile, WithPairsLeftOutIsToldToBeInvalid) {
  const SampleFolder folder;
  folder.write("plan.json", R"({"from_0": {"generated_path": {"p:r2": {"0": [["p:r0", "p:r2", {"cost": 0}]]}}}})");
  const auto domain = make_broadcast_domain();
  const auto workload =
      domain->open({.workload = folder.path(), .format = "", .options = {{"plan", folder.file("plan.json")}}});
  const auto& facts = workload->summary().facts;
  const auto told =
      std::find_if(facts.begin(), facts.end(), [](const auto& fact) { return fact.first == "plan for from_0"; });
  ASSERT_NE(told, facts.end());
  EXPECT_THAT(told->second, HasSubstr("1 of 12 pairs delivered: not valid"));
  EXPECT_THAT(workload->summary().warnings, testing::Contains(HasSubstr("partition 1 for p:r2 is never delivered")));
}

TEST(PlanFile, SaysWhatIsWrong) {
  const SampleFolder folder;
  const Tables tables = read_tables(folder.path());
  const auto with = [&](const std::string& text) {
    folder.write("plan.json", text);
    return refusal([&] { read_plans(folder.file("plan.json"), *tables.network, tables.transfers); });
  };
  EXPECT_THAT(with("{"), HasSubstr("a plan file is a JSON object"));
  EXPECT_THAT(with("{}"), HasSubstr("names no transfer of this workload (there are: from_0, from_5)"));
  EXPECT_THAT(with(R"({"from_0": {"p:r2": {"0": [["p:r0"]]}}})"), HasSubstr("a link is written"));
  EXPECT_THAT(with(R"({"from_0": {"p:r2": {"0": 3}}})"), HasSubstr("must be a list of links"));
}

}  // namespace
}  // namespace syswright::broadcast
