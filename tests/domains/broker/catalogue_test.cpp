#include "domains/broker/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <set>

#include "base/error.h"
#include "base/file.h"

namespace syswright::broker {
namespace {

using testing::HasSubstr;

TEST(BrokerCatalogue, ReadsItsOwnColumnsInAnyOrder) {
  const Catalogue catalogue = read_catalogue(
      "instance,cloud,region,price,spot_price,accelerators,note\n"
      "p3.2xlarge,aws,us-east-1,3.06,0.92,V100:1,\"a, b\"\r\n"
      "m5.large,aws,us-east-1,0.096,,,\n"
      "a2,gcp,gcp:us-central1-a,,11.5,A100:8,\n",
      "c.csv", "");
  EXPECT_EQ(catalogue.regions, (std::vector<std::string>{"aws:us-east-1", "gcp:us-central1-a"}));
  ASSERT_EQ(catalogue.offers.size(), 4u);
  EXPECT_EQ(catalogue.offer_name(0), "aws:us-east-1/p3.2xlarge");
  EXPECT_EQ(catalogue.offer_name(1), "aws:us-east-1/p3.2xlarge/spot");
  EXPECT_EQ(catalogue.offers[1].price, 0.92);
  EXPECT_EQ(catalogue.offers[1].accelerators, "V100:1");
  EXPECT_EQ(catalogue.offer_name(3), "gcp:us-central1-a/a2/spot");
  EXPECT_TRUE(std::isnan(catalogue.egress_price(0, 1)));
  EXPECT_EQ(catalogue.egress_price(1, 1), 0);
}

/// As SkyPilot's catalogues have it: one file a cloud, a row a zone.
TEST(BrokerCatalogue, ReadsSkyPilotsColumnsAndTakesTheCheapestZone) {
  const Catalogue catalogue = read_catalogue(
      "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone\n"
      "p3.8xlarge,V100,4.0,32,244,\"{'Gpus': [{'Name': 'V100'}]}\",12.24,4.1,us-east-1,us-east-1a\n"
      "p3.8xlarge,V100,4.0,32,244,,12.24,3.9,us-east-1,us-east-1b\n"
      ",V100,1,,,,2.1,,us-east-1,\n",
      "aws.csv", "aws");
  ASSERT_EQ(catalogue.offers.size(), 2u);
  EXPECT_EQ(catalogue.offers[0].accelerators, "V100:4");
  EXPECT_EQ(catalogue.offers[0].price, 12.24);
  EXPECT_EQ(catalogue.offers[1].price, 3.9);
}

TEST(BrokerCatalogue, SaysWhatIsWrongAndWhere) {
  const auto message = [](const std::string& text, const std::string& cloud = "aws") -> std::string {
    try {
      read_catalogue(text, "c.csv", cloud);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  const std::string header = "region,instance,price\n";
  EXPECT_THAT(message(""), HasSubstr("the file is empty"));
  EXPECT_THAT(message("region,price\nr,1\n"), HasSubstr("no column 'instance'; it has: region, price"));
  EXPECT_THAT(message(header), HasSubstr("there is no offer below the header"));
  EXPECT_THAT(message(header + "r,i\n"), HasSubstr("c.csv:2: the row has 2 cells, the header 3"));
  EXPECT_THAT(message(header + "r,i,cheap\n"), HasSubstr("c.csv:2: "));
  EXPECT_THAT(message(header + "r,i,-1\n"), HasSubstr("price '-1' is negative"));
  EXPECT_THAT(message(header + ",i,1\n"), HasSubstr("the region is empty"));
  EXPECT_THAT(message(header + "r,i,1\n", ""), HasSubstr("name the file after its cloud"));
}

TEST(BrokerEgress, ReadsBothFormsAndAddsRegionsWhereDataMayLie) {
  Catalogue catalogue = read_catalogue("region,instance,price\nus-east-1,i,1\n", "aws.csv", "aws");
  read_egress("from_region,to_region,price_usd_per_gb\nus-east-1,us-west-2,0.02\nus-west-2,us-east-1,0.03\n", "e.csv",
              catalogue);
  EXPECT_EQ(catalogue.regions, (std::vector<std::string>{"aws:us-east-1", "aws:us-west-2"}));
  EXPECT_EQ(catalogue.egress_price(0, 1), 0.02);
  EXPECT_EQ(catalogue.egress_price(1, 0), 0.03);
  EXPECT_EQ(catalogue.egress_price(1, 1), 0);
  read_egress("src,dest,cost\naws:us-east-1,gcp:us-east1-b,0.09\n", "e.csv", catalogue);
  EXPECT_EQ(catalogue.egress_price(0, 2), 0.09);
  EXPECT_TRUE(std::isnan(catalogue.egress_price(0, 1))) << "the second file replaces the first";
}

TEST(BrokerEgress, SaysWhatIsWrongAndWhere) {
  Catalogue catalogue = read_catalogue("region,instance,price\nus-east-1,i,1\n", "aws.csv", "aws");
  const auto message = [&](const std::string& text) -> std::string {
    try {
      read_egress(text, "e.csv", catalogue);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_THAT(message("from,to,price\n"), HasSubstr("no column 'src'"));
  EXPECT_THAT(message("src,dest,cost\na:b,c:d,\n"), HasSubstr("e.csv:2: the price is empty"));
  EXPECT_THAT(message("src,dest,cost\na:b,c:d,1\na:b,c:d,2\n"), HasSubstr("e.csv:3: a second price from a:b to c:d"));
}

TEST(BrokerCatalogue, TheBuiltInOneIsWhole) {
  const Catalogue& catalogue = built_in_catalogue();
  EXPECT_EQ(catalogue.regions.size(), 18u);
  EXPECT_GT(catalogue.offers.size(), 150u);
  std::set<std::string> names;
  for (std::size_t i = 0; i < catalogue.offers.size(); ++i) {
    EXPECT_TRUE(names.insert(catalogue.offer_name(i)).second) << catalogue.offer_name(i);
    EXPECT_GT(catalogue.offers[i].price, 0);
  }
  for (const double price : catalogue.egress) EXPECT_TRUE(price >= 0 && price <= 0.2);
}

/// The public tables: all pairs have a price, and the built-in regions are among cloudcast's.
TEST(BrokerEgress, ReadsThePublicTables) {
  const char* data = std::getenv("SYSWRIGHT_DATA");
  if (data == nullptr) GTEST_SKIP() << "SYSWRIGHT_DATA names no folder";
  const std::string folder = std::string(data) + "/cloud/";
  Catalogue catalogue = built_in_catalogue();
  const std::size_t before = catalogue.regions.size();
  read_egress(read_file(folder + "cloudcast/cost.csv"), "cost.csv", catalogue);
  EXPECT_EQ(catalogue.regions.size(), 71u);
  for (std::uint32_t from = 0; from < before; ++from) {
    for (std::uint32_t to = 0; to < before; ++to) EXPECT_FALSE(std::isnan(catalogue.egress_price(from, to)));
  }
  Catalogue amazon = read_catalogue("region,instance,price\nus-east-1,i,1\n", "aws.csv", "aws");
  read_egress(read_file(folder + "aws_egress_pricing.csv"), "aws_egress_pricing.csv", amazon);
  EXPECT_EQ(amazon.regions.size(), 34u);
  for (const double price : amazon.egress) EXPECT_FALSE(std::isnan(price));
}

}  // namespace
}  // namespace syswright::broker
